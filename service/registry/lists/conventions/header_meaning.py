"""Finds what a column header means when it is no known word as it stands: units, formats, compounds, plurals.

>>> names = {"expiry": "expiry", "expirydate": "expiry", "verfalldatum": "expiry", "lot": "lot"}
>>> [meaning(names, label) for label in ("Expiry", "Expiry date [DD/MM/YYYY]", "Lots no.", "Q")]
[('expiry', 0), ('expiry', 1), ('lot', 2), None]
>>> date_order_of("Verfall TT.MM.JJJJ"), date_order_of("EXP (MM/DD/YY)"), date_order_of("Expiry")
('day', 'month', None)
"""

import re
from collections.abc import Iterator, Mapping

from service.registry.lists.conventions.header_stems import by_stems
from service.registry.lists.conventions.locale_names import plain

Meaning = tuple[str, int]
"""A field, and how far the header is from its words: 0 none, 1 but for brackets, 2 by parts, 3 by stems."""

_BRACKETS = re.compile(r"[(\[{（【].*?[)\]}）】]")
_NUMBER_OF = re.compile(
    r"^\s*(?:n[°ºo]?|nr|num|numero|número|numéro|№)[.\s]+(?:de|do|del|di|da|du)?\s*", re.IGNORECASE
)
_FORMAT = re.compile(
    r"(?<![^\W\d_])(?P<first>[^\W\d_])(?P=first){0,3}[./\- ]?(?P<second>[^\W\d_])(?P=second){0,3}[./\- ]?"
    r"(?:(?P<third>[^\W\d_])(?P=third){0,3})?(?![^\W\d_])",
    re.IGNORECASE,
)
_DAYS, _MONTHS, _YEARS = frozenset("DTJGД"), frozenset("MМA"), frozenset("YJARГ")
_SHORTEST_FORMAT = 4

_EMPTY_WORDS_TEXT = (
    "no nr nr. num number numbers nummer nummern numero número numéro numer numarası код номер № # id "
    "ids code codes kod código codice date datum of the a de del la du des di da do dos das d l della "
    "dello per für for in im am on at as pack label printed gs1 14 13 digit digits stellig iso "
    "product produkt produit producto produto prodotto item article artikel our"
)
_EMPTY_WORDS = frozenset(map(plain, _EMPTY_WORDS_TEXT.split()))
"""Words of a header that say nothing of which field it is."""

_FROM_EAST_ASIA = "\u2e80"  # the first of the scripts that write without spaces
_LONGEST_COMPOUND = 12
_SHORTEST_EAST, _SHORTEST_WEST = 2, 7  # letters of a known word at the end of a compound
_NO_HEADS = frozenset(
    map(plain, ("status", "nummer", "bezeichnung", "名称", "编号", "番号", "コード", "코드", "编码"))
)
"""Words that end headers of many meanings: `Lieferstatus` is no status of a lot."""


def meaning(names: Mapping[str, str], label: str) -> Meaning | None:
    """The field that a header means; `names`: fields by header (`plain`); None where it is unknown."""
    word = plain(label)
    if word in names:
        return names[word], 0
    bare = _BRACKETS.sub(" ", label)
    formatless = _without_format(bare)
    for part in (bare, formatless, *re.split(r"[/|\n\r]| - ", formatless), _NUMBER_OF.sub("", formatless)):
        word = plain(part)
        if word in names:
            return names[word], 1
    field = _by_words(names, formatless) or _by_head(names, formatless) or _in_brackets(names, label)
    if field:
        return field, 2
    field = by_stems(frozenset(names.values()), formatless or label, label)
    return (field, 3) if field else None


def _by_words(names: Mapping[str, str], label: str) -> str | None:
    """`Laboratorio titular`, `Lots no.`: all words that say anything say the same."""
    words = [
        word for each in re.split(r"[\W_]+", label) if (word := plain(each)) and word not in _EMPTY_WORDS
    ]
    joined = "".join(words)
    for whole in (joined, joined.removesuffix("s"), joined.removesuffix("n")):
        if whole in names:
            return names[whole]
    fields = {names.get(word) or names.get(word.removesuffix("s")) for word in words}
    return fields.pop() if len(fields) == 1 else None


def _by_head(names: Mapping[str, str], label: str) -> str | None:
    """`Packungssprachen`, `製品有効期限`: a compound means what its end means."""
    word = plain(label)
    if not 1 < len(word) <= _LONGEST_COMPOUND * 3 or " " in label.strip():
        return None
    shortest = _SHORTEST_EAST if word[-1] >= _FROM_EAST_ASIA else _SHORTEST_WEST
    for start in range(1, len(word) - shortest + 1):
        head = word[start:]
        if head in names and head not in _NO_HEADS:
            return names[head]
    return None


def _in_brackets(names: Mapping[str, str], label: str) -> str | None:
    """`code (GTIN)`: what the bracket says, where the rest says nothing."""
    inside = {names.get(plain(each)) for each in _BRACKETS.findall(label)} - {None}
    return inside.pop() if len(inside) == 1 else None


def _formats(label: str) -> Iterator[tuple[re.Match[str], str]]:
    """The formats of dates in a header, and what comes first in each."""
    for match in _FORMAT.finditer(label):
        first, second, third = ((match[name] or "").upper() for name in ("first", "second", "third"))
        run = len(match[0]) - len(match[0].lstrip(match["first"]))
        if len(match[0]) < _SHORTEST_FORMAT or not third:
            continue
        if first in _MONTHS and second in _DAYS and third in _YEARS:
            yield match, "month"
        elif first in _DAYS and second in _MONTHS and third in _YEARS and run <= 2:
            yield match, "day"
        elif first in _YEARS and second in _MONTHS and third in _DAYS:
            yield match, "year"


def date_order_of(label: str) -> str | None:
    """The order of day, month and year that a header states (`DD.MM.YYYY`); None where it states none."""
    found = {order for _, order in _formats(label)}
    return found.pop() if len(found) == 1 else None


def _without_format(label: str) -> str:
    for match, _ in list(_formats(label))[::-1]:
        label = label[: match.start()] + " " + label[match.end() :]
    return re.sub(r"\s+", " ", label).strip(" :.-")
