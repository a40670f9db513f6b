"""The JSON door to the lots of a product: list them, read one, correct one."""

from typing import Any

from flask import Blueprint, Response, jsonify

from service.accounts.actors import OWNERS, ApiKeyScope, Role
from service.gs1.identifiers import Gtin, Lot
from service.registry.corrections import batches as use
from service.registry.corrections.kinds import change_requests
from service.registry.record_pages import batches_after
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, number_of, page_limit
from service.web.api.records.preconditions import require_match, with_etag
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

batches = Blueprint("records_batches", __name__, url_prefix="/api/v1")


@batches.get("/products/<gtin>/batches")
@described(
    Operation(
        "Lots",
        "The lots of a product",
        gives=shapes.BatchListPage,
        answers={200: "A page of them"},
        query=QUERY,
        refuses=(404, 422),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_batches(gtin: str) -> Response:
    """A page of a product's lots."""
    known = Gtin.parse(gtin)
    page = batches_after(services().database, actor(), known, number_of("after", 0), page_limit())
    return jsonify(batches=[_typed(known, each) for each in page.rows], next=page.next)


@batches.get("/products/<gtin>/batches/<path:lot>")
@described(
    Operation(
        "Lots",
        "One lot",
        gives=shapes.Batch,
        answers={200: "The lot, with its ETag"},
        refuses=(404, 409, 422),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_batch(gtin: str, lot: str) -> Response:
    """One lot of a product."""
    plain = _plain(Gtin.parse(gtin), Lot.parse(lot))
    return with_etag(plain, plain)


@batches.patch("/products/<gtin>/batches/<path:lot>")
@described(
    Operation(
        "Lots",
        "Correct a lot",
        takes=shapes.BatchChange,
        gives=shapes.ChangedBatch,
        answers={200: "The lot, corrected", 202: "The change waits for a second person"},
        refuses=(404, 409, 412),
        description="What is left out stays; `status` releases a lot, or takes that back. With the ETag in "
        "If-Match the change is refused (412) where the lot has changed since it was read.",
    )
)
@only_for(Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.RELEASE)
def correct_batch(gtin: str, lot: str) -> Response:
    """Correct a lot of a product."""
    known, own, sent = Gtin.parse(gtin), Lot.parse(lot), read_body(shapes.BatchChange)
    database, requests = services().database, change_requests(services().database)
    change = use.read_batch(database, known, own, _form(sent), actor().who)
    seal = requests.preview(change, actor().who).seal
    require_match(_plain(known, own))
    waits = requests.submit(change, reason=sent.reason, who=actor().who, seal=seal)
    plain = _plain(known, Lot.parse(sent.lot) if sent.lot and waits is None else own)
    return with_etag({"batch": plain, "request": waits}, plain, 200 if waits is None else 202)


def _form(sent: shapes.BatchChange) -> dict[str, str]:
    values = sent.model_dump(exclude_none=True, exclude={"reason"})
    return {name: "; ".join(each) if isinstance(each, list) else str(each) for name, each in values.items()}


def _plain(gtin: Gtin, lot: Lot) -> dict[str, Any]:
    return _typed(gtin, use.shown(services().database, gtin, lot, actor().who))


def _typed(gtin: Gtin, form: dict[str, str]) -> dict[str, Any]:
    return {
        "gtin": gtin.value,
        **form,
        "made": form["made"] or None,
        "released": form["released"] or None,
        "quantity": int(form["quantity"]) if form["quantity"] else None,
        "markets": form["markets"].split("; ") if form["markets"] else [],
    }
