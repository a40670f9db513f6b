"""`vialcheck export`: lists that import again, and an archive; `vialcheck admin claims`."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.accounts.organisation_settings import OrganisationProfiles
from service.cli import group
from service.storage.database import Database
from service.storage.models import Manufacturer
from tests.factories.events import xml_commissioning, xml_document
from tests.factories.lists import GTIN, prepared
from tests.factories.people import organisation

NAME = "Example Biologics"


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path) -> Iterator[Database]:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    prepared(database, tmp_path)
    owner = organisation(database, NAME)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
        connection.execute(insert(Manufacturer).values(name="Theirs", gs1_prefixes=("4012345",)))
    yield database
    database.close()


def vialcheck(*arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments))


def test_what_is_exported_changes_nothing_when_it_comes_back(on_record: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        vialcheck("export", "products", "batches", "--out", str(out), "--organisation", NAME).exit_code == 0
    )
    assert sorted(path.name for path in out.iterdir()) == ["batches.csv", "products.csv"]
    again = vialcheck("import", *map(str, sorted(out.iterdir())))
    assert again.exit_code == 0, again.output
    assert "Nothing new" in again.output


def test_an_archive_is_of_one_organisation(on_record: Database, tmp_path: Path) -> None:
    assert vialcheck("export", "--archive").exit_code == 2
    assert vialcheck("export", "products", "--archive", "--organisation", NAME).exit_code == 2
    done = vialcheck("export", "--archive", "--organisation", NAME, "--out", str(tmp_path))
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(done.output.strip()) as archive:
        assert GTIN.encode() in archive.read("batches.csv")


def test_the_operator_decides_on_claims(on_record: Database) -> None:
    who = Actor("Ada", None, 1, NAME, OrganisationKind.MANUFACTURER, frozenset({Role.ADMIN}))
    for prefix in ("9506000", "40123"):
        OrganisationProfiles(on_record).claim(
            who, manufacturer="1", prefix=prefix, evidence="a certificate", at=datetime.now(UTC)
        )
    shown = vialcheck("admin", "claims").output
    assert "40123  Ostrelind" in shown
    assert "CONFLICT with Theirs" in shown
    assert "9506000" not in vialcheck("admin", "claims", "--confirm", "1").output
    assert vialcheck("admin", "claims", "--confirm", "2").exit_code != 0
    assert vialcheck("admin", "claims", "--refuse", "2").exit_code != 0
    assert vialcheck("admin", "claims", "--refuse", "2", "--reason", "of Theirs").output == ""
    assert vialcheck("admin", "claims", "--refuse", "2", "--confirm", "1").exit_code == 2


def test_events_are_a_document_that_imports_again(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", sqlite_url)
    database = Database(sqlite_url)
    prepared(database, tmp_path)
    sent = tmp_path / "sent.xml"
    sent.write_text(xml_document(xml_commissioning("12")), encoding="utf-8")
    assert CliRunner().invoke(group, ["import", str(sent)]).exit_code == 0
    result = CliRunner().invoke(group, ["export", "events", "--out", str(tmp_path)])
    assert result.stdout.splitlines() == [str(tmp_path / "events.jsonld")]
    again = CliRunner().invoke(group, ["import", str(tmp_path / "events.jsonld"), "--json"])
    (file,) = json.loads(again.stdout)["files"]
    assert (again.exit_code, file["events"], file["known"]) == (0, 1, 1)
    database.close()
