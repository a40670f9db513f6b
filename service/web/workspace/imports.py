"""Imports in the browser: choose a file, map its columns, look at the preview, decide.

Long work runs in the background (`service.registry.import_jobs`); these pages show its progress.
"""

import json
import time
from http import HTTPStatus
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
from service.registry.corrections.imports.withdrawal import withdrawal_of
from service.registry.epcis.reading import START, starts_like_events
from service.registry.import_jobs.service import PAGE, ImportJobs, Upload
from service.registry.lists.columns import Layout, ListKind
from service.registry.workbooks import MOST_ROWS
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.request_uploads import MOST_TYPED, takes_files
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.import_text import COLUMNS, KINDS, ROWS, STATES, action_name, file_size
from service.web.text.workspace.list_questions import answer_text, convention_text, question_text
from service.web.workspace import list_forms
from service.web.workspace.list_forms import (
    about_answers,
    column_help,
    columns_form,
    kind_named,
    part_of,
    refused_rows,
    template_of,
)

imports = Blueprint("imports", __name__, url_prefix="/imports")
imports.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_PATIENCE = 1.5  # seconds that a page waits for work that may be done at once
_LOOK = 0.03
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIRST = 5  # rows with their reasons on the preview itself
_ON_A_PAGE = 25
_CHOSEN = ("sheet", "kind", "header")


def _jobs() -> ImportJobs:
    return services().import_jobs


def _most() -> int:
    return services().settings.max_upload_bytes


@imports.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """List the organisation's imports: who, when, which file, which result."""
    page = _page_number()
    found, count = _jobs().listed(actor(), page)
    return _shown("listing", uploads=found, page=page, pages=_pages(count, PAGE))


@imports.get("/new")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def new() -> str:
    """Show the form to choose a file."""
    return _choose([])


def _choose(errors: list[VialcheckError]) -> str:
    return _shown("new", most=file_size(_most()), helps=column_help(), errors=_said(errors))


@imports.get("/template/<kind>.<form>")
@only_for(Role.VIEWER, kinds=_KINDS)
def template(kind: str, form: str) -> Response:
    """A list of this kind with its headers and one example row, as CSV or as a workbook of text."""
    wanted = kind_named(kind)
    if wanted is None or form not in ("csv", "xlsx"):
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    target = template_of(wanted, form)
    types = {"csv": "text/csv", "xlsx": _XLSX}
    return send_file(
        target, mimetype=types[form], as_attachment=True, download_name=f"vialcheck-{wanted}.{form}"
    )


@imports.post("/new")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
@takes_files(lambda: _most() + MOST_TYPED, on_disk=True)
def send() -> BaseResponse:
    """Store a file, and redirect to its page."""
    try:
        file = request.files.get("list")
        if file is None or not file.filename:
            raise RefusedError(ErrorCode.FILE_MISSING, field="list")
        start = file.stream.read(START)
        file.stream.seek(0)
        if starts_like_events(start):
            token = services().captures.begin(actor(), file.stream, file.filename, previews=True)
            return redirect(url_for("captures.one", token=token), HTTPStatus.SEE_OTHER)
        number = _jobs().begin(actor(), file.stream, file.filename)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return make_response(_choose([error]), HTTPStatus.UNPROCESSABLE_ENTITY)
    return _on(number)


@imports.get("/<int:number>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(number: int) -> str:
    """Show an import: what it waits for, its progress, or its result."""
    upload = _jobs().one(actor(), number)
    return _page(upload, [])


@imports.get("/<int:number>/progress")
@only_for(Role.VIEWER, kinds=_KINDS)
def progress(number: int) -> Response:
    """Return the progress as JSON, for the page's script."""
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
        part, kind = part_of(upload, chosen["sheet"], chosen["header"]), kind_named(chosen["kind"])
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
        page = _shown("columns", **columns_form(upload, [error], said, request.values))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
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
    """Apply what the preview showed, and nothing else."""
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
    """Return to the mapping of columns."""
    _jobs().again(actor(), number)
    return _on(number)


@imports.post("/<int:number>/cancel")
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True)
def cancel(number: int) -> BaseResponse:
    """Cancel the import. What was applied stays on record."""
    _jobs().cancel(actor(), number)
    return _on(number)


@imports.get("/<int:number>/rows/<kind>")
@only_for(Role.VIEWER, kinds=_KINDS)
def rows(number: int, kind: str) -> str:
    """Show rows of one kind, a page at a time."""
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
    """Show what the import changed, from the audit."""
    upload, page = _jobs().one(actor(), number), _page_number()
    entries, count = _jobs().changes(actor(), number, page)
    named = [(action_name(entry.action, entry.object_type, spoken()), entry) for entry in entries]
    return _shown("changes", upload=upload, entries=named, count=count, page=page, pages=_pages(count, PAGE))


@imports.get("/<int:number>/refused.csv")
@only_for(Role.VIEWER, kinds=_KINDS)
def refused(number: int) -> Response:
    """Export the rejected rows as they were sent, with a reason each, as CSV without formulas."""
    upload = _jobs().one(actor(), number)
    path, late = _jobs().refused(actor(), number)
    content = refused_rows(path, late, (upload.seen or {}).get("delimiter") or ",")
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="import-{number}-refused.csv"'
    return response


@imports.get("/<int:number>/refused.xlsx")
@only_for(Role.VIEWER, kinds=_KINDS)
def refused_workbook(number: int) -> Response:
    """Export the same as a workbook of text cells, in which no zero is lost while it is corrected."""
    upload = _jobs().one(actor(), number)
    path, late = _jobs().refused(actor(), number)
    if upload.refused >= MOST_ROWS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="import")
    target = list_forms.refused_workbook(path, late, (upload.seen or {}).get("delimiter") or ",")
    return send_file(
        target,
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"import-{number}-refused.xlsx",
    )


def _on(number: int) -> BaseResponse:
    """Redirect to the import's page, after a short wait in which its work may be done."""
    runner = services().job_queue
    until = time.monotonic() + _PATIENCE
    while runner.at_work.is_set() and time.monotonic() < until and _jobs().one(actor(), number).working:
        time.sleep(_LOOK)
    return redirect(url_for("imports.one", number=number), HTTPStatus.SEE_OTHER)


def _page(upload: Upload, errors: list[VialcheckError]) -> str:
    if upload.state == "columns" and upload.questions:
        return _shown(
            "questions", upload=upload, asked=upload.questions, errors=about_answers(errors, upload.questions)
        )
    if upload.state == "columns":
        return _shown("columns", **columns_form(upload, errors, None, request.values))
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
    ended = withdrawal_of(services().database, "import", upload.import_id) if upload.import_id else None
    return _shown("ended", upload=upload, error=error, files=_has_files(upload), ended=ended)


def _has_files(upload: Upload) -> bool:
    try:
        _jobs().refused(actor(), upload.id)
    except NotFoundError:
        return False
    return True


def _kind_name(kind: ListKind) -> str:
    return spoken().gettext(KINDS[kind][0])


def _samples(path: Path) -> dict[str, Any]:
    """Return the rows of the preview; NOT_FOUND when they were removed."""
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


def _said(errors: list[VialcheckError]) -> list[FieldError]:
    return [FieldError(error.field or "list", error_message(error, spoken())) for error in errors]


@imports.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> BaseResponse:
    """Show the error of a file that is too large on the form, instead of on an error page."""
    error = RefusedError(ErrorCode.FILE_TOO_LARGE, expected=f"at most {file_size(_most())}", field="list")
    return make_response(_choose([error]), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _shown(template: str, /, **more: Any) -> str:
    names: dict[str, Any] = {"states": STATES, "row_words": ROWS, "column_names": COLUMNS, "size": file_size}
    tr = spoken()
    names |= {
        "question_text": lambda question: question_text(question, tr),
        "answer_text": lambda question, choice: answer_text(question, choice, tr),
        "convention_text": lambda key, value: convention_text(key, value, tr),
    }
    return render_template(f"workspace/imports/{template}.html", **names, **more)
