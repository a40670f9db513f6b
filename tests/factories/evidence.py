"""Short ways to say what is on record and what was presented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import (
    AlertKind,
    AlertRecord,
    BatchRecord,
    BatchStatus,
    Evidence,
    Presented,
    ProductRecord,
    RecallRecord,
    RecallScope,
    UnitRecord,
)
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.sightings import Region, Sighting, SightingKind, sighting, together
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GTIN = Gtin("09506000134352")
LOT = Lot.parse("VX-2401")
SERIAL = Serial.parse("9KQ4T7M2")
EXPIRY = Expiry(2028, 12, 31)

PRODUCT = ProductRecord(
    id=1,
    gtin=GTIN.value,
    name="Verotox 100",
    manufacturer="Medulla Labs",
    strengths=("100 units",),
    markets=("FR", "TR"),
    complete=True,
    serialised=True,
)
BATCH = BatchRecord(id=7, lot="VX-2401", expiry=EXPIRY, status=BatchStatus.RELEASED)
OTHER_BATCH = BatchRecord(id=8, lot="VX-2402", expiry=EXPIRY, status=BatchStatus.RELEASED)
UNIT = UnitRecord("9KQ4T7M2", Disposition.ACTIVE, BATCH)
PRESENTED = Presented(gtin=GTIN, lot=LOT, serial=SERIAL, expiry=EXPIRY, market="FR", strength="100 units")

MATCHING = Evidence(
    presented=PRESENTED, now=NOW, zone=ZoneInfo("UTC"), product=PRODUCT, batch=BATCH, unit=UNIT
)
"""Everything presented, everything on record, nothing against it."""


def evidence(presented: dict[str, Any] | None = None, **changes: Any) -> Evidence:
    """`MATCHING`, changed."""
    shown = replace(PRESENTED, **(presented or {}))
    return replace(MATCHING, presented=shown, **changes)


def alert(**fields: Any) -> AlertRecord:
    """A regulator's notice, with the keys of its lot filled in."""
    lot = fields.get("lot")
    if lot:
        parsed = Lot.parse(lot)
        fields |= {"lot_key": parsed.key, "lot_folded": parsed.folded}
    return AlertRecord(**{"id": 1, "authority": "MHRA", "kind": AlertKind.FALSIFIED, **fields})


LYON, TOKYO = Region("FR", "Lyon"), Region("JP", "Tokyo")
FIRST_SCAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def scan(
    place: Region, day: float, client: str = "a", kind: SightingKind = SightingKind.STRANGER
) -> Sighting:
    """One scan, so many days after `FIRST_SCAN`."""
    return sighting(kind, place, FIRST_SCAN + timedelta(days=day), client)


def history(*scans: Sighting, **changes: Any) -> SeenBefore:
    """What these scans are to a verdict; the last of them is the present one."""
    fields: dict[str, Any] = {
        "place": scans[-1].place,
        "before": together(scans[:-1]),
        "every": together(scans),
    } | changes
    return SeenBefore(**fields)


def recall(scope: RecallScope, **fields: Any) -> RecallRecord:
    """A recall that stands, with the key of its lot filled in."""
    lot = fields.get("lot")
    fields |= {"lot_key": Lot.parse(lot).key} if lot else {}
    return RecallRecord(**{"id": 1, "hold": False, "scope": scope, "reason": "Glass", **fields})
