"""Notices that vials of a clinic are stopped: read, acknowledged, and the uses of which those were told."""

from typing import Any

from flask import Blueprint, Response, jsonify

from service.accounts.actors import ApiKeyScope, Role
from service.authenticity.evidence import Asker
from service.clinics.notices.affected import StopNotice
from service.web.api.clinic import shapes
from service.web.api.clinic.plain import CLINICS, use_json
from service.web.api.operations import Operation, described
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import spoken
from service.web.core.json_body import read_body
from service.web.core.services import services
from service.web.text.reasons.reason_messages import reason_message

stop_notices = Blueprint("clinic_stop_notices", __name__, url_prefix="/api/v1")


@stop_notices.get("/stop-notices")
@described(
    Operation(
        "Clinics",
        "Recalls and notices that stop your vials",
        gives=shapes.StopList,
        answers={200: "All of them now: open ones first, then the worst"},
    )
)
@only_for(Role.VIEWER, kinds=CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.COSTLY)
def list_stop_notices() -> Response:
    """Every notice to the clinic."""
    return jsonify(notices=[_plain(each) for each in services().stop_notices.all(actor())])


@stop_notices.get("/stop-notices/<key>")
@described(
    Operation(
        "Clinics",
        "One notice, and the uses that it concerns",
        gives=shapes.StopDetail,
        answers={200: "The notice"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.COSTLY)
def read_stop_notice(key: str) -> Response:
    """One notice."""
    return _detail(key)


@stop_notices.post("/stop-notices/<key>/acknowledgement")
@described(
    Operation(
        "Clinics",
        "Acknowledge a notice",
        gives=shapes.StopDetail,
        answers={200: "It is on record that you have read it, for each of its vials"},
        refuses=(404,),
    )
)
@only_for(Role.CLINIC, kinds=CLINICS, scope=ApiKeyScope.STOCK)
@runs_in(Pool.COSTLY)
def acknowledge_stop_notice(key: str) -> Response:
    """Record that the clinic has read a notice. Twice is once."""
    services().stop_notices.acknowledge(actor(), key, services().verification.now())
    return _detail(key)


@stop_notices.post("/stop-notices/<key>/told")
@described(
    Operation(
        "Clinics",
        "Record that those whom uses concern were told",
        takes=shapes.ToldOf,
        gives=shapes.StopDetail,
        answers={200: "It is on record; uses that are not of this notice are left out"},
        refuses=(404,),
    )
)
@only_for(Role.CLINIC, kinds=CLINICS, scope=ApiKeyScope.STOCK)
@runs_in(Pool.COSTLY)
def mark_uses_told(key: str) -> Response:
    """Record that those whom some uses concern were told."""
    sent = read_body(shapes.ToldOf)
    services().stop_notices.mark_told(actor(), key, sent.uses, services().verification.now())
    return _detail(key)


def _detail(key: str) -> Response:
    found = services().stop_notices.one(actor(), key)
    tasks = services().stop_notices.tasks(actor(), found)
    uses = [
        {
            "id": each.event_id,
            "use": use_json(each.use),
            "told": each.told.at.isoformat() if each.told else None,
        }
        for each in tasks
    ]
    return jsonify(notice=_plain(found), uses=uses)


def _plain(each: StopNotice) -> dict[str, Any]:
    return {
        "key": each.key,
        "code": each.reason.code,
        "severity": each.reason.severity,
        "message": reason_message(each.reason, Asker.CLINIC, spoken()),
        "here": [vial.id for vial in each.here],
        "used": [vial.id for vial in each.used],
        "acknowledged": not each.is_open,
    }
