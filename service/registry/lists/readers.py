"""Opens a list as a stream of rows: finds encoding, delimiter and header; holds one row in memory.

The file is copied first, to an unnamed temporary file: what was hashed is what is read, however often, and a
pipe can be read twice. Lines are counted as an editor counts them, from 1, quoted line ends included.
"""

import codecs
import csv
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from service.errors import ErrorCode, RefusedError
from service.registry.lists.broken_quotes import careful_records, numbered_records, whole_lines_are_quoted
from service.registry.lists.columns import (
    NEEDED,
    Header,
    Layout,
    ListHints,
    field_of,
    laid_out,
    recognise,
)
from service.registry.lists.conventions.column_values import ColumnValues
from service.registry.lists.encodings import (
    SAMPLE,
    encoding_by_headers,
    encoding_by_mark,
    guess_encoding,
    not_text,
    refuse_what_is_no_list,
)
from service.registry.lists.header_rows import header_at, meant_sheet, top_of_sheet
from service.registry.lists.header_search import TextTop, is_frame, is_no_row, top_of_text
from service.registry.lists.shapes.code_columns import code_column
from service.registry.lists.shapes.rearranged import arranged, standing_text, with_codes_apart
from service.registry.lists.shapes.spaced_text import refuse_spaced_text
from service.registry.lists.typed_cells import spoken, unmarked
from service.registry.workbooks import is_container, unpacked

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells as they are written."""

ROW_STATES = ("hidden", "struck")
"""What a sheet may do to a row that a person would not see, or would take for crossed out."""

_BLOCK = 256 * 1024
_MOST_KEPT = 1000  # lines that are named afterwards


class ListSource(Protocol):
    """A file that is a list, however it is written: what the journal and the file of refused rows need."""

    path: Path
    size: int
    sha256: str
    encoding: str
    delimiter: str
    header: Header

    def rows(self) -> Iterator[Row]:
        """Every row: its line and its cells."""


class Table:
    """One opened list. `size` is in bytes, `position` how far reading has come.

    `header_row` is the line (in a sheet: the row) of the column headers, 0 when there are none. `no_rows` are
    lines below it that are no rows of the list, with their first text; `broken` are lines whose quotation
    marks do not match. Both are found while rows are read.
    """

    def __init__(self, path: Path, layout: Layout | ListHints | None = None, *, sheet: str = "") -> None:
        """Copy and recognise the file; with a `layout`, its columns mean what that says.

        `sheet` names the sheet of a workbook that is meant; without it there has to be one that is a list.
        Raises NOT_FOUND, FILE_EMPTY, FILE_NOT_TEXT, FILE_KIND_UNKNOWN, COLUMN_MISSING, COLUMN_TWICE,
        WORKBOOK_REFUSED or SHEET_UNCLEAR.
        """
        self.path = path
        self.sheet = layout.sheet if layout and layout.sheet else sheet
        self.header_row = 0
        self.no_rows: dict[int, str] = {}
        self.broken: dict[int, None] = {}
        self._layout = layout
        self._lines_above = 0
        self._copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        try:
            start = self._take(path)
            if is_container(start):
                self._take_sheet()
            else:
                self._recognise()
        except BaseException:
            self._copy.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy.close()

    @property
    def position(self) -> int:
        """Bytes read so far in the present pass."""
        return self._copy.tell()

    def rows(self) -> Iterator[Row]:
        """Every row after the header, from the start each time; blank lines are left out.

        Rows of a sheet that a person has left out (`rows:hidden`, `rows:struck`) are not among them.
        """
        rows = self._sheet_rows() if self.header.lettered else self._text_rows()
        return rows if self.header.reason_column is None else self._as_first_written(rows)

    def is_row(self, line: int, cells: list[str]) -> bool:
        """Whether a line is a row of the list, and no total, signature, frame or blank; those are noted."""
        if not any(cell.strip() for cell in cells):
            return False
        if not is_no_row(cells, self.header.labels, self._needed):
            return True
        self._require_same_order(line, cells)
        if len(self.no_rows) < _MOST_KEPT and not is_frame(cells):
            self.no_rows[line] = next((text for cell in cells if (text := unmarked(cell)[1].strip())), "")[
                :80
            ]
        return False

    def _require_same_order(self, line: int, cells: list[str]) -> None:
        """Refuse a list in which the header stands once more with its columns in another order."""
        kind, index = self.header.kind, self.header.index
        again = {field: place for place, cell in enumerate(cells) if (field := field_of(kind, cell))}
        shared = [field for field in again if field in index]
        labels = self.header.labels
        if len(shared) > 1 and any(
            again[field] != index[field] and field_of(kind, labels[again[field]]) != field for field in shared
        ):
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=" | ".join(cell.strip() for cell in cells)[:300],
                expected="one order of columns in the whole file: make a file of each of its parts",
                found=f"another header with another order of columns on line {line}",
                field="row",
            )

    def row_states(self) -> dict[str, list[int]]:
        """The rows of a sheet, by number, that it hides or strikes through."""
        found: dict[str, list[int]] = {}
        if self.header.lettered:
            with _Borrowed(self._copy, self.encoding) as text:
                for number, states, *cells in csv.reader(text):
                    if states and int(number) > self.header_row and any(cells):
                        for state in states.split():
                            found.setdefault(state, []).append(int(number))
        return found

    @cached_property
    def _needed(self) -> tuple[int, ...]:
        """The places of the columns that every row has to fill."""
        index = self.header.index
        return tuple(index[field] for field in NEEDED[self.header.kind] if field in index)

    def _text_rows(self) -> Iterator[Row]:
        line, matches = self._lines_above, True
        with _Borrowed(self._copy, self.encoding) as text:
            for _ in range(line):
                next(text, None)
            above, reader = line, csv.reader(text, delimiter=self.delimiter, strict=True)
            if self.header_row:
                try:
                    next(reader, None)
                    line = above + reader.line_num
                except csv.Error:
                    matches = False
            if matches:
                line, matches = yield from numbered_records(reader, above, line)
        if not matches:
            yield from self._rows_with_care(line)

    def _rows_with_care(self, line: int) -> Iterator[Row]:
        """The rows below a line behind which quotation marks do not match."""
        broken: list[int] = []
        with _Borrowed(self._copy, self.encoding) as text:
            for _ in range(line):
                next(text, None)
            width = len(self.header.labels)
            for number, cells in careful_records(text, line + 1, self.delimiter, width, broken):
                yield number, cells
                if broken and len(self.broken) < _MOST_KEPT:
                    self.broken.update(dict.fromkeys(broken))
                broken.clear()

    def _sheet_rows(self) -> Iterator[Row]:
        said = self.header.conventions
        out = {state for state in ROW_STATES if said.get(f"rows:{state}") == "out"}
        with _Borrowed(self._copy, self.encoding) as text:
            for number, states, *cells in csv.reader(text):
                if int(number) > self.header_row and not (states and out.intersection(states.split())):
                    yield int(number), cells

    @staticmethod
    def _as_first_written(rows: Iterator[Row]) -> Iterator[Row]:
        for line, cells in rows:
            yield line, [spoken(cell) for cell in cells]

    def _take(self, path: Path) -> bytes:
        """Copy the bytes, find their number, hash and encoding; the first of them."""
        digest = hashlib.sha256()
        decoder = codecs.getincrementaldecoder("utf-8")()
        start = b""
        sample = b""  # where UTF-8 ended
        try:
            with path.open("rb") as source:
                while block := source.read(_BLOCK):
                    if not start:
                        start = block[:SAMPLE]
                        refuse_what_is_no_list(start)
                    digest.update(block)
                    self._copy.write(block)
                    if is_container(start):
                        continue
                    self._require_lines(block, marked=(encoding_by_mark(start) or "").startswith("utf-16"))
                    if not sample and not _decodes(decoder, block):
                        sample = block
        except OSError as error:
            found = error.strerror or "cannot be opened"
            raise RefusedError(
                ErrorCode.NOT_FOUND, given=str(path), expected="a file", found=found
            ) from error
        if not start.strip():
            raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="an empty file")
        if not sample and not _decodes(decoder, b"", final=True):
            sample = start
        self.size, self.sha256, self.encoding = self._copy.tell(), digest.hexdigest(), "utf-8"
        if not is_container(start):
            self.encoding = encoding_by_mark(start) or (
                "utf-8" if not sample else encoding_by_headers(start) or guess_encoding(start + sample)
            )
            if not (self.encoding.startswith("utf-8") and not sample):
                self._require_encoding(self.encoding)
        return start

    @staticmethod
    def _require_lines(block: bytes, *, marked: bool) -> None:
        if b"\x00" in block and not marked:
            raise not_text("NUL bytes, which no text has (a picture, a program, or UTF-16 without its mark)")
        if len(block) == _BLOCK and b"\n" not in block and b"\r" not in block:
            raise not_text(f"a line of more than {_BLOCK:,} bytes")

    def _require_encoding(self, encoding: str) -> None:
        """Read all once, so that no later pass stops in the middle."""
        with _Borrowed(self._copy, encoding) as text:
            try:
                while block := text.read(_BLOCK):
                    if "\x00" in block:
                        raise not_text("NUL characters, which no list has")
            except UnicodeDecodeError as error:
                raise not_text(f"bytes that are no {error.encoding} text") from error

    def _sample(self) -> str:
        with _Borrowed(self._copy, self.encoding) as text:
            return text.read(SAMPLE)

    def _recognise(self) -> None:
        """Find delimiter and header of a text file."""
        sample = self._sample()
        if whole_lines_are_quoted(sample):
            self._take_quotes_away()
            sample = self._sample()
        standing = standing_text(sample) if len(sample) < SAMPLE else None
        if standing is not None:
            self._put_in_place(self._written(standing, ","))
            sample = self._sample()
        above = 0
        if sample[:4].lower() == "sep=":  # a spreadsheet's own first line, which names its delimiter
            sample, above = sample[sample.find("\n") + 1 :], 1
        asked = self._layout.header_row if self._layout else None
        top = self._with_codes_apart(top_of_text(sample, asked - above if asked else None), above)
        refuse_spaced_text(top.rows)
        lines = [line + above for line in top.lines]
        self.top = tuple(zip(lines, top.rows, strict=True))
        self.delimiter = top.delimiter
        self._take_header(asked, standing=standing is not None)
        self._lines_above = self.header_row - 1 if self.header_row else above

    def _with_codes_apart(self, top: TextTop, above: int) -> TextTop:
        """The first rows of a text; where codes stand in them, with their elements, as in the copy then."""
        column = code_column(top.rows)
        if column is None:
            return top
        moved = replace(column, header=column.header + above)
        with _Borrowed(self._copy, self.encoding) as text:
            rows = csv.reader(text, delimiter=top.delimiter)
            anew = self._written(with_codes_apart(rows, moved), top.delimiter)
        self._put_in_place(anew)
        sample = self._sample()
        return top_of_text(sample[sample.find("\n") + 1 :] if above else sample, None)

    def _written(self, rows: Iterable[list[str]], delimiter: str) -> BinaryIO:
        """Rows as an unnamed file."""
        anew = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        try:
            with _Borrowed(anew, self.encoding) as target:
                csv.writer(target, delimiter=delimiter).writerows(rows)
        except BaseException:
            anew.close()
            raise
        return anew

    def _put_in_place(self, anew: BinaryIO) -> None:
        self._copy.close()
        self._copy = anew

    def _take_quotes_away(self) -> None:
        """Put in the copy's place what stands in its lines, each of which was quoted as one cell."""
        bare = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        with _Borrowed(self._copy, self.encoding) as text, _Borrowed(bare, self.encoding) as target:
            target.writelines(",".join(cells) + "\r\n" for cells in csv.reader(text))
        self._put_in_place(bare)

    def _take_header(self, asked: int | None, *, lettered: bool = False, standing: bool) -> None:
        """Read the header in the row that is asked for (0: there is none), or the one that is found."""
        self.header_row, cells = header_at(self.top, asked)
        self.header = replace(self._header_of(cells), lettered=lettered, standing=standing)

    def _header_of(self, cells: list[str]) -> Header:
        values = ColumnValues([row for line, row in self.top if line > self.header_row])
        said = self._layout.layout(cells, values) if isinstance(self._layout, ListHints) else self._layout
        if said is None and not self.header_row:
            raise RefusedError(
                ErrorCode.FILE_KIND_UNKNOWN,
                expected="a line with column names, or what each column means "
                "(at a terminal: --header-row 0 --map 1=gtin --map 2=lot …)",
                found=" | ".join(self.top[0][1])[:300] if self.top else "",
            )
        if said is not None:
            return laid_out(cells, said)
        return recognise(cells, values)

    def _take_sheet(self) -> None:
        """Put the rows of the one sheet that is meant in the workbook's place."""
        asked = self._layout.header_row if self._layout else None
        with tempfile.TemporaryDirectory() as folder:
            workbook = Path(folder) / "workbook"
            self._copy.seek(0)
            with workbook.open("wb") as target:
                shutil.copyfileobj(self._copy, target)
            sheet = meant_sheet(arranged(unpacked(workbook, Path(folder))), self.sheet, asked)
            self.top = top_of_sheet(sheet)
            self._copy.seek(0)
            self._copy.truncate()
            with sheet.path.open("rb") as source:
                shutil.copyfileobj(source, self._copy)
        self.sheet, self.size, self.delimiter = sheet.name, self._copy.tell(), ","
        self._take_header(asked, lettered=True, standing=sheet.standing)


class _Borrowed:
    """The copy as text from its start; closing the text leaves the copy open."""

    def __init__(self, copy: BinaryIO, encoding: str) -> None:
        copy.seek(0)
        self._text = io.TextIOWrapper(copy, encoding=encoding, newline="")

    def __enter__(self) -> io.TextIOWrapper:
        return self._text

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.detach()


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
