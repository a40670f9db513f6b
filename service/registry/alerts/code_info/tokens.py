"""Tokens of a recall notice's free text: labels, dates, codes, ranges, and everything else.

A token knows its position, so that what was not parsed can be shown as it was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from service.errors import IdentifierError
from service.gs1.identifiers import Expiry
from service.gs1.printed_dates import current_century


class TokenKind(Enum):
    """What a piece of the text is."""

    ALL = auto()
    LOT = auto()
    EXPIRY = auto()
    MADE = auto()
    NUMBER = auto()
    OTHER = auto()
    BEGINNING = auto()
    DATE = auto()
    QUANTITY = auto()
    ENUMERATOR = auto()
    RANGE = auto()
    LIST = auto()
    END = auto()
    OPEN = auto()
    CLOSE = auto()
    CODE = auto()
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece: `text[start:end]`. A date that is in the calendar has its `date`."""

    kind: TokenKind
    text: str
    start: int
    end: int
    date: Expiry | None = None


_B = r"(?<![A-Za-z0-9])"  # where a word begins; `\b` would join 2017 to the Chinese character after it
_E = r"(?![A-Za-z0-9])"
_MONTH = (
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|tember|ober|ember)?\.?"
)
_DATES = (
    r"(?P<m1>\d{1,2})/(?P<d1>\d{1,2})/(?P<y1>\d{4}|\d{2})",
    r"(?P<m2>\d{1,2})[.-](?P<d2>\d{1,2})[.-](?P<y2>(?:19|20)\d{2})",
    r"(?P<y3>(?:19|20)\d{2})[./-](?P<m3>\d{1,2})[./-](?P<d3>\d{1,2})",
    r"(?P<m4>\d{1,2})\s?/\s?(?P<y4>(?:19|20)\d{2}|\d{2})(?!/)",
    r"(?P<m5>\d{1,2})[.-](?P<y5>20\d{2})(?![.-])",
    r"(?P<y6>20\d{2})[/-](?P<m6>\d{1,2})(?![/-])",
    rf"(?P<m7>{_MONTH})[\s,./-]*(?P<d7>\d{{1,2}})(?:st|nd|rd|th)?[\s,./-]+(?P<y7>\d{{4}}|\d{{2}})",
    rf"(?P<d8>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]*(?P<m8>{_MONTH})[\s,./-]*(?P<y8>\d{{4}}|\d{{2}})",
    rf"(?P<m9>{_MONTH})[\s,./'-]*(?P<y9>\d{{4}}|\d{{2}})",
    r"(?P<y0>\d{2,4})\s?年\s?(?P<m0>\d{1,2})\s?月(?:\s?(?P<d0>\d{1,2})\s?日)?",
)
_NUMBER_WORD = r"(?:\s*(?:numbers?|nos?|nr|num|codes?|ids?)(?![A-Za-z]))?"
_MARKS = r"(?:\s*\(s\))?\.?(?:\s*#\s*['’]?s?(?![A-Za-z]))?(?:['’]s(?![A-Za-z]))?\s*[:=]?"  # noqa: RUF001
_UNIT_WORDS = (
    "mg|mcg|ml|gm?|kg|oz|lbs?|l|iu|ct|count|tablets?|tabs?|capsules?|caps|vials?|ampou?les?|bottles?|boxes|"
    "cases?|cartons?|syringes?|bags?|kits?|packs?|packages?|pieces?|pcs|mm|cm|days?|hours?|months?|years?|"
    "fl|gallons?|pounds?|ounces?|doses?|batches|units(?!\\s*:)"
)
_GRAMMAR = {
    TokenKind.ALL: r"all(?:\s+(?!lots?|batch)[a-z-]+){0,3}\s+(?:lots?|batch(?:es)?|codes?|units)"
    r"(?:\s+(?:numbers?|codes?))?(?![A-Za-z])"
    r"|全部?批號|所有批號|各批號|全部批",
    TokenKind.DATE: "|".join(_DATES),
    TokenKind.LOT: rf"(?:(?:lot|control)s?|batch(?:es)?)(?![A-Za-z]){_NUMBER_WORD}"
    rf"(?:\s*(?:/|or)\s*(?:lots?|batch(?:es)?|serials?|codes?)(?![A-Za-z]){_NUMBER_WORD})?{_MARKS}"
    rf"|units?{_NUMBER_WORD}\s*(?:#\s*:?|:)|批號[::]?",
    TokenKind.EXPIRY: r"(?:exp(?:iry|iration|ires?|iring|ired|\.)?"
    r"|use[- ]?by|best[- ]?(?:by|before)|best if used by|sell[- ]?by"
    rf"|b\.?u\.?d(?![0-9])|bbd?(?![0-9])|beyond[- ]use)(?![A-Za-z])"
    rf"\.?(?:\s*(?:dates?|dt)(?![A-Za-z]))?{_MARKS}|有效期限|有效期間|效期",
    TokenKind.MADE: r"(?:mfg|mfd|manufactur\w*|made|produc(?:ed|tion)|distribut\w*"
    r"|re-?pack\w*|pack(?:ed|aged|aging)|ship\w*|dated?|compounded|dispensed|prepared|製造日?期?)(?![A-Za-z0-9])\.?\s*(?:dates?|on)?\s*:?",
    TokenKind.NUMBER: r"(?:upc|gtin|ean|udi)(?:[\s:#/-]|codes?|numbers?|nos?\.?)+(?:[0-9][ -]?){7,13}[0-9Xx*]"
    r"|(?:ndc|nhric|n?a?nda|nada)(?:[\s:#/-]|codes?|numbers?|nos?\.?)+[0-9*]+(?:-[0-9*]+){0,2}"
    r"|recall\s*(?:#|number|no\.?)[\s:#]*[A-Z]-?[0-9-]+",
    TokenKind.OTHER: r"(?:serials?|models?|parts?|catalog(?:ue)?|cat|ref(?:erence)?|items?|products?|order"
    r"|list|formula|style|material|article|device|job|case|box|reorder|stock|size)(?:\s*/\s*[A-Za-z]+)?"
    r"(?:\.?\s*(?:numbers?|nos?\.|nos?(?=\s*[:#0-9])|codes?(?!\s+dat)|#)['’]?s?\s*[:=#]?|\s*:)"  # noqa: RUF001
    r"|(?:software|version|serial|model|ref|sku|upcs?|ndcs?|gtins?|ean|udi|rx|s/?n|p/n)"
    r"(?![A-Za-z0-9])\s*(?:numbers?|#|:|\.)?",
    TokenKind.BEGINNING: r"(?:beginning|starting|begins?|starts?|ending|ends?|prefix\w*|suffix\w*|containing)"
    r"(?![A-Za-z0-9])(?:\s+(?:with|in))?",
    TokenKind.QUANTITY: r"[0-9]{1,4}(?:,[0-9]{3})*(?:\.[0-9]+)?(?-i:mg|mcg|mL|ml|g|kg|oz|lbs?|ct|mm|cm)"
    r"(?![A-Za-z0-9])"
    rf"|[0-9]{{1,3}}(?:,?[0-9]{{3}})*(?:\.[0-9]+)?[\s-]+(?:{_UNIT_WORDS})(?![A-Za-z0-9])|[0-9][0-9.,]*\s*%"
    r"|\d+(?:st|nd|rd|th)(?![A-Za-z])|[共約]?\d+(?:\.\d+)?\s*(?:批|錠|毫|公|瓶|盒|粒|支|包|顆|國際)",
    TokenKind.ENUMERATOR: r"\(?(?:[0-9]{1,2}|[A-Za-z]|[ivx]{2,4})\)",
    TokenKind.RANGE: rf"{_B}(?:through|thru|thro?ugh|to|until){_E}|[~–—至]|-{1, 2}(?=\s)",  # noqa: RUF001
    TokenKind.LIST: rf"{_B}(?:and|or){_E}|[,、，&/+及和與]",  # noqa: RUF001
    TokenKind.END: r"[;；。\n\r|]",  # noqa: RUF001
    TokenKind.OPEN: r"[(（\[]",  # noqa: RUF001
    TokenKind.CLOSE: r"[)）\]]",  # noqa: RUF001
    # compounding pharmacies write 03252022:54@3
    TokenKind.CODE: r"(?:[A-Za-z][A-Za-z._/-]*)?[0-9](?:(?:[A-Za-z0-9._/@-]|:(?=[0-9]))*[A-Za-z0-9])?",
    # a Chinese character is a word of its own
    TokenKind.WORD: r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:['’-][^\W\d_\u3400-\u9fff]+)*",  # noqa: RUF001
}
_ANYWHERE = frozenset(
    {
        TokenKind.RANGE,
        TokenKind.LIST,
        TokenKind.END,
        TokenKind.OPEN,
        TokenKind.CLOSE,
        TokenKind.DATE,
        TokenKind.CODE,
        TokenKind.WORD,
    }
)
"""Recognised also directly after a letter or digit: `Exp10/15` and `LOT1234` are a label and its value."""

_WHOLE = frozenset({TokenKind.DATE, TokenKind.CODE})
_MASTER = re.compile(
    "|".join(
        f"(?P<{kind.name}>{'' if kind in _ANYWHERE else _B}(?:{pattern}){_E if kind in _WHOLE else ''})"
        for kind, pattern in _GRAMMAR.items()
    ),
    re.IGNORECASE,
)
_MONTH_NUMBERS = {
    "jan feb mar apr may jun jul aug sep oct nov dec"[4 * place : 4 * place + 3]: place + 1
    for place in range(12)
}
_ROC = 1911
"""Taiwan's calendar counts years from 1912."""


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of the text in order; punctuation lies between them."""
    at = depth = 0
    while (match := _MASTER.search(text, at)) is not None:
        kind = TokenKind[str(match.lastgroup)] if match.lastgroup in TokenKind.__members__ else _kind(match)
        start, end = match.span()
        if kind is TokenKind.ENUMERATOR and depth and not match[0].startswith("("):
            end -= 1  # `(lots 11, 12)`: the bracket was opened before
            kind = TokenKind.CODE if match[0][0].isdigit() else TokenKind.WORD
        depth += (kind is TokenKind.OPEN) - (kind is TokenKind.CLOSE and depth > 0)
        date = _date(match) if kind is TokenKind.DATE else None
        if kind is TokenKind.DATE and date is None:
            kind = TokenKind.CODE
        yield Token(kind, text[start:end], start, end, date)
        at = end


def _kind(match: re.Match[str]) -> TokenKind:
    return next(kind for kind in TokenKind if match.group(kind.name) is not None)


def _date(match: re.Match[str]) -> Expiry | None:
    """Return the date, month before day as in the United States; None for one that is not in the calendar."""
    found = {name[0]: value for name, value in match.groupdict().items() if len(name) == 2 and value}
    year, month = found["y"], found["m"]
    number = int(month) if month.isdigit() else _MONTH_NUMBERS[month[:3].lower()]
    in_roc = match["y0"] is not None and int(year) < _ROC
    full = int(year) + _ROC if in_roc else current_century(int(year))
    try:
        return Expiry(full, number, int(found["d"]) if "d" in found else None)
    except IdentifierError:
        return None


_SHORT_DATE = re.compile(r"(\d{1,2})[-. ]((?:20)?\d{2})")


def date_after_label(token: Token) -> Expiry | None:
    """Return a date that is one only because `Exp` stands before it: `10-15`."""
    match = _SHORT_DATE.fullmatch(token.text)
    if match is None:
        return None
    try:
        return Expiry(current_century(int(match[2])), int(match[1]))
    except IdentifierError:
        return None
