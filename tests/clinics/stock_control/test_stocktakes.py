"""Stocktakes on a database: each pack is counted once, what is missing may be recorded, and it is closed once."""

import pytest

from service.clinics.reconciliation import reconcile
from service.clinics.stock_control.stocktakes import ScanOutcome
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.models import Scan, SightingRow
from tests.clinics.stock_control.world import Rooms
from tests.factories.clinics import LOT, RECALLED, UNIT, clinic

ONE, TWO = UNIT + "SN0001", UNIT + "SN0009"


def begin(rooms: Rooms, site: int | None = None, nonce: str | None = None) -> int:
    return rooms.control.stocktakes.begin(rooms.who, site, nonce, rooms.ward.desk.now())


def test_what_is_missing_is_recorded_and_what_is_found_again_is_quarantined(rooms: Rooms) -> None:
    one, two = rooms.ward.received(rooms.who, ONE) + rooms.ward.received(rooms.who, TWO)
    number, takes, now = begin(rooms), rooms.control.stocktakes, rooms.ward.desk.now
    with rooms.ward.database.reading() as connection:
        before = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {each.__tablename__}").scalar()
            for each in (Scan, SightingRow)
        ]
    assert rooms.count(number, ONE) == ScanOutcome.EXPECTED
    assert rooms.count(number, ONE) == ScanOutcome.AGAIN
    with rooms.ward.database.reading() as connection:
        after = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {each.__tablename__}").scalar()
            for each in (Scan, SightingRow)
        ]
    assert before == after  # a count is no check
    assert [each.id for each in takes.one(rooms.who, number).result.missing] == [two]
    with pytest.raises(RefusedError):
        takes.close(rooms.who, number, now(), missing_because=" ")
    result = takes.close(rooms.who, number, now(), missing_because="Stocktake")
    assert [each.id for each in result.missing] == [two]
    assert (rooms.state(one), rooms.state(two)) == (VialState.IN_STOCK, VialState.MISSING)
    # closed: nothing more is counted, and closing it once more changes nothing
    with pytest.raises(ConflictError) as refused:
        rooms.count(number, TWO)
    assert refused.value.code is ErrorCode.STOCKTAKE_CLOSED
    assert takes.close(rooms.who, number, now(), missing_because="Twice").missing[0].id == two
    assert rooms.ward.received(rooms.who, TWO) == []  # not a second vial with its number
    rooms.ward.hands.record_step(rooms.who, two, StepTaken(Step.QUARANTINE, "Found behind the shelf"), now())
    assert rooms.state(two) is VialState.QUARANTINED
    assert takes.one(rooms.who, number).result.missing[0].id == two  # what it found then
    assert reconcile(rooms.ward.database, rooms.who).differences == ()


def test_without_a_reason_nothing_is_recorded_as_missing(rooms: Rooms) -> None:
    [one] = rooms.ward.received(rooms.who, ONE)
    number = begin(rooms)
    rooms.control.stocktakes.close(rooms.who, number, rooms.ward.desk.now())
    assert rooms.state(one) is VialState.IN_STOCK
    head = rooms.control.stocktakes.all(rooms.who)[0]
    assert head.closed is not None


EXCESS = [
    # what is done before, and scanned then at the main site
    ("never received", []),
    ("used up", [Step.USE_UP]),
    ("sent back", [Step.RETURN]),
    ("on its way", [Step.SEND]),
    ("missing since", [Step.MISS]),
]


@pytest.mark.parametrize(("name", "steps"), EXCESS, ids=str)
def test_what_should_not_be_there_is_too_much(rooms: Rooms, name: str, steps: list[Step]) -> None:
    ids = rooms.ward.received(rooms.who, ONE) if steps else []
    for step in steps:
        rooms.ward.hands.record_step(rooms.who, ids[0], StepTaken(step, "Why"), rooms.ward.desk.now())
    number = begin(rooms)
    assert rooms.count(number, ONE) == ScanOutcome.NOT_EXPECTED
    [excess] = rooms.control.stocktakes.one(rooms.who, number).result.excess
    assert (excess.scan.serial, excess.scan.vial_id) == ("SN0001", ids[0] if ids else None)


def test_each_site_is_counted_for_itself(rooms: Rooms) -> None:
    [one] = rooms.ward.received(rooms.who, ONE)
    number = begin(rooms, rooms.branch)
    assert rooms.count(number, ONE) == ScanOutcome.NOT_EXPECTED
    found = rooms.control.stocktakes.one(rooms.who, number)
    assert (found.result.missing, found.vials[one].site_id) == ((), None)


def test_packs_without_a_number_are_counted_by_lot(rooms: Rooms) -> None:
    ids = rooms.ward.received(rooms.who, LOT, count=3)
    number, takes = begin(rooms), rooms.control.stocktakes
    for _ in range(2):
        assert rooms.count(number, LOT) == ScanOutcome.EXPECTED
    found = takes.one(rooms.who, number)
    assert [each.id for each in found.result.missing] == ids[2:]
    takes.set_count(rooms.who, number, found.scans[0].id, 5, rooms.ward.desk.now())
    found = takes.one(rooms.who, number)
    assert (found.result.counted, [each.vials for each in found.result.excess]) == (5, [2])
    for wrong in (-1, 501):
        with pytest.raises(RefusedError):
            takes.set_count(rooms.who, number, found.scans[0].id, wrong, rooms.ward.desk.now())


def test_a_form_sent_twice_counts_once_and_a_page_gone_back_to_counts_another_pack(rooms: Rooms) -> None:
    rooms.ward.received(rooms.who, LOT, count=2)
    number, takes, now = begin(rooms), rooms.control.stocktakes, rooms.ward.desk.now()

    def count(text: str) -> str:
        return takes.count(rooms.who, number, rooms.scanned(text), "same", now)[0]

    assert [count(LOT), count(LOT)] == [ScanOutcome.EXPECTED, ScanOutcome.AGAIN]
    assert [count(RECALLED), count(ONE), count(TWO)] == [ScanOutcome.NOT_EXPECTED] * 3
    assert takes.one(rooms.who, number).result.counted == 4


def test_a_code_without_a_number_says_nothing_of_numbered_vials(rooms: Rooms) -> None:
    rooms.ward.received(rooms.who, ONE)
    assert rooms.count(begin(rooms), LOT) == ScanOutcome.NUMBER_NEEDED


def test_one_stocktake_runs_at_a_site_and_another_clinic_sees_none(rooms: Rooms) -> None:
    number = begin(rooms, nonce="n")
    assert begin(rooms) == begin(rooms, nonce="n") == number
    assert begin(rooms, rooms.branch) != number
    other = clinic(rooms.ward.database, "Clinic B")
    assert rooms.control.stocktakes.all(other) == []
    with pytest.raises(NotFoundError):
        rooms.control.stocktakes.one(other, number)
    rooms.control.stocktakes.close(rooms.who, number, rooms.ward.desk.now())
    assert begin(rooms, nonce="n") == number  # the form of the first, sent once more
