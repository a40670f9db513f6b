"""The JSON door to imports: send a list or rows, look, answer, decide.

What a program begins, a person may end in the browser.
"""

import csv
import io
import json
from datetime import UTC
from typing import IO, Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.registry.import_jobs.service import PAGE, ImportJobs, Upload
from service.registry.import_jobs.unattended import UnattendedImport
from service.registry.lists.columns import FIELDS, ListKind
from service.web.api.operations import Operation, described
from service.web.api.records import import_shapes as shapes
from service.web.api.records.paging import number_of
from service.web.api.records.preconditions import KEY_HEADER
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal
from service.web.core.i18n import spoken
from service.web.core.json_body import read_body
from service.web.core.request_uploads import takes_files
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.list_questions import question_text

imports = Blueprint("records_imports", __name__, url_prefix="/api/v1")

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {"text/csv": "list.csv", "text/plain": "list.txt", _XLSX: "list.xlsx"}
_MOST_JSON = 4 * 1024 * 1024
"""Bytes of rows in JSON; a larger list is sent as a file."""

_QUERY = {
    "kind": f"Of a file: {', '.join(ListKind)}; left out where its headers say it.",
    "sheet": "Of a workbook: the name of the sheet.",
    "name": "The name of the file.",
    "reason": "Why, for the record of changes.",
    "dry_run": "`true`: end at the preview, and put nothing on record.",
    "keep_good": "`true`: put the good rows on record though others are refused.",
}
_BEGUN = {202: "It was received: look at the address in Location for what becomes of it"}


@imports.post("/imports")
@described(
    Operation(
        "Imports",
        "Import a list",
        gives=shapes.Import,
        answers=_BEGUN,
        takes=shapes.ImportedRows,
        sends=tuple(_FILES),
        query=_QUERY,
        headers={KEY_HEADER: "Your own mark of the request: sent again, it is the same import."},
        refuses=(409,),
        description="The body is a file (CSV, text or XLSX), or rows as JSON (`ImportedRows`). It goes on "
        "record by itself where no row is refused; else it waits at its preview. A question about a column "
        "waits in the state `columns`.",
    )
)
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True, scope=ApiKeyScope.IMPORT)
@takes_files(lambda: services().settings.max_upload_bytes, on_disk=True)
def begin_import() -> Response:
    """Receive a list, and have it imported."""
    key = request.headers.get(KEY_HEADER, "")
    try:
        if request.mimetype == "application/json":
            sent = _rows()
            terms = UnattendedImport(not sent.dry_run, sent.keep_good, sent.kind)
            source: IO[bytes] = io.BytesIO(_as_list(sent))
            name, reason = "rows.csv", sent.reason
        elif request.mimetype in _FILES:
            terms, reason = _terms(), request.args.get("reason", "")
            source, name = request.stream, request.args.get("name") or _FILES[request.mimetype]
        else:
            raise UnsupportedMediaType(f"Send a list as one of application/json, {', '.join(_FILES)}.")
        number = _jobs().begin(actor(), source, name, unattended=terms, reason=reason, key=key)
    except RequestEntityTooLarge:
        most = services().settings.max_upload_bytes
        error = RefusedError(ErrorCode.FILE_TOO_LARGE, expected=f"at most {most:,} bytes", field="list")
        return refusal(error, status=413)
    response = jsonify(_plain(_jobs().one(actor(), number)))
    response.status_code = 202
    response.headers["Location"] = url_for("records_imports.read_import", number=number)
    return response


@imports.get("/imports")
@described(
    Operation(
        "Imports",
        "Your organisation's imports",
        gives=shapes.ImportPage,
        answers={200: f"{PAGE} of them, the newest first"},
        query={"after": "`next` of the page before."},
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_imports() -> Response:
    """A page of the organisation's imports."""
    page = number_of("after", 1, least=1, most=10**6)
    found, count = _jobs().listed(actor(), page)
    more = str(page + 1) if page * PAGE < count else None
    return jsonify(imports=[_plain(each) for each in found], next=more)


@imports.get("/imports/<int:number>")
@described(
    Operation(
        "Imports",
        "One import",
        gives=shapes.Import,
        answers={200: "How far it is, and what became of its rows"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.IMPORT)
@runs_in(Pool.LOOKUPS)
def read_import(number: int) -> Response:
    """One import of the organisation."""
    return jsonify(_plain(_jobs().one(actor(), number)))


@imports.get("/imports/<int:number>/refused")
@described(
    Operation(
        "Imports",
        "The refused rows of an import",
        gives=shapes.RefusedRows,
        answers={200: "The rows as they were sent, each with the reason"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.IMPORT)
@runs_in(Pool.LOOKUPS)
def list_refused_rows(number: int) -> Response:
    """The rows of an import that were refused."""
    upload, jobs = _jobs().one(actor(), number), _jobs()
    _, late = jobs.refused(actor(), number)
    try:
        said: dict[str, Any] = json.loads(jobs.samples(actor(), number).read_text())
    except OSError as error:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="rows") from error
    early = [*said["rows"].get("refused", ()), *said["rows"].get("conflicting", ())]
    rows = [{"line": each["line"], "cells": each["cells"], "reason": each["reason"]} for each in early]
    rows += [{"line": None, "cells": cells, "reason": reason} for cells, reason in late]
    seen = upload.seen or {}
    count = seen.get("refused", 0) + seen.get("conflicting", 0) + len(late)
    return jsonify(labels=said["labels"], rows=rows, count=count)


@imports.post("/imports/<int:number>/answers")
@described(
    Operation(
        "Imports",
        "Answer what is asked about columns",
        takes=shapes.ImportAnswers,
        gives=shapes.Import,
        answers=_BEGUN,
        refuses=(404, 409),
    )
)
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True, scope=ApiKeyScope.IMPORT)
def answer_import(number: int) -> Response:
    """Take the answers, and go on."""
    _jobs().answer(actor(), number, read_body(shapes.ImportAnswers).answers)
    return _goes_on(number)


@imports.post("/imports/<int:number>/apply")
@described(
    Operation(
        "Imports",
        "Put a preview on record",
        takes=shapes.ImportDecision,
        gives=shapes.Import,
        answers=_BEGUN,
        refuses=(404, 409),
    )
)
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True, scope=ApiKeyScope.IMPORT)
def apply_import(number: int) -> Response:
    """Put on record what the preview shows."""
    sent = read_body(shapes.ImportDecision)
    _jobs().decide(actor(), number, reason=sent.reason, plan=sent.plan)
    return _goes_on(number)


@imports.post("/imports/<int:number>/cancel")
@described(
    Operation(
        "Imports",
        "Cancel an import",
        gives=shapes.Import,
        answers={200: "It has ended; what is on record already stays"},
        refuses=(404, 409),
    )
)
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True, scope=ApiKeyScope.IMPORT)
def cancel_import(number: int) -> Response:
    """End an import."""
    _jobs().cancel(actor(), number)
    return jsonify(_plain(_jobs().one(actor(), number)))


def _jobs() -> ImportJobs:
    return services().import_jobs


def _goes_on(number: int) -> Response:
    response = jsonify(_plain(_jobs().one(actor(), number)))
    response.status_code = 202
    return response


def _terms() -> UnattendedImport:
    """What the query says of a file. VALUE_INVALID."""
    kind = request.args.get("kind", "")
    if kind and kind not in set(ListKind):
        expected = f"one of {', '.join(ListKind)}"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=kind[:40], expected=expected, field="kind")
    known = ListKind(kind) if kind else None
    return UnattendedImport(not _flag("dry_run"), _flag("keep_good"), known, request.args.get("sheet", ""))


def _flag(name: str) -> bool:
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=text[:40], expected="true or false", field=name)
    return text == "true"


def _rows() -> shapes.ImportedRows:
    if (request.content_length or 0) > _MOST_JSON:
        raise RequestEntityTooLarge
    return read_body(shapes.ImportedRows)


def _as_list(sent: shapes.ImportedRows) -> bytes:
    """The rows as a list with the columns that they name. VALUE_INVALID for a name that no column has."""
    names = list(dict.fromkeys(name for row in sent.rows for name in row))
    if unknown := [name for name in names if name not in FIELDS[sent.kind]]:
        expected = f"one of {', '.join(FIELDS[sent.kind])}"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=unknown[0][:40], expected=expected, field="rows")
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in sent.rows)
    return target.getvalue().encode()


def _cell(value: str | int | bool | list[str] | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


def _plain(upload: Upload) -> dict[str, Any]:
    tr = spoken()
    seen, error = upload.seen, upload.error
    counts = ("new", "changed", "unchanged", "conflicting", "refused", "waiting")
    return {
        "id": upload.id,
        "state": upload.state,
        "kind": upload.layout.kind if upload.layout else None,
        "file_name": upload.file_name,
        "sha256": upload.sha256,
        "created": upload.created.astimezone(UTC).isoformat(),
        "plan": seen["plan_sha256"] if seen and upload.state == "preview" else None,
        "seen": {name: seen[name] for name in counts} if seen else None,
        "new": upload.new,
        "changed": upload.changed,
        "unchanged": upload.unchanged,
        "refused": upload.refused,
        "questions": [
            {
                "topic": each.topic,
                "column": each.label,
                "question": question_text(each, tr),
                "examples": list(each.examples),
                "parts": [
                    {name: getattr(part, name) for name in ("key", "about", "choices", "suggested")}
                    for part in each.parts
                ],
            }
            for each in (upload.questions if upload.state == "columns" else ())
        ],
        "error": {
            "code": str(error.code),
            "message": error_message(error, tr),
            "field": error.field or "",
        }
        if error
        else None,
    }
