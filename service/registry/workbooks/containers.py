"""Decides from its table of contents alone whether a ZIP file is a spreadsheet that may be opened.

A workbook of 840 KB can hold 280 MB. What it would unfold to is summed before anything is unfolded; that the
table of contents tells the truth is seen while it is read (`unpacking`).
"""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from service.errors import ErrorCode, RefusedError

MOST_BYTES = 400 * 1024 * 1024
"""Unfolded: 2,000,000 rows of units."""

MOST_PARTS = 2000
_ALWAYS_FINE = 32 * 1024 * 1024
_MOST_FOLDED = 100  # times smaller than what it holds: spreadsheets reach 10 to 40
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_FOLDINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


# What reading a damaged archive ends in, wherever the damage is.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, KeyError, NotImplementedError, RuntimeError),
)


def is_container(start: bytes) -> bool:
    """Whether a file that begins so is a ZIP archive, as XLSX and ODS are."""
    return start.startswith(b"PK\x03\x04")


def refused(
    found: str, expected: str = "a spreadsheet (.xlsx or .ods) or a text file (.csv)"
) -> RefusedError:
    """The refusal of a workbook as a whole."""
    return RefusedError(ErrorCode.WORKBOOK_REFUSED, expected=expected, found=found)


def require_workbook(file: Path | BinaryIO) -> None:
    """Raise FILE_NOT_TEXT for another kind of archive, WORKBOOK_REFUSED for a workbook that stays shut."""
    try:
        with zipfile.ZipFile(file) as archive:
            _require_size(archive.infolist())
            _require_kind(archive)
    except BROKEN as error:
        raise refused("a damaged file (a ZIP archive that breaks off)") from error


def _require_size(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise refused(f"{len(parts):,} parts, where a spreadsheet has a few")
    unfolded = sum(part.file_size for part in parts)
    folded = sum(part.compress_size for part in parts)
    if unfolded > MOST_BYTES or unfolded > max(_ALWAYS_FINE, folded * _MOST_FOLDED):
        raise refused(
            f"{unfolded // 2**20:,} MB inside a file of {max(1, folded // 2**10):,} KB",
            f"at most {MOST_BYTES // 2**20:,} MB unfolded, and no more than {_MOST_FOLDED} times the file",
        )
    if len({part.filename for part in parts}) < len(parts):
        raise refused("two parts of the same name")
    if any(part.flag_bits & 0x1 for part in parts):
        raise refused("a password", "a spreadsheet without a password")
    if any(part.compress_type not in _FOLDINGS for part in parts):
        raise refused("a compression that spreadsheets do not use")


def _require_kind(archive: zipfile.ZipFile) -> None:
    names = {part.filename for part in archive.infolist()}
    if any(
        name.lower().endswith(("vbaproject.bin", ".xlm")) or name.startswith("xl/macrosheets/")
        for name in names
    ):
        raise refused("macros", "a spreadsheet without macros: save it as .xlsx")
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise refused("macros", "a spreadsheet without macros: save it without them")
    if "xl/workbook.bin" in names:
        raise refused("a binary workbook (.xlsb)", "the same workbook saved as .xlsx")
    if "xl/workbook.xml" in names:
        if b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise refused("a workbook made for macros (.xlsm)", "the same workbook saved as .xlsx")
        return
    if "mimetype" in names and archive.read("mimetype").strip() == _ODS and "content.xml" in names:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise refused("a password", "a spreadsheet without a password")
        return
    raise RefusedError(
        ErrorCode.FILE_NOT_TEXT,
        expected="a list: a spreadsheet (.xlsx or .ods) or a text file (.csv), with a header line",
        found="a ZIP archive that is no spreadsheet (unpack it first)",
    )
