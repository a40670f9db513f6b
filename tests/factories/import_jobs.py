"""Imports without a browser, for the tests of what goes on behind it; and a process that does the work."""

import io
import os
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import insert, select

from service.accounts.actors import Actor, OrganisationKind, Role
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.service import ImportJobs, Upload
from service.registry.import_jobs.worker import ImportWorker
from service.registry.lists.columns import Layout, ListKind
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Organisation, Product

GTIN = "09506000134352"
MOST = 1 << 30


class Office:
    """One organisation with a product and two lots, and the desk where its imports are."""

    def __init__(self, database: Database, files: Path) -> None:
        self.database, self.files = database, files
        self.jobs = ImportJobs(database, ImportFiles(files), lambda _: None, most_bytes=MOST)
        self.worker = ImportWorker(database, ImportFiles(files))
        with database.transaction() as connection:
            name = "Example Biologics"
            if connection.scalar(select(Organisation.id).where(Organisation.name == name)) is None:
                values = {"name": name, "kind": "manufacturer", "created": datetime.now(UTC)}
                owner = connection.execute(
                    insert(Organisation).values(values).returning(Organisation.id)
                ).scalar_one()
                connection.execute(insert(Manufacturer).values(name="Ours", organisation_id=owner))
                connection.execute(insert(Product).values(manufacturer_id=1, gtin=GTIN, name="Vial"))
                lots = [{"lot": lot, "lot_key": lot, "lot_folded": lot} for lot in ("A1", "B2")]
                more = {"product_id": 1, "expiry": date(2028, 12, 31), "status": "released"}
                connection.execute(insert(Batch), [lot | more for lot in lots])
        self.actor = Actor(
            "Ada", 7, 1, name, OrganisationKind.MANUFACTURER, frozenset({Role.IMPORTER}), strong=True
        )

    def previewed(
        self,
        content: bytes,
        kind: ListKind = ListKind.UNITS,
        columns: tuple[str, ...] = ("gtin", "lot", "serial"),
    ) -> int:
        """The number of an import that waits for a decision."""
        number = self.jobs.begin(self.actor, io.BytesIO(content), "list.csv")
        self.worker.carry_on(number)
        self.jobs.choose(self.actor, number, Layout(kind, columns))
        self.worker.carry_on(number)
        return number

    def decide(self, number: int) -> None:
        seen = self.look(number).seen
        assert seen is not None, self.look(number)
        self.jobs.decide(self.actor, number, reason="", plan=seen["plan_sha256"])

    def look(self, number: int) -> Upload:
        return self.jobs.one(self.actor, number)


def units(count: int, lot: str = "A1") -> bytes:
    rows = "".join(f"{GTIN},{lot},{number * 7_368_787 % count:09}X\n" for number in range(count))
    return b"gtin,lot,serial\n" + rows.encode()


def work_until_killed(url: str, files: str, number: int) -> None:
    """Carry an import on; says on its standard output which piece is on record."""
    database = Database(url)
    worker = ImportWorker(database, ImportFiles(Path(files)))
    put = worker._put_next

    def told(*args: object) -> bool:
        going = put(*args)  # type: ignore[arg-type]
        os.write(1, b"piece\n")
        return going

    worker._put_next = told  # type: ignore[assignment, method-assign]
    worker.carry_on(number)
    os.write(1, b"done\n")
