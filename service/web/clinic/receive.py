"""Receiving: one vial at a time without JavaScript, or the whole list of the scan station at once."""

from http import HTTPStatus
from typing import Annotated, Literal

from flask import jsonify, redirect, render_template, request, url_for
from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Shaped
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.authenticity.evidence import Asker
from service.clinics.deliveries import MOST_LINES, DeliveryLine, DeliveryNote, DeliveryOutcome
from service.errors import (
    ErrorCode,
    NotFoundError,
    RefusedError,
    TooManyError,
    UnavailableError,
    VialcheckError,
)
from service.verification.service import Answer
from service.web.clinic.common import CLINICS, asked, clinic, clinics_answer, in_words, nonce, origin, wrong
from service.web.clinic.stock_control.device_site import this_site
from service.web.core.access import actor, only_for, sees_whole
from service.web.core.error_responses import status_of
from service.web.core.i18n import spoken
from service.web.core.json_body import read_body
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text import headline
from service.web.text.answers.disclosure import disclosed_verdict
from service.web.text.clinic_text import received_words
from service.web.text.formatting import N_

_DONE = {
    "received": N_("Recorded in stock."),
    "aside": N_("Recorded in quarantine. Put it where nobody takes it by mistake."),
    "returned": N_("Recorded as sent back."),
    "already": N_("This vial is in your stock already. It was not added again."),
}


class StationLine(BaseModel):
    """One line of the scan station's list."""

    model_config = ConfigDict(extra="forbid")
    check: Annotated[str, StringConstraints(max_length=36)]
    outcome: Literal["received", "aside", "returned"]
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class StationList(BaseModel):
    """The scan station's list. The same `nonce` again is the same delivery."""

    model_config = ConfigDict(extra="forbid")
    nonce: Annotated[str, StringConstraints(min_length=8, max_length=64)]
    supplier: Annotated[str, StringConstraints(max_length=200)] = ""
    note_number: Annotated[str, StringConstraints(max_length=80)] = ""
    lines: list[StationLine] = Shaped(min_length=1, max_length=MOST_LINES)


@clinic.get("/receive")
@only_for(Role.CLINIC, kinds=CLINICS)
def receive() -> str:
    """Show the scan field, and what came in with this delivery so far."""
    done = _DONE.get(request.args.get("done", ""))
    return _form(_delivery(request.args.get("delivery")), done=spoken().gettext(done) if done else "")


@clinic.post("/receive")
@only_for(Role.CLINIC, kinds=CLINICS)
def check_received() -> Response | tuple[str, int]:
    """Check the vial, and redirect to its answer."""
    delivery = _delivery(request.form.get("delivery"))
    try:
        answer = ask_check(asked(), origin())
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return _form(delivery, scan=request.form.get("scan", ""), **wrong(error)), status_of(error)
    return redirect(url_for("clinic.received", scan_id=answer.id, delivery=delivery), HTTPStatus.SEE_OTHER)


@clinic.get("/receive/<scan_id>")
@only_for(Role.CLINIC, kinds=CLINICS)
def received(scan_id: str) -> str:
    """Show the answer, and the form that records the vial or what happens to it instead."""
    return _checked(clinics_answer(scan_id), _delivery(request.args.get("delivery")))


@clinic.post("/receive/<scan_id>")
@only_for(Role.CLINIC, kinds=CLINICS)
def take_in(scan_id: str) -> Response | tuple[str, int]:
    """Record it. `then=use`: the vial was to be used and was not in stock yet."""
    form, answer = request.form, clinics_answer(scan_id)
    delivery = _delivery(form.get("delivery"))
    try:
        line = _line(scan_id)
        supplier, note_number = form.get("supplier", ""), form.get("note_number", "")
        papers = DeliveryNote(supplier, note_number, nonce(), this_site().id)
        counted = services().deliveries.receive(actor(), [line], papers, delivery_id=delivery)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _checked(answer, delivery, **wrong(error, "outcome")), status_of(error)
    if form.get("then") == "use" and counted.vial_ids:
        page = url_for("clinic.vial", vial_id=counted.vial_ids[0], done=_STEPS.get(line.outcome))
        return redirect(page, HTTPStatus.SEE_OTHER)
    told = "already" if counted.already or counted.before else str(line.outcome)
    return redirect(url_for("clinic.receive", delivery=counted.delivery_id, done=told), HTTPStatus.SEE_OTHER)


@clinic.get("/deliveries/<int:delivery_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
def delivery_page(delivery_id: int) -> str:
    """Show one delivery with its vials."""
    came, vials = services().stock.delivery(actor(), delivery_id)
    return render_template("clinic/delivery.html", came=came, vials=vials)


@clinic.post("/deliveries")
@only_for(Role.CLINIC, kinds=CLINICS)
def finish_delivery() -> tuple[Response, int]:
    """Record the scan station's finished list, sent as JSON: all of it or, on any error, nothing."""
    given = read_body(StationList)
    lines = [DeliveryLine(each.check, DeliveryOutcome(each.outcome), _reason(each)) for each in given.lines]
    counted = services().deliveries.receive(
        actor(), lines, DeliveryNote(given.supplier, given.note_number, given.nonce, this_site().id)
    )
    told = {
        "id": counted.delivery_id,
        "address": url_for("clinic.delivery_page", delivery_id=counted.delivery_id),
        "message": received_words(counted, spoken()),
    }
    return jsonify(told), HTTPStatus.CREATED if counted.vial_ids else HTTPStatus.OK


_STEPS = {DeliveryOutcome.ASIDE: "quarantine", DeliveryOutcome.RETURNED: "return"}


def _reason(line: StationLine) -> str:
    """Return the noted reason, or the answer's headline where none was noted."""
    if line.note.strip() or line.outcome == "received":
        return line.note
    answer = clinics_answer(line.check)
    shown = disclosed_verdict(answer.verdict, answer.presented, answer.carton, whole=sees_whole(answer))
    return headline(shown, Asker.CLINIC, spoken())


def _line(scan_id: str) -> DeliveryLine:
    form = request.form
    text, outcome = form.get("count", "1").strip() or "1", form.get("outcome", "")
    if outcome not in set(DeliveryOutcome):
        raise RefusedError(ErrorCode.VALUE_MISSING, expected=", ".join(DeliveryOutcome), field="outcome")
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise RefusedError(ErrorCode.COUNT_INVALID, given=text, field="count")
    reason = form.get("reason", "")
    if outcome != DeliveryOutcome.RECEIVED and not reason.strip():
        raise RefusedError(ErrorCode.REASON_MISSING, field="reason")
    return DeliveryLine(scan_id, DeliveryOutcome(outcome), reason, int(text))


def _delivery(text: str | None) -> int | None:
    """Return the id of the delivery in progress, where it is this clinic's; NotFoundError."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFoundError(ErrorCode.NOT_FOUND, given=text, field="delivery")
    return services().stock.delivery(actor(), int(text))[0].id


def _form(delivery: int | None, *, scan: str = "", done: str = "", **more: object) -> str:
    came, vials = services().stock.delivery(actor(), delivery) if delivery else (None, [])
    return render_template(
        "clinic/receive.html", came=came, vials=vials[::-1], scan=scan[:4000], done=done, **more
    )


def _checked(answer: Answer, delivery: int | None, **more: object) -> str:
    return render_template(
        "clinic/received.html",
        answer=answer,
        page=in_words(answer),
        own=services().stock.same(actor(), answer) if answer.presented.serial else [],
        delivery=delivery,
        fields=request.form,
        then="",
        **more,
    )
