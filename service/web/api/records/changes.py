"""The JSON door to what changed: a feed of the organisation's changes, and requests for a second person."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from service.accounts.actors import OWNERS, ApiKeyScope, OrganisationKind, Role
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.requests import WaitingChange
from service.registry.record_pages import changes_after
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, number_of, page_limit
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.services import services

changes = Blueprint("records_changes", __name__, url_prefix="/api/v1")

_KINDS = OWNERS | {OrganisationKind.REGULATOR}


@changes.get("/changes")
@described(
    Operation(
        "Changes",
        "What your organisation changed",
        gives=shapes.ChangeFeed,
        answers={200: "Changes of products, lots, packs, recalls, alerts and imports, the oldest first"},
        query={
            "since": "`since` of the answer before; left out: from the beginning.",
            "limit": QUERY["limit"],
        },
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_changes() -> Response:
    """What changed since an earlier answer."""
    since = number_of("since", 0)
    page = changes_after(services().database, actor(), since, page_limit(), datetime.now(UTC))
    last = page.rows[-1].id if page.rows else since
    return jsonify(changes=[_change(row) for row in page.rows], since=str(last), more=page.next is not None)


@changes.get("/change-requests/<int:number>")
@described(
    Operation(
        "Changes",
        "A change that waits for a second person",
        gives=shapes.ChangeRequest,
        answers={200: "What became of it"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_request(number: int) -> Response:
    """A request of the organisation."""
    return jsonify(_request(change_requests(services().database).find(number, actor().who)))


def _change(row: Any) -> dict[str, Any]:
    names = ("id", "actor", "action", "object_type", "object_id", "reason", "before", "after")
    return {name: getattr(row, name) for name in names} | {"at": row.at.isoformat()}


def _request(each: WaitingChange) -> dict[str, Any]:
    return {
        "id": each.id,
        "kind": each.kind,
        "object_type": each.object_type,
        "object_id": each.object_id,
        "state": each.state,
        "at": each.at.isoformat(),
        "actor": each.actor,
        "reason": each.reason,
        "decided_at": each.decided_at.isoformat() if each.decided_at else None,
        "decided_by": each.decided_by,
        "decision_reason": each.decision_reason,
    }
