r"""Element strings taken apart where separators were lost, tails cut, or an element is impossible.

>>> best = ways("010950600013435210OVA27143010")
>>> [dict(way.elements) for way in best[:2]]
[{'01': '09506000134352', '10': 'OVA27143010'}, {'01': '09506000134352', '10': 'OVA2714', '30': '10'}]

Best first: every step that repairs something has a cost, and the cheapest ways are found before the others
(uniform-cost search). The number of steps and of ways is fixed, so that no text takes long.
"""

import heapq
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from service.errors import IdentifierError
from service.gs1.application_identifiers import Element, check_value
from service.gs1.characters import GROUP_SEPARATOR
from service.gs1.element_strings import ai_at, check_format
from service.gs1.reading import Problem
from service.gs1.repairs import Repair

MOST_WAYS = 24
"""Ways to take one text apart that are looked at."""

_MOST_STEPS = 300
_MOST_SEGMENTS = 12
_MOST_COST = 20

_LOST, _SPELLED, _CUT, _IMPOSSIBLE, _UNREADABLE = 2, 3, 5, 7, 9
"""What each repair costs; what an unusual AI costs (`_unusual`) is added where a separator was lost."""

# A separator that arrived as digits: the decimal code of GS typed with the Alt key held, or its hexadecimal.
_AS_DIGITS = ("0029", "029", "29", "1D", "1d")

_ON_PACKS = frozenset({"01", "10", "11", "17", "21", *(f"71{n}" for n in range(8))})
_SOMETIMES = frozenset({"02", "13", "15", "16", "22", "30", "37", "240", "250", "7003", "8008"})


class Way(Struct, frozen=True):
    """One way to take a text apart: its elements, what cannot be right in it, and what was repaired."""

    elements: tuple[Element, ...]
    problems: tuple[Problem, ...] = ()
    repairs: frozenset[Repair] = frozenset()
    cost: int = 0


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
        for end, more in _steps(segment, at, {ai for ai, _ in way.elements}):
            count += 1
            step = _together(way, more)
            if step.cost <= _MOST_COST:
                heapq.heappush(waiting, (step.cost, count, end, step))
    return tuple(found)


def _steps(segment: str, at: int, had: set[str]) -> Iterator[tuple[int, Way]]:
    """Where the element string that begins at `at` may end, and what is read on the way there."""
    rest = segment[at:]
    try:
        ai, fixed = ai_at(rest[:4])
    except IdentifierError as error:
        if _begins_an_element(rest):
            yield len(segment), Way((), (), frozenset({Repair.TAIL_CUT}), _CUT)
        else:
            yield len(segment), _impossible(rest[:2], rest[2:], error, _UNREADABLE)
        return
    value = rest[len(ai) :]
    if fixed is not None:
        if ai not in had or len(value) < fixed:
            yield from _fixed_length(at, ai, value, fixed)
        return
    if ai in had and value:
        return
    wrong = _wrong(ai, value)
    if not value:
        yield len(segment), Way((), (), frozenset({Repair.TAIL_CUT}), _CUT)
    elif wrong is None:
        yield len(segment), Way(((ai, value),))
    else:
        yield len(segment), _impossible(ai, value, wrong, _IMPOSSIBLE)
    longest = 20 if len(ai) == 2 and not ai.startswith("9") else 30
    for length in range(1, min(len(value) - 1, longest) + 1):
        yield from _lost_separator(at + len(ai), ai, value, length)


def _fixed_length(at: int, ai: str, value: str, fixed: int) -> Iterator[tuple[int, Way]]:
    end = at + len(ai) + fixed
    if len(value) < fixed:
        if value.isdigit() or not value:
            yield end, Way((), (), frozenset({Repair.TAIL_CUT}), _CUT)
        return
    error = _wrong(ai, value[:fixed])
    if error is None:
        yield end, Way(((ai, value[:fixed]),))
        for spelled in _AS_DIGITS:
            behind = value[fixed:].removeprefix(spelled)
            if value.startswith(spelled, fixed) and behind[:1].isdigit() and _follower(behind) is not None:
                spelled_out = frozenset({Repair.SEPARATOR_SPELLED})
                yield end + len(spelled), Way(((ai, value[:fixed]),), (), spelled_out, _SPELLED)
    elif value[:fixed].isdigit():
        yield end, _impossible(ai, value[:fixed], error, _IMPOSSIBLE)


def _lost_separator(start: int, ai: str, value: str, length: int) -> Iterator[tuple[int, Way]]:
    """The value may be this long, if what follows is an element string, or the beginning of one."""
    behind = value[length:]
    if not behind[0].isdigit():
        return
    own, lost = value[:length], Repair.SEPARATOR_LOST
    options = [(0, lost, _LOST)]
    options += [
        (len(each), Repair.SEPARATOR_SPELLED, _SPELLED) for each in _AS_DIGITS if behind.startswith(each)
    ]
    for skipped, repair, cost in options:
        following = behind[skipped:]
        unusual = _follower(following)
        if unusual is not None and _wrong(ai, own) is None:
            yield start + length + skipped, Way(((ai, own),), (), frozenset({repair}), cost + unusual)


def _follower(text: str) -> int | None:
    """What it costs to take `text` for what comes behind a separator; None where it cannot be that."""
    try:
        ai, fixed = ai_at(text[:4])
    except IdentifierError:
        return 1 if _begins_an_element(text) else None
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
        return error
    return None
