"""The JSON door to products: list them, read one, correct one."""

from typing import Any

from flask import Blueprint, Response, jsonify

from service.accounts.actors import OWNERS, ApiKeyScope, Role
from service.gs1.identifiers import Gtin
from service.registry.corrections import products as use
from service.registry.corrections.kinds import change_requests
from service.registry.record_pages import products_after
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, page_limit, place
from service.web.api.records.preconditions import require_match, with_etag
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

products = Blueprint("records_products", __name__, url_prefix="/api/v1")

_SEVERAL = ("strengths", "national_numbers", "markets", "languages", "source_gtins")
_NUMBERS = ("in_use_hours", "stability_months", "interval_days")


@products.get("/products")
@described(
    Operation(
        "Products",
        "Your organisation's products",
        gives=shapes.ProductListPage,
        answers={200: "A page of them"},
        query=QUERY,
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_products() -> Response:
    """A page of the organisation's products."""
    page = products_after(services().database, actor(), place(), page_limit())
    lines = [{"gtin": row.gtin, "name": row.name, "manufacturer": row.manufacturer} for row in page.rows]
    return jsonify(products=lines, next=page.next)


@products.get("/products/<gtin>")
@described(
    Operation(
        "Products",
        "One product",
        gives=shapes.Product,
        answers={200: "The product, with its ETag"},
        refuses=(404, 422),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_product(gtin: str) -> Response:
    """One product of the organisation."""
    plain = _plain(Gtin.parse(gtin))
    return with_etag(plain, plain)


@products.patch("/products/<gtin>")
@described(
    Operation(
        "Products",
        "Correct a product",
        takes=shapes.ProductChange,
        gives=shapes.ChangedProduct,
        answers={200: "The product, corrected", 202: "The change waits for a second person"},
        refuses=(404, 409, 412),
        description="What is left out stays. With the ETag in If-Match the change is refused (412) where the "
        "product has changed since it was read.",
    )
)
@only_for(Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.RELEASE)
def correct_product(gtin: str) -> Response:
    """Correct a product of the organisation."""
    known, sent = Gtin.parse(gtin), read_body(shapes.ProductChange)
    database, requests = services().database, change_requests(services().database)
    change = use.read_product(database, known, _form(sent), actor().who)
    seal = requests.preview(change, actor().who).seal
    require_match(_plain(known))
    waits = requests.submit(change, reason=sent.reason, who=actor().who, seal=seal)
    plain = _plain(known)
    return with_etag({"product": plain, "request": waits}, plain, 200 if waits is None else 202)


def _form(sent: shapes.ProductChange) -> dict[str, str]:
    """The values that were sent, as cells of a list."""
    values = sent.model_dump(exclude_none=True, exclude={"reason"})
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else str(value)


def _plain(gtin: Gtin) -> dict[str, Any]:
    form: dict[str, Any] = dict(use.shown(services().database, gtin, actor().who))
    form |= {name: form[name].split("; ") if form[name] else [] for name in _SEVERAL}
    form |= {name: int(form[name]) if form[name] else None for name in _NUMBERS}
    return {
        "gtin": gtin.value,
        **form,
        "complete": form["complete"] == "yes",
        "complete_until": form["complete_until"] or None,
    }
