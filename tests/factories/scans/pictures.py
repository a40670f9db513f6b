"""Pictures of codes for the tests: drawn by zxing-cpp's own writer, put on a picture by Pillow."""

from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image

GTIN = "09506000134352"
GS = "\x1d"
HRI = f"(01){GTIN}(17)701231(10)A1001(21)SN0001"
PLAIN = f"01{GTIN}1770123110A1001{GS}21SN0001"


def symbol(text: str, kind: str = "DataMatrix", *, gs1: bool = False, scale: int = 6) -> Image.Image:
    """One code with its quiet zone; `text` bracketed when it is `gs1`."""
    options: dict[str, Any] = {"gs1": True} if gs1 else {}
    drawn: Any = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    pixels = memoryview(drawn.to_image(scale=scale))
    height, width = pixels.shape or (0, 0)
    code = Image.frombytes("L", (width, height), pixels.tobytes())
    framed = Image.new("L", (width + 8 * scale, height + 8 * scale), 255)
    framed.paste(code, (4 * scale, 4 * scale))
    return framed


def unit(serial: str = "SN0001", *, scale: int = 6) -> Image.Image:
    """The GS1 DataMatrix of one unit of the small world."""
    return symbol(HRI.replace("SN0001", serial), gs1=True, scale=scale)


def beside(*pictures: Image.Image) -> Image.Image:
    """Several pictures in a row on white paper."""
    width = sum(each.width for each in pictures) + 40 * (len(pictures) + 1)
    paper = Image.new("L", (width, max(each.height for each in pictures) + 80), 255)
    left = 40
    for each in pictures:
        paper.paste(each, (left, 40))
        left += each.width + 40
    return paper


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(size: tuple[int, int] = (900, 600), **more: Any) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, "JPEG", **more)
    return drawn.getvalue()
