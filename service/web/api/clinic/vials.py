"""A clinic's stock, its vials with what is done with them, and the register of uses."""

from decimal import Decimal, InvalidOperation

from flask import Blueprint, Response, jsonify, request

from service.accounts.actors import ApiKeyScope, Role
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from service.errors import ErrorCode, RefusedError
from service.web.api.clinic import shapes
from service.web.api.clinic.keys import nonce_of
from service.web.api.clinic.plain import CLINICS, step_json, use_json, vial_json
from service.web.api.operations import Operation, described
from service.web.api.records.preconditions import KEY_HEADER
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

vials = Blueprint("clinic_vials", __name__, url_prefix="/api/v1")

_LONGEST = 100


@vials.get("/stock")
@described(
    Operation(
        "Clinics",
        "Your stock",
        gives=shapes.ClinicStock,
        answers={200: "Every vial that you have, judged now"},
    )
)
@only_for(Role.VIEWER, kinds=CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.COSTLY)
def read_stock() -> Response:
    """The clinic's whole stock."""
    house = services().stock.house(actor())
    lots = [
        {
            "gtin": lot.first.gtin,
            "product": lot.first.product_name,
            "lot": lot.first.lot,
            "expiry": lot.first.expiry.iso if lot.first.expiry else None,
            "vials": [each.id for each in lot.vials],
            "action": lot.verdict.action,
            "headline": lot.verdict.headline,
            "stopped": lot.stopped,
        }
        for lot in house.lots
    ]
    same = {name: list(map(vial_json, getattr(house, name))) for name in ("open", "overdue", "quarantined")}
    return jsonify(lots=lots, **same)


@vials.get("/vials/<int:vial_id>")
@described(
    Operation(
        "Clinics",
        "One vial",
        gives=shapes.JudgedVial,
        answers={200: "The vial, the verdict on it now, and what was recorded of it"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_vial(vial_id: int) -> Response:
    """One vial of the clinic."""
    return _judged(vial_id)


@vials.post("/vials/<int:vial_id>/steps")
@described(
    Operation(
        "Clinics",
        "Record what was done with a vial",
        takes=shapes.NewVialStep,
        gives=shapes.JudgedVial,
        answers={200: "It is on record"},
        refuses=(404, 409),
        headers={KEY_HEADER: "Your own mark of the step: sent again, it is recorded once."},
        description="A vial that must not be used cannot be opened or used (409), and a number is opened "
        "once, in whichever clinic. A step recorded by mistake is undone by a person in the browser.",
    )
)
@only_for(Role.CLINIC, kinds=CLINICS, scope=ApiKeyScope.STOCK)
def record_step(vial_id: int) -> Response:
    """Record a step of a vial."""
    sent = read_body(shapes.NewVialStep)
    nonce = nonce_of(actor(), str(vial_id), sent.model_dump_json())
    taken = StepTaken(Step(sent.step), sent.reason, _amount(sent.units), nonce, sent.reference)
    services().vial_usage.record_step(actor(), vial_id, taken, services().verification.now())
    return _judged(vial_id)


@vials.get("/uses")
@described(
    Operation(
        "Clinics",
        "Your uses",
        gives=shapes.ClinicUses,
        answers={200: "The latest 200 that fit, the newest first, without those that were undone"},
        query={"reference": "A part of your own number of the use."},
    )
)
@only_for(Role.VIEWER, kinds=CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_uses() -> Response:
    """The register of the clinic's uses."""
    wanted = request.args.get("reference", "").replace("\0", "")[:_LONGEST]
    return jsonify(uses=[use_json(each) for each in services().use_register.find(actor(), wanted)])


def _judged(vial_id: int) -> Response:
    traced, verdict = services().stock.vial(actor(), vial_id)
    return jsonify(
        vial=vial_json(traced.vial),
        action=verdict.action,
        headline=verdict.headline,
        steps=[step_json(each) for each in traced.events],
    )


def _amount(text: str) -> Decimal | None:
    """The units that were sent; None for none. UNITS_INVALID."""
    if not text.strip():
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise RefusedError(ErrorCode.UNITS_INVALID, given=text, field="units") from None
