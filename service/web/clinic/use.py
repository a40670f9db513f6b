"""Use a vial: scan it, read the answer, record what was done. The answer always comes first."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.queries import HeldVial
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import HERE, Step, VialState
from service.clinics.vial_verdicts import shown_of, stops
from service.errors import ErrorCode, RefusedError, TooManyError, UnavailableError, VialcheckError
from service.verification.service import Answer
from service.web.clinic.common import (
    CLINICS,
    asked,
    clinic,
    clinics_answer,
    in_words,
    nonce,
    origin,
    verdict_in_words,
    wrong,
)
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text.clinic_text import DONE, STEPS, contents


@clinic.get("/use")
@only_for(Role.CLINIC, kinds=CLINICS)
def use() -> str:
    """The scan field."""
    return _scan_page()


@clinic.post("/use")
@only_for(Role.CLINIC, kinds=CLINICS)
def check_to_use() -> Response | tuple[str, int]:
    """Check the vial, and lead to its page. What was presented is added to the vial that the check is about.

    A vial that is open, or put aside, at this clinic is known: no new check of its number is recorded.
    """
    verification = services().verification
    try:
        answer = ask_check(asked(), origin(), record=False)
        vial_id = _known(answer)
        if vial_id is None:
            answer = ask_check(asked(), origin())
            vial_id = _only_choice(answer)
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return _scan_page(scan=request.form.get("scan", ""), **wrong(error)), status_of(error)
    if vial_id is None:
        return redirect(url_for("clinic.checked", scan_id=answer.id), HTTPStatus.SEE_OTHER)
    services().vial_usage.add_check(actor(), vial_id, answer, verification.now())
    return redirect(url_for("clinic.vial", vial_id=vial_id), HTTPStatus.SEE_OTHER)


@clinic.get("/use/<scan_id>")
@only_for(Role.CLINIC, kinds=CLINICS)
def checked(scan_id: str) -> str | Response:
    """The answer, and which of the clinic's vials it may be: its own number, or those of its lot."""
    answer = clinics_answer(scan_id)
    vial_id = _only_choice(answer)
    if vial_id is not None:
        return redirect(url_for("clinic.vial", vial_id=vial_id), HTTPStatus.SEE_OTHER)
    own = services().stock.same(actor(), answer)
    opened, closed = _by_state(own)
    return render_template(
        "clinic/received.html",
        answer=answer,
        page=in_words(answer),
        own=[each for each in own if each.serial and answer.presented.serial],
        opened=opened,
        closed=closed,
        delivery=None,
        fields={},
        then="use",
    )


def _by_state(own: list[HeldVial]) -> tuple[list[HeldVial], list[HeldVial]]:
    """Those that are open, and those in stock that bear no serial number."""
    opened = [each for each in own if each.state is VialState.OPEN]
    return opened, [each for each in own if each.state is VialState.IN_STOCK and not each.serial]


def _only_choice(answer: Answer) -> int | None:
    """The vial that a check is about, where the clinic need not say which: by its number, or the only one.

    Of a lot that is stopped it is the first: that one is put aside out of the stock.
    """
    own = services().stock.same(actor(), answer)
    opened, closed = _by_state(own)
    by_number = answer.presented.serial is not None
    likely = [each for each in own if each.state in HERE] if by_number else [*opened, *closed]
    if likely and (by_number or stops(answer.verdict) or len(opened) + bool(closed) == 1):
        return likely[0].id
    return None


@clinic.get("/vials/<int:vial_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
def vial(vial_id: int) -> str:
    """One vial: the answer on it now, what may be done with it, what was done."""
    step = request.args.get("done", "")
    done = spoken().gettext(DONE[Step(step)]) if step in {str(each) for each in DONE} else ""
    return _vial_page(vial_id, done=done)


@clinic.post("/vials/<int:vial_id>/<step>")
@only_for(Role.CLINIC, kinds=CLINICS)
def take(vial_id: int, step: str) -> Response | tuple[str, int]:
    """Record one step. On disk before the answer; sent twice, it is recorded once."""
    if step not in {str(each) for each in DONE}:
        abort(HTTPStatus.NOT_FOUND)
    try:
        taken = StepTaken(Step(step), request.form.get("reason", ""), _units(), nonce())
        services().vial_usage.record_step(actor(), vial_id, taken, services().verification.now())
    except UnavailableError:
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.NOT_FOUND:
            raise
        at = _FORMS.get(step, step)
        page = _vial_page(vial_id, at=at, fields=request.form, **wrong(error, "vial"))
        return page, status_of(error)
    return redirect(url_for("clinic.vial", vial_id=vial_id, done=step), HTTPStatus.SEE_OTHER)


_FORMS = {str(Step.USE_UP): str(Step.OPEN), str(Step.FINISH): str(Step.USE)}
"""Steps that are a second button of another's form."""


def _units() -> Decimal | None:
    text = request.form.get("units", "").strip()
    if not text:
        return None
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise RefusedError(ErrorCode.UNITS_INVALID, given=text, field="units") from None


def _known(answer: Answer) -> int | None:
    """The clinic's own vial with this number, where it is not simply in stock."""
    if answer.presented.serial is None:
        return None
    own = [each for each in services().stock.same(actor(), answer) if each.state is not VialState.IN_STOCK]
    known = [each for each in own if each.state in {VialState.OPEN, VialState.QUARANTINED}]
    return known[0].id if len(known) == 1 else None


def _scan_page(*, scan: str = "", **more: object) -> str:
    return render_template("clinic/use.html", house=services().stock.house(actor()), scan=scan[:4000], **more)


def _vial_page(vial_id: int, **more: object) -> str:
    traced, verdict = services().stock.vial(actor(), vial_id)
    held, now = traced.vial, services().verification.now()
    whole, unit = contents(held.strengths)
    return render_template(
        "clinic/vial.html",
        vial=held,
        events=traced.events,
        steps={step: spoken().gettext(text) for step, text in STEPS.items()},
        page=verdict_in_words(verdict, shown_of(held)),
        here=held.state in HERE,
        too_late=held.state is VialState.OPEN and held.too_late(now),
        may_write=actor().may(Role.CLINIC),
        whole=whole,
        unit=unit,
        too_much=whole is not None and held.used > whole,
        **({"fields": {}, "at": ""} | more),
    )
