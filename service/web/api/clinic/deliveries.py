"""Deliveries of a clinic: what came in, recorded by its program."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from service.accounts.actors import ApiKeyScope, Role
from service.clinics.deliveries import DeliveryLine, DeliveryNote, DeliveryOutcome
from service.errors import ErrorCode, RefusedError
from service.web.api.clinic import shapes
from service.web.api.clinic.keys import nonce_of
from service.web.api.clinic.plain import CLINICS
from service.web.api.operations import Operation, described
from service.web.api.records.preconditions import KEY_HEADER
from service.web.core.access import actor, only_for
from service.web.core.json_body import read_body
from service.web.core.services import services

deliveries = Blueprint("clinic_deliveries", __name__, url_prefix="/api/v1")


@deliveries.post("/deliveries")
@described(
    Operation(
        "Clinics",
        "Record a delivery",
        takes=shapes.NewDelivery,
        gives=shapes.TakenDelivery,
        answers={201: "It is recorded", 200: "Nothing of it was new"},
        refuses=(404, 409),
        headers={KEY_HEADER: "Your own mark of the delivery: sent again, longer or not, it is the same one."},
        description="Check each vial first (`POST /api/v1/verifications`); a line names its check. A vial "
        "that must not be used cannot be received: it is put `aside`, or `returned`.",
    )
)
@only_for(Role.CLINIC, kinds=CLINICS, scope=ApiKeyScope.STOCK)
def record_delivery() -> Response:
    """Record what came in."""
    sent = read_body(shapes.NewDelivery)
    for number, each in enumerate(sent.lines):
        if each.outcome != "received" and not each.reason.strip():
            field = f"lines.{number}.reason"
            raise RefusedError(ErrorCode.REASON_MISSING, expected="a reason", field=field)
    lines = [_line(each) for each in sent.lines]
    note = DeliveryNote(sent.supplier, sent.note_number, nonce_of(actor()))
    made = services().deliveries.receive(actor(), lines, note)
    response = jsonify(
        id=made.delivery_id,
        received=made.received,
        aside=made.aside,
        returned=made.returned,
        already=made.already,
        before=made.before,
        vials=list(made.vial_ids),
    )
    response.status_code = HTTPStatus.CREATED if made.vial_ids else HTTPStatus.OK
    return response


def _line(sent: shapes.NewDeliveryLine) -> DeliveryLine:
    return DeliveryLine(sent.check, DeliveryOutcome(sent.outcome), sent.reason, sent.count)
