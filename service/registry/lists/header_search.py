"""Finds the header of a list among its first rows: below titles and frame lines, or nowhere.

The row that has most words of headers in it is the header. Where none has two, the first row is it, unless
it holds data: a valid product number, or a date in a row without any word of a header.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.registry.lists.columns import likeness
from service.registry.lists.conventions.column_values import meaning_of_value
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import SIGNED, TOTALS
from service.registry.lists.typed_cells import unmarked

DELIMITERS = (",", ";", "\t", "|", "\u2502")
TOP = 30
"""Rows among which a header is looked for."""

_ENOUGH = 2  # words of headers that make a row a header without doubt
_A_WHOLE_LIST = 3  # columns that a header of two lines has to name
_FRAME = re.compile(r"[-=_+*|.~:\u2500-\u257f\s]*")
_DIGITS = re.compile(r"[0-9]{3}")
_FORMAT = re.compile(r"\(?(?:[TDMJYAG]{2,4}[./-]){1,2}[DMJYAG]{2,4}\)?", re.IGNORECASE)
_BRACKETED = re.compile(r"\[[^\]0-9]*\]|\([^)0-9]*\)|[-–—]")
_SUM_CELL = re.compile(r"[*=>]*|[*]*\s*[0-9][0-9.,' \u00a0]*|[^\W\d_]{1,3}\.?")
_LONGEST_MARK = 3  # characters of a cell that is no sentence
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """Where the header stands among the rows that were looked at (None: there is none), and its cells."""

    place: int | None
    cells: tuple[str, ...]


def find_header(rows: Sequence[Sequence[str]]) -> FoundHeader:
    """The header among the first rows of a list, which may be blank; without one, as many empty labels."""
    texts = [[unmarked(cell)[1] for cell in row] for row in rows[:TOP]]
    filled = [place for place, row in enumerate(texts) if any(cell.strip() for cell in row)]
    if not filled:
        return FoundHeader(0, ())
    labels = {place: labels_at(rows, place) for place in filled}
    best = max(filled, key=lambda place: (likeness(labels[place]), -place))
    if likeness(labels[best]) >= _ENOUGH:
        return FoundHeader(best, labels[best])
    listed = [place for place in filled if not is_frame(texts[place]) and _is_more_than_a_title(texts[place])]
    first = (listed or filled)[0]
    if likeness(texts[first]) == 0 and holds_data(rows[first]):
        return FoundHeader(None, ("",) * len(texts[first]))
    return FoundHeader(first, tuple(texts[first]))


def labels_at(rows: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    """The headers in a row, with those of the row above where the two are one header of two lines.

    A cell of the upper line may lie over several columns (`Batch` over `No.`, `Expiry` and `Qty`).
    """
    lower = tuple(unmarked(cell)[1] for cell in rows[place])
    if not place or holds_data(rows[place]) or any(map(_DIGITS.search, lower)):
        return lower
    upper = [unmarked(cell)[1] for cell in rows[place - 1]]
    if is_frame(upper) or not _is_more_than_a_title(upper):
        return lower
    above = ""
    joined = []
    for at, cell in enumerate(lower):
        own = upper[at] if at < len(upper) else ""
        above = own if own.strip() else above
        options = (f"{above} {cell}".strip(), cell, own)
        joined.append(next((each for each in options if each.strip() and likeness([each])), options[0]))
    known = likeness(joined)
    return (
        tuple(joined) if known >= _A_WHOLE_LIST and known > max(likeness(lower), likeness(upper)) else lower
    )


def _is_more_than_a_title(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) > 1


def holds_data(cells: Sequence[str]) -> bool:
    """Whether a row is one of a list and no header: it has a product number, or a date."""
    return any(meaning_of_value(cell) in ("gtin", "expiry") for cell in cells)


def guessed_from_values(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """What the columns of a list without a header may mean: only what their values themselves tell."""
    found: list[str] = []
    for place in range(width):
        meanings = {meaning_of_value(row[place]) for row in rows if place < len(row) and row[place].strip()}
        meaning = meanings.pop() if len(meanings) == 1 else ""
        found.append(meaning if meaning not in found else "")
    return tuple(found)


def is_frame(cells: Sequence[str]) -> bool:
    """Whether a row is a drawn line, as lists printed by SAP have them."""
    text = "".join(cells)
    return bool(text) and _FRAME.fullmatch(text) is not None


def is_no_row(cells: Sequence[str], labels: Sequence[str], needed: Sequence[int]) -> bool:
    """Whether a line among the rows of a list is none of them: frame, header once more, total, signature.

    `needed`: the places of the columns that every row of the list has to fill. A row that fills two of them
    is a row, whatever stands there.
    """
    texts = [unmarked(cell)[1].strip() for cell in cells]
    if is_frame(texts) or (
        any(labels) and [each for each in texts if each] == [each for each in labels if each]
    ):
        return True
    if all(map(_BRACKETED.fullmatch, filter(None, texts))):
        return True  # units under the headers: [-], [pcs], [°C]
    filled = [texts[place] for place in needed if place < len(texts) and texts[place]]
    said = next((text for text in texts if text), "")
    words = {plain(word) for word in re.split(r"[\W\d_]+", said)}
    first = texts[needed[0]] if needed and needed[0] < len(texts) else ""
    has_digits = any(each.isdigit() for each in first)
    if words & TOTALS and (not has_digits or len(filled) < 2):
        return True
    if not has_digits and filled and not _is_of_record(texts) and likeness(texts) >= _ENOUGH:
        return True  # the header once more, in another language
    return len(filled) < 2 and _is_note(texts, said, words, several=len(needed) > 1, sum_=not filled)


def _is_of_record(texts: Sequence[str]) -> bool:
    """Whether a line has what only a row has: a product number, a date, or a web address."""
    return holds_data(texts) or any("://" in each for each in texts)


def _is_note(texts: Sequence[str], said: str, words: set[str], *, several: bool, sum_: bool) -> bool:
    """Whether a line is a sum without a word for it, formats under the headers, a signature or a sentence.

    `several`: the list has several columns that every row fills; `sum_`: the line fills none of them.
    """
    if sum_ and several and all(map(_SUM_CELL.fullmatch, texts)):
        return True
    if any(map(_FORMAT.fullmatch, texts)) and not any(each.isdigit() for each in "".join(texts)):
        return True  # formats under the headers: TT.MM.JJJJ
    if sum(map(bool, texts)) != 1 or not several:
        return False
    sentence = len(said) > _LONGEST_MARK and (" " in said or ":" in said)
    return sentence or bool(words & SIGNED)


@dataclass(frozen=True, slots=True)
class TextTop:
    """The first rows of a text file: its delimiter, and each record with the line on which it begins."""

    delimiter: str
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def top_of_text(sample: str, header_line: int | None) -> TextTop:
    """Cut the beginning of a text by the delimiter that makes most of it, or of its header line."""
    tops = [_cut(sample, delimiter) for delimiter in DELIMITERS]
    return max(tops, key=lambda top: _fitness(top, header_line))


def _fitness(top: TextTop, header_line: int | None) -> tuple[int, int]:
    if header_line:
        cells = next((row for line, row in zip(top.lines, top.rows, strict=True) if line == header_line), ())
        return likeness(cells), len(cells)
    return max(((likeness(row), len(row)) for row in top.rows), default=(0, 0))


def _cut(sample: str, delimiter: str) -> TextTop:
    """Records of the sample, without the last line that may be cut off, however its quotation marks stand."""
    lines: list[int] = []
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    line = 0
    try:
        for cells in reader:
            if cells:
                lines.append(line + 1)
                rows.append(tuple(cell[:_LONGEST_LABEL] for cell in cells))
            line = reader.line_num
            if len(rows) == TOP:
                break
    except csv.Error:  # a cell of more than 128 KB: what was cut so far tells enough
        pass
    return TextTop(delimiter, tuple(lines), tuple(rows))
