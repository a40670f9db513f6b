"""Use a vial: scan it and read the answer, which leads to the vial. The answer always comes first."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.queries import HeldVial
from service.clinics.vial_lifecycle import HERE, VialState
from service.clinics.vial_verdicts import stops
from service.errors import TooManyError, UnavailableError, VialcheckError
from service.verification.service import Answer
from service.web.clinic.common import (
    CLINICS,
    asked,
    clinic,
    clinics_answer,
    in_words,
    origin,
    wrong,
)
from service.web.clinic.stock_control.device_site import this_site
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.services import services
from service.web.limits.checks import ask_check


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
    """Those that are open, and those in stock that bear no serial number: of this site, where it has any."""
    opened = [each for each in own if each.state is VialState.OPEN]
    closed = [each for each in own if each.state is VialState.IN_STOCK and not each.serial]
    site = this_site().id
    return opened, [each for each in closed if each.site_id == site] or closed


def _only_choice(answer: Answer) -> int | None:
    """The vial that a check is about, where the clinic need not say which: by its number, or the only one.

    Of a lot that is stopped it is the first: that one is put aside out of the stock.
    """
    own = services().stock.same(actor(), answer)
    opened, closed = _by_state(own)
    by_number = answer.presented.serial is not None
    known = HERE | {VialState.MISSING}
    likely = [each for each in own if each.state in known] if by_number else [*opened, *closed]
    if likely and (by_number or stops(answer.verdict) or len(opened) + bool(closed) == 1):
        return likely[0].id
    return None


def _known(answer: Answer) -> int | None:
    """The clinic's own vial with this number, where it is not simply in stock."""
    if answer.presented.serial is None:
        return None
    own = [each for each in services().stock.same(actor(), answer) if each.state is not VialState.IN_STOCK]
    known = [each for each in own if each.state in {VialState.OPEN, VialState.QUARANTINED}]
    return known[0].id if len(known) == 1 else None


def _scan_page(*, scan: str = "", **more: object) -> str:
    return render_template("clinic/use.html", house=services().stock.house(actor()), scan=scan[:4000], **more)
