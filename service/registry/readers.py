"""A file as a stream of rows: encoding, delimiter and header found out, memory one row whatever the size.

The file is copied first, to an unnamed temporary file: what was hashed is what is read, however often, and a
pipe can be read twice. Lines are counted as an editor counts them, from 1, quoted line ends included.
"""

import codecs
import csv
import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from service.errors import ErrorCode, RefusedError
from service.registry.columns import Header, likeness, recognise
from service.registry.encodings import (
    SAMPLE,
    encoding_by_mark,
    guess_encoding,
    not_text,
    refuse_what_is_no_text,
)

if TYPE_CHECKING:
    from _csv import Reader

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells as they are written."""

DELIMITERS = (",", ";", "\t", "|")

_BLOCK = 256 * 1024
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Source(Protocol):
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

    def __init__(self, path: Path) -> None:
        """Copy and recognise the file.

        Raises NOT_FOUND, FILE_EMPTY, FILE_NOT_TEXT, FILE_KIND_UNKNOWN, COLUMN_MISSING or COLUMN_TWICE.
        """
        self.path = path
        self._copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (closed by __exit__)
        try:
            self.size, self.sha256, self.encoding = self._take(path)
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

    @staticmethod
    def _numbered(reader: "Reader") -> Iterator[Row]:
        line = reader.line_num
        for cells in reader:
            if cells:
                yield line + 1, cells
            line = reader.line_num

    @staticmethod
    def _as_first_written(rows: Iterator[Row]) -> Iterator[Row]:
        for line, cells in rows:
            yield line, [spoken(cell) for cell in cells]

    def _take(self, path: Path) -> tuple[int, str, str]:
        """Copy the bytes; their number, their hash and their encoding."""
        digest = hashlib.sha256()
        decoder = codecs.getincrementaldecoder("utf-8")()
        start = b""
        sample = b""  # where UTF-8 ended
        try:
            with path.open("rb") as source:
                while block := source.read(_BLOCK):
                    if not start:
                        start = block[:SAMPLE]
                        refuse_what_is_no_text(start)
                    self._require_lines(block, marked=encoding_by_mark(start) == "utf-16")
                    digest.update(block)
                    self._copy.write(block)
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
        encoding = encoding_by_mark(start) or ("utf-8" if not sample else guess_encoding(start + sample))
        if not (encoding.startswith("utf-8") and not sample):
            self._require_encoding(encoding)
        return self._copy.tell(), digest.hexdigest(), encoding

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
        delimiter = max(DELIMITERS, key=lambda each: likeness(headers[each]))
        return delimiter, recognise(headers[delimiter]), skip + _blank_lines(sample) + 1


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
