"""Steps and moves of units: one serial number, a range, a list; what the next check says; and the way back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update

from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import Action, ReasonCode
from service.errors import ConflictError, ErrorCode, InvalidFieldsError, NotFoundError, RefusedError
from service.registry import recalls
from service.registry.corrections.changes import SecondPerson
from service.registry.corrections.units.selection import read_selection
from service.registry.corrections.units.unit_changes import UnitsWithdrawal, unit_changes
from service.storage.database import Database
from service.storage.models import Unit
from tests.factories.corrections import Bench, opened_bench
from tests.factories.lists import count, table
from tests.factories.recall_records import GTIN, order

C, A = ReasonCode, Action
RANGE = {"which": "range", "serial_from": "A1SN001", "serial_to": "A1SN003"}


@pytest.fixture
def bench(database: Database, database_url: str) -> Iterator[Bench]:
    with opened_bench(database, database_url) as made:
        yield made


def dispositions(bench: Bench, lot: int = 1) -> list[str]:
    with bench.database.reading() as connection:
        query = select(Unit.disposition).where(Unit.batch_id == lot).order_by(Unit.serial)
        return [str(each) for each in connection.scalars(query)]


SELECTIONS: list[tuple[dict[str, str], list[int]]] = [
    # what is meant, and which of the five units of lot A1 that is
    ({"serials": "A1SN002"}, [2]),
    ({"serials": "A1SN004, A1SN000\nA1SN004"}, [0, 4]),
    (RANGE, [1, 2, 3]),
    # a range may be limited to a lot
    ({"which": "range", "serial_from": "A1SN000", "serial_to": "B2SN001", "lot": "A1"}, [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("meant", "changed"), SELECTIONS)
def test_units_are_decommissioned(bench: Bench, meant: dict[str, str], changed: list[int]) -> None:
    assert bench.verdict(serial=f"A1SN00{changed[0]}")[0] is A.ACCEPT
    assert bench.make(bench.units("decommissioning", **meant)) is None
    expected = ["inactive" if number in changed else "active" for number in range(5)]
    assert dispositions(bench) == expected
    assert dispositions(bench, 2) == ["active"] * 5
    assert bench.verdict(serial=f"A1SN00{changed[0]}")[0] is A.REJECT
    (entry,) = table(bench.database, "audit_entry")
    single = len(changed) == 1
    assert entry["action"] == "decommissioning"
    assert entry["object_id"] == (f"{GTIN}/A1SN002" if single else f"{GTIN}/A1")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"serials": ""}, {"serials"}),
        ({"which": "range"}, {"serial_from", "serial_to"}),
        # the last one before the first, or of another length
        ({"which": "range", "serial_from": "A2", "serial_to": "A1"}, {"serial_to"}),
        ({"which": "range", "serial_from": "A1", "serial_to": "A10"}, {"serial_to"}),
        ({"serials": "ü", "lot": "x" * 30}, {"serials", "lot"}),
        ({"serials": " ".join(f"S{each}" for each in range(20_001))}, {"serials"}),
    ],
)
def test_what_is_no_selection_is_said(given: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        read_selection(given)
    assert {error.field for error in refused.value.errors} == fields


def test_a_serial_that_is_not_on_record_is_named_and_nothing_is_changed(bench: Bench) -> None:
    with pytest.raises(RefusedError) as refused:
        bench.make(bench.units("decommissioning", serials="A1SN001 a1sn001 NONE"))
    assert (refused.value.code, refused.value.given) == (ErrorCode.SERIALS_NOT_ON_RECORD, "NONE, a1sn001")
    with pytest.raises(RefusedError):
        bench.make(bench.units("decommissioning", which="range", serial_from="Z0", serial_to="Z9"))
    with pytest.raises(NotFoundError) as nowhere:
        bench.make(bench.units(to_lot="NONE", serials="A1SN001"))
    assert nowhere.value.field == "to_lot"
    assert (dispositions(bench), count(bench.database, "unit_change")) == (["active"] * 5, 0)


def test_units_that_cannot_take_the_step_stay_and_are_counted(bench: Bench) -> None:
    with bench.database.transaction() as connection:
        statement = update(Unit).where(Unit.serial == "A1SN001")
        connection.execute(statement.values(disposition=Disposition.DISPENSED))
    seen = bench.known.preview(bench.units("decommissioning", **RANGE), bench.who)
    assert seen.touched.units == 2
    assert [(each.name, each.count) for each in seen.left] == [("dispensed", 1)]
    bench.make(bench.units("decommissioning", **RANGE))
    assert dispositions(bench) == ["active", "dispensed", "inactive", "inactive", "active"]
    with pytest.raises(RefusedError) as refused:
        bench.make(bench.units("decommissioning", **RANGE))
    assert refused.value.code is ErrorCode.NOTHING_TO_CHANGE
    bench.make(bench.units("destroying", **RANGE))  # what was taken out can still be destroyed
    assert dispositions(bench) == ["active", "dispensed", "destroyed", "destroyed", "active"]


def test_a_serial_belongs_to_another_lot(bench: Bench) -> None:
    assert C.SERIAL_IN_OTHER_LOT in bench.verdict(lot="B2", expiry="2027-12-30")[1]
    bench.make(bench.units(to_lot="B2", serials="A1SN001"))
    assert bench.verdict(lot="B2", expiry="2027-12-30")[0] is A.ACCEPT
    assert C.SERIAL_IN_OTHER_LOT in bench.verdict()[1]
    (entry,) = table(bench.database, "audit_entry")
    assert (entry["action"], entry["object_type"], entry["object_id"]) == ("move", "unit", f"{GTIN}/A1SN001")


@pytest.mark.parametrize("what", [{"step": "holding"}, {"to_lot": "B2"}])
def test_a_change_of_units_has_a_way_back(bench: Bench, what: dict[str, str]) -> None:
    before = table(bench.database, "unit", "serial, batch_id, disposition")
    bench.make(bench.units(**what, **RANGE))
    assert table(bench.database, "unit", "serial, batch_id, disposition") != before
    bench.make(UnitsWithdrawal(1))
    assert table(bench.database, "unit", "serial, batch_id, disposition") == before
    with pytest.raises(ConflictError) as again:
        bench.make(UnitsWithdrawal(1))
    assert again.value.code is ErrorCode.WITHDRAWN_BEFORE
    with pytest.raises(NotFoundError):
        bench.known.preview(UnitsWithdrawal(1), bench.stranger)
    with bench.database.reading() as connection:
        (line,) = unit_changes(connection, 1, serial="A1SN001")
    assert (line.units, line.withdrawn) == (3, "Rita")


def test_what_was_changed_since_stays_when_a_change_is_withdrawn(bench: Bench) -> None:
    bench.make(bench.units("holding", **RANGE))
    bench.make(bench.units("destroying", serials="A1SN002"))
    seen = bench.known.preview(UnitsWithdrawal(1), bench.who)
    assert (seen.touched.units, seen.left[0].count) == (2, 1)
    bench.make(UnitsWithdrawal(1))
    assert dispositions(bench) == ["active", "active", "destroyed", "active", "active"]


def test_two_persons(bench: Bench) -> None:
    bench.two()
    change = bench.units("decommissioning", **RANGE)
    assert bench.known.preview(change, bench.who).second is SecondPerson.ORGANISATION
    number = bench.make(change)
    assert number is not None
    assert dispositions(bench) == ["active"] * 5
    bench.known.approve(number, who=bench.second)
    assert dispositions(bench).count("inactive") == 3


def test_a_range_of_one_lots_serials_touches_that_lot_alone(bench: Bench) -> None:
    """And only as long as all of them are on record as that lot's."""
    lot_only = {"serial": "", "expiry": ""}
    reason = C.RECALLED_IN_PART
    order_ = order(scope="range", serial_from="A1SN000", serial_to="A1SN004")
    preview = recalls.preview(bench.database, order_, who=bench.who)
    assert [batch.lot for batch in preview.batches] == ["A1"]
    recalls.issue(bench.database, order_, who=bench.who, clock=bench.clock)
    assert reason in bench.verdict(**lot_only)[1]
    assert reason not in bench.verdict(lot="B2", **lot_only)[1]
    # a serial presented with the wrong lot is recalled all the same
    assert bench.verdict(lot="B2", serial="A1SN001", expiry="")[0] is A.REJECT
    bench.make(bench.units(to_lot="B2", serials="A1SN001"))
    assert reason in bench.verdict(lot="B2", **lot_only)[1]
    bench.make(UnitsWithdrawal(1))
    assert reason not in bench.verdict(lot="B2", **lot_only)[1]


def test_serials_that_are_not_on_record_may_be_of_any_lot(bench: Bench) -> None:
    order_ = order(scope="list", serials="A1SN001 NONE")
    recalls.issue(bench.database, order_, who=bench.who, clock=bench.clock)
    assert C.RECALLED_IN_PART in bench.verdict(lot="B2", serial="", expiry="")[1]


def test_a_thousand_listed_serials(bench: Bench) -> None:
    """More than one statement holds."""
    serials = [f"K{number:04}" for number in range(1200)]
    with bench.database.transaction() as connection:
        rows = [
            {"product_id": 1, "batch_id": 1, "serial": each, "disposition": Disposition.ACTIVE}
            for each in serials
        ]
        connection.execute(insert(Unit), rows)
    bench.make(bench.units("decommissioning", serials=" ".join(serials)))
    assert dispositions(bench).count("inactive") == 1200
    assert table(bench.database, "unit_change")[0]["units"] == 1200
