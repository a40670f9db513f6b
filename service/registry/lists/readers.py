"""A file as a stream of rows: encoding, delimiter and header found out, memory one row whatever the size.

The file is copied first, to an unnamed temporary file: what was hashed is what is read, however often, and a
pipe can be read twice. Lines are counted as an editor counts them, from 1, quoted line ends included.
"""

import codecs
import csv
import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import Header, Layout, laid_out, likeness, recognise
from service.registry.lists.encodings import (
    SAMPLE,
    encoding_by_mark,
    guess_encoding,
    not_text,
    refuse_what_is_no_list,
)
from service.registry.lists.typed_cells import unmarked
from service.registry.workbooks import Sheet, is_container, unpacked

if TYPE_CHECKING:
    from _csv import Reader

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells as they are written."""

DELIMITERS = (",", ";", "\t", "|")

_BLOCK = 256 * 1024
_TOP = 30  # rows among which a sheet's header row is looked for
_A_LIST = 2  # columns that have to be known for a sheet to look like a list
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    """One opened list. `size` is in bytes, `position` how far reading has come."""

    def __init__(self, path: Path, layout: Layout | None = None, *, sheet: str = "") -> None:
        """Copy and recognise the file; with a `layout`, its columns mean what that says.

        `sheet` names the sheet of a workbook that is meant; without it there has to be one that is a list.
        Raises NOT_FOUND, FILE_EMPTY, FILE_NOT_TEXT, FILE_KIND_UNKNOWN, COLUMN_MISSING, COLUMN_TWICE,
        WORKBOOK_REFUSED or SHEET_UNCLEAR.
        """
        self.path = path
        self.sheet = layout.sheet if layout else sheet
        self._layout = layout
        self._copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        try:
            start = self._take(path)
            if is_container(start):
                self.delimiter, self.header, self._skip = self._take_sheet()
            else:
                self.delimiter, self.header, self._skip = self._recognise()
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

        Raises FILE_NOT_TEXT or VALUE_INVALID where the file cannot be cut into rows.
        """
        with _Borrowed(self._copy, self.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            try:
                for _ in range(self._skip):
                    next(reader)
                rows = self._numbered(reader)
                yield from rows if self.header.reason_column is None else self._as_first_written(rows)
            except csv.Error as error:
                raise RefusedError(
                    ErrorCode.VALUE_INVALID,
                    expected="cells whose quotation marks are closed (and doubled inside)",
                    found=f"{error}, on or before line {reader.line_num}",
                ) from error

    def _numbered(self, reader: "Reader") -> Iterator[Row]:
        if self.header.lettered:
            yield from ((int(cells[0]), cells[1:]) for cells in reader)
            return
        line = reader.line_num
        for cells in reader:
            if cells:
                yield line + 1, cells
            line = reader.line_num

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
                    self._require_lines(block, marked=encoding_by_mark(start) == "utf-16")
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
                "utf-8" if not sample else guess_encoding(start + sample)
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

    def _recognise(self) -> tuple[str, Header, int]:
        """Delimiter, header, and how many records come before the first row."""
        with _Borrowed(self._copy, self.encoding) as text:
            sample = text.read(SAMPLE)
        skip = 0
        if sample[:4].lower() == "sep=":  # a spreadsheet's own first line, which names its delimiter
            sample, skip = sample[sample.find("\n") + 1 :], 1
        headers = {delimiter: _first_record(sample, delimiter) for delimiter in DELIMITERS}
        delimiter = max(DELIMITERS, key=lambda each: (likeness(headers[each]), len(headers[each])))
        return delimiter, self._header_of(headers[delimiter]), skip + _blank_lines(sample) + 1

    def _header_of(self, cells: list[str]) -> Header:
        return recognise(cells) if self._layout is None else laid_out(cells, self._layout)

    def _take_sheet(self) -> tuple[str, Header, int]:
        """Put the rows of the one sheet that is meant in the workbook's place; as `_recognise`."""
        with tempfile.TemporaryDirectory() as folder:
            workbook = Path(folder) / "workbook"
            self._copy.seek(0)
            with workbook.open("wb") as target:
                shutil.copyfileobj(self._copy, target)
            sheet, top, cells = _meant(unpacked(workbook, Path(folder)), self.sheet)
            self._copy.seek(0)
            self._copy.truncate()
            with sheet.path.open("rb") as source:
                shutil.copyfileobj(source, self._copy)
        self.sheet, self.size = sheet.name, self._copy.tell()
        return ",", replace(self._header_of(cells), lettered=True), top


def _meant(sheets: list[Sheet], name: str) -> tuple[Sheet, int, list[str]]:
    """The sheet of this name, or the only one that looks like a list; its header and that one's record.

    Raises FILE_EMPTY or SHEET_UNCLEAR.
    """
    if not sheets:
        raise RefusedError(ErrorCode.FILE_EMPTY, expected="a header line and rows", found="only empty sheets")
    seen = [
        (sheet, *header_in(sheet)) for sheet in sheets if sheet.name == name or (not name and sheet.visible)
    ]
    lists = [each for each in seen if likeness(each[2]) >= _A_LIST] or seen
    if len(lists) == 1:
        return lists[0]
    raise RefusedError(
        ErrorCode.SHEET_UNCLEAR,
        given=name,
        expected="one sheet with a header row of a list, or the name of the sheet",
        found=", ".join(sheet.name for sheet in sheets),
        field="sheet",
    )


def records_of(sheet: Sheet) -> Iterator[Row]:
    """The rows of an unpacked sheet, with the numbers that it shows."""
    with sheet.path.open(encoding="utf-8", newline="") as source:
        yield from ((int(cells[0]), cells[1:]) for cells in csv.reader(source))


def header_in(sheet: Sheet) -> tuple[int, list[str]]:
    """The header row of a sheet: the one among the first that knows most columns.

    How many records it takes to have read it, and its cells.
    """
    first = [[unmarked(cell)[1] for cell in row] for _, row in islice(records_of(sheet), _TOP)]
    if not first:
        return 0, []
    best = max(range(len(first)), key=lambda place: (likeness(first[place]), _fullness(first[place]), -place))
    return best + 1, first[best]


def _fullness(cells: list[str]) -> bool:
    """Whether a row may be a header where no word tells: more than a title stands in it."""
    return sum(bool(cell.strip()) for cell in cells) > 1


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


def _first_record(sample: str, delimiter: str) -> list[str]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    try:
        return next((cells for cells in reader if cells), [])
    except csv.Error:
        return []


def _blank_lines(sample: str) -> int:
    """How many empty lines stand above the header."""
    count = 0
    for line in io.StringIO(sample, newline=""):
        if line.strip("\r\n"):
            break
        count += 1
    return count


def quoted_for_spreadsheets(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe goes before = + - @ tab and return.

    >>> quoted_for_spreadsheets("=1+1"), quoted_for_spreadsheets("LOT1")
    ("'=1+1", 'LOT1')
    """
    return "'" + cell if cell.lstrip("'").startswith(_FORMULA) else cell


def spoken(cell: str) -> str:
    """What `quoted_for_spreadsheets` was given: the way back is exact."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell
