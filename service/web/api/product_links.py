"""The JSON door to the links of products: list them, add one, remove one."""

from flask import Blueprint, Response, jsonify

from service.accounts.actors import OWNERS, ApiKeyScope, Role
from service.gs1.identifiers import Gtin
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.links import LinkRemoval, read_link
from service.registry.corrections.products import shown
from service.registry.links.queries import ManagedLink, managed_links
from service.web.api import schemas
from service.web.api.operations import Operation, described
from service.web.core.access import actor, only_for
from service.web.core.json_body import read_body
from service.web.core.services import services

product_links = Blueprint("product_links", __name__, url_prefix="/api/v1")

_WAITS = {201: "The links, changed", 202: "The change waits for a second person: `request` is its number"}


@product_links.get("/products/<gtin>/links")
@described(
    Operation(
        "Links",
        "The links of a product",
        gives=schemas.ProductLinks,
        answers={200: "Where the codes of the product lead, besides the answer"},
        refuses=(404, 422),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
def list_links(gtin: str) -> Response:
    """The links of a product of the organisation."""
    known = Gtin.parse(gtin)
    shown(services().database, known, actor().who)
    return _links(known, 200)


@product_links.post("/products/<gtin>/links")
@described(
    Operation(
        "Links",
        "Add a link to a product",
        takes=schemas.NewProductLink,
        gives=schemas.ProductLinks,
        answers=_WAITS,
        refuses=(404, 409),
        description="The target is an https address on a web server that the organisation registered.",
    )
)
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.IMPORT)
def add_link(gtin: str) -> Response:
    """Add a link."""
    known, sent = Gtin.parse(gtin), read_body(schemas.NewProductLink)
    given = {name: value or "" for name, value in sent.model_dump(exclude={"default", "reason"}).items()}
    given["is_default"] = "yes" if sent.default else ""
    return _made(known, read_link(services().database, known, given, actor().who), sent.reason)


@product_links.post("/products/<gtin>/links/<int:number>/removal")
@described(
    Operation(
        "Links",
        "Remove a link from a product",
        takes=schemas.ChangeReason,
        gives=schemas.ProductLinks,
        answers=_WAITS,
        refuses=(404, 409),
    )
)
@only_for(Role.IMPORTER, Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.IMPORT)
def remove_link(gtin: str, number: int) -> Response:
    """Remove a link."""
    known, sent = Gtin.parse(gtin), read_body(schemas.ChangeReason)
    return _made(known, LinkRemoval(known.value, number), sent.reason)


def _made(gtin: Gtin, change: RecordChange, reason: str) -> Response:
    waiting = change_requests(services().database).submit(change, reason=reason, who=actor().who)
    return _links(gtin, 201 if waiting is None else 202, waiting)


def _links(gtin: Gtin, status: int, waiting: int | None = None) -> Response:
    found = managed_links(services().database, gtin.value, actor().who)
    response = jsonify(gtin=gtin.value, links=[_plain(each) for each in found], request=waiting)
    response.status_code = status
    return response


def _plain(link: ManagedLink) -> dict[str, object]:
    said = link.statement
    return {
        "id": link.id,
        "lot": link.lot,
        "link_type": said.link_type,
        "href": said.href,
        "title": said.title,
        "language": "".join(said.languages),
        "media_type": said.media_type,
        "context": said.context,
        "default": said.default,
        "offered": link.reachable,
    }
