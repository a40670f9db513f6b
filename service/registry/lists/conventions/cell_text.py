"""How the cells of a list are to be read: what its columns show, and what a person has answered.

`normal` brings a cell into the form that identifiers, dates and numbers are parsed from. What one cell cannot
tell (is 04/05/2027 in April?) is a convention of its column: `examine` finds it in the other cells, and
where they do not tell, it becomes a question. Conventions and answers are texts by key:

    date_order:FIELD    day, month or year
    six_digits:FIELD    day, month or year: all dates of the column are six digits so
    day_month:FIELD     month (the cell `27-Dec` means December 2027) or day (27 December of this year)
    thousands:FIELD     thousands or decimal
    word:FIELD:WORD     what the word means (`value_words`), `-` for nothing, `?` for a word that is refused
    rows:hidden, rows:struck    in or out
"""

import re
from collections.abc import Mapping

from service.errors import IdentifierError
from service.gs1.identifiers import Gtin
from service.registry.lists.conventions import numbers, value_words
from service.registry.lists.conventions.dates import DateOrder, iso_date, six_digit_days
from service.registry.lists.typed_cells import DATE, DAY_MONTH, MONTH, NUMBER, TIME

Conventions = Mapping[str, str]

DATES = frozenset(("expiry", "made", "released", "reported", "dated"))
NUMBERS = frozenset(("quantity",))
WORDS = frozenset(value_words.CHOICES)
_CODES = frozenset(("gtin", "lot", "serial", "serial_prefix"))

_FORMULA = re.compile(r'="(?P<text>[^"]*)"')
_GTIN_LENGTHS = (12, 13, 14)  # a shorter number has lost more zeros than a check digit can vouch for
_ELEMENT = {
    "gtin": re.compile(r"\(01\)([0-9]{14})|01([0-9]{14})"),
    "lot": re.compile(r"\(10\)(.+)"),
    "serial": re.compile(r"\(21\)(.+)"),
}
_DATE_ELEMENT = re.compile(r"\(1[1567]\)([0-9]{6})")  # GS1 General Specifications, 3.4: YYMMDD
_CLOCK = re.compile(r"(?<=[T ])[0-9]{1,2}:[0-9]{2}", re.IGNORECASE)
_NO_TIME = frozenset(("00:00", "0:00", "12:00", "23:59"))
"""Times of an expiry that is a day. Another one (23:00) is left of a day in another time zone, perhaps of the
next."""

_GTIN_LABEL = re.compile(r"(?:gtin|ean|ntin|upc)(?:[ -]?1[234])?[\s:#]+(?=[0-9])", re.IGNORECASE)
_LOT_LABEL = re.compile(
    r"(?:lot|batch|charge|chargen|ch\.?-?b|lote|lotto|parti|partia|seria|серия|партия|ロット|批号|批號|제조번호)"
    r"(?:[\s.]*(?:no|nr|number|nummer|num|code|n[°ºo])\.?)?[\s.:#=]+(?=\S*[0-9])"
    r"|(?:(?:no|nr|n[°º])[.:]\s*|[bl]:\s*|#\s*|№\s*)(?=\S*[0-9])",
    re.IGNORECASE,
)
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u00ad": None})
"""The hyphens of word processors, which tear no line or are not seen; a dash stays, it may be a range."""


def normal(field: str, raw: str, kind: str, conventions: Conventions) -> tuple[str, str]:
    """The kind and text of a cell as they are parsed; what is not recognised stays as it is."""
    if field in _CODES:
        return _code(field, raw, kind)
    if field in DATES:
        return _date(field, raw, kind, conventions)
    if field in NUMBERS:
        said = conventions.get(f"thousands:{field}")
        number = numbers.whole(unwrapped(raw), numbers.Grouping(said) if said else None)
        return kind, raw if number is None else str(number)
    if field in WORDS:
        meaning = conventions.get(f"word:{field}:{value_words.word_key(raw)}")
        if meaning is None or meaning == value_words.NOT_KNOWN:
            return kind, raw
        return kind, "" if meaning == value_words.NOT_SAID else meaning
    return kind, raw


def unwrapped(raw: str) -> str:
    """A text as it was before a spreadsheet export protected it: `="0400"` and `'0400` are `0400`."""
    formula = _FORMULA.fullmatch(raw)
    if formula is not None:
        return formula["text"].strip()
    return raw[1:] if raw[:1] == "'" and raw[1:2].isalnum() and "'" not in raw[1:] else raw


def _code(field: str, raw: str, kind: str) -> tuple[str, str]:
    if field == "gtin" and kind == NUMBER:
        return ("", raw) if _is_whole_gtin(raw) else (kind, raw)
    if kind:
        return kind, raw
    text = unwrapped(raw)
    element = _ELEMENT[field].fullmatch(text) if field in _ELEMENT else None
    if element is not None and (field != "gtin" or _is_whole_gtin(text[-14:])):
        return kind, next(part for part in element.groups() if part)
    if field == "gtin":
        text = _GTIN_LABEL.sub("", text, count=1) if _GTIN_LABEL.match(text) else text
        whole = re.sub(r"[.,]0+$", "", text)
        return kind, whole if _is_whole_gtin(whole) else text
    if field == "lot":
        label = _LOT_LABEL.match(text)
        bare = text[label.end() :] if label else text
        return kind, bare if bare.isascii() else bare.translate(_HYPHENS)
    return kind, text


def _is_whole_gtin(text: str) -> bool:
    """Whether a number that may have lost zeros in front is a GTIN whose check digit holds."""
    if not (text.isascii() and text.isdigit() and len(text) in _GTIN_LENGTHS):
        return False
    try:
        Gtin.parse(text)
    except IdentifierError:
        return False
    return True


def _date(field: str, raw: str, kind: str, conventions: Conventions) -> tuple[str, str]:
    if kind == DAY_MONTH:
        said = conventions.get(f"day_month:{field}")
        if said == "month":
            return DATE, f"20{raw[8:10]}-{raw[5:7]}"
        return (DATE, raw[:10]) if said == "day" else (kind, raw)
    if kind not in ("", DATE):
        return (DATE, raw[:7]) if kind == MONTH else (kind, raw)
    text = unwrapped(raw)
    if field == "expiry" and ":" in text and (time := _CLOCK.search(text)) and time[0] not in _NO_TIME:
        return TIME, raw
    element = _DATE_ELEMENT.fullmatch(text)
    return kind, element[1] if element else _date_text(field, text, conventions) or raw


def _date_text(field: str, text: str, conventions: Conventions) -> str | None:
    compact = conventions.get(f"six_digits:{field}")
    days = six_digit_days(text) if compact else {}
    if days:
        return days.get(DateOrder(compact or ""))
    order = conventions.get(f"date_order:{field}")
    return iso_date(text, DateOrder(order) if order else None)
