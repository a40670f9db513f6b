"""Transfers between a clinic's sites and returns to suppliers: pack by scanning, send, receive."""

from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.stock_control.shipments import PackingOutcome, ShipmentKind, ShippedState
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

_SAID = {
    PackingOutcome.ADDED: N_("Added."),
    PackingOutcome.AGAIN: N_("This vial is on the list already."),
    PackingOutcome.NOT_HERE: N_("Not added: no unopened vial of your stock has this code."),
    PackingOutcome.AT_TARGET: N_("Not added: this vial is at that site already."),
    PackingOutcome.STOPPED: N_("Not added: this vial must not be used. Put it aside here."),
    PackingOutcome.FULL: N_("Not added: this list is full. Send it, and begin another one."),
    PackingOutcome.ARRIVED: N_("Recorded: arrived."),
    PackingOutcome.NOT_OF_THIS: N_("Nothing was recorded: this vial is not part of this transfer."),
}
_PACKING = frozenset(PackingOutcome) - {
    PackingOutcome.ARRIVED,
    PackingOutcome.AGAIN,
    PackingOutcome.NOT_OF_THIS,
}
_GOOD = frozenset({PackingOutcome.ADDED, PackingOutcome.ARRIVED, PackingOutcome.AGAIN})
_STATES = {
    ShippedState.PACKED: N_("Not sent yet"),
    ShippedState.ON_ITS_WAY: N_("On its way"),
    ShippedState.ARRIVED: N_("Arrived"),
    ShippedState.NOT_ARRIVED: N_("Did not arrive"),
    ShippedState.RETURNED: N_("Sent back"),
    ShippedState.TAKEN_BACK: N_("Undone"),
    ShippedState.OTHER: N_("Destroyed"),
}
_DONE = {
    "sent": N_("Recorded: sent."),
    "arrived": N_("Recorded: all arrived."),
    "missing": N_("Recorded: the rest did not arrive, and is missing."),
}


@clinic.get("/stock/shipments")
@only_for(Role.VIEWER, kinds=CLINICS)
@runs_in(Pool.COSTLY)
def shipments() -> str:
    """Show the latest transfers and returns, and the forms that begin one."""
    return _listing()


@clinic.post("/stock/shipments")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def begin_shipment() -> Response | tuple[str, int]:
    """Begin a transfer to a site, or a return."""
    form, now = request.form, services().verification.now()
    try:
        kind, to = _wanted(form.get("kind", ""), form.get("to", "none"))
    except RefusedError as error:
        return _listing(**wrong(error, "to")), status_of(error)
    number = services().stock_control.shipments.begin(actor(), kind, to, nonce(), now)
    return redirect(url_for("clinic.shipment", shipment_id=number), HTTPStatus.SEE_OTHER)


@clinic.get("/stock/shipments/<int:shipment_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
def shipment(shipment_id: int) -> str:
    """Show one with its vials."""
    done = _DONE.get(request.args.get("done", ""))
    return _page(shipment_id, done=spoken().gettext(done) if done else "", told=request.args.get("told", ""))


@clinic.post("/stock/shipments/<int:shipment_id>")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def scan_shipped(shipment_id: int) -> Response | tuple[str, int]:
    """Add the vial of a scan, or, once it is sent, record that it arrived."""
    ours, now = services().stock_control.shipments, services().verification.now()
    try:
        answer = ask_check(asked(), origin(), record=False)
        if ours.one(actor(), shipment_id).sent is None:
            told = ours.pack(actor(), shipment_id, answer, nonce(), this_site().id)
        else:
            told = ours.arrive(actor(), shipment_id, answer, now, nonce())
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return _refused(shipment_id, error, "scan")
    return redirect(url_for("clinic.shipment", shipment_id=shipment_id, told=told), HTTPStatus.SEE_OTHER)


@clinic.post("/stock/shipments/<int:shipment_id>/unpack")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def unpack(shipment_id: int) -> Response | tuple[str, int]:
    """Take a vial off the list again."""
    text = request.form.get("vial", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        services().stock_control.shipments.unpack(actor(), shipment_id, number)
    except VialcheckError as error:
        return _refused(shipment_id, error, "scan")
    return redirect(url_for("clinic.shipment", shipment_id=shipment_id), HTTPStatus.SEE_OTHER)


@clinic.post("/stock/shipments/<int:shipment_id>/<what>")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def move_shipment(shipment_id: int, what: str) -> Response | tuple[str, int]:
    """Send it (`send`), record that all arrived (`arrived`) or that the rest did not (`missing`)."""
    ours, now, form = services().stock_control.shipments, services().verification.now(), request.form
    done = {"send": "sent", "arrived": "arrived", "missing": "missing"}.get(what)
    if done is None:
        abort(HTTPStatus.NOT_FOUND)
    reason = form.get("reason", "")
    try:
        if what == "send":
            ours.send(actor(), shipment_id, form.get("supplier", ""), reason, now)
        elif what == "arrived":
            ours.arrive_all(actor(), shipment_id, now)
        else:
            ours.finish(actor(), shipment_id, reason, now)
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return _refused(shipment_id, error, "scan")
    return redirect(url_for("clinic.shipment", shipment_id=shipment_id, done=done), HTTPStatus.SEE_OTHER)


def _wanted(kind: str, to: str) -> tuple[ShipmentKind, int | None]:
    """What a form asks for. RefusedError where it names no site to send to."""
    if kind == ShipmentKind.RETURN:
        return ShipmentKind.RETURN, None
    if to == "none":
        raise RefusedError(
            ErrorCode.CHOICE_MISSING, expected=", ".join(names_of_sites().values()), field="to"
        )
    return ShipmentKind.TRANSFER, site_of(to).id


def _refused(shipment_id: int, error: VialcheckError, box: str) -> tuple[str, int]:
    if error.code is ErrorCode.NOT_FOUND:
        raise error
    scan = request.form.get("scan", "")[:4000]
    return _page(shipment_id, scan=scan, fields=request.form, **wrong(error, box)), status_of(error)


def _listing(**more: object) -> str:
    return render_template(
        "clinic/stock_control/shipments.html",
        shipments=services().stock_control.shipments.all(actor()),
        sites=sites(),
        names=names_of_sites(),
        here=this_site(),
        may_write=actor().may(Role.CLINIC) and not actor().by_pin,
        **more,
    )


def _page(shipment_id: int, *, told: str = "", **more: object) -> str:
    tr, found = spoken(), services().stock_control.shipments.one(actor(), shipment_id)
    outcome = PackingOutcome(told) if told in set(PackingOutcome) else None
    if found.sent is not None and outcome in _PACKING:
        outcome = None  # it was sent since: what was said while it was packed is past
    suppliers = [each.vial.supplier for each in found.lines if each.vial.supplier]
    return render_template(
        "clinic/stock_control/shipment.html",
        shipment=found,
        waiting=found.count(ShippedState.ON_ITS_WAY),
        names=names_of_sites(),
        states={state: tr.gettext(text) for state, text in _STATES.items()},
        told=tr.gettext(_SAID[outcome]) if outcome else "",
        told_good=outcome in _GOOD,
        supplier=suppliers[0] if suppliers else "",
        may_write=actor().may(Role.CLINIC) and not actor().by_pin,
        **({"scan": "", "fields": {}} | more),
    )
