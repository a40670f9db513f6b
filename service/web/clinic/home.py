"""A clinic's first page, its stock by lot, and its rule of how long an opened vial is used."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.authenticity.evidence import Asker
from service.clinics.notices.affected import StopNotice, UseTask
from service.clinics.reconciliation import reconcile
from service.clinics.stock import ExpiryNearness, LotInStock
from service.clinics.vial_lifecycle import VialState
from service.errors import ErrorCode, RefusedError
from service.gs1.iso.countries import zone_of
from service.web.clinic.common import CLINICS, clinic, wrong
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.clinic_text import DIFFERENCES, SOON, STATES
from service.web.text.reasons.reason_messages import reason_message


@clinic.get("/clinic")
@only_for(Role.VIEWER, kinds=CLINICS)
def first() -> str:
    """Show what needs attention, and links to the clinic's tasks."""
    notices, tr = services().stop_notices.all(actor()), spoken()
    now = services().verification.now()
    today = now.astimezone(zone_of(actor().country or None, now.date())).date()
    waiting = [(each, len(_untold(each))) for each in notices if not each.is_open]
    house, open_ones = services().stock.house(actor()), [each for each in notices if each.is_open]
    stopped = [(lot, [each for each in open_ones if _is_about(each, lot)]) for lot in house.stopped]
    shown = {each.key for _, of_lot in stopped for each in of_lot}
    return render_template(
        "clinic/home.html",
        house=house,
        stopped=stopped,
        soon=_soon(),
        who=actor(),
        notices=[
            (each, reason_message(each.reason, Asker.CLINIC, tr))
            for each in open_ones
            if each.key not in shown
        ],
        cases=[each for each in services().quarantine_cases.open(actor(), today) if each.is_overdue(today)],
        excursions=services().temperature.decisions.open(actor()),
        untold=[(each, count) for each, count in waiting if count],
        short=services().stock_control.minimums.short(actor()),
    )


def _is_about(notice: StopNotice, lot: LotInStock) -> bool:
    """Whether a vial of the lot is one of the notice's."""
    return not {each.id for each in notice.vials}.isdisjoint(each.id for each in lot.vials)


def _untold(notice: StopNotice) -> list[UseTask]:
    """The uses that are not marked as told yet."""
    return [each for each in services().stop_notices.tasks(actor(), notice) if each.told is None]


@clinic.get("/clinic/reconciliation")
@only_for(Role.VIEWER, kinds=CLINICS)
@runs_in(Pool.COSTLY)
def books() -> str:
    """Show what came in against where it is now, and every difference."""
    tr = spoken()
    return render_template(
        "clinic/reconciliation.html",
        books=reconcile(services().database, actor()),
        states={state: tr.gettext(text) for state, text in STATES.items() if state != VialState.CANCELLED},
        differences={each: tr.gettext(text) for each, text in DIFFERENCES.items()},
    )


@clinic.get("/stock")
@only_for(Role.VIEWER, kinds=CLINICS)
def stock() -> str:
    """Show the stock by lot, soonest expiry first."""
    return render_template("clinic/stock.html", house=services().stock.house(actor()), soon=_soon())


@clinic.get("/clinic/in-use")
@only_for(Role.VIEWER, kinds=CLINICS)
def in_use() -> str:
    """Show for how many hours after opening each product is used."""
    done = (
        spoken().gettext("Recorded. It counts for vials opened from now on.")
        if "done" in request.args
        else ""
    )
    return render_template("clinic/in_use.html", products=services().stock.in_use_times(actor()), done=done)


@clinic.post("/clinic/in-use")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def set_in_use() -> Response | tuple[str, HTTPStatus]:
    """Set it for one product; empty: the clinic has no rule for it."""
    text, product = request.form.get("hours", "").strip(), request.form.get("product", "")
    try:
        services().stock.set_in_use_time(actor(), _number(product) or 0, _number(text))
    except RefusedError as error:
        products = services().stock.in_use_times(actor())
        page = render_template(
            "clinic/in_use.html", products=products, typed=text, at=product, **wrong(error, "hours")
        )
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("clinic.in_use", done=1), HTTPStatus.SEE_OTHER)


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise RefusedError(ErrorCode.HOURS_INVALID, given=text, field="hours")
    return int(text) if text else None


def _soon() -> dict[ExpiryNearness, str]:
    return {soon: spoken().gettext(text) for soon, text in SOON.items()}
