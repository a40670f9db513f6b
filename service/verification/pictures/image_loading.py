"""A picture as people send it, opened with bounded work: upright, grey, at most about 12 megapixels.

Everything that could make a decoder work or grow without end is refused from the file's own structure,
before anything is decoded: a small file may claim 65,000 by 65,000 pixels, or a thousand passes over them.
Nothing is written anywhere.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageFile, UnidentifiedImageError

from service.errors import ErrorCode, RefusedError

MOST_BYTES = 15_000_000
"""Largest file. A phone's 50-megapixel JPEG has 8 to 14 MB."""

FULL_SIZE = 12_600_000
"""Pixels that are searched at most: 4032 by 3024 is the usual photo. Larger ones are scaled to this first."""

KEPT_SIDE = 1600
"""Pixels on the longer side of a photograph that is kept: enough to read what is printed on a box."""

_MOST_PIXELS = {"JPEG": 66_000_000, "MPO": 66_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# JPEG is halved while it is decoded; the others are held whole, at four bytes a pixel and more.
_LONGEST_SIDE = 20_000
_MOST_PARTS = 20_000  # an ordinary file has ten to two thousand; each costs a reader some microseconds
_MOST_SCANS = 50  # a progressive JPEG has about ten
_ORIENTATION = 0x0112

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
# A marker other than a stuffed or filling byte, TEM, a restart, the start of an image (ITU T.81, B.1.1.3)
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_HEIF = re.compile(rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)", re.DOTALL)

# What Pillow raises for files that are not what they claim to be; it documents only the first.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    struct.error,
    zlib.error,
)

# How to turn a picture upright, by its EXIF orientation (CIPA DC-008, 4.6.4, tag 274)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """Grey and upright. `width` and `height` are those of the upright original, before any scaling."""

    grey: Image.Image
    width: int
    height: int


def open_image(data: bytes) -> LoadedImage:
    """Open a JPEG, PNG or WebP file.

    Raises RefusedError: FILE_EMPTY, PICTURE_TOO_LARGE (bytes, pixels, a side), PICTURE_HEIC, PICTURE_KIND,
    PICTURE_ANIMATED, PICTURE_BROKEN (cut off, damaged, or made of absurdly many parts).
    """
    _refuse_unreadable(data)
    with _said():
        return _decoded(data)


def cleaned(data: bytes) -> bytes:
    """The picture alone, as JPEG of at most `KEPT_SIDE` pixels a side: upright, and without where and when
    it was taken, by which device, and what else a file carries. Raises what `open_image` raises."""
    _refuse_unreadable(data)
    with _said(), _opened(data) as opened:
        orientation = _orientation(opened)
        opened.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
        if opened.mode.startswith("I"):
            seen = _grey(opened).convert("RGB")
        else:
            seen = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
        seen.thumbnail((KEPT_SIDE, KEPT_SIDE))
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
        if orientation in _UPRIGHT:
            paper = paper.transpose(_UPRIGHT[orientation])
        drawn = BytesIO()
        paper.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def _refuse_unreadable(data: bytes) -> None:
    if not data:
        raise RefusedError(ErrorCode.FILE_EMPTY, field="photo")
    if len(data) > MOST_BYTES:
        raise _too_large(f"at most {MOST_BYTES} bytes", f"{len(data)} bytes")
    if _HEIF.match(data):
        raise RefusedError(ErrorCode.PICTURE_HEIC, expected="JPEG, PNG or WebP", field="photo")
    _refuse_endless(data)


@contextmanager
def _said() -> Iterator[None]:
    """Translate what Pillow raises into our errors."""
    try:
        yield
    except UnidentifiedImageError:
        raise RefusedError(ErrorCode.PICTURE_KIND, expected="JPEG, PNG or WebP", field="photo") from None
    except (Image.DecompressionBombError, MemoryError):
        raise _too_large("a photo", "more pixels than any camera takes") from None
    except BROKEN as error:
        raise _broken(str(error)) from error


@contextmanager
def _opened(data: bytes) -> Iterator[ImageFile.ImageFile]:
    """The file's one picture, not decoded yet; refused where decoding it would take too much."""
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        width, height = opened.size
        if width * height > _MOST_PIXELS[opened.format or ""] or max(width, height) > _LONGEST_SIDE:
            raise _too_large("a photo", f"{width} by {height} pixels")
        # A phone's JPEG may hold a second, smaller picture (MPO): that is no animation.
        if opened.format in {"PNG", "WEBP"} and getattr(opened, "n_frames", 1) > 1:
            raise RefusedError(ErrorCode.PICTURE_ANIMATED, expected="one picture", field="photo")
        yield opened


def _decoded(data: bytes) -> LoadedImage:
    with _opened(data) as opened:
        width, height = opened.size
        orientation = _orientation(opened)
        smaller = (FULL_SIZE / (width * height)) ** 0.5
        if smaller < 1:
            # A little less than could be searched is as good, and halving saves half of the time.
            opened.draft("L", (int(width * smaller * 0.9), int(height * smaller * 0.9)))
        grey = _grey(opened)
    smaller = (FULL_SIZE / (grey.width * grey.height)) ** 0.5
    if smaller < 1:
        grey = grey.resize(
            (max(1, int(grey.width * smaller)), max(1, int(grey.height * smaller))), reducing_gap=2
        )
    if orientation in _UPRIGHT:
        grey = grey.transpose(_UPRIGHT[orientation])
    return LoadedImage(grey, *((height, width) if orientation >= 5 else (width, height)))


def _grey(opened: Image.Image) -> Image.Image:
    """Brightness alone; where the picture is transparent there is white paper behind it."""
    if opened.has_transparency_data:
        seen = opened.convert("LA")
        paper = Image.new("L", seen.size, 255)
        paper.paste(seen.getchannel("L"), mask=seen.getchannel("A"))
        return paper
    if opened.mode.startswith("I"):  # 16 bits a pixel
        return opened.convert("I").point(lambda value: value / 257).convert("L")
    return opened.convert("L")


def _orientation(opened: Image.Image) -> int:
    """1 to 8; 1 where nothing readable is said. What is wrong with EXIF is not wrong with the picture."""
    try:
        said = opened.getexif().get(_ORIENTATION, 1)
    except BROKEN:
        return 1
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def _refuse_endless(data: bytes) -> None:
    """PICTURE_BROKEN for a file of so many parts, or passes, that reading it would take minutes."""
    if data.startswith(_JPEG):
        scans = 0
        for number, marker in enumerate(_jpeg_markers(data)):
            scans += marker == _START_OF_SCAN
            if number > _MOST_PARTS or scans > _MOST_SCANS:
                raise _broken("too many parts")
    elif data.startswith(_PNG) and any(number > _MOST_PARTS for number, _ in enumerate(_png_chunks(data))):
        raise _broken("too many parts")


def _jpeg_markers(data: bytes) -> Iterator[int]:
    """Markers of the first image in the file, in the way that decoders find them (ITU T.81, B.1.1)."""
    at = len(_JPEG)
    while found := _MARKER.search(data, at):
        marker = found[0][1]
        if marker == _END_OF_IMAGE:
            return
        yield marker
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])


def _png_chunks(data: bytes) -> Iterator[int]:
    """Where each chunk starts (PNG, 5.3: length, type, content, checksum)."""
    at = len(_PNG)
    while at < len(data):
        yield at
        at += 12 + int.from_bytes(data[at : at + 4])


def _too_large(expected: str, found: str) -> RefusedError:
    return RefusedError(ErrorCode.PICTURE_TOO_LARGE, expected=expected, found=found, field="photo")


def _broken(found: str) -> RefusedError:
    return RefusedError(ErrorCode.PICTURE_BROKEN, expected="a whole picture", found=found, field="photo")
