"""Regulators' alerts: list, details with what each concerns, entry by hand, and upload of
openFDA's reports.
"""

import tempfile
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.authenticity.evidence import AlertKind
from service.errors import ErrorCode, InvalidFieldsError, RefusedError, UnavailableError, VialcheckError
from service.registry.alerts import matches
from service.registry.alerts.duplicates import joined
from service.registry.alerts.forms import ALERT_FIELDS, read_alert_form
from service.registry.alerts.openfda import OpenFda, OpenFdaReport
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.imports.withdrawal import withdrawal_of
from service.registry.import_jobs.import_files import run
from service.registry.lists.kinds.alerts import AlertFacts
from service.registry.recalls import CLASSES
from service.registry.watched_folders.notice_feed import feed_runs
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.request_uploads import takes_files
from service.web.core.services import services
from service.web.text import error_message
from service.web.workspace.confirmation import ChangeForm, answered, shown

alerts = Blueprint("alerts", __name__, url_prefix="/alerts")
alerts.after_request(set_language_headers)

KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_REGULATORS = frozenset({OrganisationKind.REGULATOR})
MOST_UPLOAD = 16 * 1024 * 1024
"""The largest upload of reports in bytes; `vialcheck import` takes larger files."""

_SHOWN = 200


@alerts.get("")
@only_for(Role.VIEWER, kinds=KINDS)
def listing() -> str:
    """List alerts, latest first; `q` searches lots, products, authorities and references."""
    return _list([])


@alerts.get("/feeds")
@only_for(Role.VIEWER, kinds=KINDS)
def feeds() -> str:
    """List the files of notices that came by watched folders."""
    return render_template("workspace/alerts/feeds.html", runs=feed_runs(_database()))


@alerts.get("/<int:number>")
@only_for(Role.VIEWER, kinds=KINDS)
def one(number: int) -> str:
    """Show one alert and what it concerns."""
    alert = matches.find(_database(), number, actor().who, regulator=_regulator())
    return render_template(
        "workspace/alerts/alert.html",
        alert=alert,
        ended=withdrawal_of(_database(), "alert", number),
        may=actor().may(Role.RELEASER),
        just_done=bool(request.args.get("done")),
    )


@alerts.get("/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=KINDS, strong=True)
def back(number: int) -> BaseResponse:
    """Show what withdrawing an alert does."""
    return shown(_withdrawal(number))


@alerts.post("/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=KINDS, strong=True)
def withdraw(number: int) -> BaseResponse:
    """Withdraw an alert, by another record."""
    return answered(_withdrawal(number))


def _withdrawal(number: int) -> ChangeForm:
    matches.find(_database(), number, actor().who, regulator=_regulator())
    return ChangeForm(
        address=url_for("alerts.withdraw", number=number),
        fields=(),
        read=lambda _: AlertWithdrawal(number),
        done=url_for("alerts.one", number=number),
        back=url_for("alerts.one", number=number),
    )


@alerts.get("/new")
@only_for(Role.RELEASER, kinds=KINDS, strong=True)
def form() -> BaseResponse:
    """Show the form of a new alert, filled from the query."""
    return _form({name: request.args.get(name, "").strip() for name in ALERT_FIELDS}, [])


@alerts.post("/new")
@only_for(Role.RELEASER, kinds=KINDS, strong=True)
def enter() -> BaseResponse:
    """Show what an alert touches; then put it on record. It takes effect with the next check."""
    given = {name: request.form.get(name, "").strip() for name in ALERT_FIELDS}
    step = request.form.get("step", "look")
    if request.form.get("instead"):
        given["lot"], step = request.form["instead"], "look"
    if step == "back":
        return _form(given, [])
    try:
        facts = read_alert_form(_database(), given, actor(), regulator=_regulator())
        if step != "make":
            seen = matches.preview(_database(), facts, actor().who, regulator=_regulator())
            return _look(given, facts, seen)
        number = matches.raise_alert(
            _database(), facts, who=actor().who, reason="entered by hand", regulator=_regulator()
        )
    except UnavailableError:
        raise
    except VialcheckError as error:
        each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
        return _form(
            given, [FieldError(one.field or "product", error_message(one, spoken())) for one in each]
        )
    return redirect(url_for("alerts.one", number=number, done=1), HTTPStatus.SEE_OTHER)


def _look(given: dict[str, str], facts: AlertFacts, seen: matches.AlertPreview) -> BaseResponse:
    page = render_template(
        "workspace/alerts/preview.html",
        facts=facts,
        seen=seen,
        kept={name: value for name, value in given.items() if value},
    )
    return make_response(page)


@alerts.post("/upload")
@only_for(Role.RELEASER, kinds=_REGULATORS, strong=True)
@takes_files(MOST_UPLOAD)
def upload() -> BaseResponse:
    """Put openFDA's reports on record, and show for each the part of its text that could not be parsed."""
    sent = request.files.get("file")
    if not sent:
        error = RefusedError(ErrorCode.VALUE_MISSING, field="file")
        said = FieldError("file", error_message(error, spoken()))
        return make_response(_list([said]), HTTPStatus.UNPROCESSABLE_ENTITY)
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reports.json"
        path.write_bytes(sent.read())
        try:
            reports = [report for _, report in OpenFda(path).reports()]
            (outcome,) = run(_database(), [path], who=actor().who, reason="openFDA", keep_good=True).files
        except RefusedError as error:
            error.field = "file"
            said = FieldError("file", error_message(error, spoken()))
            return make_response(_list([said]), HTTPStatus.UNPROCESSABLE_ENTITY)
    read = [report for report in reports if isinstance(report, OpenFdaReport)]
    to_read = [report for report in read if report.uncut or not report.cut.lots]
    page = render_template(
        "workspace/alerts/read.html",
        outcome=outcome,
        reports=to_read[:_SHOWN],
        more=max(0, len(to_read) - _SHOWN),
        lots=sum(len(report.cut.lots) for report in read),
        count=len(read),
        scans=matches.count_checks_of_new(_database(), began),
    )
    return make_response(page)


def _regulator() -> bool:
    return actor().kind is OrganisationKind.REGULATOR


def _database() -> Database:
    return services().database


def _list(errors: list[FieldError]) -> str:
    search = request.args.get("q", "")[:100]
    who, regulator = actor(), _regulator()
    return render_template(
        "workspace/alerts/list.html",
        lines=joined(matches.listed(_database(), who.who, regulator=regulator, search=search)),
        unread=matches.count_unparsed(_database(), who.who, regulator=regulator),
        search=search,
        may=who.may(Role.RELEASER),
        regulator=regulator,
        errors=errors,
        by_box={each.box: each.message for each in errors},
    )


def _form(given: dict[str, str], errors: list[FieldError]) -> BaseResponse:
    page = render_template(
        "workspace/alerts/new.html",
        given=given,
        kinds=list(AlertKind),
        classes=CLASSES,
        products=matches.products(_database(), actor().who, regulator=_regulator()),
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        regulator=_regulator(),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
