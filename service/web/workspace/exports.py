"""Exports: lists of an organisation's own records, everything in one archive, and leaving."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import IO

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts import leaving
from service.accounts.actors import OrganisationKind, Role
from service.errors import ErrorCode, NotFoundError, VialcheckError
from service.registry.exports.export_files import FORMS, RecordExports
from service.registry.exports.record_lists import ExportKind
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.formatting import N_

exports = Blueprint("exports", __name__, url_prefix="/exports")
exports.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WORDS = {
    ExportKind.PRODUCTS: (N_("Products"), N_("With everything that is on record of each.")),
    ExportKind.BATCHES: (N_("Lots"), N_("With status, dates, markets, quantities and tests.")),
    ExportKind.UNITS: (N_("Units"), N_("Each serial number with its lot and where it is.")),
    ExportKind.RECALLS: (N_("Recalls and holds"), N_("In force and lifted.")),
    ExportKind.ALERTS: (N_("Notices"), N_("Those of your organisation.")),
    ExportKind.MARKS: (
        N_("Features of packs"),
        N_("By which known fakes are told. Those of your organisation."),
    ),
    ExportKind.CHECKS: (N_("Checks by lot"), N_("How often each lot was checked, with which answer.")),
}
_OF_REGULATORS = (ExportKind.ALERTS, ExportKind.MARKS)


@exports.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def page() -> str:
    """Show what can be exported."""
    return _page([])


@exports.get("/<kind>.<form>")
@only_for(Role.VIEWER, kinds=_KINDS)
@runs_in(Pool.COSTLY)
def records(kind: str, form: str) -> Response:
    """Send one list."""
    if kind not in {str(each) for each in _own_kinds()} or form not in FORMS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    name, owner = ExportKind(kind), actor().organisation_id
    return _file(lambda target: _exports().write(name, form, owner, target), _TYPES[form], f"{kind}.{form}")


@exports.get("/archive.zip")
@only_for(Role.ADMIN, strong=True)
@runs_in(Pool.COSTLY)
def archive() -> Response:
    """Send everything of the organisation."""
    owner, day = actor().organisation_id, datetime.now(UTC).date().isoformat()
    return _file(
        lambda target: _exports().archive(owner, target, day=day), "application/zip", "organisation.zip"
    )


@exports.post("/leave")
@only_for(Role.ADMIN, strong=True)
def leave() -> BaseResponse:
    """Close the organisation's accounts; its name has to be written as a confirmation."""
    try:
        given = request.form.get("confirmed", "")
        leaving.leave(services().database, actor(), confirmed=given, at=datetime.now(UTC))
    except VialcheckError as error:
        if error.field != "confirmed":
            raise
        wrong = [FieldError("confirmed", error_message(error, spoken()))]
        return make_response(_page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("account.sign_in"), HTTPStatus.SEE_OTHER)


def _file(write: Callable[[IO[bytes]], None], mimetype: str, name: str) -> Response:
    """What `write` writes, as a download; the response closes the file."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the response)
    try:
        write(target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return send_file(target, mimetype=mimetype, as_attachment=True, download_name=name)


def _page(errors: list[FieldError]) -> str:
    tr = spoken()
    return render_template(
        "workspace/exports.html",
        kinds=[(each, *map(tr.gettext, _WORDS[each])) for each in _own_kinds()],
        forms=FORMS,
        admin=actor().may(Role.ADMIN),
        organisation=actor().organisation,
        errors=errors,
        by_box={each.box: each.message for each in errors},
        given=request.form.get("confirmed", ""),
    )


def _own_kinds() -> list[ExportKind]:
    regulator = actor().kind is OrganisationKind.REGULATOR
    return [each for each in ExportKind if (each in _OF_REGULATORS) is regulator]


def _exports() -> RecordExports:
    return RecordExports(services().database)
