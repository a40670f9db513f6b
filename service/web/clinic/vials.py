"""One vial: the answer on it now, what is done with it, and the undo of what was recorded by mistake."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Annotated

from flask import abort, jsonify, redirect, render_template, request, url_for
from pydantic import BaseModel, ConfigDict, StringConstraints
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.queries import HeldVial
from service.clinics.receipts.day_uses import is_use
from service.clinics.undo import UndoRequest, latest_step, refusal
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import HERE, Step, VialState
from service.clinics.vial_verdicts import shown_of
from service.errors import ErrorCode, RefusedError, UnavailableError, VialcheckError
from service.web.clinic.common import CLINICS, clinic, nonce, verdict_in_words, wrong
from service.web.clinic.stock_control.device_site import names_of_sites
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.i18n import spoken
from service.web.core.json_body import read_body
from service.web.core.services import services
from service.web.text.clinic_text import DONE, STATES, STEPS, amount
from service.web.text.formatting import N_


class StepForm(BaseModel):
    """A step that a program sends as JSON. `units`: a decimal number as text."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    units: Annotated[str, StringConstraints(max_length=20)] = ""
    reference: Annotated[str, StringConstraints(max_length=100)] = ""
    nonce: Annotated[str, StringConstraints(max_length=64, pattern="^[ -~]*$")] | None = None


class UndoForm(BaseModel):
    """An undo that a program sends as JSON: the event's number and the reason."""

    model_config = ConfigDict(extra="forbid")
    event: int
    reason: Annotated[str, StringConstraints(max_length=500)]
    nonce: Annotated[str, StringConstraints(max_length=64, pattern="^[ -~]*$")] | None = None


@clinic.get("/vials/<int:vial_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
def vial(vial_id: int) -> str:
    """One vial: the answer on it now, what may be done with it, what was done."""
    step = request.args.get("done", "")
    known = {str(each): words for each, words in DONE.items()}
    known |= {str(Step.UNDO): _UNDONE, "receipt_voided": _RECEIPT_VOIDED}
    return _vial_page(vial_id, done=spoken().gettext(known[step]) if step in known else "")


@clinic.post("/vials/<int:vial_id>/<step>")
@only_for(Role.CLINIC, kinds=CLINICS)
def take(vial_id: int, step: str) -> Response | tuple[str | Response, int]:
    """Record one step, as a form or as JSON. On disk before the answer; sent twice, it is recorded once."""
    if step not in {str(each) for each in DONE}:
        abort(HTTPStatus.NOT_FOUND)
    try:
        taken = _step(Step(step))
        held = services().vial_usage.record_step(actor(), vial_id, taken, services().verification.now())
    except UnavailableError:
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.NOT_FOUND or request.is_json:
            raise
        at = _FORMS.get(step, step)
        page = _vial_page(vial_id, at=at, fields=request.form, **wrong(error, "vial"))
        return page, status_of(error)
    if request.is_json:
        return _as_json(held)
    return redirect(url_for("clinic.vial", vial_id=vial_id, done=step), HTTPStatus.SEE_OTHER)


@clinic.post("/vials/<int:vial_id>/undo")
@only_for(Role.CLINIC, kinds=CLINICS)
def undo(vial_id: int) -> Response | tuple[str | Response, int]:
    """Undo the step that was recorded last, sent as a form or as JSON. Sent twice, it is undone once."""
    try:
        wish, now = _wish(), services().verification.now()
        on_one_receipt = services().receipts.together(actor(), vial_id, wish.event_id)
        held = services().step_undo.undo(actor(), vial_id, wish, now)
        why = _PART_UNDONE if on_one_receipt else _USE_UNDONE
        services().receipts.void(actor(), wish.event_id, spoken().gettext(why), now)
    except UnavailableError:
        raise
    except VialcheckError as error:
        if error.code in {ErrorCode.NOT_FOUND, ErrorCode.SECOND_FACTOR_NEEDED} or request.is_json:
            raise
        page = _vial_page(vial_id, at=Step.UNDO, fields=request.form, **wrong(error, "vial"))
        return page, status_of(error)
    if request.is_json:
        return _as_json(held)
    return redirect(url_for("clinic.vial", vial_id=vial_id, done=Step.UNDO), HTTPStatus.SEE_OTHER)


def _as_json(held: HeldVial) -> tuple[Response, int]:
    """The vial after a step: its state, and what is left in it where that is known."""
    told = {"vial": held.id, "state": held.state, "message": spoken().gettext(STATES[held.state])}
    left = {} if held.left is None else {"left": amount(held.left), "unit": held.content.unit}
    return jsonify(told | left), HTTPStatus.OK


def _step(step: Step) -> StepTaken:
    if request.is_json:
        given = read_body(StepForm)
        return StepTaken(step, given.reason, _amount(given.units), given.nonce or None, given.reference)
    form = request.form
    units = _amount(form.get("units", ""))
    return StepTaken(step, form.get("reason", ""), units, nonce(), form.get("reference", ""))


def _wish() -> UndoRequest:
    if request.is_json:
        given = read_body(UndoForm)
        return UndoRequest(given.event, given.reason, given.nonce or None)
    event = request.form.get("event", "")
    number = int(event) if event.isascii() and event.isdigit() and len(event) < 10 else 0
    return UndoRequest(number, request.form.get("reason", ""), nonce())


_UNDONE = N_("Undone. What was recorded before it counts again.")
_RECEIPT_VOIDED = N_("The receipt is taken back. Its holder reads your reason.")
_USE_UNDONE = N_("The clinic took back its record of this treatment.")
_PART_UNDONE = N_("The clinic took back its record of a part of this treatment. Ask it for a new receipt.")
_FORMS = {str(Step.USE_UP): str(Step.OPEN), str(Step.FINISH): str(Step.USE)}
"""Steps that are a second button of another's form."""


def _amount(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise RefusedError(ErrorCode.UNITS_INVALID, given=text, field="units") from None


def _vial_page(vial_id: int, **more: object) -> str:
    traced, verdict = services().stock.vial(actor(), vial_id)
    held, now = traced.vial, services().verification.now()
    latest = latest_step(traced.events)
    may_write = actor().may(Role.CLINIC)
    refused = refusal(latest, actor(), now) if latest else ErrorCode.NOT_FOUND
    uses = [each.id for each in traced.events if is_use(each)]
    names = names_of_sites()
    handed_over = services().receipts.of_uses(actor(), uses) if uses else {}
    return render_template(
        "clinic/vial.html",
        vial=held,
        receipts={each: handed_over.get(each) for each in uses},
        events=traced.events,
        steps={step: spoken().gettext(text) for step, text in STEPS.items()},
        page=verdict_in_words(verdict, shown_of(held)),
        here=held.state in HERE,
        too_late=held.state is VialState.OPEN and held.too_late(now),
        may_write=may_write,
        sooner=services().stock.first_to_expire(actor(), held) if may_write else None,
        undoable=latest if may_write and refused in {None, ErrorCode.SECOND_FACTOR_NEEDED} else None,
        site=names[held.site_id] if len(names) > 1 else "",
        whole=held.content.whole,
        unit=held.content.unit,
        **({"fields": {}, "at": ""} | more),
    )
