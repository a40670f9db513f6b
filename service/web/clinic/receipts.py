"""Receipts of treatments, for the clinic: handed over after a use, and taken back."""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.queries import HeldVial, RecordedStep
from service.errors import ErrorCode, NotFoundError, VialcheckError
from service.web.charts.qr_code import drawn_qr
from service.web.clinic.common import CLINICS, clinic, wrong
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.question_form import own_origin
from service.web.core.services import services


@clinic.post("/vials/<int:vial_id>/receipt")
@only_for(Role.CLINIC, kinds=CLINICS)
def hand_over(vial_id: int) -> Response:
    """Write a receipt of a use, and show its link and QR code: once, because the link is kept nowhere.

    Other uses of the day are offered there; those that are ticked come onto a new receipt with it.
    """
    ours = services()
    held, use = _use(vial_id)
    try:
        token = ours.receipts.issue(actor(), held, use, ours.verification.now(), _ticked())
    except VialcheckError as error:
        if error.field != "also":
            raise
        return make_response(_page(held, use, **wrong(error, "also")), status_of(error))
    link = own_origin() + url_for("receipts.show", token=token)
    side, path = drawn_qr(link)
    lines = ours.receipts.open(token).lines
    return make_response(_page(held, use, lines=lines, link=link, side=side, path=path))


@clinic.post("/vials/<int:vial_id>/receipt/void")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def take_back(vial_id: int) -> Response:
    """Void the receipt of a use, with a reason that its holder reads."""
    ours, reason = services(), request.form.get("reason", "")
    held, use = _use(vial_id)
    try:
        ours.receipts.void(actor(), use.id, reason, ours.verification.now())
    except VialcheckError as error:
        return make_response(_why_page(held, use, reason=reason, **wrong(error)), status_of(error))
    return redirect(url_for("clinic.vial", vial_id=vial_id, done="receipt_voided"), HTTPStatus.SEE_OTHER)


@clinic.get("/vials/<int:vial_id>/receipt/void")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def ask_why(vial_id: int) -> str:
    """Ask for the reason of taking a receipt back. `event`: the use that it is about."""
    held, use = _use(vial_id)
    return _why_page(held, use, reason="", errors=[], by_box={})


def _page(held: HeldVial, use: RecordedStep, **shown: object) -> str:
    """The page of a receipt that was handed over, or of what was wrong with what was ticked."""
    return render_template(
        "clinic/receipts/handed_over.html",
        vial=held,
        event=use.id,
        offered=services().receipts.offered(actor(), use),
        ticked=_ticked(),
        **({"errors": [], "by_box": {}} | shown),
    )


def _why_page(held: HeldVial, use: RecordedStep, **shown: object) -> str:
    also = [each.used for each in services().receipts.offered(actor(), use) if each.chosen]
    return render_template("clinic/receipts/take_back.html", vial=held, event=use.id, also=also, **shown)


def _ticked() -> list[int] | None:
    """The further uses that are ticked; None where the form had none to tick."""
    if "choose" not in request.form:
        return None
    return [
        int(each)
        for each in request.form.getlist("also")
        if each.isascii() and each.isdigit() and len(each) < 10
    ]


def _use(vial_id: int) -> tuple[HeldVial, RecordedStep]:
    """The clinic's vial, and the step of it that the form names; NotFoundError."""
    traced, _ = services().stock.vial(actor(), vial_id)
    wanted = request.values.get("event", "")
    use = next((each for each in traced.events if str(each.id) == wanted), None)
    if use is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a use of this vial", field="event")
    return traced.vial, use
