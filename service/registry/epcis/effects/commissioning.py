"""Commissioning: new units and lots of the sender's products, with the master data of their event (ILMD).

A lot that is not on record is put there as a list of batches would put it; units as a list of units would.
"""

import json
from collections.abc import Mapping
from typing import Any

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.errors import ConflictError, ErrorCode, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Lot
from service.registry.epcis.effects.context import EventOutcome, OwnProduct, RecordContext
from service.registry.epcis.identity import identified
from service.registry.epcis.staging import EpcChunk, StagedEvent
from service.registry.epcis.vocabulary import MASTER_DATA
from service.registry.lists.cells import Cells
from service.registry.lists.columns import Header, ListKind
from service.registry.lists.kinds.batches import Batches
from service.registry.lists.kinds.unit_targets import UnitRow, UnitTarget, UnitTargets
from service.storage.database.commissioning import commission, recorded_otherwise

_COLUMNS = ("gtin", "lot", "expiry", "quantity")
_HEADER = Header(ListKind.BATCHES, _COLUMNS, {name: at for at, name in enumerate(_COLUMNS)}, (), None)
_MADE = frozenset({"epcList", "outputEPCList"})


def commission_units(
    record: RecordContext, event: StagedEvent, chunk: EpcChunk, outcome: EventOutcome
) -> None:
    """Put the units of a chunk on record. Raises for a unit that is there otherwise, or has no lot."""
    if chunk.field not in _MADE:
        return
    groups: dict[tuple[OwnProduct, str], list[str]] = {}
    said = _said(event.fields, "lotNumber")
    for uri in chunk.epcs:
        epc = identified(uri)
        if epc is None or not epc.serial or (product := record.product(epc.gtin)) is None:
            continue
        groups.setdefault((product, said or epc.lot), []).append(epc.serial)
    for (product, lot), serials in groups.items():
        target = _target(record, event, product, lot)
        _commission(record, target, list(dict.fromkeys(serials)), outcome)


def commission_lots(record: RecordContext, event: StagedEvent, outcome: EventOutcome) -> None:
    """Put the lots that an event names by class and quantity on record."""
    quantities = event.fields.get("quantityList", []) + event.fields.get("outputQuantityList", [])
    for each in quantities:
        epc = identified(each["epcClass"])
        if epc is None or not epc.lot or (product := record.product(epc.gtin)) is None:
            continue
        counted = each.get("quantity") if "uom" not in each else None
        quantity = str(counted) if isinstance(counted, int) else ""
        target = _target(record, event, product, epc.lot, quantity)
        outcome.did("lots", [product.id, target.batch_id])


def _commission(record: RecordContext, target: UnitTarget, serials: list[str], outcome: EventOutcome) -> None:
    connection, journal = record.connection, record.journal
    ids = {"product_id": target.product_id, "batch_id": target.batch_id}
    disposition = (target.disposition or Disposition.ACTIVE).number
    fresh, text = journal.import_id is None, json.dumps(serials)
    count = commission(connection, text, **ids, disposition=disposition, import_id=journal.begin())
    if count < len(serials):
        otherwise = recorded_otherwise(connection, text, **ids, disposition=None)
        if otherwise:
            raise ConflictError(
                ErrorCode.CONFLICT,
                given=otherwise[0],
                expected=f"a serial that is new, or of lot {target.lot} already",
                field="serial",
            )
    if count:
        journal.note("commission", "batch", target.name, after={"units": count})
    elif fresh:
        journal.forget()
    record.commissioned.add(target.product_id)
    record.new_units += count
    record.unchanged_units += len(serials) - count
    journal.counts.new += count
    journal.counts.unchanged += len(serials) - count
    outcome.did("commissioned", [target.product_id, target.batch_id, disposition, count])


def _target(
    record: RecordContext, event: StagedEvent, product: OwnProduct, lot: str, quantity: str = ""
) -> UnitTarget:
    """The lot on record, which is made where it is not there and the event says enough of it."""
    if not lot:
        raise _missing("ilmd.lotNumber", "the lot of the units, in the event's ilmd")
    parsed = Lot.parse(lot)
    expiry = _said(event.fields, "itemExpirationDate")[:10]
    shown = Expiry.parse(expiry).iso if expiry else ""
    what = UnitRow(product.gtin, parsed.key, parsed.printed, shown, _disposition(event.fields))
    found = record.targets.find(what)
    if not isinstance(found, UnitTarget):
        if found[0].code is not ErrorCode.LOT_NOT_ON_RECORD:
            raise found[0]
        if not shown:
            raise _missing("ilmd.itemExpirationDate", f"the expiry of lot {lot}, which is not on record yet")
        _make_lot(record, [product.gtin, parsed.printed, shown, quantity])
        record.targets = UnitTargets(record.connection, record.owner)
        found = record.targets.find(what)
    if not isinstance(found, UnitTarget):
        raise found[0]
    return found


def _make_lot(record: RecordContext, cells: list[str]) -> None:
    batches, row = Batches(), Cells(_HEADER, cells)
    facts = batches.parse(row)
    problems = (
        row.problems if facts is None else batches.store(record.connection, [(1, facts)], record.journal)
    )
    if facts is None or problems:
        raise next(iter(problems if isinstance(problems, list) else problems[1]))


def _disposition(fields: Mapping[str, Any]) -> str:
    said = fields.get("disposition")
    return str(said) if said in {str(each) for each in IN_CIRCULATION} else str(Disposition.ACTIVE)


def _said(fields: Mapping[str, Any], name: str) -> str:
    """An attribute of the master data, as text; empty where it is not said."""
    value = fields.get("ilmd", {}).get(f"{{{MASTER_DATA}}}{name}", "")
    if isinstance(value, dict):
        value = value.get("@value", "")
    if isinstance(value, (list, dict, bool)):
        expected = "one value"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=name, expected=expected, field=f"ilmd.{name}")
    return str(value).strip()


def _missing(field: str, expected: str) -> VialcheckError:
    return RefusedError(ErrorCode.VALUE_MISSING, expected=expected, field=field)
