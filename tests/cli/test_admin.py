"""`vialcheck admin`: the first person comes in from the machine itself, and no password is a default."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from service.cli import group, main
from service.storage.database import Database
from service.storage.models import Account, AuditEntry, Invitation, Manufacturer, Organisation
from tests.factories.people import PASSWORD

ANN = ("--organisation", "Ostrelind", "--kind", "manufacturer", "--email", "Ann@Ostrelind.example")


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    return Database(database_url)


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(group, ["admin", *arguments], input=given)


def test_the_password_is_asked_for_and_not_shown(database: Database) -> None:
    done = run("create", *ANN, given=f"Ann\n{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    with database.reading() as connection:
        row = connection.execute(select(Account.__table__)).one()
        entries = connection.execute(select(AuditEntry.action, AuditEntry.organisation_id)).all()
    assert (row.email, row.name, row.roles) == ("ann@ostrelind.example", "Ann", ("admin",))
    assert [tuple(entry) for entry in entries] == [("found", 1), ("join", 1)]
    database.close()


def test_a_script_gives_it_through_standard_input(database: Database) -> None:
    assert run("create", *ANN, "--name", "A", "--password-stdin", given=f"{PASSWORD}\n").exit_code == 0
    again = run("create", *ANN, "--name", "A", "--password-stdin", given=f"{PASSWORD}\n")
    assert "taken" in str(again.exception)
    database.close()


@pytest.mark.parametrize("password", ["", "vialcheck", "Ostrelind 2026", "password1234"])
def test_no_weak_password_and_none_at_all(database: Database, password: str) -> None:
    refused = run("create", *ANN, "--name", "A", "--password-stdin", given=f"{password}\n")
    assert refused.exit_code != 0
    with database.reading() as connection:
        assert connection.execute(select(Organisation.__table__)).all() == [], "nothing stored half"
    database.close()


def test_an_invitation_is_printed_and_its_hash_kept(database: Database) -> None:
    clinic = (
        "--organisation",
        "Clinic",
        "--kind",
        "clinic",
        "--email",
        "c@example.org",
        "--country",
        "France",
    )
    done = run("create", *clinic, "--region", "Savoie", "--invite")
    token = re.findall(r"/invitation/([\w-]{40,})\n", done.output)[0]
    with database.reading() as connection:
        row = connection.execute(select(Invitation.__table__)).one()
        place = connection.execute(select(Organisation.country, Organisation.region)).one()
    assert token not in str(tuple(row))
    assert row.roles == ("admin", "clinic")
    assert tuple(place) == ("FR", "Savoie")
    database.close()


def test_whose_records_a_manufacturers_are(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(insert(Manufacturer).values(name="Ostrelind Biologics"))
    assert run("create", *ANN, "--invite", "--own", "Ostrelind Biologics").exit_code == 0
    assert run("own", "--manufacturer", "Nobody", "--organisation", "Ostrelind").exit_code != 0
    with database.reading() as connection:
        assert connection.scalar(select(Manufacturer.organisation_id)) == 1
        change = connection.execute(
            select(AuditEntry.before, AuditEntry.after).where(AuditEntry.action == "own")
        )
        assert tuple(change.one()) == ({"organisation": None}, {"organisation": "Ostrelind"})
    database.close()


def test_the_last_admin_gets_a_new_way_in(database: Database) -> None:
    run("create", *ANN, "--name", "A", "--password-stdin", given=f"{PASSWORD}\n")
    done = run("reset", "--email", "ann@ostrelind.example")
    assert re.search(r"/invitation/[\w-]{40,}\n", done.output)
    assert run("reset", "--email", "nobody@example.org").exit_code != 0
    database.close()


def test_a_refusal_is_one_plain_line(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["vialcheck", "admin", "reset", "--email", "nobody@example.org"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert (
        capsys.readouterr().err == "vialcheck: There is no e-mail address “nobody@example.org” on record.\n"
    )
    database.close()


def test_an_organisation_may_stand_beside_ours_and_no_longer(database: Database) -> None:
    assert run("create", *ANN, "--invite").exit_code == 0
    named = ("--organisation", "Ostrelind")
    assert "/organisation/embed" in run("embed", *named).output
    with database.reading() as connection:
        assert connection.execute(select(Organisation.embed)).scalar_one()
    assert run("embed", *named, "--stop", "--reason", "its contract ended").exit_code == 0
    assert run("embed", "--organisation", "No such").exit_code != 0
    with database.reading() as connection:
        assert connection.execute(select(Organisation.embed)).scalar_one() is None
        why = connection.scalars(select(AuditEntry.reason).where(AuditEntry.action == "embed")).all()
    assert why == ["vialcheck admin embed", "its contract ended"]
    database.close()
