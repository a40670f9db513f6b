"""CBV's dispositions and which business step may move which."""

import pytest

from service.authenticity.dispositions import IN_CIRCULATION, BizStep, Disposition, may_move


def test_every_disposition_has_its_own_number_and_comes_back_from_it() -> None:
    numbers = [each.number for each in Disposition]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert all(Disposition.from_number(each.number) is each for each in Disposition)


@pytest.mark.parametrize(
    ("current", "step", "may"),
    [
        (None, BizStep.COMMISSIONING, True),
        (Disposition.ACTIVE, BizStep.COMMISSIONING, False),  # a serial is given out once
        (Disposition.ACTIVE, BizStep.DISPENSING, True),
        (Disposition.DISPENSED, BizStep.DISPENSING, False),  # a vial is used once
        (Disposition.DISPENSED, BizStep.DESTROYING, False),
        (Disposition.STOLEN, BizStep.DESTROYING, True),
        (Disposition.DESTROYED, BizStep.SHIPPING, False),
        (None, BizStep.DISPENSING, False),
    ],
)
def test_which_step_may_move_which(current: Disposition | None, step: BizStep, may: bool) -> None:
    assert may_move(current, step) is may


def test_nothing_comes_back_into_circulation() -> None:
    for step in BizStep:
        if step.leaves in IN_CIRCULATION and step is not BizStep.COMMISSIONING:
            assert step.starts_from <= IN_CIRCULATION
