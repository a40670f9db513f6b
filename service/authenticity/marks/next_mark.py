"""Which mark to look at next: the one that tells most between the maker's packs and the known fakes.

A fake is what one notice describes: the marks by which it differs. Before anything is seen, the pack in hand
is as likely one of the maker's as one of the fakes; fakes of the lot in hand are likelier than those of other
lots. A person may be wrong about a mark, so that one answer rules nothing out. The mark with the greatest
expected gain of information, in bits, is asked next (Shannon 1948).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log2

from service.authenticity.evidence import MarkRecord, Presented, Seen
from service.authenticity.marks.matching import holds_in_market

MOST_QUESTIONS = 4
"""After so many answers no more is asked: a person stops looking closely."""

_DIFFERS_ON_FAKE = 0.9
"""How often a mark that differs is seen to differ."""

_DIFFERS_OTHERWISE = 0.05
"""How often one that does not is said to."""

_LEAST_GAIN = 0.05
"""Bits. A mark that is expected to tell less separates nothing."""

_MAKERS = ""
"""The name under which the maker's own packs stand beside the fakes."""

_OF_LOT, _OF_ANY_LOT, _OF_OTHER_LOTS = 4.0, 2.0, 1.0


def next_mark(marks: Sequence[MarkRecord], presented: Presented) -> MarkRecord | None:
    """The mark to look at next among those of the product; None where nothing more separates.

    Marks that are not true of packs of the country presented, or of which that is not known, are not asked.
    """
    asked = [each for each in marks if holds_in_market(each, presented)]
    seen = dict(presented.marks)
    if sum(1 for each in asked if each.mark in seen) >= MOST_QUESTIONS:
        return None
    likely = _likely(asked, presented)
    for each in asked:
        if each.mark in seen:
            likely = _after(likely, each, seen[each.mark])
    left = [(_gain(likely, each), each) for each in asked if each.mark not in seen]
    telling = [(gain, each) for gain, each in left if gain >= _LEAST_GAIN]
    # of equal ones the first by its code: the same pack is asked about in the same order
    return min(telling, key=lambda pair: (-round(pair[0], 9), pair[1].mark))[1] if telling else None


def _likely(marks: Iterable[MarkRecord], presented: Presented) -> dict[str, float]:
    """How likely each fake, and one of the maker's packs, is before any mark is seen."""
    lot = presented.lot.key if presented.lot else ""
    weights: dict[str, float] = {}
    for mark in marks:
        weight = _OF_ANY_LOT if not mark.lot_keys else _OF_LOT if lot in mark.lot_keys else _OF_OTHER_LOTS
        for fake in mark.fakes:
            weights[fake] = max(weight, weights.get(fake, 0.0))
    return _shares({_MAKERS: sum(weights.values()) or 1.0, **weights})


def _after(likely: Mapping[str, float], mark: MarkRecord, seen: Seen) -> dict[str, float]:
    """How likely each is after one answer (Bayes)."""
    if seen is Seen.NOT_VISIBLE:
        return dict(likely)
    return _shares({name: share * _chance(name, mark, seen) for name, share in likely.items()})


def _gain(likely: Mapping[str, float], mark: MarkRecord) -> float:
    """By how many bits the answer is expected to narrow it down."""
    expected = 0.0
    for seen in (Seen.AGREES, Seen.DIFFERS):
        chance = sum(share * _chance(name, mark, seen) for name, share in likely.items())
        expected += chance * _entropy(_after(likely, mark, seen))
    return _entropy(likely) - expected


def _chance(name: str, mark: MarkRecord, seen: Seen) -> float:
    differs = _DIFFERS_ON_FAKE if name in mark.fakes else _DIFFERS_OTHERWISE
    return differs if seen is Seen.DIFFERS else 1.0 - differs


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}


def _entropy(likely: Mapping[str, float]) -> float:
    return -sum(share * log2(share) for share in likely.values() if share > 0.0)
