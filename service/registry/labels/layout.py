"""Layout of one label in whole printer dots.

A module that is a whole number of dots wide has sharp edges on paper; so the printer's resolution is part of
the layout, for vector formats too.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import qrcode
import zxingcpp
from qrcode.constants import ERROR_CORRECT_M

from service.errors import ErrorCode, IdentifierError, RefusedError
from service.gs1 import digital_link
from service.gs1.identifiers import Gtin, ProductIdentifier
from service.registry.labels import text

MM_PER_INCH = 25.4


class SymbolCarrier(StrEnum):
    """The symbol of a label: QR code with a Digital Link, or GS1 DataMatrix with an element string."""

    QR = "qr"
    DATA_MATRIX = "datamatrix"


QUIET_ZONES = {SymbolCarrier.QR: 4, SymbolCarrier.DATA_MATRIX: 1}
"""White modules on every side (ISO/IEC 18004, 6.3.8; ISO/IEC 16022, 7.2)."""

DEFAULT_MODULE_MM = 0.396
"""Width of a module in mm unless a size is given: the minimum for a QR code with a Digital Link that is read
at a point of sale (GS1 General Specifications, 5.12.3, tables of X-dimensions).
"""

SMALLEST_MODULE_MM = 0.254
"""The minimum in mm for regulated healthcare items that pass no point of sale (same tables)."""

LARGEST_MM = 100.0
"""A symbol with this side in mm, with the longest text beside it, still fits on a sheet."""

RESOLUTIONS = range(150, 601)
TEXT_MM = 2.1
"""The em of the text in mm (6 points)."""

LINE_HEIGHT = 1.3
NAME_WIDTH_MM = 30.0


@dataclass(frozen=True, slots=True)
class Label:
    """One label: the content of the code, and the product's name where it is printed."""

    identifier: ProductIdentifier
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PrintSettings:
    """How labels are printed.

    `base_url`: the resolver that the code opens. `dpi`: the printer's resolution in dots per inch. `size_mm`:
    the side of the symbol without quiet zone; the largest whole number of dots for each module that fits is
    used, so a symbol may come out slightly smaller. None: modules of at least DEFAULT_MODULE_MM. Raises
    VALUE_INVALID for an invalid address, resolution or size.
    """

    base_url: str
    dpi: int = 300
    size_mm: float | None = None
    carrier: SymbolCarrier = SymbolCarrier.QR

    def __post_init__(self) -> None:
        _link(self.base_url, ProductIdentifier(gtin=Gtin("0" * 14)), field="base-url")
        if self.dpi not in RESOLUTIONS:
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=str(self.dpi),
                expected=f"a resolution from {RESOLUTIONS[0]} to {RESOLUTIONS[-1]} dots per inch",
                field="dpi",
            )
        if self.size_mm is not None and not 0 < self.size_mm <= LARGEST_MM:
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=f"{self.size_mm:g}",
                expected=f"a size of at most {LARGEST_MM:g} mm",
                field="size",
            )

    def dots(self, millimetres: float) -> int:
        """Return millimetres as dots, rounded to the nearest."""
        return round(millimetres / MM_PER_INCH * self.dpi)

    def millimetres(self, dots: int) -> float:
        """Return dots as millimetres."""
        return dots * MM_PER_INCH / self.dpi

    def dots_per_module(self, modules: int) -> int:
        """Return the width in dots of a module of a symbol with so many modules a side.

        Raises VALUE_INVALID with the least possible size where `size_mm` makes them too small to read.
        """
        if self.size_mm is None:
            return math.ceil(DEFAULT_MODULE_MM / MM_PER_INCH * self.dpi)
        # the small term keeps 15.663 mm, which is 37 modules of 5 dots, from rounding down to 4
        dots = int(self.size_mm / MM_PER_INCH * self.dpi / modules + 1e-3)
        least = math.ceil(SMALLEST_MODULE_MM / MM_PER_INCH * self.dpi - 1e-9)
        if dots < least:
            smallest = math.ceil(self.millimetres(least * modules) * 100) / 100
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=f"{self.size_mm:g}",
                expected=f"at least {smallest:g} mm for a code of {modules} modules at {self.dpi} dpi",
                field="size",
            )
        return dots


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text: left end and baseline, and its measured width, in dots."""

    x: int
    baseline: int
    width: int
    text: str


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A label on a page: the symbol's rows (True is dark) and the lines, relative to its own top left corner.

    `content`: what the symbol carries: the link, or the element string with its separators.
    `x`, `y`, `width`, `height`, `symbol_x`, `symbol_y`, `module` and `em` are in dots.
    """

    link: str
    carrier: SymbolCarrier
    content: str
    rows: tuple[tuple[bool, ...], ...]
    module: int
    symbol_x: int
    symbol_y: int
    lines: tuple[TextLine, ...]
    em: int
    width: int
    height: int
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class LabelPage:
    """A page to print, in dots. `ticks`: the crop marks, as lines (x1, y1, x2, y2)."""

    width: int
    height: int
    dpi: int
    labels: tuple[PlacedLabel, ...]
    ticks: tuple[tuple[int, int, int, int], ...] = ()


def element_texts(identifier: ProductIdentifier) -> list[str]:
    """Return the human-readable interpretation, one element string a line: the AI in brackets, then its
    value.

    The values are exactly those that the symbol carries (GS1 General Specifications, 4.14), so a lot stands
    without its spaces, as AI 10 requires.
    """
    return [f"({ai}) {value}" for ai, value in _elements(identifier)]


def _elements(identifier: ProductIdentifier) -> list[tuple[str, str]]:
    """AI and value of each element, those of fixed length first (GS1 General Specifications, 7.8.5.2)."""
    values = (
        ("01", identifier.gtin and str(identifier.gtin)),
        ("17", identifier.expiry and identifier.expiry.yymmdd),
        ("10", identifier.lot and identifier.lot.printed.replace(" ", "")),
        ("21", identifier.serial and identifier.serial.printed),
    )
    return [(ai, value) for ai, value in values if value]


def _link(base_url: str, identifier: ProductIdentifier, *, field: str) -> str:
    """Return the Digital Link; an error names the label's `field`, not the link."""
    try:
        return digital_link.build(base_url, identifier)
    except IdentifierError as error:
        raise RefusedError(
            ErrorCode.VALUE_INVALID, given=error.given, expected=error.expected, field=field
        ) from error


def symbol(link: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of the QR code of `link`, error correction level M, without quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(link)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def data_matrix(identifier: ProductIdentifier) -> tuple[tuple[tuple[bool, ...], ...], str]:
    """Return the modules of the GS1 DataMatrix (FNC1 first), without quiet zone, and what it carries."""
    # AIs in square brackets, which no value of character set 82 has
    text = "".join(f"[{ai}]{value}" for ai, value in _elements(identifier))
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    image = made.to_image(scale=1, add_quiet_zones=False)
    width = image.shape[1]
    pixels: Any = image  # the library's own image is a buffer; its stubs do not say so
    dark = [not value for value in bytes(memoryview(pixels))]
    rows = tuple(tuple(dark[at : at + width]) for at in range(0, len(dark), width))
    return rows, made.bytes.decode("ascii")


def place_label(label: Label, printing: PrintSettings) -> PlacedLabel:
    """Lay out one label: symbol on the left, text on the right, each centred vertically.

    Raises VALUE_MISSING without a GTIN (a Digital Link begins with it), VALUE_INVALID for a size or a name
    that cannot be printed.
    """
    if label.identifier.gtin is None:
        raise RefusedError(ErrorCode.VALUE_MISSING, expected="a product number (GTIN)", field="gtin")
    link = _link(printing.base_url, label.identifier, field="lot or serial")
    matrix = printing.carrier is SymbolCarrier.DATA_MATRIX
    rows, content = data_matrix(label.identifier) if matrix else (symbol(link), link)
    module = printing.dots_per_module(len(rows))
    em = printing.dots(TEXT_MM)
    texts = element_texts(label.identifier)
    if label.name and (name := text.check_name(label.name)):
        limit = max(printing.dots(NAME_WIDTH_MM), *(text.width(line, em) for line in texts))
        texts = [*text.wrap_lines(name, em, limit), *texts]
    line_height = math.ceil(em * LINE_HEIGHT)
    quiet = QUIET_ZONES[printing.carrier] * module
    side = len(rows) * module
    height = max(side, len(texts) * line_height) + 2 * quiet
    first_baseline = (height - len(texts) * line_height) // 2 + em
    text_x = side + 2 * quiet
    lines = tuple(
        TextLine(text_x, first_baseline + number * line_height, text.width(line, em), line)
        for number, line in enumerate(texts)
    )
    return PlacedLabel(
        link=link,
        carrier=printing.carrier,
        content=content,
        rows=rows,
        module=module,
        symbol_x=quiet,
        symbol_y=(height - side) // 2,
        lines=lines,
        em=em,
        width=text_x + max(line.width for line in lines) + quiet,
        height=height,
    )


def label_page(label: Label, printing: PrintSettings) -> LabelPage:
    """Return a page with one label and nothing else. Raises what `place_label` raises."""
    only = place_label(label, printing)
    return LabelPage(only.width, only.height, printing.dpi, (only,))
