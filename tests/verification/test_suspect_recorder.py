"""Scans put what stands out on the list of what a person should look into, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, permutations
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from service.authenticity.evidence import Asker
from service.authenticity.scan_history.score import DEFAULTS, weigh
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import Subject, SubjectScope
from service.storage.hot.statements import within
from service.storage.models import Batch, DetectionThresholds, Scan, SightingRow, Suspect
from service.verification.service import VerificationService
from tests.factories import maker_records
from tests.factories.questions import make_question

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"
UNIT = Subject(SubjectScope.UNIT, 1, "9KQ4T7M2")
TOWNS = [("FR", "Lyon"), ("FR", "Lille"), ("TR", "Izmir"), ("TR", "Bursa"), ("FR", "Brest"), ("TR", "Adana")]


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    return database


@pytest.fixture
def desk(filled: Database) -> Iterator[VerificationService]:
    # The window is long: nothing is written before a test says so.
    opened = VerificationService(filled, window=1.0, read_clock=lambda: NOW)
    yield opened
    opened.close()


def ask(desk: VerificationService, number: int, *, flush: bool = True, **fields: Any) -> None:
    """A scan in the town of this number, made so many days before now."""
    country, region = TOWNS[number]
    at = NOW - timedelta(days=6 - number)
    asked: dict[str, Any] = {
        "scan": FULL,
        "country": country,
        "region": region,
        "client": f"d{number}",
    } | fields
    desk.verify(*make_question(**{"scanned_at": at.isoformat().replace("+00:00", "Z")} | asked))
    if flush:
        desk._scans.flush()


def listed(database: Database) -> list[dict[str, Any]]:
    with database.reading() as connection:
        rows = connection.execute(select(Suspect.__table__).order_by(Suspect.scope, Suspect.name)).mappings()
        return [{name: value for name, value in row.items() if name not in ("id", "moved")} for row in rows]


def forget(database: Database) -> None:
    with database.transaction() as connection:
        for table in (Suspect, SightingRow, Scan):
            connection.execute(delete(table))


def test_a_copied_code_is_listed_with_its_reasons(desk: VerificationService, filled: Database) -> None:
    ask(desk, 0)
    ask(desk, 1)
    assert listed(filled) == []
    for number in range(2, 6):
        ask(desk, number)
    (line,) = listed(filled)
    assert (line["scope"], line["name"], line["state"]) == ("unit", "9KQ4T7M2", "open")
    assert line["codes"] == ("seen_elsewhere",)
    assert (line["first"], line["last"]) == (
        int((NOW - timedelta(days=6)).timestamp()),
        int((NOW - timedelta(days=1)).timestamp()),
    )
    ((code, severity, params),) = line["reasons"]
    assert (code, severity, params["count"], params["days"]) == ("seen_elsewhere", "quarantine", "6", "6")


def test_the_order_of_arrival_changes_nothing(desk: VerificationService, filled: Database) -> None:
    """Also where clinics, whose scans are written at once, come between the strangers' batches."""
    results = []
    for turn, order in enumerate(islice(permutations(range(6)), 0, None, 173)):
        forget(filled)
        for number in order:
            clinic = {"asker": Asker.CLINIC, "trade": True} if number % 3 == 0 else {}
            ask(desk, number, flush=(number + turn) % 2 == 0, **clinic)
        desk._scans.flush()
        results.append(listed(filled))
    assert len(results) > 4
    assert results[0]
    assert all(each == results[0] for each in results)


def test_scans_that_knew_nothing_of_each_other_are_weighed_together(
    desk: VerificationService, filled: Database
) -> None:
    for number in range(6):
        ask(desk, number, flush=False)
    desk._scans.flush()
    assert [line["codes"] for line in listed(filled)] == [("seen_elsewhere",)]


def test_what_does_not_stand_out_costs_nothing(desk: VerificationService, filled: Database) -> None:
    said: list[str] = []

    @event.listens_for(filled.engine, "before_cursor_execute")
    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    for asker in Asker:
        ask(desk, 0, asker=asker, client="")
    assert not [each for each in said if "suspect" in each or "FROM sighting" in each]


def test_lots_that_nobody_has_and_serials_that_are_tried(desk: VerificationService, filled: Database) -> None:
    with filled.transaction() as connection:
        connection.execute(update(Batch).values(quantity=1000))
    for number in range(3):
        ask(desk, number, scan="", gtin=maker_records.GTIN, lot="ZZ999")
        ask(desk, number, scan="", lot="NOBODYS1")
    for number in range(15):
        ask(desk, 0, scan=FULL.replace("9KQ4T7M2", f"9KQ4T7{number:02d}"), client="one")
    found = [(line["scope"], line["product_id"], line["name"]) for line in listed(filled)]
    # of the client that tried them nothing is listed: it is somebody
    assert found == [("neighbours", 1, "9KQ4T7"), ("unknown_lot", 0, "NOBODYS1"), ("unknown_lot", 1, "ZZ999")]


def test_a_client_is_listed_for_nothing(desk: VerificationService, filled: Database) -> None:
    """Not even where it tries more serials than the lot has units: it is somebody."""
    with filled.transaction() as connection:
        connection.execute(update(Batch).values(quantity=1))
    for number in range(15):
        ask(desk, 0, scan=FULL.replace("9KQ4T7M2", f"{chr(65 + number) * 8}"), client="one")
    assert {line["scope"] for line in listed(filled)} <= {"lot"}
    with filled.reading() as connection:
        assert connection.scalar(select(Scan.id).limit(1)) is not None


def clear(database: Database) -> None:
    with database.transaction() as connection:
        lines = kept.seen_before(within(connection), (UNIT,))[SubjectScope.UNIT]
        suspicion = weigh(lines, DEFAULTS)
        kept.clear(connection, UNIT, suspicion, (), who=AuditActor("ana"), at=NOW, reason="Our road show.")
        values = {"state": "cleared", "cleared": suspicion.score}
        connection.execute(update(Suspect).values(values))


def test_what_was_cleared_comes_back_when_clearly_more_is_seen(
    desk: VerificationService, filled: Database
) -> None:
    for number in range(6):
        ask(desk, number)
    clear(filled)
    ask(desk, 3)
    ask(desk, 2, client="another")
    assert [line["state"] for line in listed(filled)] == ["cleared"]
    for number in range(3):
        ask(desk, number, country="BR", region=f"Town {number}", client=f"e{number}")
    (line,) = listed(filled)
    assert line["state"] == "open"


def test_a_cleared_lot_comes_back_too(desk: VerificationService, filled: Database) -> None:
    def asked(number: int) -> None:
        ask(desk, 0, scan="", gtin=maker_records.GTIN, lot="ZZ999", client=f"c{number}")

    for number in range(3):
        asked(number)
    with filled.transaction() as connection:
        connection.execute(update(Suspect).values(state="cleared", cleared=Suspect.score))
    asked(3)
    assert [line["state"] for line in listed(filled)] == ["cleared"]
    for number in range(4, 9):
        asked(number)
    assert [line["state"] for line in listed(filled)] == ["open"]


@pytest.mark.parametrize("state", ["held", "alerted"])
def test_what_was_decided_stays_decided(desk: VerificationService, filled: Database, state: str) -> None:
    for number in range(5):
        ask(desk, number)
    with filled.transaction() as connection:
        connection.execute(update(Suspect).values(state=state))
    (before,) = listed(filled)
    ask(desk, 5)
    (after,) = listed(filled)
    assert after["state"] == state
    assert after["score"] > before["score"]


def test_the_manufacturers_thresholds_decide(desk: VerificationService, filled: Database) -> None:
    high = {"suspicion": 20, "devices": 60, "recheck_days": 5, "lot_checks": 10, "lot_countries": 3}
    with filled.transaction() as connection:
        connection.execute(insert(DetectionThresholds).values(manufacturer_id=1, guesses=12, **high))
    for number in range(6):
        ask(desk, number, flush=number % 2 == 0)
    desk._scans.flush()
    assert listed(filled) == []
