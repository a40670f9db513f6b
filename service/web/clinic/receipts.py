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
    """Write a receipt of one use, and show its link and QR code: once, because the link is kept nowhere."""
    ours = services()
    held, use = _use(vial_id)
    token = ours.receipts.issue(actor(), held, use, ours.verification.now())
    link = own_origin() + url_for("receipts.show", token=token)
    content = ours.receipts.open(token).content
    side, path = drawn_qr(link)
    page = render_template(
        "clinic/receipts/handed_over.html", vial=held, content=content, link=link, side=side, path=path
    )
    return make_response(page)


@clinic.post("/vials/<int:vial_id>/receipt/void")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def take_back(vial_id: int) -> Response:
    """Void the receipt of a use, with a reason that its holder reads."""
    ours, reason = services(), request.form.get("reason", "")
    held, use = _use(vial_id)
    try:
        ours.receipts.void(actor(), use.id, reason, ours.verification.now())
    except VialcheckError as error:
        page = render_template(
            "clinic/receipts/take_back.html", vial=held, event=use.id, reason=reason, **wrong(error)
        )
        return make_response(page, status_of(error))
    return redirect(url_for("clinic.vial", vial_id=vial_id, done="receipt_voided"), HTTPStatus.SEE_OTHER)


@clinic.get("/vials/<int:vial_id>/receipt/void")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def ask_why(vial_id: int) -> str:
    """Ask for the reason of taking a receipt back. `event`: the use that it is about."""
    held, use = _use(vial_id)
    return render_template(
        "clinic/receipts/take_back.html", vial=held, event=use.id, reason="", errors=[], by_box={}
    )


def _use(vial_id: int) -> tuple[HeldVial, RecordedStep]:
    """The clinic's vial, and the step of it that the form names; NotFoundError."""
    traced, _ = services().stock.vial(actor(), vial_id)
    wanted = request.values.get("event", "")
    use = next((each for each in traced.events if str(each.id) == wanted), None)
    if use is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a use of this vial", field="event")
    return traced.vial, use
