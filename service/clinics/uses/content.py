"""How much one vial holds, in which unit: read from the texts of the product's record."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

_AMOUNT = re.compile(r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*([^\W\d_][\w.]*|µ\w+|%)?(\s*/)?")
_AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}")
# 1,000 is a thousand to some and one to others

_UNITS = (
    "unit",
    "units",
    "u",
    "iu",
    "i.u",
    "i.u.",
    "einheit",
    "einheiten",
    "e",
    "ie",
    "ui",
    "unité",
    "unités",
)
_ALIKE = dict.fromkeys(_UNITS, "units")


@dataclass(frozen=True, slots=True)
class VialContent:
    """`whole`: what a full vial holds, None where the record does not say it clearly. `unit`: as printed."""

    whole: Decimal | None = None
    unit: str = ""


def content_of(content: str, strengths: Sequence[str]) -> VialContent:
    """Return what one vial holds. `content`: the record's text of it; the strengths give the unit of a use.

    A concentration (100 mg/ml) is no amount. Where several strengths or amounts may be meant, none is.

    >>> content_of("", ["100 units"])
    VialContent(whole=Decimal('100'), unit='units')
    >>> content_of("100 units in 2.5 ml", ["40 units/ml"]).whole
    Decimal('100')
    >>> content_of("", ["50 units", "100 units"])
    VialContent(whole=None, unit='units')
    """
    strong = [found for text in strengths for found in _amounts(text)]
    units = {_key(unit) for _, unit, _ in strong}
    held = [(number, unit) for number, unit, per in _amounts(content) if not per and unit]
    plain = [(number, unit) for number, unit, per in strong if not per and unit]
    same = [each for each in held if _key(each[1]) in units] or plain or held
    if len(same) == 1 and (same is not plain or len(strengths) == 1):
        number, unit = same[0]
        return VialContent(number, unit)
    return VialContent(None, strong[0][1] if strong and len(units) == 1 else "")


def _amounts(text: str) -> Iterator[tuple[Decimal | None, str, bool]]:
    """Each amount with its unit, and whether it is one for each of something (100 mg/ml)."""
    for match in _AMOUNT.finditer(text):
        number, unit, per = match.groups()
        if text[: match.start()].rstrip().endswith("/"):
            continue  # what the amount before it is for: 2.5 ml of "100 units/2.5 ml"
        clear = None if _AMBIGUOUS.fullmatch(number) else Decimal(number.replace(",", "."))
        yield clear, (unit or "").rstrip("."), bool(per)


def _key(unit: str) -> str:
    folded = unit.casefold()
    return _ALIKE.get(folded, folded)
