"""The demonstration records: loaded only when asked for, named on every page, and gone with one command."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, insert, select

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app
from service.authenticity.evidence import Asker
from service.cli import group
from service.registry import recalls
from service.registry.demonstration import is_demonstration, load_demonstration, remove_demonstration
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Alert, AuditEntry, Batch, Manufacturer, PackMark, Product, Scan, Unit
from service.web.core.services import services_of
from tests.factories.people import signed_in
from tests.factories.questions import make_question

WHO = AuditActor("test")
DEMO_GTIN = "09506000134352"
OURS = {"id": 900, "name": "A real maker", "gs1_prefixes": (), "contact": ""}


@pytest.fixture
def demo(database: Database) -> Database:
    """The demonstration records, and beside them somebody's own."""
    assert load_demonstration(database, WHO)
    with database.transaction() as connection:
        connection.execute(insert(Manufacturer).values(OURS))
        connection.execute(
            insert(Product).values(id=900, manufacturer_id=900, gtin="04012345678901", name="Ours")
        )
        alert = {"fingerprint": "own", "authority": "FDA", "kind": "falsified", "product_name": "Ours"}
        connection.execute(insert(Alert).values(alert))
    return database


def counts(database: Database) -> list[int]:
    with database.reading() as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (Manufacturer, Product, Batch, Unit, Alert, PackMark)
        ]


def test_removing_leaves_what_is_somebodys_own(demo: Database) -> None:
    removed = remove_demonstration(demo, WHO)
    assert counts(demo) == [1, 1, 0, 0, 1, 0]
    assert min(removed.manufacturers, removed.products, removed.batches, removed.units, removed.alerts) > 0
    assert not is_demonstration(demo)


def test_what_was_made_of_them_goes_and_what_people_did_stays(demo: Database, database_url: str) -> None:
    """A recall and a check of a demonstration lot: the recall goes, the check stays without its product."""
    form = {
        "gtin": DEMO_GTIN,
        "scope": "lot",
        "lot": "OVA2714",
        "recall_class": "II",
        "reason": "Trying it out",
    }
    recalls.issue(demo, recalls.read_recall_form(form, hold=False), who=WHO)
    app = create_app(Settings(database_url=database_url))
    check = services_of(app).verification.verify(*make_question(lot="OVA2714", asker=Asker.CLINIC)).id
    remove_demonstration(demo, WHO)
    with demo.reading() as connection:
        row = connection.execute(select(Scan.product_id, Scan.batch_id).where(Scan.id == check)).one()
    assert tuple(row) == (None, None)
    answer = app.test_client().get(f"/checks/{check}")
    services_of(app).close()
    assert answer.status_code == 200


def test_removing_is_audited_in_the_same_transaction(demo: Database) -> None:
    remove_demonstration(demo, WHO)
    with demo.reading() as connection:
        wanted = select(AuditEntry.object_id).where(AuditEntry.action == "delete")
        told = set(connection.scalars(wanted.where(AuditEntry.object_type.in_(("product", "manufacturer")))))
    assert {DEMO_GTIN, "Ostrelind Biologics"} <= told
    assert "A real maker" not in told


def test_removing_twice_removes_nothing_more(demo: Database) -> None:
    remove_demonstration(demo, WHO)
    assert remove_demonstration(demo, WHO).products == 0
    assert counts(demo) == [1, 1, 0, 0, 1, 0]


def test_the_commands_load_into_an_empty_database_and_remove(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    runner = CliRunner()
    assert "loaded" in runner.invoke(group, ["demo", "load"]).output
    again = runner.invoke(group, ["demo", "load"])
    assert (again.exit_code, "holds records already" in again.output) == (1, True)
    assert "products removed: " in runner.invoke(group, ["demo", "remove"]).output


@pytest.fixture
def app(demo: Database, database_url: str) -> Iterator[Flask]:
    made = create_app(Settings(database_url=database_url))
    yield made
    services_of(made).close()


PUBLIC = (
    "/",
    "/about",
    "/photo",
    "/scan",
    "/recalls/public",
    "/warnings",
    "/sign-in",
    "/nowhere",
    "/api/docs",
    "/labels/",
)


def test_every_page_says_so_until_they_are_gone(app: Flask) -> None:
    guest = app.test_client()
    maker = signed_in(app, Role.ADMIN)
    clinic = signed_in(app, Role.ADMIN, kind=OrganisationKind.CLINIC, name="Riverside Clinic")
    pages = [(guest, address) for address in PUBLIC]
    pages += [(maker, address) for address in ("/overview", "/recalls", "/people")]
    pages += [(clinic, address) for address in ("/clinic", "/stock", "/use")]
    browser = {"Accept": "text/html"}
    for client, address in pages:
        assert "Demonstration" in client.get(address, headers=browser).text, address
    remove_demonstration(services_of(app).database, WHO)
    for client, address in pages:
        assert "Demonstration" not in client.get(address, headers=browser).text, address


def test_serving_loads_them_only_when_asked() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "service.cli", "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert "--seed / --no-seed" in said
    assert "no-seed]" in said.replace("\n", "")
