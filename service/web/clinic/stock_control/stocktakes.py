"""Stocktakes: begin one, scan what lies there, see what is missing and what is too much, close it."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.stock_control.stocktakes import ScanOutcome
from service.clinics.vial_verdicts import stops
from service.errors import ErrorCode, RefusedError, TooManyError, UnavailableError, VialcheckError
from service.web.clinic.common import CLINICS, asked, clinic, nonce, origin, wrong
from service.web.clinic.stock_control.device_site import names_of_sites, site_of, sites, this_site
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import status_of
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text.formatting import N_

_MISSED = N_("Missing at a stocktake")


@clinic.get("/stock/count")
@only_for(Role.VIEWER, kinds=CLINICS)
def stocktakes() -> str:
    """Show the stocktakes, and the form that begins one."""
    return render_template(
        "clinic/stock_control/stocktakes.html",
        stocktakes=services().stock_control.stocktakes.all(actor()),
        sites=sites(),
        names=names_of_sites(),
        here=this_site(),
        may_write=actor().may(Role.CLINIC),
    )


@clinic.post("/stock/count")
@only_for(Role.CLINIC, kinds=CLINICS)
def begin_stocktake() -> Response:
    """Begin one at a site, or go on with the one that runs there."""
    site = site_of(request.form.get("site", ""))
    number = services().stock_control.stocktakes.begin(
        actor(), site.id, nonce(), services().verification.now()
    )
    return redirect(url_for("clinic.stocktake", stocktake_id=number), HTTPStatus.SEE_OTHER)


@clinic.get("/stock/count/<int:stocktake_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
@runs_in(Pool.COSTLY)
def stocktake(stocktake_id: int) -> str:
    """Show one: the scan field while it runs, what it found so far or found in the end."""
    told, scan = request.args.get("told", ""), request.args.get("scan", "")
    return _page(stocktake_id, told=told if told in set(ScanOutcome) else "", last=scan)


@clinic.post("/stock/count/<int:stocktake_id>")
@only_for(Role.CLINIC, kinds=CLINICS)
def count_pack(stocktake_id: int) -> Response | tuple[str, int]:
    """Count the pack of a scan. No check is recorded; a pack that is stopped is said to be so."""
    try:
        answer = ask_check(asked(), origin(), record=False)
        told, scan = services().stock_control.stocktakes.count(
            actor(), stocktake_id, answer, nonce(), services().verification.now()
        )
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.NOT_FOUND:
            raise
        return _page(stocktake_id, scan=request.form.get("scan", ""), **wrong(error)), status_of(error)
    stop = 1 if stops(answer.verdict) else None
    page = url_for("clinic.stocktake", stocktake_id=stocktake_id, told=told, scan=scan, stop=stop)
    return redirect(page, HTTPStatus.SEE_OTHER)


@clinic.post("/stock/count/<int:stocktake_id>/lots")
@only_for(Role.CLINIC, kinds=CLINICS)
def set_lot_count(stocktake_id: int) -> Response | tuple[str, int]:
    """Set how many packs without serial numbers of one lot lie there."""
    text, scan = request.form.get("count", "").strip(), request.form.get("scan", "")
    now, takes = services().verification.now(), services().stock_control.stocktakes
    try:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
        of = int(scan) if scan.isascii() and scan.isdigit() and len(scan) < 10 else 0
        if number < 0:
            raise RefusedError(ErrorCode.COUNT_INVALID, given=text[:100], field="count")  # noqa: TRY301
        takes.set_count(actor(), stocktake_id, of, number, now)
    except RefusedError as error:
        return _page(stocktake_id, typed=text, at=scan, **wrong(error, "count")), status_of(error)
    return redirect(url_for("clinic.stocktake", stocktake_id=stocktake_id) + "#lots", HTTPStatus.SEE_OTHER)


@clinic.post("/stock/count/<int:stocktake_id>/close")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def close_stocktake(stocktake_id: int) -> Response | tuple[str, int]:
    """Close it; `missing=record`: what is missing is recorded as missing, with a reason."""
    reason = request.form.get("reason", "") if request.form.get("missing") == "record" else None
    now, takes = services().verification.now(), services().stock_control.stocktakes
    try:
        takes.close(actor(), stocktake_id, now, missing_because=reason)
    except RefusedError as error:
        return _page(stocktake_id, closing=True, **wrong(error, "reason")), status_of(error)
    return redirect(url_for("clinic.stocktake", stocktake_id=stocktake_id), HTTPStatus.SEE_OTHER)


def _page(stocktake_id: int, *, told: str = "", last: str = "", scan: str = "", **more: object) -> str:
    counted = services().stock_control.stocktakes.one(actor(), stocktake_id)
    found = next((each for each in counted.scans if str(each.id) == last), None)
    return render_template(
        "clinic/stock_control/stocktake.html",
        counted=counted,
        head=counted.head,
        result=counted.result,
        sites=names_of_sites(),
        told=told,
        last=found,
        stop=bool(request.args.get("stop")) and bool(told),
        scan=scan[:4000],
        fields=request.form,
        because=request.form.get("reason", spoken().gettext(_MISSED)),
        may_write=actor().may(Role.CLINIC),
        **({"typed": "", "at": "", "closing": False} | more),
    )
