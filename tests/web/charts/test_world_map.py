"""The map: every country where it is, darker where there is more."""

import re
from itertools import pairwise

import pytest

from service.gs1.iso.countries import countries
from service.web.charts.world_map import HEIGHT, WIDTH, _outlines, drawn, unplaced

POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


def middle(code: str) -> tuple[float, float]:
    points = [(float(x), float(y)) for x, y in POINT.findall(_outlines()[code])]
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def test_every_outline_is_a_country_on_the_page() -> None:
    assert len(_outlines()) > 165
    assert set(_outlines()) <= set(countries())
    for path in _outlines().values():
        for x, y in POINT.findall(path):
            assert -30 <= float(x) <= WIDTH + 30, "what goes on beyond the day line is cut at the edge"
            assert -1 <= float(y) <= HEIGHT + 1


@pytest.mark.parametrize(
    ("one", "other"),
    # west of, each
    [("US", "GB"), ("GB", "TR"), ("TR", "IN"), ("IN", "JP"), ("JP", "NZ"), ("BR", "ZA")],
)
def test_west_is_left(one: str, other: str) -> None:
    assert middle(one)[0] < middle(other)[0]


@pytest.mark.parametrize(("one", "other"), [("NO", "IT"), ("IT", "LY"), ("LY", "ZA"), ("CA", "BR")])
def test_north_is_up(one: str, other: str) -> None:
    assert middle(one)[1] < middle(other)[1]


def test_more_is_darker() -> None:
    shades = {each.name: each.shade for each in drawn({"FR": 1000, "DE": 30, "TR": 1, "": 7, "SG": 2})}
    assert shades["France"] == 4
    assert 1 <= shades["Turkey"] < shades["Germany"] < 4
    assert shades["Italy"] == 0
    assert unplaced({"FR": 1000, "": 7, "SG": 2}) == 9


def test_nothing_at_all_is_a_map_too() -> None:
    assert {each.shade for each in drawn({})} == {0}


def test_no_line_runs_across_the_whole_map() -> None:
    for path in _outlines().values():
        for ring in path.split("M")[1:]:
            xs = [float(x) for x, _ in POINT.findall(ring)]
            assert max(abs(one - other) for one, other in pairwise(xs)) < WIDTH / 4
