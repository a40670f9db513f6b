"""The likelihood that a history is of several vials, from its features: boosted trees, and what they are
worth.

The trees are trained with LightGBM by `make train-clones` and kept as data (`weights.json`, described in
docs/scan-history.md): each feature can only add. `worth` turns their sum into points by a curve that was
made on worlds that the trees have not seen: 4.2 is one single vial in five thousand, 2.0 one in two
hundred.
"""

import json
from bisect import bisect_right
from functools import cache
from importlib.resources import files

from msgspec import Struct

from service.authenticity.scan_history.features import NAMES


class Forest(Struct, frozen=True):
    """Trees as lists of nodes, the root first, and the curve from their sum to points.

    A node is (feature, threshold, left, right): a feature up to the threshold goes left. A negative number is
    a leaf: -1 the first of `leaves`. `curve`: sums and points, both ascending; the last slope goes on.
    """

    features: tuple[str, ...]
    trees: tuple[tuple[tuple[int, float, int, int], ...], ...]
    leaves: tuple[tuple[float, ...], ...]
    curve: tuple[tuple[float, float], ...]

    def worth(self, features: tuple[float, ...]) -> float:
        """Points of these features (`features.NAMES`)."""
        found = 0.0
        for nodes, leaves in zip(self.trees, self.leaves, strict=True):
            at = 0
            while at >= 0:
                feature, threshold, left, right = nodes[at]
                at = left if features[feature] <= threshold else right
            found += leaves[-1 - at]
        return self._points(found)

    def _points(self, found: float) -> float:
        sums = [each for each, _ in self.curve]
        at = min(max(bisect_right(sums, found), 1), len(sums) - 1)
        (low, least), (high, most) = self.curve[at - 1], self.curve[at]
        return max(0.0, least + (found - low) * (most - least) / (high - low))


@cache
def forest() -> Forest:
    """Return the trees that are shipped."""
    text = files(__package__).joinpath("weights.json").read_text(encoding="utf-8")
    data = json.loads(text)
    if tuple(data["features"]) != NAMES:
        raise ValueError("weights.json is of other features: make train-clones")
    return Forest(
        NAMES,
        tuple(tuple((f, t, left, right) for f, t, left, right in tree) for tree in data["trees"]),
        tuple(tuple(leaves) for leaves in data["leaves"]),
        tuple((one, points) for one, points in data["curve"]),
    )
