"""Recalls and holds at their borders: the days of a window, the serials of a range, what is not known."""

from datetime import date

import pytest
from msgspec.structs import replace

from service.authenticity.evidence import BatchStatus, Evidence, RecallRecord, RecallScope
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.recall_rules import Reach, in_range, reach_of, reaches_batch, reasons, stops_batch
from service.gs1.identifiers import Expiry
from tests.factories.evidence import BATCH, OTHER_BATCH, UNIT, evidence, recall

S = RecallScope
NOT, PERHAPS, SURELY = Reach.NOT, Reach.PERHAPS, Reach.SURELY
JUNE = recall(S.WINDOW, expiry_from=date(2028, 6, 1), expiry_to=date(2028, 6, 30))


def expiring(*expiries: Expiry, presented: Expiry | None = None) -> Evidence:
    """A lot of which no unit was asked for, with its expiry and earlier ones."""
    first, *earlier = expiries
    batch = replace(BATCH, expiry=first, earlier_expiries=tuple(earlier))
    return evidence({"serial": None, "expiry": presented}, unit=None, batch=batch)


@pytest.mark.parametrize(
    ("why", "expiry", "reach"),
    [
        ("the day before the window", Expiry(2028, 5, 31), NOT),
        ("its first day", Expiry(2028, 6, 1), SURELY),
        ("its last day", Expiry(2028, 6, 30), SURELY),
        ("the day after", Expiry(2028, 7, 1), NOT),
        ("the month alone: any of its days", Expiry(2028, 6), SURELY),
        ("the month before", Expiry(2028, 5), NOT),
        ("the month after", Expiry(2028, 7), NOT),
        ("the same days of another year", Expiry(2029, 6, 15), NOT),
    ],
)
def test_the_borders_of_a_window(why: str, expiry: Expiry, reach: Reach) -> None:
    assert reach_of(JUNE, expiring(expiry)) is reach
    assert reaches_batch(JUNE, replace(BATCH, expiry=expiry)) is (reach is SURELY)


@pytest.mark.parametrize(
    ("first", "last", "reach"),
    [
        # a lot that expires in June, the day not known, may expire on any one of these days
        (date(2028, 6, 1), date(2028, 6, 1), SURELY),
        (date(2028, 6, 30), date(2028, 6, 30), SURELY),
        (date(2028, 5, 1), date(2028, 6, 1), SURELY),
        (date(2028, 6, 30), date(2028, 7, 31), SURELY),
        (date(2028, 5, 1), date(2028, 5, 31), NOT),
        (date(2028, 7, 1), date(2028, 7, 31), NOT),
        # a window without an end is none
        (date(2028, 6, 1), None, NOT),
        (None, date(2028, 6, 30), NOT),
    ],
)
def test_a_window_and_a_month_without_a_day(first: date | None, last: date | None, reach: Reach) -> None:
    window = recall(S.WINDOW, expiry_from=first, expiry_to=last)
    assert reach_of(window, expiring(Expiry(2028, 6))) is reach


@pytest.mark.parametrize(
    ("why", "found", "reach"),
    [
        ("an expiry that was extended: packs still bear the earlier one", expiring(Expiry(2029, 1, 31), Expiry(2028, 6, 30)), SURELY),
        ("what the pack says counts beside the record", expiring(Expiry(2029, 1, 31), presented=Expiry(2028, 6, 30)), SURELY),
        ("neither", expiring(Expiry(2029, 1, 31), Expiry(2029, 3, 31), presented=Expiry(2029, 2, 28)), NOT),
        ("the serial's own lot", evidence(unit=replace(UNIT, batch=replace(OTHER_BATCH, expiry=Expiry(2028, 6, 30)))), SURELY),
        ("no date at all", evidence({"serial": None, "expiry": None}, unit=None, batch=None), PERHAPS),
        ("a date on the pack alone", evidence({"serial": None, "expiry": Expiry(2028, 7, 1)}, unit=None, batch=None), NOT),
    ],
)  # fmt: skip
def test_every_date_that_a_window_may_be_about(why: str, found: Evidence, reach: Reach) -> None:
    assert reach_of(JUNE, found) is reach


@pytest.mark.parametrize(
    ("serial", "inside"),
    [("b2", True), ("b5", True), ("b1", False), ("b6", False), ("b3", True), ("b33", False), ("b", False)],
)
def test_the_borders_of_a_range(serial: str, inside: bool) -> None:
    assert in_range(serial, "b2", "b5") is inside


WITHOUT_SERIAL = evidence({"serial": None}, unit=None)
NOTHING_KNOWN = evidence({"serial": None, "lot": None}, unit=None, batch=None)


@pytest.mark.parametrize(
    ("why", "about", "found", "reach"),
    [
        ("no serial was given", recall(S.LIST, listed=True), WITHOUT_SERIAL, PERHAPS),
        ("it is not in the list", recall(S.LIST), evidence(), NOT),
        ("it is", recall(S.LIST, listed=True), evidence(), SURELY),
        ("a serial in capitals, a range in small letters", recall(S.RANGE, serial_from="9kq4t7m1", serial_to="9kq4t7m3"), evidence(), SURELY),
        ("of this lot", recall(S.LIST, lot="VX-2401", listed=True), evidence(), SURELY),
        ("of another lot", recall(S.LIST, lot="VX-2402", listed=True), evidence(), NOT),
        ("of the serial's own lot, whatever is printed", recall(S.LIST, lot="VX-2402", listed=True), evidence(unit=replace(UNIT, batch=OTHER_BATCH)), SURELY),
        ("of some lot, and none is known", recall(S.LIST, lot="VX-2402", listed=True), NOTHING_KNOWN, PERHAPS),
        ("of another lot, no serial", recall(S.RANGE, lot="VX-2402", serial_from="a", serial_to="b"), WITHOUT_SERIAL, NOT),
        ("a whole lot, by what is printed", recall(S.LOT, lot="VX-2401"), evidence(batch=None, unit=None), SURELY),
        ("a whole lot, by the serial's own", recall(S.LOT, lot="VX-2402"), evidence(unit=replace(UNIT, batch=OTHER_BATCH)), SURELY),
        ("a whole other lot", recall(S.LOT, lot="VX-2402"), evidence(), NOT),
        ("everything", recall(S.PRODUCT), NOTHING_KNOWN, SURELY),
    ],
)  # fmt: skip
def test_what_a_recall_reaches(why: str, about: RecallRecord, found: Evidence, reach: Reach) -> None:
    assert reach_of(about, found) is reach


@pytest.mark.parametrize(
    ("why", "about", "found", "said"),
    [
        ("all of it", recall(S.PRODUCT), evidence(), (ReasonCode.RECALLED, Action.REJECT, "product")),
        ("held", recall(S.LOT, lot="VX-2401", hold=True), evidence(), (ReasonCode.ON_HOLD, Action.QUARANTINE, "lot")),
        ("a window", replace(JUNE, hold=False), expiring(Expiry(2028, 6)), (ReasonCode.RECALLED, Action.REJECT, "window")),
        ("a listed serial", recall(S.LIST, listed=True), evidence(), (ReasonCode.RECALLED, Action.REJECT, "unit")),
        ("perhaps one of them", recall(S.LIST), WITHOUT_SERIAL, (ReasonCode.RECALLED_IN_PART, Action.CHECK, "unit")),
        ("perhaps in the range", recall(S.RANGE), WITHOUT_SERIAL, (ReasonCode.RECALLED_IN_PART, Action.CHECK, "unit")),
        ("perhaps in the window", JUNE, evidence({"serial": None, "expiry": None}, unit=None, batch=None), (ReasonCode.RECALLED_IN_PART, Action.CHECK, "window")),
        ("perhaps held: nothing to say of it", recall(S.LIST, hold=True), WITHOUT_SERIAL, None),
        ("not reached", recall(S.LIST), evidence(), None),
    ],
)  # fmt: skip
def test_what_is_said(
    why: str, about: RecallRecord, found: Evidence, said: tuple[ReasonCode, Action, str] | None
) -> None:
    given = [
        (each.code, each.severity, dict(each.params)["scope"])
        for each in reasons(replace(found, recalls=(about,)))
    ]
    assert given == ([said] if said else [])


def test_every_recall_that_reaches_it_is_said() -> None:
    found = evidence(recalls=(recall(S.LIST), recall(S.PRODUCT), recall(S.LOT, lot="VX-2401", hold=True)))
    assert [each.code for each in reasons(found)] == [ReasonCode.RECALLED, ReasonCode.ON_HOLD]


def test_what_a_recall_tells_in_whole() -> None:
    about = recall(
        S.WINDOW, lot="VX-2401", expiry_from=date(2028, 12, 1), expiry_to=date(2028, 12, 31),
        recall_class="II", reference="R-7", reason="Glass", public_text="Bring it back",
    )  # fmt: skip
    (reason,) = reasons(evidence(recalls=(about,)))
    assert dict(reason.params) == {
        "scope": "window", "lot": "VX-2401", "from": "2028-12-01", "to": "2028-12-31",
        "class": "II", "reference": "R-7", "why": "Glass", "text": "Bring it back",
    }  # fmt: skip
    (reason,) = reasons(evidence(recalls=(recall(S.PRODUCT),)))
    assert {name for name, value in reason.params if not value} == {
        "lot",
        "from",
        "to",
        "class",
        "reference",
        "text",
    }


@pytest.mark.parametrize(
    ("about", "hold", "stops"),
    [
        (recall(S.PRODUCT), False, True),
        (recall(S.PRODUCT), True, False),  # a hold is not a recall
        (recall(S.PRODUCT, hold=True), True, True),
        (recall(S.LOT, lot="VX-2401"), False, True),
        (recall(S.LOT, lot="VX-2402"), False, False),
        (recall(S.WINDOW, expiry_from=date(2028, 12, 31), expiry_to=date(2028, 12, 31)), False, True),
        (JUNE, False, False),
        # serials: the batch's status needs a reason of its own
        (recall(S.LIST, listed=True), False, False),
        (recall(S.RANGE, serial_from="0", serial_to="z"), False, False),
    ],
)
def test_whether_a_record_explains_the_batchs_status(about: RecallRecord, hold: bool, stops: bool) -> None:
    batch = replace(BATCH, status=BatchStatus.RECALLED)
    assert stops_batch(evidence(batch=batch, recalls=(about,)), batch, hold=hold) is stops
