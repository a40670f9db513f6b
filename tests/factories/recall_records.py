"""A product of two lots with serialised units, and people who may recall it; the tests of recalls stand on it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import AlertKind, Asker
from service.gs1.identifiers import Lot
from service.registry import recalls
from service.registry.lists.kinds.alerts import AlertFacts
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Unit
from service.verification.service import Answer, VerificationService
from tests.factories.people import organisation
from tests.factories.questions import make_question

GTIN, OTHERS = "09506000134352", "09506000110509"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: Any) -> None:
        self.now += timedelta(**by)


def put(database: Database) -> tuple[AuditActor, AuditActor]:
    """The records; a releaser of their owner, and one of another manufacturer."""
    owner = organisation(database, "Example Biologics")
    other = organisation(database, "Other Biologics")
    with database.transaction() as connection:
        manufacturers = [
            {"id": 1, "name": "Example Biologics", "gs1_prefixes": (), "organisation_id": owner},
            {"id": 2, "name": "Other Biologics", "gs1_prefixes": (), "organisation_id": other},
        ]
        connection.execute(insert(Manufacturer), manufacturers)
        products = [
            {"id": 1, "manufacturer_id": 1, "gtin": GTIN, "name": "Ondrevaine 100", "complete": True},
            {"id": 2, "manufacturer_id": 2, "gtin": OTHERS, "name": "Filla", "complete": True},
        ]
        connection.execute(insert(Product), products)
        for number, lot in ((1, "A1"), (2, "B2")):
            parsed = Lot.parse(lot)
            values: dict[str, Any] = {"product_id": 1, "lot": lot, "lot_key": parsed.key}
            values |= {
                "lot_folded": parsed.folded,
                "expiry": date(2027, 6 * number, 30),
                "status": "released",
            }
            connection.execute(insert(Batch).values(values))
            units = [
                {
                    "product_id": 1,
                    "batch_id": number,
                    "serial": f"{lot}SN{at:03}",
                    "disposition": Disposition.ACTIVE,
                }
                for at in range(5)
            ]
            connection.execute(insert(Unit), units)
    return AuditActor("Rita", 1, owner), AuditActor("Otto", 2, other)


def asked(desk: VerificationService, **fields: str) -> Answer:
    """Check and record."""
    return desk.verify(*make_question(asker=Asker.CLINIC, **fields))  # type: ignore[arg-type]


def order(**fields: str) -> recalls.RecallForm:
    """A recall of class I for breakage."""
    hold = fields.pop("kind", "") == "hold"
    given = {"gtin": GTIN, "recall_class": "I", "reason": "Glass in vials", "reference": "R-1"}
    return recalls.read_recall_form(given | fields, hold=hold)


def alert_facts(**changes: Any) -> AlertFacts:
    given: dict[str, Any] = {
        "authority": "MHRA",
        "kind": AlertKind.FALSIFIED,
        "product_name": "Ondrevaine",
        "gtin": GTIN,
        "lot": Lot.parse("A1"),
        "expiries": (None,),
        "serial": "",
        "serial_prefix": "",
        "lot_issued": None,
        "recall_class": "",
        "reference": "N-1",
        "reported": "2026-11-25",
        "source_url": "https://example.org/n1",
        "detail": "",
    }
    return AlertFacts(**(given | changes))
