"""A photo of a box or a vial in, the codes on it out, as a scanner would have sent them.

First the whole picture is searched at full size. Where that gives no lot and no serial number, the picture
is prepared (`_MEASURES`, in the order of what each reads more) and searched again for the two square codes:
their error correction does not let a wrong reading through, which a bar code's single check digit does.

Bounded: a picture of 12 megapixels at most (`pictures`), `MOST_CODES` codes, and no new search is begun
after `MOST_SECONDS`. Nothing of the picture is kept, in memory or on disk, once the answer is there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from service.errors import VialcheckError
from service.gs1.reading import Reading, read
from service.verification.pictures.image_loading import LoadedImage, open_image

MOST_CODES = 50
"""Codes read from one picture."""

MOST_SECONDS = 2.0
"""After so long no further search is begun. The longest single search of a hostile picture takes 3 to 5 s."""

_FORMATS = zxingcpp.BarcodeFormat
_SQUARE = zxingcpp.BarcodeFormats([_FORMATS.DataMatrix, _FORMATS.QRCodeModel2])
# What `gs1.reading` knows how to read. The more kinds are looked for, the more noise looks like one of them.
_ALL = zxingcpp.BarcodeFormats(
    [
        _FORMATS.DataMatrix,
        _FORMATS.QRCodeModel2,
        _FORMATS.Code128,
        _FORMATS.DataBar,
        _FORMATS.EAN13,
        _FORMATS.UPCA,
        _FORMATS.ITF14,
    ]
)
_LOCAL, _GLOBAL = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram

# Interleaved 2 of 5 without a check digit comes along with ITF-14: a part of it is as valid as the whole.
_UNCHECKED = "]I0"

# With an ECI in it a symbol says so in its identifier; its text is decoded by then, and GS1's own remains.
_WITHOUT_ECI = {"]d5": "]d2", "]Q4": "]Q3"}

Corner = tuple[int, int]
Corners = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class DecodedCode:
    """One code in a picture.

    `format` is the kind of symbol (`DataMatrix`, `QRCode`, `Code128`, …), `symbology` its AIM identifier,
    `text` its content with FNC1 as GS (U+001D), `position` its corners in pixels of the upright original,
    clockwise from the one that is the symbol's own top left.
    """

    format: str
    symbology: str
    text: str
    position: Corners

    @property
    def scan(self) -> str:
        """What a scanner that sends AIM identifiers would have sent: for `gs1.reading.read`."""
        return _WITHOUT_ECI.get(self.symbology, self.symbology) + self.text

    def reading(self) -> Reading | None:
        """What it says; None where it is no GS1 data that names a product."""
        try:
            return read(self.scan)
        except VialcheckError:
            return None

    def plain(self) -> dict[str, Any]:
        """As JSON holds it; `elements` is None for what is no GS1 data that names a product."""
        reading = self.reading()
        return {
            "format": self.format,
            "symbology": self.symbology,
            "text": self.text,
            "elements": dict(reading.elements) if reading else None,
            "position": self.position,
        }


@dataclass(frozen=True, slots=True)
class _Measure:
    """A way to prepare a picture: sharpened or smoothed, enlarged or reduced, then made black and white
    against the neighbourhood's brightness (_LOCAL) or the whole picture's (_GLOBAL).
    """

    scale: float = 1
    filter: ImageFilter.Filter | None = None
    binarizer: zxingcpp.Binarizer = _LOCAL


_AS_IT_IS = _Measure()
_MEASURES = (
    _Measure(2),  # modules of two or three pixels: bicubic enlarging puts back the edges between them
    _Measure(2, ImageFilter.UnsharpMask(1.5, 200, 0)),  # out of focus
    _Measure(2, binarizer=_GLOBAL),  # damaged or dotted print that a local threshold tears apart
    _Measure(2, ImageFilter.GaussianBlur(0.7)),  # grain; moiré of a photographed screen
)

_MIDDLE = 3_200_000
"""Pixels that are enlarged in a reasonable time: a picture of so many whole, of a larger one its middle."""

_GRAIN_SHOWS = 1_500_000
"""A smaller picture may be a drawing, whose modules may well be a pixel or two."""


def read_codes(data: bytes) -> tuple[DecodedCode, ...]:
    """The codes in a picture, from top to bottom; an empty tuple for none. Raises as `open_image` does."""
    started = time.monotonic()
    picture = open_image(data)
    while _is_grain(picture.grey):
        picture = replace(picture, grey=picture.grey.reduce(2))
    found: dict[str, DecodedCode] = {}
    for part, formats, measure in _searches(picture.grey):
        for code in _search(picture, part, formats, measure):
            found.setdefault(code.scan, code)
        if any(map(_tells_enough, found.values())) or time.monotonic() - started > MOST_SECONDS:
            break
    codes = sorted(found.values(), key=lambda code: min((y, x) for x, y in code.position))
    return tuple(codes[:MOST_CODES])


_Box = tuple[int, int, int, int]


def _searches(grey: Image.Image) -> Iterator[tuple[_Box, zxingcpp.BarcodeFormats, _Measure]]:
    """What to search, in turn: everything as it is; then, prepared, all of a small picture or its middle."""
    yield (0, 0, *grey.size), _ALL, _AS_IT_IS
    middle = _middle(grey.size)
    for measure in _MEASURES:
        yield middle, _SQUARE, measure


def _middle(size: tuple[int, int]) -> _Box:
    """Where people hold the code: at most `_MIDDLE` pixels, in the picture's shape."""
    width, height = size
    part = min(1.0, (_MIDDLE / (width * height)) ** 0.5)
    left, top = int(width * (1 - part) / 2), int(height * (1 - part) / 2)
    return left, top, width - left, height - top


def _search(
    picture: LoadedImage, part: _Box, formats: zxingcpp.BarcodeFormats, measure: _Measure
) -> Iterator[DecodedCode]:
    seen = picture.grey.crop(part)
    if measure.filter:
        seen = seen.filter(measure.filter)
    if measure.scale != 1:
        size = (max(1, round(seen.width * measure.scale)), max(1, round(seen.height * measure.scale)))
        seen = seen.resize(size, Image.Resampling.BICUBIC)
    found = zxingcpp.read_barcodes(
        seen, formats=formats, text_mode=zxingcpp.TextMode.Plain, binarizer=measure.binarizer
    )
    for code in found[:MOST_CODES]:
        if code.symbology_identifier == _UNCHECKED:
            continue
        yield DecodedCode(
            code.format.name,
            code.symbology_identifier,
            code.text,
            _corners(code.position, picture, part, measure.scale),
        )


def _corners(found: zxingcpp.Position, picture: LoadedImage, part: _Box, scale: float) -> Corners:
    """Where a code is in the upright original; it was found in an enlarged part of a smaller one."""
    across, down = picture.width / picture.grey.width, picture.height / picture.grey.height

    def corner(point: zxingcpp.Point) -> Corner:
        return round((part[0] + point.x / scale) * across), round((part[1] + point.y / scale) * down)

    return (
        corner(found.top_left),
        corner(found.top_right),
        corner(found.bottom_right),
        corner(found.bottom_left),
    )


def _tells_enough(code: DecodedCode) -> bool:
    """Whether a lot or a serial number was read, so that there is nothing left to look for."""
    reading = code.reading()
    return reading is not None and bool(reading.identifier.lot or reading.identifier.serial)


def _is_grain(grey: Image.Image) -> bool:
    """Whether, in a large picture, light and dark change at more than one pixel in eight.

    No lens draws that finely: it is grain, which halving takes away, or a pattern that was made to keep a
    decoder busy (24 s for 12 megapixels of the smallest QR corners).
    """
    if grey.width * grey.height <= _GRAIN_SHOWS:
        return False
    rows = grey.resize((grey.width, max(1, grey.height // 3)), Image.Resampling.NEAREST)
    changes = ImageChops.difference(rows, ImageChops.offset(rows, 1, 0)).histogram()
    return sum(changes[64:]) > rows.width * rows.height / 8
