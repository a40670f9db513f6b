"""What stands out is looked into by those whose product it is, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.errors import (
    ConflictError,
    ErrorCode,
    IdentifierError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
)
from service.registry import recalls
from service.registry.suspects import thresholds
from service.registry.suspects.decisions import decide, possible
from service.registry.suspects.near_stopped_lots import near_stopped
from service.registry.suspects.queries import SuspectQueries
from service.registry.suspects.subjects import open_one
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.models import Alert, AuditEntry, Batch, Clearing, DetectionThresholds, Manufacturer, Unit
from service.storage.suspects import SuspectState
from service.verification.service import VerificationService
from tests.factories.people import organisation
from tests.factories.questions import make_question
from tests.factories.records import TOXIN, put

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
TOWNS = [
    ("GB", "Leeds"),
    ("GB", "Cardiff"),
    ("US", "Miami"),
    ("US", "Boston"),
    ("BR", "Recife"),
    ("BR", "Bahia"),
]
CLONED = "CLONED/1"  # serials may have a slash


def code(serial: str, lot: str = "A1001") -> str:
    return f"(01){TOXIN}(17)701231(10){lot}(21){serial}"


@pytest.fixture
def owner(database: Database) -> Actor:
    """The owner of the small world, in which one unit's code was copied."""
    put(database)
    number = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(delete(Alert))  # their numbers were given, and PostgreSQL would give them again
        connection.execute(update(Manufacturer).values(organisation_id=number))
        for serial in (CLONED, "OTHER1"):
            connection.execute(
                insert(Unit).values(product_id=1, batch_id=1, serial=serial, disposition=Disposition.ACTIVE)
            )
    return an_actor(number, OrganisationKind.MANUFACTURER)


def an_actor(number: int, kind: OrganisationKind) -> Actor:
    return Actor("Ana", None, number, "Example Biologics", kind, frozenset({Role.RELEASER}), strong=True)


@pytest.fixture
def regulator(database: Database) -> Actor:
    return an_actor(organisation(database, "Agency", OrganisationKind.REGULATOR), OrganisationKind.REGULATOR)


def scan(database: Database, *questions: dict[str, Any]) -> None:
    desk = VerificationService(database, read_clock=lambda: NOW)
    for each in questions:
        desk.verify(*make_question(**each))
        desk._scans.flush()
    desk.close()


def copies(database: Database, serial: str = CLONED, towns: int = 6) -> None:
    scan(
        database,
        *(
            {
                "scan": code(serial),
                "country": country,
                "region": region,
                "client": f"d{number}",
                "scanned_at": f"2026-03-0{number + 2}T10:00:00Z",
            }
            for number, (country, region) in enumerate(TOWNS[:towns])
        ),
    )


def asked_for(database: Database, lot: str, *, devices: int = 3, gtin: str = TOXIN) -> None:
    scan(
        database,
        *({"gtin": gtin, "lot": lot, "country": "GB", "client": f"d{number}"} for number in range(devices)),
    )


def verdict(database: Database, **fields: Any) -> Any:
    desk = VerificationService(database, read_clock=lambda: NOW)
    try:
        return desk.preview(*make_question(**fields)).verdict
    finally:
        desk.close()


def audit(database: Database, action: str) -> Any:
    with database.reading() as connection:
        return connection.execute(select(AuditEntry.__table__).where(AuditEntry.action == action)).one()


def test_the_strongest_comes_first(database: Database, owner: Actor) -> None:
    asked_for(database, "ZZ999")
    copies(database)
    found = SuspectQueries(database).listing(owner)
    assert [(line.scope, line.shown) for line in found] == [
        (SubjectScope.UNIT, CLONED),
        (SubjectScope.UNKNOWN_LOT, "ZZ999"),
    ]
    assert found[0].level > found[1].level
    assert SuspectQueries(database).counts(owner)[SuspectState.OPEN] == 2


def test_nobodys_lots_are_the_regulators_to_see(database: Database, owner: Actor, regulator: Actor) -> None:
    copies(database)
    asked_for(database, "NOBODY88", gtin="")
    watching = SuspectQueries(database)
    assert [line.shown for line in watching.listing(regulator)] == ["NOBODY88"]
    assert [line.shown for line in watching.listing(owner)] == [CLONED]
    stranger = an_actor(organisation(database, "Other"), OrganisationKind.MANUFACTURER)
    assert watching.listing(stranger) == []
    for who, scope, gtin, name in (
        (stranger, SubjectScope.UNIT, TOXIN, CLONED),
        (regulator, SubjectScope.UNIT, TOXIN, CLONED),
        (stranger, SubjectScope.LOT, TOXIN, "A1001"),
        (owner, SubjectScope.LOT, "", "NOBODY88"),
        (owner, SubjectScope.UNIT, TOXIN, "NOSUCH"),
        (owner, SubjectScope.UNIT, "x", CLONED),
        (owner, SubjectScope.LOT, TOXIN, "NEVERASKED"),
    ):
        with pytest.raises(NotFoundError):
            open_one(database, who, scope, gtin, name)


def test_no_persons_scan_is_seen_in_it(database: Database, owner: Actor) -> None:
    copies(database)
    scan(
        database,
        {"scan": code(CLONED), "country": "GB", "region": "York", "trade": True, "asker": Asker.CLINIC},
    )
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    clinic, people = found.spots
    assert (clinic.by_month, clinic.places[0].region, clinic.count) == (False, "York", 1)
    assert people.by_month
    assert len(people.places) == people.devices == people.count == 6
    assert (people.first.day, people.last.day) == (1, 31)
    assert found.by_country == {"GB": 3, "US": 2, "BR": 2}


def test_a_hold_stops_the_very_next_check(database: Database, owner: Actor) -> None:
    copies(database)
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    decide(database, owner, found, "held", note="Looking into it.", clock=lambda: NOW)
    assert ReasonCode.ON_HOLD in {each.code for each in verdict(database, scan=code(CLONED)).reasons}
    assert verdict(database, scan=code("OTHER1")).action is Action.ACCEPT
    hold = recalls.find(database, 1, owner.who)
    assert (hold.hold, hold.reason, hold.serials) == (True, "Looking into it.", 1)
    entry = audit(database, "watch_held")
    assert (entry.object_id, entry.reason) == (f"unit {TOXIN}/{CLONED}", "Looking into it.")
    assert (entry.before["state"], entry.after["state"]) == ("open", "held")
    again = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    assert SuspectState.HELD not in possible(again)
    assert [each.action for each in again.decisions] == ["watch_held"]


@pytest.mark.parametrize(
    ("lot", "action"),
    [
        # nobody issued it: whoever has it has a fake
        ("ZZ999", Action.REJECT),
        # it was issued, and its number is on fakes too: the verdict stays with caution
        ("A1001", Action.QUARANTINE),
    ],
)
def test_an_alert_on_a_lot_is_a_notice_of_its_own(
    database: Database, owner: Actor, lot: str, action: Action
) -> None:
    if lot == "A1001":
        with database.transaction() as connection:
            connection.execute(update(Batch).where(Batch.lot == lot).values(quantity=1))
        asked_for(database, lot, devices=15)
    else:
        asked_for(database, lot)
    found = open_one(database, owner, SubjectScope.LOT, TOXIN, lot)
    decide(database, owner, found, "alerted", note="Copied.", clock=lambda: NOW)
    told = verdict(database, gtin=TOXIN, lot=lot, asker=Asker.CLINIC)
    assert told.action.rank >= action.rank
    assert told.headline in {ReasonCode.ALERT_FALSIFIED, ReasonCode.ALERT_LOT_COUNTERFEITED}
    assert audit(database, "watch_alerted").reason == "Copied."


def test_a_regulator_raises_one_on_nobodys_lot(database: Database, owner: Actor, regulator: Actor) -> None:
    asked_for(database, "NOBODY88", gtin="")
    found = open_one(database, regulator, SubjectScope.LOT, "", "NOBODY88")
    assert possible(found) == (SuspectState.ALERTED, SuspectState.CLEARED)
    with pytest.raises(ConflictError):
        decide(database, regulator, found, "held", note="x", clock=lambda: NOW)
    decide(database, regulator, found, "alerted", note="Seized.", clock=lambda: NOW)
    with database.reading() as connection:
        assert (
            connection.scalar(select(func.count()).select_from(Alert).where(Alert.lot_key == "NOBODY88")) == 1
        )


def test_an_alert_on_serials_that_begin_alike(database: Database, owner: Actor) -> None:
    with database.transaction() as connection:
        connection.execute(
            insert(Unit),
            [
                {"product_id": 1, "batch_id": 1, "serial": f"REAL{n:04}", "disposition": Disposition.ACTIVE}
                for n in range(3)
            ],
        )
    scan(database, *({"scan": code(f"TRIED{n:02}"), "client": "one"} for n in range(40)))
    (line,) = SuspectQueries(database).listing(owner)
    assert (line.scope, line.name) == (SubjectScope.NEIGHBOURS, "TRIED")
    found = open_one(database, owner, SubjectScope.NEIGHBOURS, TOXIN, "TRIED")
    assert SuspectState.HELD not in possible(found)
    decide(database, owner, found, "alerted", note="Made up.", clock=lambda: NOW)
    assert verdict(database, scan=code("TRIED77")).headline is ReasonCode.ALERT_FALSIFIED


def test_clearing_teaches_of_this_unit_alone(database: Database, owner: Actor) -> None:
    copies(database)
    copies(database, "OTHER1")
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    decide(database, owner, found, "cleared", note="Our road show.", clock=lambda: NOW)
    assert verdict(database, scan=code(CLONED)).action is Action.ACCEPT
    assert verdict(database, scan=code("OTHER1")).headline is ReasonCode.SEEN_ELSEWHERE
    assert [line.shown for line in SuspectQueries(database).listing(owner, SuspectState.CLEARED)] == [CLONED]
    with database.reading() as connection:
        assert connection.execute(select(Clearing.actor, Clearing.reason)).all() == [
            ("Ana", "Our road show.")
        ]
    assert audit(database, "watch_cleared").actor == "Ana"
    assert audit(database, "clear_history").reason == "Our road show."
    again = {"scan": code(CLONED), "country": "GB"}
    scan(database, *(again | {"region": f"Town {n}", "client": f"e{n}"} for n in range(6)))
    assert verdict(database, scan=code(CLONED)).headline is ReasonCode.SEEN_ELSEWHERE
    assert CLONED in [line.shown for line in SuspectQueries(database).listing(owner)]


def test_clearing_where_it_was_never_shipped_clears_that_reason(database: Database, owner: Actor) -> None:
    clinic = {"country": "TR", "region": "Izmir", "asker": Asker.CLINIC, "trade": True, "client": "c"}
    scan(database, {"scan": code(CLONED)} | clinic)
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    assert found.line is not None
    assert found.line.codes == ("seen_outside_market",)
    decide(database, owner, found, "cleared", note="A trade fair.", clock=lambda: NOW)
    scan(database, {"scan": code(CLONED)} | clinic)
    assert verdict(database, scan=code(CLONED)).action is Action.ACCEPT
    assert SuspectQueries(database).listing(owner) == []


@pytest.mark.parametrize("note", ["", "   ", "x" * 501])
def test_nothing_is_decided_without_a_note(database: Database, owner: Actor, note: str) -> None:
    copies(database)
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    with pytest.raises((RefusedError, IdentifierError)):
        decide(database, owner, found, "held", note=note)
    assert recalls.history(database, owner.who) == []


def test_what_does_not_stand_out_is_shown_and_not_decided(database: Database, owner: Actor) -> None:
    copies(database, towns=1)
    found = open_one(database, owner, SubjectScope.UNIT, TOXIN, CLONED)
    assert (found.line, possible(found)) == (None, ())
    with pytest.raises(ConflictError):
        decide(database, owner, found, "cleared", note="x")


def test_typed_lots_that_are_one_slip_from_a_stopped_one(database: Database, owner: Actor) -> None:
    asked_for(database, "A10O2", devices=2)  # a letter O for the zero of A1002, recalled
    asked_for(database, "A102", devices=1, gtin="")  # without a product
    asked_for(database, "A1O01", devices=1)  # resembles one that is not stopped
    asked_for(database, "QQQ123", devices=1)
    order = recalls.read_recall_form(
        {"gtin": TOXIN, "scope": "lot", "lot": "NEW-77X", "reason": "x", "recall_class": "I"}
    )
    recalls.issue(database, order, who=owner.who, clock=lambda: NOW)  # of a lot that is not on record
    asked_for(database, "NEW77Y", devices=1)
    found = near_stopped(database, owner, 30, clock=lambda: NOW)
    assert [(each.typed, each.stopped, each.stop, each.gtin, each.count) for each in found] == [
        ("A10O2", "A1002", "recalled", TOXIN, 2),
        ("A102", "A1002", "recalled", "", 1),
    ]
    asked_for(database, "NEW7X", devices=1)
    found = near_stopped(database, owner, 30, clock=lambda: NOW)
    assert ("NEW7X", "NEW-77X", "recalled") in [(each.typed, each.stopped, each.stop) for each in found]
    assert near_stopped(database, owner, 30, clock=lambda: NOW + timedelta(days=60)) == []
    other = an_actor(organisation(database, "Other"), OrganisationKind.MANUFACTURER)
    assert near_stopped(database, other, 30, clock=lambda: NOW) == []


GIVEN = {
    "suspicion": "15",
    "devices": "60",
    "recheck_days": "7.5",
    "lot_checks": "20",
    "lot_countries": "4",
    "guesses": "12",
    "note": "Kept for months.",
}


def test_thresholds_are_set_with_a_reason_and_judged_by_at_once(database: Database, owner: Actor) -> None:
    copies(database)
    assert verdict(database, scan=code(CLONED)).action is Action.QUARANTINE
    thresholds.change(database, owner, 1, GIVEN, clock=lambda: NOW)
    assert verdict(database, scan=code(CLONED)).action is Action.ACCEPT
    (found,) = thresholds.listed(database, owner)
    assert (found.own, found.values["suspicion"], found.values["recheck_days"]) == (True, 15.0, 7.5)
    entry = audit(database, "thresholds")
    assert (entry.before["suspicion"], entry.after["suspicion"], entry.reason) == (
        4.2,
        15.0,
        "Kept for months.",
    )
    back = {name: f"{value:g}" for name, value in thresholds.defaults().items()} | {"note": "Back."}
    thresholds.change(database, owner, 1, back)
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(DetectionThresholds)) == 0


@pytest.mark.parametrize(
    ("field", "raw"),
    [
        ("suspicion", "1.9"),
        ("suspicion", "nan"),
        ("suspicion", ""),
        ("devices", "10.5"),
        ("devices", "63"),
        ("guesses", "many"),
        ("note", " "),
    ],
)
def test_thresholds_that_cannot_be(database: Database, owner: Actor, field: str, raw: str) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        thresholds.change(database, owner, 1, GIVEN | {field: raw})
    assert [each.field for each in refused.value.errors] == [field]
    assert not thresholds.listed(database, owner)[0].own


def test_thresholds_are_their_owners(database: Database, owner: Actor) -> None:
    other = an_actor(organisation(database, "Other"), OrganisationKind.MANUFACTURER)
    with pytest.raises(NotFoundError) as refused:
        thresholds.change(database, other, 1, GIVEN)
    assert refused.value.code is ErrorCode.NOT_FOUND
    assert thresholds.listed(database, other) == []


def test_the_limits_are_those_of_the_table(database: Database, owner: Actor) -> None:
    for place in (0, 1):
        ends = {name: f"{limits[place]:g}" for name, limits in thresholds.LIMITS.items()}
        thresholds.change(database, owner, 1, ends | {"note": "x"})
        assert thresholds.listed(database, owner)[0].values == {
            name: limits[place] for name, limits in thresholds.LIMITS.items()
        }
