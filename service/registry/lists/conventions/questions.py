"""Finds what the columns of a list tell of their conventions, and asks what they do not tell.

At most one question a column. Only different values count, so a list of a million rows is a matter of a few.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import reduce
from typing import Any, Self

from service.registry.lists.columns import Header, ListKind
from service.registry.lists.conventions import numbers, value_words
from service.registry.lists.conventions.cell_text import DATES, NUMBERS, WORDS, unwrapped
from service.registry.lists.conventions.dates import (
    DateOrder,
    ambiguous,
    ends_a_month,
    is_near,
    lacks_year,
    orders,
    six_digit_days,
)
from service.registry.lists.conventions.header_meaning import date_order_of
from service.registry.lists.readers import Table
from service.registry.lists.typed_cells import DAY_MONTH, unmarked

_EXAMPLES = 3
_MOST_VALUES = 20_000  # different ones of a column
_MOST_WORDS = 30  # asked about; a column with more is none of words
_SAMPLE = 20_000  # rows of a list of units, unless something in them is open


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that is asked: the key of its answer, what it is about, and what is likeliest."""

    key: str
    about: str
    rows: int
    choices: tuple[str, ...]
    suggested: str = ""


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """A question about one column, or about rows of a kind.

    `topic`: date_order, day_month, thousands, word or rows. `label`: the column's header. `examples`: cells
    as written, of `rows` rows. `parts`: one thing to answer; several for the words of a column.
    """

    topic: str
    field: str
    label: str
    rows: int
    examples: tuple[str, ...]
    parts: tuple[Choice, ...]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, kept: dict[str, Any]) -> Self:
        """As `record` kept it."""
        parts = tuple(Choice(**part | {"choices": tuple(part["choices"])}) for part in kept["parts"])
        return cls(**kept | {"examples": tuple(kept["examples"]), "parts": parts})


def examine(table: Table, answers: Mapping[str, str]) -> list[ColumnQuestion]:
    """Give the table the conventions of its columns, and return what has to be asked about them.

    What the cells of a column show beyond doubt counts more than an answer, which may be an earlier list's.
    """
    header = table.header
    if header.kind in (
        ListKind.ALERTS,
        ListKind.RECALLS,
    ):  # published text: what is unclear in it stays unclear
        table.header = replace(header, conventions=dict(answers))
        return []
    values = _values(table)
    found: dict[str, str] = {}
    asked: list[ColumnQuestion] = []
    for field, counted in values.items():
        if field in DATES:
            asked += _about_dates(header, field, counted, answers, found)
        elif field in NUMBERS:
            asked += _about_numbers(header, field, counted, answers, found)
        else:
            asked += _about_words(header, field, counted, answers)
    asked = _dates_alike(asked, dict(answers), found)
    for key in [each for each in found if each.startswith(_SIX_DIGITS)]:
        found[key] = found[key] or {**answers, **found}.get(
            f"date_order:{key.removeprefix(_SIX_DIGITS)}", "year"
        )
    for state, lines in table.row_states().items():
        key = f"rows:{state}"
        if key not in answers:
            found[key] = "out"  # until a person has decided
            examples = tuple(str(line) for line in lines[:_EXAMPLES])
            part = Choice(key, state, len(lines), ("out", "in"), "out")
            asked.append(ColumnQuestion("rows", state, "", len(lines), examples, (part,)))
    table.header = replace(header, conventions=dict(answers) | found)
    return asked


def _dates_alike(
    asked: list[ColumnQuestion], answers: Mapping[str, str], found: dict[str, str]
) -> list[ColumnQuestion]:
    """Let the other columns of dates decide a column that does not decide itself; ask about the first only.

    A file is written by one program, which writes all its dates in one order.
    """
    prefix = "date_order:"
    open_ = [each for each in asked if each.topic == "date_order"]
    said = {order for key, order in answers.items() if key.startswith(prefix)}
    told = {order for key, order in found.items() if key.startswith(prefix)}
    possible = set.intersection(*(set(each.parts[0].choices) for each in open_)) if open_ else set()
    known = (said | told & set(map(str, _LIKELY))) & possible
    if not open_ or len(known) > 1:
        return asked
    for question in open_ if known else open_[1:]:
        asked = [each for each in asked if each is not question]
        if known:
            found[question.parts[0].key] = next(iter(known))
    return asked


def _values(table: Table) -> dict[str, Counter[str]]:
    """How often each value of the columns stands there whose cells can have two readings."""
    header = table.header
    places = {field: at for field, at in header.index.items() if field in DATES | NUMBERS | WORDS}
    values: dict[str, Counter[str]] = {field: Counter() for field in places}
    if not places:
        return {}
    for number, (_, row) in enumerate(table.rows(), start=1):
        for field, place in places.items():
            counted = values[field]
            if place < len(row) and (len(counted) < _MOST_VALUES or row[place] in counted):
                counted[row[place]] += 1
        if number == _SAMPLE and header.kind is ListKind.UNITS and not any(map(_open, values.items())):
            break
    return values


def _open(column: tuple[str, Counter[str]]) -> bool:
    """Whether the values of a column so far leave anything to be told by the others."""
    field, counted = column
    if field in DATES:
        return any(_date_orders(value) is not None or _is_day_month(value) for value in counted)
    return any(value.strip() and value_words.known(field, unmarked(value)[1]) is None for value in counted)


def _date_orders(value: str) -> frozenset[DateOrder] | None:
    kind, text = unmarked(value)
    return None if kind else orders(unwrapped(text.strip()))


def _is_day_month(value: str) -> bool:
    return unmarked(value)[0] == DAY_MONTH


def _about_dates(
    header: Header, field: str, counted: Counter[str], answers: Mapping[str, str], found: dict[str, str]
) -> list[ColumnQuestion]:
    asked = []
    short = {value: rows for value, rows in counted.items() if _is_day_month(value)}
    if short and f"day_month:{field}" not in answers:
        part = Choice(f"day_month:{field}", field, sum(short.values()), ("month", "day"), "month")
        asked.append(_question("day_month", header, field, short, part))
    possible = {value: allowed for value in counted if (allowed := _date_orders(value)) is not None}
    if not possible:
        return asked or _about_six_digits(header, field, counted, answers, found)
    rows = {unwrapped(value.strip()): counted[value] for value in possible}
    if _lack_years(rows, possible.values()):
        found[f"date_order:{field}"] = str(DateOrder.DAY)  # in which none of them is a date
        return asked
    decisive = [allowed for allowed in possible.values() if allowed != {DateOrder.YEAR}] or possible.values()
    together = _most_likely(header.label(field), rows, reduce(frozenset.__and__, decisive))
    stated = date_order_of(header.label(field))
    if len(together) > 1 and stated in together:
        together = frozenset({DateOrder(stated)})
    if len(together) == 1:
        found[f"date_order:{field}"] = str(next(iter(together)))
        return asked
    if f"date_order:{field}" in answers:
        return asked
    every = together or _LIKELY
    two = {value: counted[value] for value in possible if ambiguous(unwrapped(value.strip()), every)}
    if two and not asked:
        choices = tuple(str(each) for each in DateOrder if each in every)
        part = Choice(f"date_order:{field}", field, sum(two.values()), choices)
        asked.append(_question("date_order", header, field, two, part))
    elif together:
        found[f"date_order:{field}"] = str(DateOrder.DAY if DateOrder.DAY in together else min(together))
    return asked


_LIKELY = frozenset((DateOrder.DAY, DateOrder.MONTH))


def _most_likely(label: str, rows: Mapping[str, int], together: frozenset[DateOrder]) -> frozenset[DateOrder]:
    """The orders that are worth a question. `rows`: of each date, how many there are.

    The year first in two digits (27.12.31) is a habit of East Asia; elsewhere it is asked about where more of
    the dates are last days of a month so.
    """
    if DateOrder.YEAR not in together or len(together) == 1:
        return together
    if any(each >= "\u3000" for each in label):
        return frozenset({DateOrder.YEAR})
    ends = {
        order: sum(count for text, count in rows.items() if ends_a_month(text, order)) for order in together
    }
    is_year = all(ends[DateOrder.YEAR] > ends[order] for order in together if order is not DateOrder.YEAR)
    return together if is_year else together & _LIKELY


def _lack_years(rows: Mapping[str, int], allowed: Iterable[frozenset[DateOrder]]) -> bool:
    """Whether the dates of a column are days and months without a year, most of them last days of a month."""
    if any(orders_ != {DateOrder.YEAR} for orders_ in allowed):
        return False
    return sum(count for text, count in rows.items() if lacks_year(text)) * 2 > sum(rows.values())


def _about_six_digits(
    header: Header, field: str, counted: Counter[str], answers: Mapping[str, str], found: dict[str, str]
) -> list[ColumnQuestion]:
    """Which part of `311227` comes first, in a column whose dates are all written so.

    The year, as GS1 has it, unless more of them are last days of a month, as most expiries are, in another
    order: then it is asked. No order is kept under `six_digits` until it is known.
    """
    days = {
        value: readings
        for value in counted
        if not unmarked(value)[0] and (readings := six_digit_days(unwrapped(value.strip())))
    }
    if not days:
        return []
    key = f"date_order:{field}"
    every = _orders_of_all(days.values())
    stated = date_order_of(header.label(field))

    def rank(order: DateOrder) -> tuple[int, int, bool]:
        near = {each: day for each, read in days.items() if is_near(int((day := read.get(order, "0"))[:4]))}
        ends = sum(counted[each] for each, day in near.items() if _ends_a_month(day))
        return ends, sum(counted[each] for each in near), order is DateOrder.YEAR

    likeliest = max(every or DateOrder, key=rank)
    if stated in every:
        found[key] = str(stated)
    elif len(every) == 1 or likeliest is DateOrder.YEAR:
        found[key] = str(likeliest)
    found[f"{_SIX_DIGITS}{field}"] = found.get(key, "")
    if key in found or key in answers:
        return []
    choices = tuple(str(each) for each in DateOrder if each in (every or DateOrder))
    part = Choice(key, field, sum(counted[value] for value in days), choices, str(likeliest))
    return [_question("date_order", header, field, {value: counted[value] for value in days}, part)]


def _orders_of_all(days: Iterable[Mapping[DateOrder, str]]) -> frozenset[DateOrder]:
    return reduce(frozenset.__and__, (frozenset(each) for each in days))


def _ends_a_month(day: str) -> bool:
    """Whether an ISO day is the last of its month, or a month as a whole."""
    return day != "" and (
        len(day) == len("2027-12") or (date.fromisoformat(day) + timedelta(days=1)).day == 1
    )


_SIX_DIGITS = "six_digits:"


def _about_numbers(
    header: Header, field: str, counted: Counter[str], answers: Mapping[str, str], found: dict[str, str]
) -> list[ColumnQuestion]:
    key = f"thousands:{field}"
    texts = {unwrapped(value.strip()): value for value in counted if not unmarked(value)[0]}
    two = {text: counted[value] for text, value in texts.items() if numbers.has_two_readings(text)}
    if not two:
        return []
    grouping = numbers.grouping_of(texts)
    if grouping is not None:
        found[key] = str(grouping)
    if key in found or key in answers:
        return []
    choices = tuple(str(each) for each in numbers.Grouping)
    part = Choice(key, field, sum(two.values()), choices, str(numbers.Grouping.THOUSANDS))
    return [_question("thousands", header, field, two, part)]


def _about_words(
    header: Header, field: str, counted: Counter[str], answers: Mapping[str, str]
) -> list[ColumnQuestion]:
    rows: Counter[str] = Counter()
    written: dict[str, str] = {}
    for value, count in counted.items():
        text = unmarked(value)[1].strip()
        word = value_words.word_key(text)
        if word and f"word:{field}:{word}" not in answers and not _is_sure(field, word, text):
            rows[word] += count
            written.setdefault(word, text)
    if not rows or len(rows) > _MOST_WORDS:
        return []
    parts = tuple(
        Choice(
            f"word:{field}:{word}",
            written[word],
            count,
            (*value_words.CHOICES[field], value_words.NOT_SAID, value_words.NOT_KNOWN),
            value_words.known(field, written[word]) or ("" if word.strip("-–—./") else value_words.NOT_SAID),
        )
        for word, count in rows.items()
    )
    return [_question("word", header, field, {written[word]: rows[word] for word in rows}, *parts)]


def _is_sure(field: str, word: str, text: str) -> bool:
    return value_words.known(field, text) is not None and not (
        field == "status" and word in value_words.UNSURE
    )


def _question(
    topic: str, header: Header, field: str, values: Mapping[str, int], *parts: Choice
) -> ColumnQuestion:
    examples = tuple(_shown(value) for value in _first(values))
    return ColumnQuestion(topic, field, header.label(field), sum(values.values()), examples, parts)


def _shown(value: str) -> str:
    """A cell as the file shows it."""
    kind, text = unmarked(value)
    return date.fromisoformat(text[:10]).strftime("%d-%b") if kind == DAY_MONTH else text


def _first(values: Iterable[str]) -> list[str]:
    return list(values)[:_EXAMPLES]
