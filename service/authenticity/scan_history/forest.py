"""The likelihood that a history is of several vials, from its features: boosted trees, and what they are
worth.

The trees are trained with LightGBM by `make train-clones` and kept as data (`weights.json`, described in
docs/scan-history.md): each feature can only add. `worth` turns their sum into points by a curve that was
made on worlds that the trees have not seen: 4.2 is one single vial in five thousand, 2.0 one in two
hundred.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from service.authenticity.scan_history.features import NAMES

_MOST_KEPT = 4096
"""Sums kept: of nine histories in ten the trees were asked before, as they tell them apart."""

Node = tuple[int, int, Any, Any]
"""A feature, the number of its threshold, and what is left and right of it: a node, or a leaf's value."""


class Forest:
    """Trees as lists of nodes, the root first, and the curve from their sum to points.

    A node is (feature, threshold, left, right): a feature up to the threshold goes left. A negative number is
    a leaf: -1 the first of `leaves`. `curve`: sums and points, both ascending; the last slope goes on.
    """

    def __init__(
        self,
        features: Sequence[str],
        trees: Sequence[Sequence[tuple[int, float, int, int]]],
        leaves: Sequence[Sequence[float]],
        curve: Sequence[tuple[float, float]],
    ) -> None:
        self.features, self.curve = tuple(features), tuple(curve)
        self._sums = [each for each, _ in curve]
        # What the trees can tell apart of a feature: between which of its thresholds it lies.
        self._thresholds = [
            sorted({node[1] for nodes in trees for node in nodes if node[0] == number})
            for number in range(len(features))
        ]
        self._roots = tuple(self._planted(*each, 0) for each in zip(trees, leaves, strict=True))
        self._kept = lru_cache(_MOST_KEPT)(self._walked)

    def total(self, features: Sequence[float]) -> float:
        """Return the sum of the trees for these features (`features.NAMES`): LightGBM's raw prediction."""
        return self._kept(tuple(map(bisect_left, self._thresholds, features)))

    def worth(self, features: Sequence[float]) -> float:
        """Points of these features (`features.NAMES`)."""
        found = self.total(features)
        at = min(max(bisect_right(self._sums, found), 1), len(self._sums) - 1)
        (low, least), (high, most) = self.curve[at - 1], self.curve[at]
        return max(0.0, least + (found - low) * (most - least) / (high - low))

    def _planted(
        self, nodes: Sequence[tuple[int, float, int, int]], leaves: Sequence[float], at: int
    ) -> Node | float:
        if at < 0:
            return leaves[-1 - at]
        feature, threshold, left, right = nodes[at]
        number = self._thresholds[feature].index(threshold)
        return feature, number, self._planted(nodes, leaves, left), self._planted(nodes, leaves, right)

    def _walked(self, places: tuple[int, ...]) -> float:
        found = 0.0
        for root in self._roots:
            node: Any = root
            while node.__class__ is tuple:
                feature, number, left, right = node
                node = left if places[feature] <= number else right
            found += node
        return found


@cache
def forest() -> Forest:
    """Return the trees that are shipped."""
    text = files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    if tuple(data["features"]) != NAMES:
        raise ValueError("weights.json is of other features: make train-clones")
    return Forest(NAMES, data["trees"], data["leaves"], [(one, points) for one, points in data["curve"]])
