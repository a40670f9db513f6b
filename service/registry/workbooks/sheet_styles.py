"""What the formats of an XLSX workbook tell of its cells: struck through, a month without a day, or no year.

A date cell holds a day whatever it shows: of `Dec-27` it holds 1 December 2027, of `27-Dec` 27 December of
the year in which it was typed. The format is the only trace of what was typed.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from service.registry.lists.typed_cells import DAY_MONTH, MONTH, YEAR

_BUILT_IN = {16: DAY_MONTH, 17: MONTH}  # ECMA-376, 18.8.30: d-mmm and mmm-yy
_LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class CellStyles:
    """By the number of a cell's format (attribute `s`): the kind of its date, and whether it is struck."""

    dates: dict[int, str] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()


def cell_styles(archive: zipfile.ZipFile) -> CellStyles:
    """The formats of a workbook whose parts were searched for declarations before; none where it has none."""
    try:
        root = ET.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 (no declarations: see above)
    except KeyError:
        return CellStyles()
    space = root.tag[: root.tag.index("}") + 1] if "}" in root.tag else ""
    codes = {
        int(each.get("numFmtId", "0")): kind_of_format(each.get("formatCode", ""))
        for each in root.iter(f"{space}numFmt")
    }
    fonts = root.find(f"{space}fonts")
    struck_fonts = [_is_struck(font.find(f"{space}strike")) for font in (fonts if fonts is not None else ())]
    dates: dict[int, str] = {}
    struck: set[int] = set()
    formats = root.find(f"{space}cellXfs")
    for number, xf in enumerate(formats if formats is not None else ()):
        code = int(xf.get("numFmtId", "0"))
        kind = codes.get(code) or _BUILT_IN.get(code)
        if kind:
            dates[number] = kind
        font = int(xf.get("fontId", "0"))
        if font < len(struck_fonts) and struck_fonts[font]:
            struck.add(number)
    return CellStyles(dates, frozenset(struck))


def _is_struck(strike: "ET.Element[str] | None") -> bool:
    return strike is not None and strike.get("val", "1") not in ("0", "false")


def kind_of_format(code: str) -> str | None:
    """MONTH for a date format without a day, DAY_MONTH without a year, YEAR for a year alone, else None.

    >>> kind_of_format("mm/yyyy"), kind_of_format("d-mmm"), kind_of_format("[$-407]DD. MMMM YYYY")
    ('month', 'day_month', None)
    >>> kind_of_format("yyyy")
    'year'
    """
    letters = set(_LITERALS.sub("", code.split(";", maxsplit=1)[0]).lower())
    if letters == {"y"}:
        return YEAR
    if "m" not in letters or letters & set("hs0#"):
        return None
    if "y" in letters and "d" not in letters:
        return MONTH
    return DAY_MONTH if "d" in letters and "y" not in letters else None
