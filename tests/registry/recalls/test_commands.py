"""Recalling, holding, lifting, releasing and extending, as the very next check sees it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from service.authenticity.reasons import Action, ReasonCode
from service.errors import (
    ConflictError,
    ErrorCode,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
)
from service.registry import recalls
from service.registry.corrections.extensions import ExpiryChange
from service.registry.corrections.kinds import change_requests
from service.registry.recalls import releases
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.verification.service import VerificationService
from tests.factories import recall_records
from tests.factories.lists import counts, imported, table
from tests.factories.recall_records import GTIN, OTHERS, Clock, asked, order

C, A = ReasonCode, Action


class World:
    """The records, two people, a clock, and a desk on a connection of its own."""

    def __init__(self, database: Database, desk: VerificationService, clock: Clock) -> None:
        self.database, self.desk, self.clock = database, desk, clock
        self.who, self.stranger = recall_records.put(database)

    def issue(self, **fields: str) -> int:
        return recalls.issue(self.database, order(**fields), who=self.who, clock=self.clock)

    def lift(self, number: int) -> None:
        recalls.lift(self.database, number, reason="cleared", who=self.who, clock=self.clock)

    def verdict(self, **fields: str) -> tuple[Action, set[ReasonCode]]:
        given = {"gtin": GTIN, "lot": "A1", "serial": "A1SN001", "expiry": "2027-06-30"} | fields
        verdict = asked(self.desk, **{name: value for name, value in given.items() if value}).verdict
        return verdict.action, {reason.code for reason in verdict.reasons}

    def status(self, lot: str = "A1") -> str:
        return str(next(row["status"] for row in table(self.database, "batch") if row["lot"] == lot))


@pytest.fixture
def world(database: Database, database_url: str) -> Iterator[World]:
    """The desk has a pool of its own, as another process would."""
    elsewhere, clock = Database(database_url), Clock()
    desk = VerificationService(elsewhere, window=0.1, read_clock=clock)
    yield World(database, desk, clock)
    desk.close()
    elsewhere.close()


SCOPES: list[tuple[dict[str, str], dict[str, str]]] = [
    # what is recalled, and what is asked about something else that it must leave alone
    ({"scope": "product"}, {"gtin": OTHERS, "lot": "", "serial": "", "expiry": ""}),
    ({"scope": "lot", "lot": "a-1"}, {"lot": "B2", "serial": "B2SN001", "expiry": "2028-06-30"}),
    ({"scope": "window", "expiry_from": "06/2027", "expiry_to": "06/2027"}, {"lot": "B2", "serial": "B2SN001", "expiry": ""}),
    ({"scope": "range", "serial_from": "A1SN000", "serial_to": "A1SN002"}, {"serial": "A1SN003"}),
    ({"scope": "list", "serials": "A1SN001, A1SN002\nA1SN001"}, {"serial": "A1SN003"}),
    ({"scope": "list", "serials": "a1sn001", "lot": "A1"}, {"serial": "A1SN003"}),
]  # fmt: skip


@pytest.mark.parametrize(("recalled", "other"), SCOPES, ids=[each[0]["scope"] for each in SCOPES])
def test_the_next_check_elsewhere_knows(
    world: World, recalled: dict[str, str], other: dict[str, str]
) -> None:
    untouched = world.verdict(**other)
    assert world.verdict() == (A.ACCEPT, {C.UNIT_ON_RECORD})
    number = world.issue(**recalled)
    assert world.verdict() == (A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD})
    assert world.verdict(**other) == untouched
    world.lift(number)
    assert world.verdict() == (A.ACCEPT, {C.UNIT_ON_RECORD})
    # both are on record: a lift takes nothing away
    (kept,) = recalls.history(world.database, world.who)
    assert (kept.id, kept.stands, kept.lift_reason) == (number, False, "cleared")
    assert [
        row["action"] for row in table(world.database, "audit_entry") if row["object_type"] == "recall"
    ] == [
        "recall",
        "lift",
    ]


@pytest.mark.slow
def test_another_process_knows_at_once(world: World, database_url: str) -> None:
    question = ["verify", f"(01){GTIN}(17)270630(10)A1(21)A1SN001"]
    environment = {"VIALCHECK_DATABASE_URL": database_url, "PATH": ""}

    def ends_with() -> int:
        run = [sys.executable, "-m", "service.cli", *question]
        return subprocess.run(run, env=environment, capture_output=True, check=False).returncode

    assert ends_with() == 0
    world.issue(scope="lot", lot="A1")
    assert ends_with() == 30


def test_why_is_told(world: World) -> None:
    world.issue(scope="lot", lot="A1", public_text="Bring it back to your clinic.")
    reason = asked(world.desk, gtin=GTIN, lot="A1", expiry="2027-06-30").verdict.reasons[0]
    known = dict(reason.params)
    assert (known["scope"], known["lot"], known["class"], known["reference"]) == ("lot", "A1", "I", "R-1")
    assert (known["why"], known["text"]) == ("Glass in vials", "Bring it back to your clinic.")


def test_a_lot_goes_back_to_what_it_was(world: World, tmp_path: Path) -> None:
    imported(world.database, tmp_path, f"gtin,lot,expiry,status\n{GTIN},P1,2028-12-31,pending\n")
    held = world.issue(kind="hold", scope="lot", lot="P1")
    assert world.status("P1") == "on_hold"
    first, second = world.issue(scope="lot", lot="P1"), world.issue(scope="product")
    assert world.status("P1") == "recalled"
    world.lift(first)
    assert world.status("P1") == "recalled"  # the product's recall stands
    world.lift(second)
    assert world.status("P1") == "on_hold"
    world.lift(held)
    assert world.status("P1") == "pending"


def test_what_a_list_recalled_meanwhile_stays_recalled(world: World, tmp_path: Path) -> None:
    held = world.issue(kind="hold", scope="lot", lot="A1")
    imported(world.database, tmp_path, f"gtin,lot,expiry,status\n{GTIN},A1,2027-06-30,recalled\n")
    world.lift(held)
    assert world.status() == "recalled"
    assert world.verdict()[0] is A.REJECT


def test_a_lot_that_comes_on_record_later_is_recalled_with_its_product(world: World, tmp_path: Path) -> None:
    number = world.issue(scope="window", expiry_from="2029-01-01", expiry_to="2029-12-31")
    rows = f"gtin,lot,expiry\n{GTIN},N1,2029-03-31\n"
    assert counts(imported(world.database, tmp_path, rows)) == (1, 0, 0, 0)
    assert world.status("N1") == "recalled"
    assert counts(imported(world.database, tmp_path, rows)) == (
        0,
        0,
        1,
        0,
    )  # the same list is no contradiction
    world.lift(number)
    assert world.status("N1") == "released"


def test_a_lot_that_is_not_on_record_is_recalled(world: World) -> None:
    world.issue(scope="lot", lot="ZZ9")
    assert C.RECALLED in world.verdict(lot="ZZ9", serial="", expiry="")[1]


def test_a_recall_is_lifted_once(world: World) -> None:
    number = world.issue(scope="product")
    world.lift(number)
    with pytest.raises(ConflictError):
        world.lift(number)


def test_what_it_would_touch(world: World) -> None:
    for serial in ("A1SN001", "A1SN001", "A1SN004"):
        asked(world.desk, gtin=GTIN, lot="A1", serial=serial)
    asked(world.desk, lot="A1")
    asked(world.desk, gtin=GTIN, lot="B2")

    def seen(**fields: str) -> tuple[list[str], int, int]:
        found = recalls.preview(world.database, order(**fields), who=world.who)
        return [batch.lot for batch in found.batches], found.units, found.scans

    assert seen(scope="product") == (["A1", "B2"], 10, 5)
    assert seen(scope="lot", lot="A1") == (["A1"], 5, 4)
    assert seen(scope="lot", lot="ZZ9") == ([], 0, 0)
    assert seen(scope="window", expiry_from="2027-06", expiry_to="2027-06") == (["A1"], 5, 4)
    assert seen(scope="range", serial_from="a1sn000", serial_to="a1sn003") == (["A1"], 4, 2)
    assert seen(scope="list", serials="A1SN004 B2SN000", lot="A1") == (["A1"], 1, 1)
    assert table(world.database, "recall") == []


def test_nobody_stops_or_sees_anothers(world: World) -> None:
    number = world.issue(scope="product")
    for forbidden in (
        lambda: recalls.issue(world.database, order(scope="product"), who=world.stranger),
        lambda: recalls.preview(world.database, order(scope="product"), who=world.stranger),
        lambda: recalls.lift(world.database, number, reason="no", who=world.stranger),
        lambda: recalls.find(world.database, number, world.stranger),
    ):
        with pytest.raises(NotFoundError):
            forbidden()
    assert recalls.history(world.database, world.stranger) == []
    assert recalls.find(world.database, number, AuditActor("terminal")).stands  # a terminal is everybody's


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"scope"}),
        ({"scope": "lot"}, {"lot"}),
        ({"scope": "everything"}, {"scope"}),
        ({"scope": "window", "expiry_from": "2028-01-31"}, {"expiry_to"}),
        ({"scope": "window", "expiry_from": "2028-02-01", "expiry_to": "2028-01"}, {"expiry_to"}),
        ({"scope": "range", "serial_from": "A1", "serial_to": "A12"}, {"serial_to"}),
        ({"scope": "range", "serial_from": "A2", "serial_to": "A1"}, {"serial_to"}),
        ({"scope": "list"}, {"serials"}),
        ({"scope": "list", "serials": "A1 B€2"}, {"serials"}),
        (
            {"scope": "product", "recall_class": "IV", "reason": " ", "gtin": "123"},
            {"recall_class", "reason", "gtin"},
        ),
    ],
)
def test_all_that_is_wrong_is_said_at_once(fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        order(**fields)
    assert {error.field for error in refused.value.errors} == wrong


def test_an_expiry_put_later(world: World) -> None:
    world.clock.later(days=300)  # September 2027: the printed date is over
    assert C.EXPIRED in world.verdict()[1]
    known = change_requests(world.database, world.clock)
    change = ExpiryChange(GTIN, "A1", "2028-06-30", "CP-7")
    seen = known.preview(change, world.who)
    assert world.verdict()[1] == {C.EXPIRED, C.UNIT_ON_RECORD}
    assert known.submit(change, reason="stable", who=world.who, seal=seen.seal) is None
    assert world.verdict()[1] == {C.EXPIRY_EXTENDED, C.UNIT_ON_RECORD}
    assert world.verdict(expiry="2028-06-30") == (A.ACCEPT, {C.UNIT_ON_RECORD})
    assert C.EXPIRY_MISMATCH in world.verdict(expiry="2028-05-31")[1]
    world.clock.later(days=365)
    assert world.verdict()[0] is A.REJECT
    with pytest.raises(RefusedError):
        known.submit(ExpiryChange(GTIN, "A1", "2028-06", "CP-8"), reason="stable", who=world.who)
    with pytest.raises(NotFoundError):
        known.submit(ExpiryChange(GTIN, "A1", "2029-06", "CP-8"), reason="stable", who=world.stranger)


def test_the_list_with_the_old_expiry_is_no_contradiction(world: World, tmp_path: Path) -> None:
    change = ExpiryChange(GTIN, "A1", "2028-06-30", "CP-7")
    change_requests(world.database).submit(change, reason="stable", who=world.who)
    file = imported(world.database, tmp_path, f"gtin,lot,expiry\n{GTIN},A1,2027-06-30\n")
    assert counts(file) == (0, 0, 1, 0)


def pending(world: World, tmp_path: Path, *, two: bool) -> int:
    """A lot that the tester put in."""
    with world.database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=two))
    rows = f"gtin,lot,expiry,status,quality\n{GTIN},Q1,2028-12-31,released,sterility | USP 71 | none grew\n"
    imported(world.database, tmp_path, rows)
    return int(next(row["id"] for row in table(world.database, "batch") if row["lot"] == "Q1"))


def test_what_one_person_put_in_another_releases(world: World, tmp_path: Path) -> None:
    number = pending(world, tmp_path, two=True)
    assert C.NOT_RELEASED in world.verdict(lot="Q1", serial="", expiry="")[1]
    (waits,) = releases.waiting(world.database, world.who)
    assert (waits.id, waits.imported_by, waits.own) == (number, ("tester",), False)
    assert waits.results == (("sterility", "USP 71", "none grew"),)
    tester = AuditActor("tester", None, world.who.organisation_id)
    assert releases.waiting(world.database, tester)[0].own
    with pytest.raises(ForbiddenError) as refused:
        releases.release(world.database, [number], reason="tested", who=tester)
    assert refused.value.code is ErrorCode.OWN_IMPORT
    with pytest.raises(NotFoundError):
        releases.release(world.database, [number], reason="tested", who=world.stranger)
    releases.release(world.database, [number], reason="tested", who=world.who, clock=world.clock)
    assert C.NOT_RELEASED not in world.verdict(lot="Q1", serial="", expiry="")[1]
    with pytest.raises(ConflictError):
        releases.release(world.database, [number], reason="tested", who=world.who)
    # the list that says "released" is no way around it, before or after
    assert releases.waiting(world.database, world.who) == []


def test_the_same_list_again_releases_nothing(world: World, tmp_path: Path) -> None:
    pending(world, tmp_path, two=True)
    rows = f"gtin,lot,expiry,status\n{GTIN},Q1,2028-12-31,released\n"
    assert counts(imported(world.database, tmp_path, rows)) == (0, 0, 1, 0)
    assert world.status("Q1") == "pending"


def test_all_of_several_are_released_or_none(world: World, tmp_path: Path) -> None:
    number = pending(world, tmp_path, two=True)
    with pytest.raises(ConflictError):
        releases.release(world.database, [number, 1], reason="tested", who=world.who)
    assert world.status("Q1") == "pending"


def test_without_the_wish_for_two_a_list_releases(world: World, tmp_path: Path) -> None:
    pending(world, tmp_path, two=False)
    assert world.status("Q1") == "released"
