"""The records of recalls, a desk on a connection of its own, and the changes of the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import update

from service.authenticity.reasons import Action, ReasonCode
from service.gs1.identifiers import Gtin, Lot
from service.registry.corrections import batches, products
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.requests import ChangeRequests
from service.registry.corrections.units.selection import read_selection
from service.registry.corrections.units.unit_changes import UnitCorrection
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.verification.service import VerificationService
from tests.factories import recall_records
from tests.factories.lists import table
from tests.factories.recall_records import GTIN, Clock, asked


class Bench:
    """A releaser (`who`), a second person of the organisation, and a stranger of another one."""

    def __init__(self, database: Database, desk: VerificationService, clock: Clock) -> None:
        self.database, self.desk, self.clock = database, desk, clock
        self.who, self.stranger = recall_records.put(database)
        self.second = AuditActor("Sam", 9, self.who.organisation_id)
        self.known: ChangeRequests = change_requests(database, clock)

    def product(self, **given: str) -> products.ProductCorrection:
        return products.read_product(self.database, Gtin(GTIN), given, self.who)

    def lot(self, name: str = "A1", **given: str) -> batches.BatchCorrection:
        return batches.read_batch(self.database, Gtin(GTIN), Lot.parse(name), given, self.who)

    @staticmethod
    def units(step: str = "", to_lot: str = "", **given: str) -> UnitCorrection:
        return UnitCorrection(GTIN, read_selection(given), step, to_lot)

    def make(self, change: RecordChange) -> int | None:
        return self.known.submit(change, reason="typed wrong", who=self.who)

    def verdict(self, **fields: str) -> tuple[Action, set[ReasonCode]]:
        given = {"gtin": GTIN, "lot": "A1", "serial": "A1SN001", "expiry": "2027-06-30"} | fields
        verdict = asked(self.desk, **{name: value for name, value in given.items() if value}).verdict
        return verdict.action, {reason.code for reason in verdict.reasons}

    def two(self) -> None:
        with self.database.transaction() as connection:
            connection.execute(update(Manufacturer).values(two_person_release=True))

    def row(self, lot: str = "A1") -> dict[str, Any]:
        return next(row for row in table(self.database, "batch") if row["lot"] == lot)


@contextmanager
def opened_bench(database: Database, url: str) -> Iterator[Bench]:
    """A bench whose desk has a pool of its own, as another process would."""
    elsewhere, clock = Database(url), Clock()
    desk = VerificationService(elsewhere, window=0.1, read_clock=clock)
    yield Bench(database, desk, clock)
    desk.close()
    elsewhere.close()
