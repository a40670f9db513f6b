"""The trees that are shipped, and how trees are read."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.scan_history.features import NAMES
from service.authenticity.scan_history.forest import Forest, forest

SMALL = Forest(
    ("one", "two"),
    (((0, 1.5, -1, 1), (1, 0.5, -2, -3)), ((1, 2.5, -1, -2),)),
    ((-1.0, 1.0, 3.0), (0.0, 2.0)),
    ((-1.0, 0.0), (1.0, 1.0), (3.0, 5.0)),
)


@pytest.mark.parametrize(
    ("one", "two", "points"),
    [
        (1, 0, 0.0),  # the first point of the curve
        (2, 0, 1.0),
        (2, 1, 5.0),
        (2, 3, 9.0),  # the last slope goes on
        (1, 3, 1.0),
    ],
)
def test_trees_add_up_and_the_curve_makes_points_of_them(one: float, two: float, points: float) -> None:
    assert SMALL.worth((one, two)) == pytest.approx(points)


def test_nothing_is_worth_less_than_nothing() -> None:
    assert Forest(("one",), (((0, 1.0, -1, -2),),), ((-9.0, 9.0),), ((0.0, 0.0), (1.0, 1.0))).worth((0,)) == 0


@given(
    st.lists(st.floats(-1, 400), min_size=len(NAMES), max_size=len(NAMES)),
    st.integers(0, len(NAMES) - 1),
    st.floats(0, 400),
)
def test_what_is_shipped_can_only_add(seen: list[float], number: int, more: float) -> None:
    """A feature that grows takes nothing away."""
    grown = [value + more * (at == number) for at, value in enumerate(seen)]
    assert forest().worth(tuple(grown)) >= forest().worth(tuple(seen)) - 1e-9


@pytest.mark.parametrize(
    ("seen", "expected"), json.loads(Path(__file__).with_name("predictions.json").read_text(encoding="utf-8"))
)
def test_the_sum_is_the_one_of_the_library_that_trained_the_trees(seen: list[float], expected: float) -> None:
    """`make train-clones` keeps them: histories all along, and those nearest to a threshold.

    Thresholds rounded to three places sent three histories in four of the market's to another leaf.
    """
    assert forest().total(seen) == pytest.approx(expected, abs=1e-9)


def test_the_curve_that_is_shipped_ascends() -> None:
    assert forest().features == NAMES
    for (least, low), (most, high) in pairwise(forest().curve):
        assert least < most
        assert low < high
