"""What a stocktake finds, as a table: the books, what was handled meanwhile, what was counted."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from service.clinics.queries import HeldVial
from service.clinics.stock_control.comparison import CountedScan, compare
from service.clinics.uses.content import VialContent
from service.clinics.vial_lifecycle import VialState

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
_VIAL = HeldVial(
    id=0,
    gtin="G",
    product_id=1,
    product_name="Verotox",
    content=VialContent(),
    lot="A1",
    lot_key="A1",
    serial="",
    expiry=None,
    state=VialState.IN_STOCK,
    received=NOW,
    delivery_id=None,
    supplier="",
    note_number="",
    scan_id="",
    unit_on_record=False,
    unit_was=None,
    opened=None,
    used_on=None,
    use_before=None,
    code_scanned=True,
    site_id=None,
    used=Decimal(0),
    wasted=Decimal(0),
    presentations=(),
)


def vial(number: int, serial: str = "", state: VialState = VialState.IN_STOCK) -> HeldVial:
    return replace(_VIAL, id=number, serial=serial, state=state)


def scan(
    number: int, serial: str = "", *, of: int | None = None, vials: int = 1, here: bool = True
) -> CountedScan:
    return CountedScan(number, NOW, "Nurse", of, here, "G", "Verotox", "A1", "A1", serial, vials)


@dataclass
class Case:
    present: list[HeldVial] = field(default_factory=list)
    handled: list[HeldVial] = field(default_factory=list)
    scans: list[CountedScan] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    excess: int = 0


A, B = vial(1, "A"), vial(2, "B")
USED = VialState.FINISHED
CASES = {
    "nothing there, nothing counted": Case(),
    "all counted": Case([A, B], [], [scan(1, "A", of=1), scan(2, "B", of=2)]),
    "one not counted": Case([A, B], [], [scan(1, "A", of=1)], missing=[2]),
    # opened or received since: a person had it in hand
    "one handled since": Case([A, B], [B], [scan(1, "A", of=1)]),
    "in no book": Case([A], [], [scan(1, "A", of=1), scan(2, "C", here=False)], excess=1),
    "another site's, or used before": Case(
        [A], [], [scan(1, "A", of=1), scan(2, "X", of=9, here=False)], excess=1
    ),
    # found to be in no book, and received then
    "received after it was counted": Case([A], [A], [scan(1, "A", here=False)]),
    "arrived after it was counted": Case([A], [A], [scan(1, "A", of=1, here=False)]),
    "used after it was counted": Case([], [vial(1, "A", USED)], [scan(1, "A", of=1)]),
    "alike, all counted": Case([vial(1), vial(2)], [], [scan(1, vials=2)]),
    "alike, none counted": Case([vial(1), vial(2)], [], [], missing=[1, 2]),
    "alike, one short: an open one is not what is missing": Case(
        [vial(1), vial(2, state=VialState.OPEN)], [], [scan(1)], missing=[1]
    ),
    "alike, too many": Case([vial(1)], [], [scan(1, vials=2), scan(2)], excess=2),
    "alike, corrected": Case([vial(1)], [], [scan(1, vials=2), scan(2, vials=-1)]),
    # whether the one that was used since was counted before is not known
    "alike, used since and counted": Case([vial(1)], [vial(2, state=USED)], [scan(1, vials=2)]),
    "alike, used since and not counted": Case([vial(1)], [vial(2, state=USED)], [scan(1)]),
    "alike, used since, and one too many": Case(
        [vial(1)], [vial(2, state=USED)], [scan(1, vials=3)], excess=1
    ),
    "a number among others without": Case([A, vial(2)], [], [scan(1, "A", of=1)], missing=[2]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_missing_and_what_is_too_much(name: str) -> None:
    case = CASES[name]
    found = compare(case.present, case.handled, case.scans)
    assert [each.id for each in found.missing] == case.missing
    assert sum(each.vials for each in found.excess) == case.excess
    assert found.agrees is (not case.missing and not case.excess)
