"""Imports in the browser: choose a file, say what its columns mean, look at what it would do, decide.

Long work runs in the background (`service.registry.import_jobs`); these pages show its progress.
"""

import csv
import io
import json
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.errors import (
    ConflictError,
    ErrorCode,
    NotFoundError,
    RefusedError,
    UnavailableError,
    VialcheckError,
)
from service.registry.import_jobs.inspect import SheetSummary
from service.registry.import_jobs.service import PAGE, ImportJobs, Upload
from service.registry.lists.columns import FIELDS, NEEDED, Layout, ListKind, guessed
from service.registry.lists.ownership import Owner
from service.registry.lists.readers import quoted_for_spreadsheets
from service.registry.lists.readers import spoken as spoken_cell
from service.registry.workbooks import MOST_ROWS, write_text_workbook
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.request_uploads import MOST_TYPED, takes_files
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.import_text import COLUMNS, KINDS, ROWS, STATES, action_name, file_size
from service.web.text.workspace.list_help import EXAMPLES, HELP
from service.web.text.workspace.list_questions import answer_text, convention_text, question_text

imports = Blueprint("imports", __name__, url_prefix="/imports")
imports.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_PATIENCE = 1.5  # seconds for which a page waits for work that may be done at once
_LOOK = 0.03
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST = 5  # rows with their reasons on the preview itself
_ON_A_PAGE = 25
_MOST_DIGITS = 7
_CHOSEN = ("sheet", "kind", "header")
_BOX_OF = {"kind": "kind", "header": "header", "header_row": "header"}


def _jobs() -> ImportJobs:
    return services().import_jobs


def _most() -> int:
    return services().settings.max_upload_bytes


@imports.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """The organisation's imports: who, when, which file, what became of it."""
    page = _page_number()
    found, count = _jobs().listed(actor(), page)
    return _shown("listing", uploads=found, page=page, pages=_pages(count, PAGE))


@imports.get("/new")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def new() -> str:
    """The page to choose a file on."""
    return _new([])


@imports.get("/template/<kind>.<form>")
@only_for(Role.VIEWER, kinds=_KINDS)
def template(kind: str, form: str) -> Response:
    """A list of this kind with its headers and one example row, as CSV or as a workbook of text."""
    wanted = _kind(kind)
    if wanted is None or form not in ("csv", "xlsx"):
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    rows = [FIELDS[wanted], [EXAMPLES[wanted].get(field, "") for field in FIELDS[wanted]]]
    target = io.BytesIO()
    if form == "xlsx":
        write_text_workbook(target, rows)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        target.write(b"\xef\xbb\xbf" + text.getvalue().encode())
    target.seek(0)
    types = {"csv": "text/csv", "xlsx": _XLSX}
    return send_file(
        target, mimetype=types[form], as_attachment=True, download_name=f"vialcheck-{wanted}.{form}"
    )


def _new(errors: list[VialcheckError]) -> str:
    may = [kind for kind in ListKind if kind in Owner.of(actor()).kinds]
    tr = spoken()
    helps = [
        (
            kind,
            tr.gettext(KINDS[kind][0]),
            [
                (field, tr.gettext(COLUMNS[field]), tr.gettext(HELP[field]), EXAMPLES[kind].get(field, ""))
                for field in FIELDS[kind]
            ],
            NEEDED[kind],
        )
        for kind in may
    ]
    return _shown("new", most=file_size(_most()), helps=helps, errors=_said(errors))


@imports.post("/new")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
@takes_files(lambda: _most() + MOST_TYPED, on_disk=True)
def send() -> BaseResponse:
    """Take a file, and lead to its page."""
    try:
        file = request.files.get("list")
        if file is None or not file.filename:
            raise RefusedError(ErrorCode.FILE_MISSING, field="list")
        number = _jobs().begin(actor(), file.stream, file.filename)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return make_response(_new([error]), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _on(number)


@imports.get("/<int:number>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(number: int) -> str:
    """The page of an import: what it waits for, how far it has come, or what became of it."""
    upload = _jobs().one(actor(), number)
    return _page(upload, [])


@imports.get("/<int:number>/progress")
@only_for(Role.VIEWER, kinds=_KINDS)
def progress(number: int) -> Response:
    """How far it has come, for the script of its page."""
    upload = _jobs().one(actor(), number)
    done = upload.new + upload.changed
    return jsonify(state=upload.state, fraction=upload.fraction, done=done, working=upload.working)


@imports.post("/<int:number>/columns")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def columns(number: int) -> BaseResponse:
    """Take what the columns mean; the form once more where that cannot be.

    Where another sheet, kind or header row was chosen than the columns were shown for, those are shown first.
    """
    upload, form = _jobs().one(actor(), number), request.form
    chosen = {name: form.get(name, "") for name in _CHOSEN}
    if "show" in form or any(form.get(f"shown_{name}", chosen[name]) != chosen[name] for name in _CHOSEN):
        asked = {"look": "" if "show" in form else "first", **chosen}
        where = f"{url_for('imports.one', number=number)}?{urlencode(asked)}"
        return redirect(where, HTTPStatus.SEE_OTHER)
    said: tuple[str, ...] | None = None
    try:
        part, kind = _part(upload, chosen["sheet"], chosen["header"]), _kind(chosen["kind"])
        said = tuple(form.get(f"column-{place}", "") for place in range(len(part.labels)))
        if kind is None:
            raise RefusedError(ErrorCode.VALUE_MISSING, field="kind")
        answers = part.answers if said == part.columns else {}
        _jobs().choose(actor(), number, Layout(kind, said, part.sheet, part.header_row, answers))
    except (UnavailableError, NotFoundError):
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.IMPORT_MOVED_ON:
            raise
        return make_response(_columns(upload, [error], said), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _on(number)


@imports.post("/<int:number>/answers")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def answers(number: int) -> BaseResponse:
    """Take the answers to what was asked about columns; the form once more where one is missing."""
    try:
        _jobs().answer(actor(), number, request.form)
    except (UnavailableError, NotFoundError):
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.IMPORT_MOVED_ON:
            raise
        page = _page(_jobs().one(actor(), number), [error])
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _on(number)


@imports.post("/<int:number>/questions")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def questions(number: int) -> BaseResponse:
    """Back to the questions about columns, whose answers are forgotten."""
    _jobs().ask_again(actor(), number)
    return _on(number)


@imports.post("/<int:number>/apply")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def apply(number: int) -> BaseResponse:
    """Put on record what was shown, and nothing else."""
    try:
        plan, reason = request.form.get("plan", ""), request.form.get("reason", "")
        _jobs().decide(actor(), number, reason=reason, plan=plan)
    except (UnavailableError, NotFoundError, ConflictError):
        raise
    except VialcheckError as error:
        error.field = "reason"
        page = _page(_jobs().one(actor(), number), [error])
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _on(number)


@imports.post("/<int:number>/again")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def again(number: int) -> BaseResponse:
    """Back to the columns."""
    _jobs().again(actor(), number)
    return _on(number)


@imports.post("/<int:number>/cancel")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def cancel(number: int) -> BaseResponse:
    """End it. What is on record stays there."""
    _jobs().cancel(actor(), number)
    return _on(number)


@imports.get("/<int:number>/rows/<kind>")
@only_for(Role.VIEWER, kinds=_KINDS)
def rows(number: int, kind: str) -> str:
    """The first rows of one kind, a page at a time."""
    if kind not in ROWS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="rows")
    upload, page = _jobs().one(actor(), number), _page_number()
    said = _samples(_jobs().samples(actor(), number))
    found = said["rows"].get(kind, [])
    some = found[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]
    count = (upload.seen or {}).get(kind, 0)
    return _shown(
        "rows",
        upload=upload,
        kind=kind,
        labels=said["labels"],
        rows=some,
        count=count,
        looked_at=len(found),
        page=page,
        pages=_pages(len(found), _ON_A_PAGE),
    )


@imports.get("/<int:number>/changes")
@only_for(Role.VIEWER, kinds=_KINDS)
def changes(number: int) -> str:
    """What the import changed, as the audit has it."""
    upload, page = _jobs().one(actor(), number), _page_number()
    entries, count = _jobs().changes(actor(), number, page)
    named = [(action_name(entry.action, entry.object_type, spoken()), entry) for entry in entries]
    return _shown("changes", upload=upload, entries=named, count=count, page=page, pages=_pages(count, PAGE))


@imports.get("/<int:number>/refused.csv")
@only_for(Role.VIEWER, kinds=_KINDS)
def refused(number: int) -> Response:
    """All rows that were left out, as they were sent, with a reason each; no cell is run as a formula."""
    upload = _jobs().one(actor(), number)
    path, late = _jobs().refused(actor(), number)
    content = _refused_rows(path, late, (upload.seen or {}).get("delimiter") or ",")
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{number}-refused.csv"'
    return response


@imports.get("/<int:number>/refused.xlsx")
@only_for(Role.VIEWER, kinds=_KINDS)
def refused_workbook(number: int) -> Response:
    """The same as a workbook of text, for whoever sent one: in it no zero is lost on the way to be mended."""
    upload = _jobs().one(actor(), number)
    path, late = _jobs().refused(actor(), number)
    if upload.refused >= MOST_ROWS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="import")
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the response)
    delimiter = (upload.seen or {}).get("delimiter") or ","
    with path.open(encoding="utf-8", newline="") as source:
        rows = ([spoken_cell(cell) for cell in row] for row in csv.reader(source, delimiter=delimiter))
        write_text_workbook(target, chain(rows, ([*cells, reason] for cells, reason in late)))
    target.seek(0)
    return send_file(
        target,
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"import-{number}-refused.xlsx",
    )


def _refused_rows(path: Path, late: list[tuple[list[str], str]], delimiter: str) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(256 * 1024):
            yield block
    for cells, reason in late:
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter).writerow([*map(quoted_for_spreadsheets, cells), reason])
        yield line.getvalue().encode()


def _on(number: int) -> BaseResponse:
    """To the page of the import, after a moment in which its work may be done."""
    runner = services().job_queue
    until = time.monotonic() + _PATIENCE
    while runner.at_work.is_set() and time.monotonic() < until and _jobs().one(actor(), number).working:
        time.sleep(_LOOK)
    return redirect(url_for("imports.one", number=number), HTTPStatus.SEE_OTHER)


def _page(upload: Upload, errors: list[VialcheckError]) -> str:
    if upload.state == "columns" and upload.questions:
        return _shown("questions", upload=upload, asked=upload.questions, errors=_about_answers(errors))
    if upload.state == "columns":
        return _columns(upload, errors, None)
    if upload.working:
        return _shown("progress", upload=upload)
    if upload.state == "preview":
        said = _samples(_jobs().samples(actor(), upload.id))
        first = {kind: said["rows"].get(kind, [])[:_FIRST] for kind in ROWS}
        layout = upload.layout
        return _shown(
            "preview",
            upload=upload,
            labels=said["labels"],
            first=first,
            kind_name=_kind_name(layout.kind) if layout else "",
            errors=_said(errors),
        )
    error = error_message(upload.error, spoken()) if upload.error else ""
    return _shown("ended", upload=upload, error=error, files=_has_files(upload))


def _has_files(upload: Upload) -> bool:
    try:
        _jobs().refused(actor(), upload.id)
    except NotFoundError:
        return False
    return True


def _columns(upload: Upload, errors: list[VialcheckError], said: tuple[str, ...] | None) -> str:
    """The form for the columns; of the sheet and kind that are asked for, or else the likeliest."""
    asked = request.values
    try:
        part = _part(upload, asked.get("sheet", ""), asked.get("header", ""))
    except RefusedError as error:
        part, errors = _part(upload, asked.get("sheet", "")), errors or [error]
    may = [kind for kind in ListKind if kind in Owner.of(actor()).kinds]
    kind = _kind(asked.get("kind", "")) or part.kind
    kind = kind if kind in may else may[0]
    meant = (
        said
        if said and len(said) == len(part.labels)
        else (part.columns if kind is part.kind else guessed(kind, part.labels))
    )
    return _shown(
        "columns",
        upload=upload,
        part=part,
        kind=kind,
        kinds=[(each, *map(spoken().gettext, KINDS[each])) for each in may],
        fields=[(name, spoken().gettext(COLUMNS[name]), name in NEEDED[kind]) for name in FIELDS[kind]],
        meant=meant,
        look_first=asked.get("look") == "first",
        errors=_about_columns(errors),
    )


def _part(upload: Upload, sheet: str, header: str = "") -> SheetSummary:
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


def _kind(text: str) -> ListKind | None:
    return ListKind(text) if text in set(ListKind) else None


def _kind_name(kind: ListKind) -> str:
    return spoken().gettext(KINDS[kind][0])


def _samples(path: Path) -> dict[str, Any]:
    """The rows of the preview; NOT_FOUND when they are gone."""
    try:
        said: dict[str, Any] = json.loads(path.read_text())
    except OSError as error:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="rows") from error
    return said


def _page_number() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def _pages(count: int, each: int) -> int:
    return max(1, -(-count // each))


def _about_answers(errors: list[VialcheckError]) -> list[FieldError]:
    """The answer that is missing leads to its question."""
    return [
        FieldError(error.field or "", error_message(error, spoken(), technical=False)) for error in errors
    ]


def _about_columns(errors: list[VialcheckError]) -> list[FieldError]:
    """Which column is meant is not known: it leads to the first, or to the kind of list."""
    messages = [error_message(error, spoken(), technical=False) for error in errors]
    boxes = [_BOX_OF.get(error.field or "", "column-0") for error in errors]
    return [FieldError(*each) for each in zip(boxes, messages, strict=True)]


def _said(errors: list[VialcheckError]) -> list[FieldError]:
    return [FieldError(error.field or "list", error_message(error, spoken())) for error in errors]


@imports.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> BaseResponse:
    """The file is larger than the service takes: said on the form, not on a page of its own."""
    error = RefusedError(ErrorCode.FILE_TOO_LARGE, expected=f"at most {file_size(_most())}", field="list")
    return make_response(_new([error]), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _shown(template: str, /, **more: Any) -> str:
    names: dict[str, Any] = {"states": STATES, "row_words": ROWS, "column_names": COLUMNS, "size": file_size}
    tr = spoken()
    names |= {
        "question_text": lambda question: question_text(question, tr),
        "answer_text": lambda question, choice: answer_text(question, choice, tr),
        "convention_text": lambda key, value: convention_text(key, value, tr),
    }
    return render_template(f"workspace/imports/{template}.html", **names, **more)
