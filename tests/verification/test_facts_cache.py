"""A familiar lot is judged from what was kept: always as it would be judged if nothing had been kept."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, update

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import ReasonCode
from service.storage.database import Database
from service.storage.hot.statements import VersionedFacts
from service.storage.models import Alert, Batch, DetectionThresholds, Organisation, Product, Unit, Vial
from service.verification import service as desk_module
from service.verification.service import Answer, VerificationService
from tests.factories import maker_records
from tests.factories.questions import Asked, make_question

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
R = ReasonCode
UNIT: dict[str, Any] = {"scan": f"]d201{maker_records.GTIN}1770123110VX2401\x1d219KQ4T7M2", "market": "FR"}
OTHER: dict[str, Any] = {"scan": f"]d201{maker_records.GTIN}1770123110VX2401\x1d21OTHER1", "market": "FR"}
LOT: dict[str, Any] = {"lot": "VX2401"}


class Time:
    """A clock that a test moves."""

    now = START

    def read(self) -> datetime:
        return self.now


class Two:
    """One desk that remembers, and new ones that know nothing yet, at one database and one time."""

    def __init__(self, database: Database) -> None:
        self.time, self.database = Time(), database
        self.elsewhere = Database(database.url.render_as_string(hide_password=False))
        self.desk = VerificationService(database, window=1.0, read_clock=self.time.read)

    def anew(self, question: Asked) -> Answer:
        self.elsewhere._readers._facts = VersionedFacts(
            None
        )  # only its connections are kept: they cost the most
        desk = VerificationService(self.elsewhere, read_clock=self.time.read)
        try:
            return desk.preview(*question)
        finally:
            desk.close()

    def record(self, question: Asked) -> None:
        self.desk.verify(*question)
        self.desk._scans.flush()

    def change(self, statement: Any) -> None:
        """Another process writes."""
        with self.elsewhere.transaction() as connection:
            connection.execute(statement)

    def close(self) -> None:
        self.desk.close()
        self.elsewhere.close()


@pytest.fixture
def two(database: Database) -> Iterator[Two]:
    maker_records.fill(database)
    with database.transaction() as connection:
        rows = [
            {"product_id": 1, "batch_id": 1, "serial": serial, "disposition": Disposition.ACTIVE}
            for serial in ("OTHER1", "OTHER2", "FAKE77")
        ]
        connection.execute(insert(Unit), rows)
        connection.execute(update(Batch).where(Batch.id == 1).values(released=date(2026, 3, 2), quantity=4))
    both = Two(database)
    yield both
    both.close()


def codes(answer: Answer) -> set[ReasonCode]:
    return {reason.code for reason in answer.verdict.reasons}


@pytest.mark.parametrize("asked", [UNIT, LOT], ids=["unit", "lot"])
def test_the_second_check_of_a_lot_gathers_nothing(
    two: Two, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = two.desk.preview(*make_question(**asked))

    def gather(*_: object) -> None:
        pytest.fail("gathered again")

    monkeypatch.setattr(desk_module, "load", gather)
    assert two.desk.preview(*make_question(**asked)) == first
    other = two.desk.preview(*make_question(**OTHER if asked is UNIT else asked))
    assert replace(other, presented=first.presented, verdict=first.verdict) == first
    assert other.verdict.reasons == first.verdict.reasons


ALERT = {"fingerprint": "9", "authority": "MHRA", "kind": "falsified", "product_name": "Verotox"}


@pytest.mark.parametrize(
    ("asked", "change", "then"),
    [
        # what another process writes is seen by the very next check
        (UNIT, update(Batch).where(Batch.id == 1).values(status="recalled"), {R.RECALLED}),
        (LOT, update(Batch).where(Batch.id == 1).values(status="on_hold"), {R.ON_HOLD}),
        (OTHER, update(Unit).where(Unit.serial == "OTHER1").values(disposition=Disposition.STOLEN), {R.STOLEN}),
        (OTHER, update(Unit).where(Unit.serial == "OTHER1").values(disposition=Disposition.DISPENSED), {R.DISPENSED}),
        # the unit turns out to be in another lot
        (OTHER, update(Unit).where(Unit.serial == "OTHER1").values(batch_id=3), {R.SERIAL_IN_OTHER_LOT}),
        # a notice names one serial of the lot; and one whose beginning was named all along
        (OTHER, insert(Alert).values(ALERT | {"serial": "OTHER1", "serial_folded": "other1"}), {R.ALERT_FALSIFIED}),
        (UNIT | {"scan": UNIT["scan"].replace("9KQ4T7M2", "FAKE77")}, None, {R.ALERT_FALSIFIED}),
        # a serial that the lot does not have
        (UNIT | {"scan": UNIT["scan"].replace("9KQ4T7M2", "NEVER999")}, None, set()),
        # the product's markets no longer hold the asker's
        (UNIT, update(Product).where(Product.id == 1).values(markets=("TR",)), {R.MARKET_NOT_AUTHORISED}),
    ],
)  # fmt: skip
def test_what_changes_is_seen_at_once(
    two: Two, asked: dict[str, Any], change: Any, then: set[ReasonCode]
) -> None:
    for known in (UNIT, LOT, OTHER, asked):
        two.desk.preview(*make_question(**known))
    if change is not None:
        two.change(change)
    answer = two.desk.preview(*make_question(**asked))
    assert answer == two.anew(make_question(**asked))
    assert then <= codes(answer)


def test_when_a_unit_was_opened_is_said_of_that_unit(two: Two) -> None:
    clinic = {"name": "Clinic", "kind": "clinic", "country": "FR", "created": START}
    vial = {
        "organisation_id": 1,
        "scan_id": "1",
        "gtin": maker_records.GTIN,
        "state": "finished",
        "received": START,
    }
    two.change(insert(Organisation).values(id=1, **clinic))
    for serial, day in (("OTHER1", date(2026, 2, 1)), ("OTHER2", date(2026, 2, 2))):
        two.change(insert(Vial).values(vial | {"serial": serial, "used_on": day, "opened": START}))
        two.change(update(Unit).where(Unit.serial == serial).values(disposition=Disposition.DISPENSED))
    two.desk.preview(*make_question(**UNIT))
    for serial, said in (("OTHER1", "2026-02-01"), ("OTHER2", "2026-02-02")):
        answer = two.desk.preview(*make_question(**UNIT | {"scan": UNIT["scan"].replace("9KQ4T7M2", serial)}))
        (dispensed,) = [reason for reason in answer.verdict.reasons if reason.code is R.DISPENSED]
        assert dict(dispensed.params)["used"] == said


@pytest.mark.parametrize(
    ("before", "now", "then"),
    [
        # the third device outside its markets is one too many, though all are in one place
        (
            [("BR", "Recife", "d1"), ("BR", "Recife", "d2")],
            ("BR", "Recife", "d3"),
            {R.SEEN_OUTSIDE_MARKET, R.CHECKED_BEFORE},
        ),
        # the same device in another town of the same country: it was checked before, but not here
        ([("FR", "Lyon", "d1")], ("FR", "Paris", "d1"), set()),
        ([("FR", "Lyon", "d1")], ("FR", "Lyon", "d1"), {R.CHECKED_BEFORE}),
        ([("FR", "Lyon", "d1")], ("TR", "Izmir", "d2"), {R.CHECKED_ABROAD}),
    ],
)
def test_who_saw_the_code_before_is_looked_at(
    two: Two, before: list[tuple[str, str, str]], now: tuple[str, str, str], then: set[ReasonCode]
) -> None:
    def asked(scan: str, place: tuple[str, str, str]) -> Asked:
        country, region, client = place
        return make_question(scan=scan, country=country, region=region, client=client)

    for place in before:  # the same of another unit, so that every verdict is kept already
        two.record(asked(OTHER["scan"], place))
        two.record(asked(UNIT["scan"], place))
        two.desk.preview(*asked(OTHER["scan"], place))
        two.desk.preview(*asked(UNIT["scan"], place))
    answer = two.desk.preview(*asked(UNIT["scan"], now))
    assert answer == two.anew(asked(UNIT["scan"], now))
    assert codes(answer) & {R.SEEN_OUTSIDE_MARKET, R.CHECKED_BEFORE, R.CHECKED_ABROAD} == then


def test_the_day_ends_where_the_market_is(two: Two) -> None:
    """In Paris the last day is over an hour before it is in UTC."""
    two.change(update(Batch).where(Batch.id == 1).values(expiry=date(2026, 3, 5)))
    asked: dict[str, Any] = {"lot": "VX2401", "gtin": maker_records.GTIN, "market": "FR"}
    two.time.now = datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)
    assert R.EXPIRED not in codes(two.desk.preview(*make_question(**asked)))
    two.time.now = datetime(2026, 3, 5, 23, 0, 0, tzinfo=UTC)  # midnight in Paris
    assert R.EXPIRED in codes(two.desk.preview(*make_question(**asked)))


def test_a_lot_is_released_on_its_day(two: Two) -> None:
    assert R.NOT_RELEASED in codes(two.desk.preview(*make_question(**UNIT)))
    two.time.now += timedelta(days=1)
    assert R.NOT_RELEASED not in codes(two.desk.preview(*make_question(**UNIT)))


def _asked(dice: random.Random) -> Asked:
    serial = dice.choice(["9KQ4T7M2", "9KQ4T7M2", "OTHER1", "OTHER2", "FAKE77", "NEVER999", "DSP1"])
    lot = dice.choice(["VX2401", "VX2401", "VX2401", "vx 2401", "408011"])
    expiry = dice.choice(["17701231", "17701231", "17701230", ""])
    scan = f"]d201{maker_records.GTIN}{expiry}10{lot.replace(' ', '')}\x1d21{serial}"
    fields: dict[str, Any] = dice.choice(
        [{"scan": scan}, {"scan": scan}, {"lot": lot}, {"lot": lot, "gtin": maker_records.GTIN}]
    )
    return make_question(
        **fields,
        market=dice.choice(["FR", "FR", "TR", "BR", ""]),
        country=dice.choice(["FR", "FR", "FR", "TR", "US", ""]),
        region=dice.choice(["Lyon", "Lyon", "Paris", ""]),
        client=dice.choice(["d1", "d1", "d2", "d3", "d4", "d5", "d6", ""]),
        trade=dice.random() < 0.2,
        asker=dice.choice(list(Asker)),
        strength=dice.choice(["", "", "", "100 units", "50 units"]),
    )


def _changes(dice: random.Random) -> Any:
    state = dice.choice([Disposition.ACTIVE, Disposition.DISPENSED, Disposition.STOLEN, Disposition.SAMPLE])
    return dice.choice(
        [
            update(Unit).where(Unit.serial == "OTHER2").values(disposition=state),
            update(Batch).where(Batch.id == 1).values(status=dice.choice(["released", "on_hold"])),
            update(Batch).where(Batch.id == 1).values(quantity=dice.choice([None, 3, 1000])),
            update(Product).where(Product.id == 1).values(markets=dice.choice([("FR", "TR"), (), ("FR",)])),
            update(DetectionThresholds).values(devices=5),
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_it_is_as_if_nothing_had_been_kept(two: Two, seed: int) -> None:
    """Checks from everywhere, recorded or not, records that change and days that pass, in any order."""
    dice = random.Random(seed)
    two.change(
        insert(DetectionThresholds).values(
            manufacturer_id=1, suspicion=2.5, devices=6, recheck_days=5.0, lot_checks=2.0, lot_countries=2,
            guesses=5,
        )
    )  # fmt: skip
    for _ in range(60):
        question = _asked(dice)
        happens = dice.random()
        if happens < 0.3:
            two.record(question)
        elif happens < 0.35:
            two.change(_changes(dice))
        elif happens < 0.45:
            two.time.now += timedelta(hours=dice.choice([1, 5, 24, 24 * 40]))
        two.desk.preview(*question)
        assert two.desk.preview(*question) == two.anew(question)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_units_of_one_lot_are_told_apart_by_who_saw_them(two: Two, seed: int) -> None:
    """Nothing but places, devices and days: what is kept of one history is never said of another."""
    dice = random.Random(seed)
    with two.database.transaction() as connection:
        rows = [
            {"product_id": 1, "batch_id": 1, "serial": f"MORE{n}", "disposition": Disposition.ACTIVE}
            for n in range(12)
        ]
        connection.execute(insert(Unit), rows)
        released = date(2026, 3, 10)  # some are seen before that day, some not
        connection.execute(update(Batch).where(Batch.id == 1).values(released=released))
    for _ in range(100):
        question, origin = make_question(
            scan=UNIT["scan"].replace("9KQ4T7M2", f"MORE{dice.randrange(12)}"),
            country="FR",
            region=dice.choice(["Lyon", "Paris"]),
            client=dice.choice(["d1", "d1", "d1", "d2"]),
        )
        two.record((question, origin))
        asked = question, replace(origin, region=dice.choice(["Lyon", "Paris"]))
        assert two.desk.preview(*asked) == two.anew(asked)
        two.time.now += timedelta(hours=dice.choice([0, 0, 11, 24]))


def test_a_unit_that_was_seen_before_its_release_is_not_taken_for_its_neighbour(two: Two) -> None:
    two.change(update(Batch).where(Batch.id == 1).values(released=date(2026, 3, 10)))
    early, late = (
        make_question(scan=each["scan"], country="FR", region="Lyon", client="d1") for each in (UNIT, OTHER)
    )
    two.record(early)
    two.time.now = datetime(2026, 3, 12, 12, tzinfo=UTC)
    two.record(early)
    two.record(late)
    assert R.SEEN_BEFORE_RELEASE not in codes(two.desk.preview(*late))
    assert R.SEEN_BEFORE_RELEASE in codes(two.desk.preview(*early))
