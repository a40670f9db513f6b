"""Where separators may have been in a code that lost them: each way to take it apart."""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.errors import IdentifierError
from service.gs1 import element_strings
from service.gs1.application_identifiers import check_value
from service.gs1.characters import CSET_82

_FREE_VALUE = re.compile(f"[{CSET_82}]+")
_MOST_SPLITS = 50


@lru_cache(maxsize=256)
def splits_of(content: str) -> tuple[tuple[int, ...], ...]:
    """Where separators may have been: every way to take `content` apart into element strings.

    The first `_MOST_SPLITS` ways; two that can be read are already too many.
    """
    return tuple(_all_splits(content))


def _all_splits(content: str) -> Iterator[tuple[int, ...]]:
    reached: dict[int, list[tuple[int, bool]]] = {}
    waiting = [0]
    while waiting:
        at = waiting.pop()
        if at < len(content) and at not in reached:
            reached[at] = list(_ends(content, at))
            waiting += [end for end, _ in reached[at]]
    follows: dict[int, list[tuple[int, bool]]] = {len(content): []}
    for at in sorted(reached, reverse=True):
        ends = [(end, cut) for end, cut in reached[at] if end in follows]
        if ends:
            follows[at] = ends
    if 0 not in follows:
        return
    partial: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    for _ in range(_MOST_SPLITS):
        if not partial:
            return
        at, cuts = partial.pop()
        if at == len(content):
            yield cuts
        for end, needs_separator in follows[at]:
            partial.append((end, (*cuts, end) if needs_separator and end < len(content) else cuts))


def _ends(content: str, at: int) -> Iterator[tuple[int, bool]]:
    """Where an element string that begins here may end, and whether a separator must follow it."""
    known = element_strings.find_ai(content[at : at + 4])
    if known is None:
        return
    ai, fixed = known
    first = at + len(ai)
    free = element_strings.free_length(ai)
    if free is not None:
        run = _FREE_VALUE.match(content, first, first + free)
        yield from ((end, True) for end in range(first + 1, run.end() + 1 if run else 0))
        return
    longest = 20 if len(ai) == 2 and ai[0] != "9" else 90
    lasts = range(first + 1, min(len(content), first + longest) + 1) if fixed is None else (first + fixed,)
    for end in lasts:
        value = content[first:end]
        try:
            element_strings.check_format(ai, value)
            check_value(ai, value)
        except IdentifierError:
            continue
        yield end, fixed is None
