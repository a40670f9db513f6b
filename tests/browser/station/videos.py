"""Videos for the browser's fake camera: a code on a label that moves, turns, is blurred and badly lit."""

import math
from io import BytesIO
from pathlib import Path
from random import Random

import qrcode
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1280, 720)
FRAMES = 16
RATE = 8  # frames a second: a loop of two seconds


def gs1(name: str, elements: str, **options: object) -> Image.Image:
    """A GS1 symbol of bracketed element strings, one pixel for a module, without its quiet zone.

    `name` and `options` are those of zxing-cpp's writer; for a DataMatrix without options it may choose a
    long, low symbol (DMRE).
    """
    code = zxingcpp.create_barcode(elements, getattr(zxingcpp.BarcodeFormat, name), gs1=True, **options)
    return _drawn(code)


def _drawn(code: zxingcpp.Barcode) -> Image.Image:
    drawn = memoryview(code.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]  # it has a buffer
    height, width = drawn.shape or (0, 0)
    return Image.frombytes("L", (width, height), drawn.tobytes())


def ppn(text: str) -> Image.Image:
    """A plain DataMatrix of an ISO 15434 envelope, as German packs bear it, drawn alike."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, forceSquare=True)
    return _drawn(code)


def qr(text: str) -> Image.Image:
    """A QR code, drawn alike."""
    code = qrcode.QRCode(box_size=1, border=0)
    code.add_data(text)
    code.make()
    buffer = BytesIO()
    code.make_image().save(buffer, "PNG")
    return Image.open(buffer).convert("L")


def film(
    path: Path, code: Image.Image, px: float, *, blur: float = 0.8, dim: float = 0.45, swing: float = 28
) -> Path:
    """Write the video of a code at `px` pixels for a module, as y4m.

    `dim`: what is left of its contrast; `swing`: how many degrees it turns to either side.
    """
    return reel(path, [code], px, blur=blur, dim=dim, swing=swing)


def reel(path: Path, codes: list[Image.Image], px: float, *, blur: float, dim: float, swing: float) -> Path:
    """The video of one code after the other, two seconds each."""
    chance = Random(7)
    with path.open("wb") as out:
        width, height = SIZE
        out.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        grey = b"\x80" * (width // 2 * (height // 2) * 2)
        for code in codes:
            for number in range(FRAMES):
                frame = _frame(code, px, number / FRAMES * 2 * math.pi, blur, dim, swing, chance)
                out.write(b"FRAME\n" + frame.tobytes() + grey)
    return path


def empty(path: Path) -> Path:
    """The video of a table with nothing on it."""
    return film(path, Image.new("L", (24, 24), 255), 4)


def _frame(
    code: Image.Image, px: float, turn: float, blur: float, dim: float, swing: float, chance: Random
) -> Image.Image:
    """One picture; `turn` goes from 0 to 2π in a loop."""
    picture = _table()
    side = (round(code.width * px), round(code.height * px))
    # Drawn four times as large and brought down, as a lens would: modules do not fall onto whole pixels.
    large = code.resize((side[0] * 4, side[1] * 4), Image.Resampling.NEAREST)
    margin = 24
    label = Image.new("L", (side[0] * 4 + margin * 8, side[1] * 4 + margin * 8), 245)
    label.paste(large, (margin * 4, margin * 4))
    angle = swing * (math.sin(turn) + 0.3)
    label = label.rotate(angle, expand=True, fillcolor=170, resample=Image.Resampling.BICUBIC)
    label = label.resize((label.width // 4, label.height // 4), Image.Resampling.BOX)
    at = (
        round((SIZE[0] - label.width) / 2 + 70 * math.cos(turn)),
        round((SIZE[1] - label.height) / 2 + 40 * math.sin(2 * turn)),
    )
    picture.paste(label, at)
    picture = picture.filter(ImageFilter.GaussianBlur(blur * chance.uniform(0.7, 1.3)))
    picture = picture.point([round(70 + (level - 128) * dim + 20) for level in range(256)])
    noise = Image.effect_noise(SIZE, 10)
    return ImageChops.add(picture, noise, scale=1, offset=-128)


def _table() -> Image.Image:
    picture = Image.new("L", SIZE, 170)
    lines = ImageDraw.Draw(picture)
    for left in range(0, SIZE[0], 37):
        lines.line((left, 0, left + 90, SIZE[1]), fill=150, width=3)
    return picture
