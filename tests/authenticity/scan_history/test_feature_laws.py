"""What is computed by a short way, against its definition, and that no later scan lowers it."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.scan_history.features import DAY, NAMES, features
from service.authenticity.scan_history.score import DEFAULTS, FEW_DEVICES, in_brief, weigh
from service.authenticity.scan_history.sightings import (
    PERIOD,
    Region,
    Sighting,
    SightingKind,
    periods_of,
    sighting_at,
    together,
)

SCANS = st.lists(
    st.builds(
        sighting_at,
        st.just(SightingKind.STRANGER),
        st.builds(Region, st.sampled_from(("FR", "IT", "")), st.sampled_from(("", "a", "b", "c"))),
        st.integers(0, 300).map(lambda days: 1_767_225_600 + days * 70_000),
        st.sampled_from(("", "one", "two", "three", "four")),
    ),
    min_size=1,
    max_size=12,
)


def times(lines: list[Sighting]) -> list[int]:
    return [period * PERIOD for each in lines for period in periods_of(each)]


def third(places: list[list[Sighting]]) -> float:
    """The most by which a scan of one place lies after one and before another scan of two others."""
    return max(
        (
            min(time - min(each.first for each in one), max(each.last for each in other) - time) / DAY
            for middle in places
            for one in places
            for other in places
            if one is not middle and other is not middle and one is not other
            for time in times(middle)
        ),
        default=-1.0,
    )


def silences(lines: tuple[Sighting, ...]) -> list[float]:
    """Days from the last period that was surely scanned in before to the first scan in a region."""
    found = []
    for line in lines:
        here = line.first // PERIOD
        before = [
            time // PERIOD
            for each in lines
            if each.first < line.first
            for time in times([each])
            if time // PERIOD < here or (time // PERIOD == here and surely(each, line.first))
        ]
        if line.place.region and before:
            found.append((here - max(before)) * PERIOD / DAY)
    return found


def surely(line: Sighting, moment: int) -> bool:
    """Whether a scan in the moment's own period came before the moment."""
    return line.first // PERIOD == moment // PERIOD or line.last < moment


@given(SCANS)
def test_times_between_places_are_those_of_their_definitions(scans: list[Sighting]) -> None:
    lines = together(scans)
    found = dict(zip(NAMES, features(lines), strict=True))
    regions = [[each for each in lines if each.place == place] for place in {each.place for each in lines}]
    assert found["third"] == max(-1.0, third([each for each in regions if each[0].place.region]))
    known = [each for each in lines if each.devices]
    if found["devices"] > 1:
        gaps = [b.last - a.first for a in known for b in known if a is not b]
        assert found["other_devices"] == max(gaps, default=-1) / DAY
    assert found["new_place"] == max(silences(lines), default=-1.0)
    assert found["new_places"] == sum(days >= 18 for days in silences(lines))


TRADED = st.lists(
    st.builds(
        sighting_at,
        st.sampled_from((SightingKind.STRANGER, SightingKind.TRADE, SightingKind.DISPENSING)),
        st.builds(Region, st.sampled_from(("FR", "JP", "")), st.sampled_from(("", "a", "b"))),
        st.integers(0, 200).map(lambda hours: 1_767_225_600 + hours * 13_000),
        st.sampled_from(("", "one", "two", "three")),
    ),
    min_size=2,
    max_size=8,
)


@given(TRADED)
def test_no_feature_falls_when_a_later_scan_is_added(scans: list[Sighting]) -> None:
    """A time that there is not is the least: the trade may have had a vial long before strangers."""
    ordered = sorted(scans, key=lambda each: each.first)
    before = features(together(ordered[:1]))
    for number in range(2, len(ordered) + 1):
        now = features(together(ordered[:number]))
        assert [name for name, was, value in zip(NAMES, before, now, strict=True) if value < was] == []
        before = now


@given(TRADED)
def test_only_the_score_of_one_place_is_left_out_of_a_verdict(scans: list[Sighting]) -> None:
    """No reason is about one place but `many_devices`, which counts them."""
    for lines in (together(scans), together(scans[:1] * 2), together(scans[:2])):
        brief, whole = in_brief(lines, DEFAULTS), weigh(lines, DEFAULTS)
        assert replace(brief, score=whole.score) == whole
        if brief.score != whole.score:
            assert len(whole.places) < 2
            assert whole.devices < FEW_DEVICES
            assert not whole.full
