"""Messages to clinics of a recall or hold that reaches vials they have or used, for their webhooks."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from service.authenticity.evidence import RecallRecord, RecallScope
from service.authenticity.recall_rules import in_range
from service.registry.recalls.batch_status import reached
from service.storage.models import Product, RecalledSerial, Vial
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox

_HERE = frozenset({"in_stock", "open", "quarantined"})


def tell_clinics(
    connection: Connection,
    product_id: int,
    *,
    before: Sequence[RecallRecord],
    after: Sequence[RecallRecord],
    at: datetime,
) -> None:
    """Queue one message for each clinic with a webhook whose vials the new recalls of a product reach.

    `before`, `after`: the product's recalls in force. A vial whose serial is not on record counts where it
    may be one of a recall's serials.
    """
    known = {each.id for each in before}
    new = [each for each in after if each.id not in known]
    told = organisations_told(connection, WebhookTopic.RECALL) if new else {}
    if not told:
        return
    gtin, name = connection.execute(select(Product.gtin, Product.name).where(Product.id == product_id)).one()
    of_product = or_(Vial.product_id == product_id, Vial.gtin == gtin)
    columns = (
        Vial.id,
        Vial.organisation_id,
        Vial.lot_key,
        Vial.serial,
        Vial.batch_id,
        Vial.expiry,
        Vial.state,
    )
    held = connection.execute(
        select(*columns).where(of_product, Vial.organisation_id.in_(told), Vial.state != "cancelled")
    ).all()
    touched: dict[int, dict[int, str]] = {}
    for recall in new if held else ():
        batches = {each.id for each in reached(connection, recall, product_id)}
        serials = _listed(connection, recall)
        for vial in held:
            if _reaches(recall, vial, batches, serials):
                touched.setdefault(vial.organisation_id, {})[vial.id] = vial.state
    content = {"gtin": gtin, "product": name, "recalls": list(map(_said, new)), "page": "/clinic"}
    messages = [
        WebhookMessage(WebhookTopic.RECALL, number, f"recall {new[0].id}", content | _counted(vials.values()))
        for number, vials in sorted(touched.items())
    ]
    put_in_outbox(connection, messages, at, told)


def _listed(connection: Connection, recall: RecallRecord) -> frozenset[str]:
    if recall.scope is not RecallScope.LIST:
        return frozenset()
    statement = select(RecalledSerial.serial).where(RecalledSerial.recall_id == recall.id)
    return frozenset(connection.scalars(statement))


def _reaches(recall: RecallRecord, vial: Any, batches: set[int], serials: frozenset[str]) -> bool:
    match recall.scope:
        case RecallScope.PRODUCT:
            return True
        case RecallScope.LOT:
            return bool(vial.lot_key == recall.lot_key)
        case RecallScope.WINDOW:
            within = (
                vial.expiry is not None
                and recall.expiry_from is not None
                and recall.expiry_to is not None
                and recall.expiry_from <= vial.expiry <= recall.expiry_to
            )
            return vial.batch_id in batches or within
        case RecallScope.RANGE | RecallScope.LIST:
            keys = {recall.lot_key} if recall.lot_key else set(recall.owning_lots)
            if not vial.serial:
                return not keys or not vial.lot_key or vial.lot_key in keys
            if recall.lot_key and vial.lot_key and vial.lot_key != recall.lot_key:
                return False
            serial = vial.serial.casefold()
            return serial in serials or in_range(serial, recall.serial_from, recall.serial_to)


def _said(recall: RecallRecord) -> dict[str, Any]:
    return {
        "number": recall.id,
        "kind": "hold" if recall.hold else "recall",
        "scope": str(recall.scope),
        "lot": recall.lot,
        "recall_class": recall.recall_class,
        "reference": recall.reference,
        "public_text": recall.public_text,
    }


def _counted(states: Collection[str]) -> dict[str, Any]:
    here = sum(state in _HERE for state in states)
    return {"vials": {"here": here, "no_longer_here": len(states) - here}}
