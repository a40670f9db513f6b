"""Reports of suspicious products: list, details, and each step in handling one."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.errors import ErrorCode, RefusedError
from service.gs1.iso.countries import countries
from service.reports.inbox import NEXT, ReportInbox
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message

triage = Blueprint("triage", __name__, url_prefix="/reports")
triage.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
MOST_SAID = 4000


def _triage() -> ReportInbox:
    return services().report_inbox


@triage.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """List the reports about this organisation's products, or those in one state."""
    status = request.args.get("status", "")
    status = status if status in NEXT else ""
    return render_template(
        "workspace/report_inbox/list.html",
        lines=_triage().listing(actor(), status),
        counts=_triage().counts(actor()),
        status=status,
        countries=countries(),
    )


@triage.get("/<int:number>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(number: int) -> BaseResponse:
    """Show one report."""
    return _page(number, {}, [])


@triage.post("/<int:number>")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def step(number: int) -> BaseResponse:
    """Take a step: investigate, confirm, clear, or open it again."""
    given = {name: request.form.get(name, "").strip() for name in ("status", "note", "said")}
    errors = [
        FieldError(name, error_message(RefusedError(code, found=str(len(given[name])), field=name), spoken()))
        for name, code, wrong in (
            ("note", ErrorCode.TEXT_TOO_LONG, len(given["note"]) > MOST_SAID),
            ("said", ErrorCode.TEXT_TOO_LONG, len(given["said"]) > MOST_SAID),
            ("note", ErrorCode.REASON_MISSING, not given["note"]),
        )
        if wrong
    ]
    if errors:
        return _page(number, given, errors)
    _triage().decide(actor(), number, given["status"], note=given["note"], said=given["said"])
    return redirect(url_for("triage.one", number=number, done=given["status"]), HTTPStatus.SEE_OTHER)


@triage.get("/<int:number>/photos/<int:photo>")
@only_for(Role.VIEWER, kinds=_KINDS)
def photo(number: int, photo: int) -> Response:
    """Return one photograph of a report."""
    return Response(_triage().photo(actor(), number, photo), mimetype="image/jpeg")


def _page(number: int, given: dict[str, str], errors: list[FieldError]) -> BaseResponse:
    report = _triage().open(actor(), number)
    page = render_template(
        "workspace/report_inbox/report.html",
        report=report,
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        next=NEXT[report.line.status],
        may=actor().may(Role.RELEASER),
        done=request.args.get("done", "") if not errors else "",
        country=countries().get(report.line.country, ""),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
