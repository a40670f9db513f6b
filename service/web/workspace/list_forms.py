"""The forms of an import: what the columns mean, what is asked about them, and files to take home."""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

from service.errors import ConflictError, ErrorCode, RefusedError, VialcheckError
from service.registry.import_jobs.inspect import SheetSummary
from service.registry.import_jobs.service import Upload
from service.registry.lists.columns import FIELDS, NEEDED, ListKind, guessed
from service.registry.lists.conventions.questions import ColumnQuestion
from service.registry.lists.ownership import Owner
from service.registry.lists.typed_cells import quoted_for_spreadsheets
from service.registry.lists.typed_cells import spoken as spoken_cell
from service.registry.workbooks import write_text_workbook
from service.web.core.access import actor
from service.web.core.forms import FieldError
from service.web.core.i18n import spoken
from service.web.text import error_message
from service.web.text.workspace.import_text import COLUMNS, KINDS
from service.web.text.workspace.list_help import EXAMPLES, HELP
from service.web.text.workspace.list_questions import question_text

_MOST_DIGITS = 7
_BOX_OF = {"kind": "kind", "header": "header", "header_row": "header"}


def kinds_of_actor() -> list[ListKind]:
    """The kinds of list that the person's organisation may put in."""
    return [kind for kind in ListKind if kind in Owner.of(actor()).kinds]


def columns_form(
    upload: Upload, errors: list[VialcheckError], said: tuple[str, ...] | None, asked: Mapping[str, str]
) -> dict[str, Any]:
    """What the page of the columns shows; of the sheet, kind and header row that are asked for, or found."""
    try:
        part = part_of(upload, asked.get("sheet", ""), asked.get("header", ""))
    except RefusedError as error:
        part, errors = part_of(upload, asked.get("sheet", "")), errors or [error]
    may = kinds_of_actor()
    kind = kind_named(asked.get("kind", "")) or part.kind
    kind = kind if kind in may else may[0]
    meant = (
        said
        if said and len(said) == len(part.labels)
        else (part.columns if kind is part.kind else guessed(kind, part.labels))
    )
    tr = spoken()
    return {
        "upload": upload,
        "part": part,
        "kind": kind,
        "kinds": [(each, *map(tr.gettext, KINDS[each])) for each in may],
        "fields": [(name, tr.gettext(COLUMNS[name]), name in NEEDED[kind]) for name in FIELDS[kind]],
        "meant": meant,
        "look_first": asked.get("look") == "first",
        "errors": _about_columns(errors),
    }


def part_of(upload: Upload, sheet: str, header: str = "") -> SheetSummary:
    """The sheet of this name, else the one most like a list, with its header in the row that is asked for.

    Raises IMPORT_MOVED_ON before it was read, VALUE_INVALID for a row that is not there.
    """
    if not upload.parts:
        raise ConflictError(ErrorCode.IMPORT_MOVED_ON, field="import")
    named = [part for part in upload.parts if part.sheet == sheet]
    part = named[0] if named else max(upload.parts, key=lambda part: sum(map(bool, part.columns)))
    if not header or header == str(part.header_row):
        return part
    if not (header.isascii() and header.isdigit() and len(header) < _MOST_DIGITS):
        expected = "the number of a row, or 0 for a list without column headers"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=header[:20], expected=expected, field="header")
    return part.with_header(int(header))


def kind_named(text: str) -> ListKind | None:
    """The kind of list of this name."""
    return ListKind(text) if text in set(ListKind) else None


def about_answers(errors: list[VialcheckError], asked: Sequence[ColumnQuestion]) -> list[FieldError]:
    """Lead each refused answer to its question, in the words of the question."""
    tr = spoken()
    words = {part.key: question_text(each, tr) for each in asked for part in each.parts}
    choose = tr.gettext("Choose an answer.")
    return [FieldError(key := error.field or "", f"{words.get(key, '')} {choose}") for error in errors]


def _about_columns(errors: list[VialcheckError]) -> list[FieldError]:
    """Which column is meant is not known: it leads to the first, or to the kind of list."""
    messages = [error_message(error, spoken(), technical=False) for error in errors]
    boxes = [_BOX_OF.get(error.field or "", "column-0") for error in errors]
    return [FieldError(*each) for each in zip(boxes, messages, strict=True)]


def column_help() -> list[tuple[ListKind, str, list[tuple[str, str, str, str]], tuple[str, ...]]]:
    """Each kind of list that the person may put in, its columns with help, and the needed ones."""
    tr = spoken()
    return [
        (
            kind,
            tr.gettext(KINDS[kind][0]),
            [
                (field, tr.gettext(COLUMNS[field]), tr.gettext(HELP[field]), EXAMPLES[kind].get(field, ""))
                for field in FIELDS[kind]
            ],
            NEEDED[kind],
        )
        for kind in kinds_of_actor()
    ]


def template_of(kind: ListKind, form: str) -> IO[bytes]:
    """A list of this kind with its headers and one example row: csv, or xlsx of text cells."""
    rows = [FIELDS[kind], [EXAMPLES[kind].get(field, "") for field in FIELDS[kind]]]
    target = io.BytesIO()
    if form == "xlsx":
        write_text_workbook(target, rows)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        target.write(b"\xef\xbb\xbf" + text.getvalue().encode())
    target.seek(0)
    return target


def refused_rows(path: Path, late: list[tuple[list[str], str]], delimiter: str) -> Iterator[bytes]:
    """The file of refused rows, and behind it those that were refused late (cells, reason)."""
    with path.open("rb") as source:
        while block := source.read(256 * 1024):
            yield block
    for cells, reason in late:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter).writerow([*map(quoted_for_spreadsheets, cells), reason])
        yield line.getvalue().encode()


def refused_workbook(path: Path, late: list[tuple[list[str], str]], delimiter: str) -> IO[bytes]:
    """The same rows as a workbook of text, to be closed by the caller."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the response)
    with path.open(encoding="utf-8", newline="") as source:
        rows = ([spoken_cell(cell) for cell in row] for row in csv.reader(source, delimiter=delimiter))
        write_text_workbook(target, chain(rows, ([*cells, reason] for cells, reason in late)))
    target.seek(0)
    return target
