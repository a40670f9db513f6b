"""What the privacy page promises is done, on the day that it says and not before, on both databases."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from service.authenticity.evidence import Asker
from service.reports.intake import NewReport, ReportIntake
from service.storage.database import Database
from service.storage.models import (
    Account,
    Base,
    DeviceMarkKey,
    Invitation,
    Organisation,
    Passkey,
    Report,
    ReportPhoto,
    Scan,
    SightingRow,
    SignedIn,
)
from service.storage.retention import PIECE, RULES, apply_retention
from service.verification.service import VerificationService
from tests.factories.people import account, organisation
from tests.factories.questions import make_question
from tests.factories.records import TOXIN, put
from tests.factories.scans.pictures import photo

CHECKED = datetime(2026, 1, 10, 9, 41, 23, 456789, tzinfo=UTC)
HOUR = CHECKED.replace(minute=0, second=0, microsecond=0)
AFTER = {rule.code: rule.after for rule in RULES}
MOMENT = timedelta(microseconds=1)


def count(database: Database, table: type[Base]) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def check(database: Database) -> str:
    """A check at `CHECKED`, and its id."""
    put(database)
    desk = VerificationService(database, read_clock=lambda: CHECKED)
    asked = make_question(gtin=TOXIN, lot="A1001", nonce="n", client="mark", country="FR", asker=Asker.CLINIC)
    answer = desk.verify(*asked)
    desk.close()
    assert answer.id is not None
    return answer.id


def test_nothing_goes_before_its_day(database: Database, check: str) -> None:
    assert not any(apply_retention(database, CHECKED + AFTER["marks"]).values())


def test_a_mark_goes_with_its_key(database: Database, check: str) -> None:
    assert apply_retention(database, CHECKED + AFTER["marks"] + MOMENT)["marks"] == 1
    with database.reading() as connection:
        row = connection.execute(select(Scan.id, Scan.client)).one()
    assert tuple(row) == (check, None)


def test_of_an_old_check_only_the_hour_is_known(database: Database, check: str) -> None:
    reports = ReportIntake(database, clock=lambda: CHECKED)
    reports.take(NewReport(what="x", scan_id=check))
    due = CHECKED + AFTER["check_times"]
    assert apply_retention(database, due)["check_times"] == 0
    assert apply_retention(database, due + MOMENT)["check_times"] == 1
    assert apply_retention(database, due + MOMENT)["check_times"] == 0, "once is enough"
    with database.reading() as connection:
        row = dict(connection.execute(select(Scan.__table__)).mappings().one())
        reported = connection.scalar(select(Report.scan_id))
    assert row["at"] == HOUR
    assert (row["nonce"], row["client"], reported) == (None, None, "")
    milliseconds = int(row["id"].replace("-", "")[:12], 16)
    assert milliseconds == int(HOUR.timestamp() * 1000), "its number tells the hour and no more"
    kept = json.dumps({name: str(value) for name, value in row.items()})
    for exact in ("09:41", ":23", "456789"):
        assert exact not in kept
    # and it is a whole check still
    assert row["verdict"]["action"] == "check"


def test_a_check_goes(database: Database, check: str) -> None:
    due = HOUR + AFTER["checks"]  # by then only its hour is known
    apply_retention(database, due)
    assert count(database, Scan) == 1
    places = count(database, SightingRow)
    assert places
    apply_retention(database, due + MOMENT)
    assert count(database, Scan) == 0
    assert count(database, SightingRow) == places, "counts by place stay"


def test_more_than_one_piece_goes(database: Database, check: str) -> None:
    with database.transaction() as connection:
        row = dict(connection.execute(select(Scan.__table__)).mappings().one())
        more = [row | {"id": f"{n:08x}" + row["id"][8:], "nonce": None} for n in range(2 * PIECE)]
        connection.execute(insert(Scan), more)
    done = apply_retention(database, CHECKED + AFTER["check_times"] + MOMENT)
    assert done["check_times"] == 2 * PIECE + 1
    assert (
        apply_retention(database, CHECKED + AFTER["checks"] + timedelta(hours=1))["checks"] == 2 * PIECE + 1
    )


def test_whoever_reported_is_forgotten_when_it_is_settled(database: Database) -> None:
    reports = ReportIntake(database, clock=lambda: CHECKED)
    for contact in ("me@example.org", ""):
        reports.take(NewReport(what="a broken seal", contact=contact, photos=(photo(),)))
    reports.take(NewReport(what="never settled", contact="you@example.org"))
    settled = CHECKED + timedelta(days=3)
    with database.transaction() as connection:
        done = update(Report).where(Report.what == "a broken seal")
        connection.execute(done.values(status="cleared", settled=settled))
    due = settled + AFTER["reporters"]
    assert apply_retention(database, due)["reporters"] == 0
    assert apply_retention(database, due + MOMENT)["reporters"] == 2
    assert count(database, ReportPhoto) == 0
    with database.reading() as connection:
        kept = connection.execute(select(Report.what, Report.contact).order_by(Report.id)).all()
    assert [tuple(row) for row in kept] == [
        ("a broken seal", ""),
        ("a broken seal", ""),
        ("never settled", "you@example.org"),
    ]
    assert apply_retention(database, CHECKED + AFTER["unsettled"] + MOMENT)["unsettled"] == 1


def test_a_session_is_forgotten(database: Database) -> None:
    person = account(database, organisation(database, "Ostrelind"))
    common = {"account_id": person, "started": CHECKED, "network": "", "device": "", "strong": None}
    sessions = [
        common | {"token_hash": letter * 64, "last_seen": CHECKED + seen, "ends": CHECKED + timedelta(days=7)}
        for letter, seen in (("a", timedelta(0)), ("b", timedelta(days=6)))
    ]
    with database.transaction() as connection:
        connection.execute(insert(SignedIn), sessions)
    assert apply_retention(database, CHECKED + AFTER["sessions"])["sessions"] == 0
    assert apply_retention(database, CHECKED + AFTER["sessions"] + MOMENT)["sessions"] == 1
    assert apply_retention(database, CHECKED + 2 * AFTER["sessions"] + MOMENT)["sessions"] == 1


def test_a_key_that_nobody_replaced_is_destroyed(database: Database) -> None:
    week = int(CHECKED.timestamp()) // int(timedelta(days=7).total_seconds())
    with database.transaction() as connection:
        connection.execute(insert(DeviceMarkKey).values(period=week, key="0" * 64))
    apply_retention(database, CHECKED)
    assert count(database, DeviceMarkKey) == 1
    apply_retention(database, CHECKED + 2 * AFTER["keys"])
    assert count(database, DeviceMarkKey) == 0


PERSONAL = {
    # column: the rule that it goes by; "record": it stays with what a person changed, as the page says
    "scan.at": "check_times",
    "scan.scanned_at": "check_times",
    "scan.id": "check_times",
    "scan.nonce": "check_times",
    "scan.client": "marks",
    "scan.country": "checks",
    "scan.region": "checks",
    "scan.presented": "checks",
    "scan.verdict": "checks",
    "report.contact": "reporters",
    "report.client": "marks",
    "report.scan_id": "check_times",
    "report_photo.content": "reporters",
    "client_key.key": "keys",
    "sighting.name": "guessers",
    "signed_in.network": "sessions",
    "signed_in.device": "sessions",
    "signed_in.token_hash": "sessions",
    "account.email": "people",
    "account.name": "people",
    "account.password_hash": "people",
    "audit_entry.actor": "record",
    "audit_entry.network": "record",
    "clearing.actor": "record",
    "import.actor": "record",
    "report_step.actor": "record",
    "invitation.email": "invitations",
    "api_key.last_network": "record",
    "enrolled_device.last_network": "record",
    "passkey.name": "record",
    "single_sign_on.subject": "record",
    "import_job.actor": "record",
    "epcis_capture.actor": "record",
    "epcis_capture.network": "record",
    "terminal_import.actor": "record",
    "import_job.network": "record",
    "recall.actor": "record",
    "recall_lift.actor": "record",
    "expiry_extension.actor": "record",
    "change_request.actor": "record",
    "unit_change.actor": "record",
    "withdrawal.actor": "record",
    "vial_event.actor": "record",
    "told_use.actor": "record",
    "stop_acknowledgement.actor": "record",
    "quarantine_entry.actor": "record",
    "vial_presentation.actor": "record",
    "delivery.actor": "record",
    "vial_place.actor": "record",
    "temperature_log.actor": "record",
    "temperature_hold.actor": "record",
    "stocktake.actor": "record",
    "stocktake.closed_by": "record",
    "stocktake_scan.actor": "record",
    "shipment.actor": "record",
    "shipment.sent_by": "record",
    "digest.email": "people",
    "prefix_claim.actor": "record",
}
_SUSPECT = ("address", "agent", "client", "contact", "device", "email", "name", "network", "actor", "phone")
_OF_NO_PERSON = {
    # companies, products and files have names too
    "alert.product_name",
    "pack_mark.product_name",
    "import.file_name",
    "manufacturer.contact",
    "manufacturer.name",
    "organisation.name",
    "organisation.contact",
    "product.name",
    "api_key.name",
    "enrolled_device.name",
    "storage_place.name",
    "temperature_log.file_name",
    "audit_entry.pin_device",  # the name of a clinic's tablet
    "device_pin.device_id",
    "signed_in.device_id",
    "vial.product_name",
    "stocktake_scan.product_name",
    "site.name",
    "import_job.file_name",
    "epcis_capture.file_name",
    "feed_run.file_name",
    "sighting.clients",
    "detection_thresholds.devices",
    "clearing.devices",
    "suspect.name",
}


def test_every_column_that_may_tell_of_a_person_has_its_rule() -> None:
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.c}
    assert set(PERSONAL) <= columns
    assert set(PERSONAL.values()) <= set(AFTER) | {"record"}
    suspect = {name for name in columns if any(word in name.split(".")[1] for word in _SUSPECT)}
    assert suspect <= set(PERSONAL) | _OF_NO_PERSON, (
        "say by which rule these go, or that they are of no person"
    )


def test_an_invitation_is_forgotten_after_it_has_ended(database: Database) -> None:
    number = organisation(database, "Ostrelind")
    asked: dict[str, object] = {
        "token_hash": "a" * 64,
        "email": "new@example.org",
        "roles": ("viewer",),
        "created": CHECKED,
    }
    with database.transaction() as connection:
        connection.execute(insert(Invitation).values(asked | {"organisation_id": number, "ends": CHECKED}))
    assert apply_retention(database, CHECKED + AFTER["invitations"])["invitations"] == 0
    assert apply_retention(database, CHECKED + AFTER["invitations"] + MOMENT)["invitations"] == 1


def test_people_of_an_organisation_that_left_are_erased_and_others_are_not(database: Database) -> None:
    gone, stays = organisation(database, "Ostrelind"), organisation(database, "Others")
    people = [account(database, gone), account(database, stays)]
    passkey: dict[str, object] = {"credential_id": "x", "public_key": b"x", "sign_count": 0, "name": "phone"}
    passkey |= {"created": CHECKED}
    with database.transaction() as connection:
        connection.execute(insert(Passkey).values(account_id=people[0], **passkey))
        connection.execute(update(Organisation).where(Organisation.id == gone).values(left=CHECKED))
    due = CHECKED + AFTER["people"]
    assert apply_retention(database, due)["people"] == 0
    assert apply_retention(database, due + MOMENT)["people"] == 1
    with database.reading() as connection:
        rows = {row.id: row for row in connection.execute(select(Account.__table__))}
    assert (rows[people[0]].name, rows[people[0]].password_hash) == ("Erased", "")
    assert rows[people[0]].email.endswith(".invalid")
    assert not rows[people[1]].email.endswith(".invalid")
    assert count(database, Passkey) == 0
    assert apply_retention(database, due + 2 * MOMENT)["people"] == 0
