"""Documents of events (EPCIS) written and captured in one line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from service.registry.epcis.capture_rows import CaptureRequest
from service.registry.epcis.captures import CaptureOutcome, EventCaptures, hash_of_file
from service.registry.lists.ownership import Owner
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.lists import NOW

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
URN = "urn:epc:id:sgtin:9506000.013435."
"""The URN of a unit of `GTIN`, up to its serial."""
CASE = "urn:epc:id:sscc:9506000.0000000001"
PALLET = "urn:epc:id:sscc:9506000.0000000002"


def event(**fields: Any) -> dict[str, Any]:
    """An ObjectEvent in JSON-LD, of 10 o'clock unless it says otherwise."""
    said = {
        "type": "ObjectEvent",
        "eventTime": "2026-11-20T10:00:00+01:00",
        "eventTimeZoneOffset": "+01:00",
        "action": "OBSERVE",
    }
    return {name: value for name, value in (said | fields).items() if value is not None}


def commissioning(serials: Iterable[str], lot: str = "N1", **fields: Any) -> dict[str, Any]:
    """Units of `GTIN` that are new, with the master data of their lot."""
    said = {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [f"{URN}{serial}" for serial in serials],
        "ilmd": {"cbvmda:lotNumber": lot, "cbvmda:itemExpirationDate": "2028-12-31"},
    }
    return event(**said | fields)


def step(
    name: str, serials: Iterable[str], at: str = "2026-11-21T10:00:00+01:00", **fields: Any
) -> dict[str, Any]:
    """A business step of units of `GTIN`."""
    return event(bizStep=name, eventTime=at, epcList=[f"{URN}{serial}" for serial in serials], **fields)


def document(*events: dict[str, Any], **head: Any) -> str:
    """A document of EPCIS 2.0 in JSON-LD."""
    said = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T10:30:00Z",
        "epcisBody": {"eventList": list(events)},
    }
    return json.dumps(said | head)


def xml_document(*events: str, version: str = "1.2", header: str = "") -> str:
    """A document in XML; `events` are its elements."""
    namespace = f"urn:epcglobal:epcis:xsd:{version[0]}"
    return (
        f'<epcis:EPCISDocument xmlns:epcis="{namespace}" xmlns:cbvmda="urn:epcglobal:cbv:mda" '
        f'xmlns:ext="http://example.com/ext" schemaVersion="{version}" creationDate="2026-11-22T10:30:00Z">'
        f"{header}<EPCISBody><EventList>{''.join(events)}</EventList></EPCISBody></epcis:EPCISDocument>"
    )


def xml_commissioning(serials: Iterable[str], lot: str = "N1", expiry: str = "2028-12-31") -> str:
    """As partners under the DSCSA write it: EPCIS 1.2, with the master data in an extension."""
    epcs = "".join(f"<epc>{URN}{escape(serial)}</epc>" for serial in serials)
    return (
        "<ObjectEvent><eventTime>2026-11-20T09:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
        f"<epcList>{epcs}</epcList><action>ADD</action>"
        "<bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>"
        "<disposition>urn:epcglobal:cbv:disp:active</disposition>"
        "<readPoint><id>urn:epc:id:sgln:9506000.00000.0</id></readPoint>"
        f"<extension><ilmd><cbvmda:lotNumber>{lot}</cbvmda:lotNumber>"
        f"<cbvmda:itemExpirationDate>{expiry}</cbvmda:itemExpirationDate></ilmd></extension></ObjectEvent>"
    )


def captured(
    database: Database,
    folder: Path,
    content: str | bytes,
    *,
    owner: Owner = Owner(),  # noqa: B008 (frozen)
    dry_run: bool = False,
) -> CaptureOutcome:
    """What became of a document, with an actor, a reason and a clock that stands still."""
    path = folder / "events"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    size, sha256 = hash_of_file(path)
    who = AuditActor("tester", organisation_id=owner.organisation_id)
    request = CaptureRequest(who, owner, "test", path.name, size, sha256, folder / "plans")
    return EventCaptures(database, lambda: NOW).capture_file(path, request, dry_run=dry_run)


def taken(database: Database, folder: Path, *events: dict[str, Any]) -> CaptureOutcome:
    """The outcome of a document that has to be taken."""
    outcome = captured(database, folder, document(*events))
    assert not outcome.refused, outcome.errors
    return outcome


def refusal(outcome: CaptureOutcome) -> tuple[str, str, str]:
    """Place, field and code of the first refusal of a document that has to be refused."""
    assert outcome.refused
    first = outcome.errors[0]
    return first["place"], first["field"], first["code"]
