"""Reads printed labels back with decoders that share no code with ours: zxing-cpp, resvg, PDFium."""

from io import BytesIO

import pypdfium2
import resvg_py
import zxingcpp
from PIL import Image

from service.gs1.identifiers import ProductIdentifier
from service.gs1.reading import read


def from_png(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("L")


def from_svg(content: str, dpi: int) -> Image.Image:
    """The drawing as a printer of `dpi` would put it on paper."""
    width = float(content.split('width="', 1)[1].split("mm", 1)[0])
    pixels = round(width / 25.4 * dpi)
    return from_png(bytes(resvg_py.svg_to_bytes(svg_string=content, width=pixels, dpi=dpi)))


def from_pdf(content: bytes, dpi: int) -> list[Image.Image]:
    """Every page as a printer of `dpi` would put it on paper."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def texts(image: Image.Image) -> list[str]:
    """What every QR code in the image says."""
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return [code.text for code in found]


def identifiers(image: Image.Image) -> list[ProductIdentifier]:
    """What every QR code in the image means to our own reader."""
    return [identifier for text in texts(image) if (identifier := read(text).identifier)]
