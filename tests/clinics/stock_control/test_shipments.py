"""Transfers between sites and returns: what was sent, what arrived, what did not, and what was undone."""

from datetime import date

import pytest
from sqlalchemy import select, update

from service.authenticity.dispositions import Disposition
from service.clinics.reconciliation import reconcile
from service.clinics.stock_control.shipments import PackingOutcome, ShipmentKind, ShippedState
from service.clinics.undo import StepUndo, UndoRequest, latest_step
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.models import Batch, Unit, Vial
from tests.clinics.stock_control.world import Rooms
from tests.factories.clinics import LOT, UNIT, clinic
from tests.factories.records import TOXIN

ONE, TWO = UNIT + "SN0001", UNIT + "SN0009"


def begin(rooms: Rooms, kind: ShipmentKind = ShipmentKind.TRANSFER, to: int | None = -1) -> int:
    site = rooms.branch if to == -1 else to
    return rooms.control.shipments.begin(rooms.who, kind, site, None, rooms.ward.desk.now())


def send(rooms: Rooms, number: int, reason: str = "") -> None:
    rooms.control.shipments.send(rooms.who, number, "Medica", reason, rooms.ward.desk.now())


def states(rooms: Rooms, number: int) -> list[str]:
    return [str(each.state) for each in rooms.control.shipments.one(rooms.who, number).lines]


def undo(rooms: Rooms, vial: int) -> None:
    latest = latest_step(rooms.ward.shelves.vial(rooms.who, vial)[0].events)
    assert latest is not None
    wish = UndoRequest(latest.id, "Mistake")
    StepUndo(rooms.ward.database, rooms.ward.desk).undo(rooms.who, vial, wish, rooms.ward.desk.now())


def test_what_was_sent_arrives_and_the_rest_is_missing(rooms: Rooms) -> None:
    one, two = rooms.ward.received(rooms.who, ONE) + rooms.ward.received(rooms.who, TWO)
    number, shipments, now = begin(rooms), rooms.control.shipments, rooms.ward.desk.now
    assert [rooms.pack(number, each) for each in (ONE, ONE, TWO)] == ["added", "again", "added"]
    assert rooms.state(one) is VialState.IN_STOCK  # nothing is sent yet
    send(rooms, number)
    send(rooms, number)  # a second press of the button
    assert states(rooms, number) == ["on_its_way", "on_its_way"]
    with pytest.raises(ConflictError):
        rooms.pack(number, ONE)
    assert shipments.arrive(rooms.who, number, rooms.scanned(ONE), now()) is PackingOutcome.ARRIVED
    assert shipments.arrive(rooms.who, number, rooms.scanned(ONE), now()) is PackingOutcome.AGAIN
    assert (rooms.state(one), rooms.site(one)) == (VialState.IN_STOCK, rooms.branch)
    with pytest.raises(RefusedError):
        shipments.finish(rooms.who, number, " ", now())
    assert shipments.finish(rooms.who, number, "Not in the box", now()) == 1
    assert states(rooms, number) == ["arrived", "not_arrived"]
    assert (rooms.state(two), rooms.site(two)) == (VialState.MISSING, None)
    assert rooms.pack(begin(rooms), ONE) == PackingOutcome.AT_TARGET
    assert reconcile(rooms.ward.database, rooms.who).differences == ()


def test_undo_takes_a_vial_back_from_its_way_and_from_where_it_arrived(rooms: Rooms) -> None:
    [one] = rooms.ward.received(rooms.who, ONE)
    number = begin(rooms)
    rooms.pack(number, ONE)
    send(rooms, number)
    assert rooms.control.shipments.arrive_all(rooms.who, number, rooms.ward.desk.now()) == 1
    undo(rooms, one)
    assert (rooms.state(one), rooms.site(one)) == (VialState.IN_TRANSIT, None)
    assert states(rooms, number) == [ShippedState.ON_ITS_WAY]
    undo(rooms, one)
    assert (rooms.state(one), rooms.site(one)) == (VialState.IN_STOCK, None)
    assert states(rooms, number) == [ShippedState.TAKEN_BACK]
    again = begin(rooms)
    rooms.pack(again, ONE)
    send(rooms, again)
    assert (states(rooms, number), states(rooms, again)) == (
        [ShippedState.TAKEN_BACK],
        [ShippedState.ON_ITS_WAY],
    )


def test_alike_vials_are_packed_one_by_one(rooms: Rooms) -> None:
    rooms.ward.received(rooms.who, LOT, count=2)
    number = begin(rooms)
    assert [rooms.pack(number, LOT) for _ in range(3)] == ["added", "added", "again"]
    send(rooms, number)
    arrive = rooms.control.shipments.arrive
    answer, now = rooms.scanned(LOT), rooms.ward.desk.now()
    assert [arrive(rooms.who, number, answer, now) for _ in range(3)] == ["arrived", "arrived", "again"]


def test_a_form_sent_twice_packs_and_receives_one(rooms: Rooms) -> None:
    """Many scanners send two line ends."""
    rooms.ward.received(rooms.who, LOT, count=3)
    shipments, answer, now = rooms.control.shipments, rooms.scanned(LOT), rooms.ward.desk.now()
    number = shipments.begin(rooms.who, ShipmentKind.TRANSFER, rooms.branch, "n", now)
    assert shipments.begin(rooms.who, ShipmentKind.TRANSFER, rooms.branch, "n", now) == number
    for nonce in ("a", "a", "b"):
        shipments.pack(rooms.who, number, answer, nonce)
    assert states(rooms, number) == ["packed", "packed"]
    send(rooms, number)
    for _ in range(2):
        shipments.arrive(rooms.who, number, answer, now, "c")
    assert sorted(states(rooms, number)) == ["arrived", "on_its_way"]
    # the page was gone back to after it was sent, or for another kind
    assert shipments.begin(rooms.who, ShipmentKind.TRANSFER, rooms.branch, "n", now) != number


def test_the_first_to_expire_is_one_of_the_same_site(rooms: Rooms) -> None:
    ids = rooms.ward.received(rooms.who, f"(01){TOXIN}(10)AB/12") + rooms.ward.received(rooms.who, ONE)
    shelves = rooms.ward.shelves
    later = shelves.vial(rooms.who, ids[1])[0].vial
    assert getattr(shelves.first_to_expire(rooms.who, later), "id", None) == ids[0]
    number = begin(rooms)
    rooms.pack(number, f"(01){TOXIN}(10)AB/12")
    send(rooms, number)
    rooms.control.shipments.arrive_all(rooms.who, number, rooms.ward.desk.now())
    assert shelves.first_to_expire(rooms.who, later) is None


def test_a_return_moves_the_units_and_says_why(rooms: Rooms) -> None:
    [one] = rooms.ward.received(rooms.who, ONE)
    number = begin(rooms, ShipmentKind.RETURN, None)
    with pytest.raises(RefusedError) as empty:
        send(rooms, number, "Wrong order")
    assert empty.value.code is ErrorCode.SHIPMENT_EMPTY
    rooms.pack(number, ONE)
    with pytest.raises(RefusedError) as refused:
        send(rooms, number)
    assert refused.value.code is ErrorCode.REASON_MISSING
    send(rooms, number, "Wrong order")
    assert (rooms.state(one), states(rooms, number)) == (VialState.RETURNED, [ShippedState.RETURNED])
    with rooms.ward.database.reading() as connection:
        unit = connection.scalar(select(Unit.disposition).where(Unit.serial == "SN0001"))
    assert unit is Disposition.IN_TRANSIT


def test_all_are_sent_or_none(rooms: Rooms) -> None:
    one, two = rooms.ward.received(rooms.who, ONE) + rooms.ward.received(rooms.who, TWO)
    number = begin(rooms)
    for each in (ONE, TWO):
        rooms.pack(number, each)
    rooms.ward.hands.record_step(rooms.who, two, StepTaken(Step.OPEN), rooms.ward.desk.now())
    with pytest.raises(ConflictError) as refused:
        send(rooms, number)
    assert (refused.value.code, rooms.state(one)) == (ErrorCode.VIAL_MOVED_ON, VialState.IN_STOCK)
    rooms.control.shipments.unpack(rooms.who, number, two)
    send(rooms, number)
    assert rooms.state(one) is VialState.IN_TRANSIT


def test_a_stopped_vial_goes_to_no_other_site_and_back_to_its_supplier(rooms: Rooms) -> None:
    rooms.ward.received(rooms.who, ONE)
    number = begin(rooms)
    rooms.pack(number, ONE)
    with rooms.ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    with pytest.raises(ConflictError) as refused:
        send(rooms, number)
    assert refused.value.code is ErrorCode.VIAL_STOPPED
    assert rooms.pack(begin(rooms), ONE) == PackingOutcome.STOPPED
    back = begin(rooms, ShipmentKind.RETURN, None)
    assert rooms.pack(back, ONE) == PackingOutcome.ADDED
    send(rooms, back, "Recalled")


def test_another_clinic_has_no_part_in_it(rooms: Rooms) -> None:
    rooms.ward.received(rooms.who, ONE)
    number, other = begin(rooms), clinic(rooms.ward.database, "Clinic B")
    rooms.pack(number, ONE)
    assert rooms.control.shipments.all(other) == []
    with pytest.raises(NotFoundError):
        rooms.control.shipments.send(other, number, "", "", rooms.ward.desk.now())
    with pytest.raises(NotFoundError):
        rooms.control.sites.one(other, rooms.branch)
    with pytest.raises(NotFoundError):
        rooms.control.sites.rename(other, rooms.branch, "Mine", rooms.ward.desk.now())


def test_names_of_sites_are_one_each(rooms: Rooms) -> None:
    sites, now = rooms.control.sites, rooms.ward.desk.now()
    for wrong in ("", " branch ", "x" * 81, "a\x00b"):
        with pytest.raises(RefusedError):
            sites.add(rooms.who, wrong, now)
    sites.rename(rooms.who, rooms.branch, "South", now)
    assert [each.name for each in sites.all(rooms.who)] == ["", "South"]


def test_a_minimum_counts_what_is_unopened_anywhere(rooms: Rooms) -> None:
    minimums, now = rooms.control.minimums, rooms.ward.desk.now()
    first, *_ = rooms.ward.received(rooms.who, LOT, count=3)
    [product] = minimums.all(rooms.who)
    minimums.set(rooms.who, product.product_id, 3, now)
    assert minimums.short(rooms.who) == []
    rooms.ward.hands.record_step(rooms.who, first, StepTaken(Step.OPEN), now)
    [short] = minimums.short(rooms.who)
    assert (short.unopened, short.minimum) == (2, 3)
    number = begin(rooms)
    rooms.pack(number, LOT)
    send(rooms, number)
    assert minimums.short(rooms.who) == [short]  # what is between two sites is the clinic's
    with rooms.ward.database.transaction() as connection:
        connection.execute(update(Vial).values(expiry=date(2020, 1, 1)))
    assert [each.unopened for each in minimums.short(rooms.who)] == [0]  # what must not be used is no stock
    minimums.set(rooms.who, product.product_id, None, now)
    assert minimums.short(rooms.who) == []
    with pytest.raises(RefusedError):
        minimums.set(rooms.who, product.product_id, 0, now)
    with pytest.raises(NotFoundError):
        minimums.set(clinic(rooms.ward.database, "Clinic B"), product.product_id, 1, now)
