r"""Element strings taken apart where separators were lost, tails cut, or an element is impossible.

>>> best = ways("010950600013435210AB93010")
>>> [dict(way.elements) for way in best[:2]]
[{'01': '09506000134352', '10': 'AB93010'}, {'01': '09506000134352', '10': 'AB', '93': '010'}]

Best first: every step that repairs something has a cost, and the cheapest ways are found before the others
(uniform-cost search). The number of steps and of ways is fixed, so that no text takes long.
"""

import heapq
import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from service.errors import IdentifierError
from service.gs1.application_identifiers import Element, check_value
from service.gs1.characters import GROUP_SEPARATOR
from service.gs1.element_strings import ai_at, check_format, find_ai
from service.gs1.reading import Problem
from service.gs1.repairs import Repair

MOST_WAYS = 24
"""Ways to take one text apart that are looked at."""

_MOST_STEPS = 200
_MOST_SEGMENTS = 12
_MOST_COST = 20

_LOST, _SPELLED, _CUT, _REPEATED, _IMPOSSIBLE, _UNREADABLE = 2, 3, 5, 6, 7, 9
"""What each repair costs; what an unusual AI costs (`_unusual`) is added where a separator was lost."""

# A separator that arrived as digits: the decimal code of GS typed with the Alt key held, or its hexadecimal.
_AS_DIGITS = re.compile("0029|029|29|1[Dd]")
_LOST_ONE, _SPELLED_OUT = frozenset({Repair.SEPARATOR_LOST}), frozenset({Repair.SEPARATOR_SPELLED})

_ONCE = frozenset({"01", "17"})
"""AIs of a fixed length that a code which contradicts itself may hold twice."""

_ON_PACKS = frozenset({"01", "10", "11", "17", "21", *(f"71{n}" for n in range(8))})
_SOMETIMES = frozenset({"02", "13", "15", "16", "22", "30", "37", "240", "250", "7003", "8008"})


class Way(Struct, frozen=True):
    """One way to take a text apart: its elements, what cannot be right in it, and what was repaired."""

    elements: tuple[Element, ...]
    problems: tuple[Problem, ...] = ()
    repairs: frozenset[Repair] = frozenset()
    cost: int = 0


_TAIL = Way((), (), frozenset({Repair.TAIL_CUT}), _CUT)


def ways(content: str) -> list[Way]:
    """The likeliest ways to read `content` (folded, FNC1 as 0x1D) as element strings, the best first.

    Values are of the right length and characters, and mean something; what does not is among the problems.
    Which elements may stand together is not looked at. An empty list for a text that holds none.
    """
    segments = [each for each in content.split(GROUP_SEPARATOR) if each]
    if not 0 < len(segments) <= _MOST_SEGMENTS:
        return []
    joined = [Way(())]
    for segment in segments:
        those = _segment_ways(segment)
        if not those:
            return []
        pairs = sorted(
            (
                (one.cost + other.cost, at, to)
                for at, one in enumerate(joined)
                for to, other in enumerate(those)
            )
        )
        joined = [_together(joined[at], those[to]) for _, at, to in pairs[:MOST_WAYS]]
    return joined


def _together(one: Way, other: Way) -> Way:
    return Way(
        one.elements + other.elements,
        one.problems + other.problems,
        one.repairs | other.repairs,
        one.cost + other.cost,
    )


@lru_cache(maxsize=256)
def _segment_ways(segment: str) -> tuple[Way, ...]:
    """The ways to take apart a text without separators."""
    steps = _Steps(segment)
    waiting: list[tuple[int, int, int, Way]] = [(0, 0, 0, Way(()))]
    found: list[Way] = []
    seen: set[tuple[Element, ...]] = set()
    count = 0
    for _ in range(_MOST_STEPS):
        if not waiting or len(found) >= MOST_WAYS:
            break
        _cost, _order, at, way = heapq.heappop(waiting)
        if at >= len(segment):
            if way.elements not in seen and (way.elements or way.problems or way.repairs):
                seen.add(way.elements)
                found.append(way)
            continue
        had = {ai for ai, _ in way.elements}
        for end, ai, more in steps.at(at):
            again = ai in had
            cost = way.cost + more.cost + (_REPEATED if again else 0)
            if cost <= _MOST_COST and not (again and ai not in _ONCE):
                count += 1
                both = _together(way, more)
                heapq.heappush(waiting, (cost, count, end, replace(both, cost=cost) if again else both))
    return tuple(found)


_Step = tuple[int, str, Way]
"""Where an element string may end, its AI (empty where only its beginning is there), and what is read."""


class _Steps:
    """The steps through one segment, each place looked at once."""

    def __init__(self, segment: str) -> None:
        self._segment = segment
        self._steps: dict[int, list[_Step]] = {}
        self._followers: dict[int, int | None] = {}

    def at(self, at: int) -> list[_Step]:
        """Where the element string that begins at `at` may end."""
        known = self._steps.get(at)
        if known is None:
            known = self._steps[at] = list(self._from(at))
        return known

    def _from(self, at: int) -> Iterator[_Step]:
        rest, last = self._segment[at:], len(self._segment)
        try:
            ai, fixed = ai_at(rest[:4])
        except IdentifierError as error:
            if _begins_an_element(rest):
                yield last, "", _TAIL
            else:
                yield last, "", _impossible(rest[:2], rest[2:], error, _UNREADABLE)
            return
        value = rest[len(ai) :]
        if fixed is not None:
            yield from self._fixed_length(at + len(ai), ai, value, fixed)
            return
        wrong = _wrong(ai, value)
        if not value:
            yield last, "", _TAIL
        elif wrong is None:
            yield last, ai, Way(((ai, value),))
        else:
            yield last, ai, _impossible(ai, value, wrong, _IMPOSSIBLE)
        longest = 20 if len(ai) == 2 and not ai.startswith("9") else 30
        for length in range(1, min(len(value) - 1, longest) + 1):
            if value[length].isdigit():  # as every AI and every separator that arrived as digits begins
                yield from self._behind(at + len(ai), ai, value[:length], fixed=False)

    def _fixed_length(self, start: int, ai: str, value: str, fixed: int) -> Iterator[_Step]:
        if len(value) < fixed:
            if value.isdigit() or not value:
                yield start + len(value), "", _TAIL
            return
        own = value[:fixed]
        error = _wrong(ai, own)
        if error is None:
            yield start + fixed, ai, Way(((ai, own),))
            yield from self._behind(start, ai, own, fixed=True)
        elif own.isdigit():
            yield start + fixed, ai, _impossible(ai, own, error, _IMPOSSIBLE)

    def _behind(self, start: int, ai: str, own: str, *, fixed: bool) -> Iterator[_Step]:
        """The value may be this long, if an element string follows, or the beginning of one.

        A separator that was lost takes no place (behind a `fixed` length there need be none); one that
        arrived as digits does.
        """
        end = start + len(own)
        spelled = _AS_DIGITS.match(self._segment, end)
        ends = [] if fixed else [(end, _LOST_ONE, _LOST)]
        if spelled:
            ends.append((spelled.end(), _SPELLED_OUT, _SPELLED))
        for behind, repair, cost in ends:
            unusual = self._follower(behind)
            if unusual is not None and _wrong(ai, own) is None:
                yield behind, ai, Way(((ai, own),), (), repair, cost + unusual)

    def _follower(self, at: int) -> int | None:
        if at not in self._followers:
            self._followers[at] = _follower(self._segment[at:])
        return self._followers[at]


def _follower(text: str) -> int | None:
    """What it costs to take `text` for what comes behind a separator; None where it cannot be that."""
    if not text[:1].isdigit():
        return None
    known = find_ai(text)
    if known is None:
        return 1 if _begins_an_element(text) else None
    ai, fixed = known
    if fixed is not None and not text[len(ai) : len(ai) + fixed].isdigit() and len(text) > len(ai):
        return None
    if ai in _ON_PACKS:
        return 0
    return 1 if ai in _SOMETIMES or ai.startswith("9") else 2


def _begins_an_element(text: str) -> bool:
    """Whether an AI of three digits was cut short: `71` or `24` at the very end. One digit says nothing."""
    return text in ("71", "24")


def _impossible(ai: str, value: str, error: IdentifierError, cost: int) -> Way:
    problem = Problem(ai, value, error.code, error.expected)
    return Way((), (problem,), frozenset({Repair.ELEMENT_IMPOSSIBLE}), cost)


@lru_cache(maxsize=8192)
def _wrong(ai: str, value: str) -> IdentifierError | None:
    """Why the value cannot be; None where it can."""
    try:
        check_format(ai, value)
        check_value(ai, value)
    except IdentifierError as error:
        return error.with_traceback(None)  # kept, and its frames need not be
    return None
