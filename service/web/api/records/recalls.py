"""The JSON door to recalls and holds of an organisation's products: list, read, make, lift."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from service.accounts.actors import OWNERS, ApiKeyScope, Role
from service.registry import recalls as use
from service.registry.recalls.queries import IssuedRecall, recalls_before
from service.storage.idempotency import IdempotentRequest
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, number_of, page_limit
from service.web.api.records.preconditions import KEY_HEADER
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

recalls = Blueprint("records_recalls", __name__, url_prefix="/api/v1")


@recalls.get("/recalls")
@described(
    Operation(
        "Recalls",
        "Your organisation's recalls and holds",
        gives=shapes.RecallListPage,
        answers={200: "A page of them, the newest first"},
        query=QUERY,
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_recalls() -> Response:
    """A page of the organisation's recalls and holds."""
    limit, before = page_limit(), number_of("after", 0)
    found = recalls_before(services().database, actor().who, before, limit + 1)
    more = str(found[limit - 1].id) if len(found) > limit else None
    return jsonify(recalls=[_plain(each) for each in found[:limit]], next=more)


@recalls.get("/recalls/<int:number>")
@described(
    Operation(
        "Recalls",
        "One recall or hold",
        gives=shapes.Recall,
        answers={200: "The recall or hold"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_recall(number: int) -> Response:
    """One recall or hold of the organisation."""
    return jsonify(_plain(use.find(services().database, number, actor().who)))


@recalls.post("/recalls")
@described(
    Operation(
        "Recalls",
        "Recall, or hold",
        takes=shapes.NewRecall,
        gives=shapes.NewRecalls,
        answers={201: "It takes effect with the next check"},
        refuses=(404, 409),
        headers={KEY_HEADER: "Your own mark of the request: sent again, nothing is recalled twice."},
    )
)
@only_for(Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.RELEASE)
def make_recall() -> Response:
    """Recall or hold products, lots or packs."""
    sent, database = read_body(shapes.NewRecall), services().database
    given = sent.model_dump(exclude={"kind", "lots", "serials"}) | {
        "lot": "\n".join(sent.lots),
        "serials": "\n".join(sent.serials),
    }
    order = use.read_recall_form(given, hold=sent.kind == "hold")
    key = request.headers.get(KEY_HEADER, "")
    asked = IdempotentRequest.of(actor().organisation_id, key, sent.model_dump_json().encode())
    first = use.find(database, use.issue(database, order, who=actor().who, asked=asked), actor().who)
    made = [first, *(use.find(database, number, actor().who) for number, _ in first.others)]
    response = jsonify(recalls=[_plain(each) for each in made])
    response.status_code = 201
    return response


@recalls.post("/recalls/<int:number>/lift")
@described(
    Operation(
        "Recalls",
        "Lift a recall or hold",
        takes=shapes.Lift,
        gives=shapes.Recall,
        answers={200: "The recall or hold, lifted"},
        refuses=(404, 409),
    )
)
@only_for(Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.RELEASE)
def lift_recall(number: int) -> Response:
    """Lift a recall or hold, by another record."""
    sent, database = read_body(shapes.Lift), services().database
    use.lift(database, number, reason=sent.reason, reference=sent.reference, who=actor().who)
    return jsonify(_plain(use.find(database, number, actor().who)))


def _plain(each: IssuedRecall) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": "hold" if each.hold else "recall",
        "at": each.at.isoformat(),
        "gtin": each.gtin,
        "scope": each.scope,
        "lot": each.lot or None,
        "expiry_from": each.expiry_from.isoformat() if each.expiry_from else None,
        "expiry_to": each.expiry_to.isoformat() if each.expiry_to else None,
        "serial_from": each.serial_from or None,
        "serial_to": each.serial_to or None,
        "serials": each.serials,
        "recall_class": each.recall_class,
        "reference": each.reference,
        "reason": each.reason,
        "public_text": each.public_text,
        "lifted": each.lifted.isoformat() if each.lifted else None,
        "lift_reason": each.lift_reason,
    }
