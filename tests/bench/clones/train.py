"""`make train-clones`: train the trees of the scan history's likelihood, make their curve, write
`weights.json`, and what LightGBM itself makes of some histories (`predictions.json`, for the tests).

Trained on all three worlds with columns left out here and there, so that no log's kind is a surprise; each
feature can only add (monotone constraints), as the law of the score asks for. The curve is made on seeds
that the trees have not seen, by the world whose single vials look worst. The same seeds give the same file.
"""

import importlib
import json
import random
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import service.authenticity.scan_history as package
from service.authenticity.scan_history.features import NAMES, features
from service.verification.history_replay.replay import Replay
from service.verification.history_replay.simulation import HolderHabits
from tests.bench.clones.worlds import Log, Size, lived, simulated, traded

# Installed by `make train-clones` alone, so that nothing else knows their types.
lightgbm: Any = importlib.import_module("lightgbm")
numpy: Any = importlib.import_module("numpy")

MARKETS, OTHERS = range(1000, 1060), range(1000, 1010)
CALIBRATION = {"market": range(5000, 5016), "simulate": range(5000, 5004), "towns": range(5000, 5004)}
COPIES = (3, 5, 10, 20, 50, 100)
TREES = {
    "objective": "binary",
    "n_estimators": 90,
    "num_leaves": 10,
    "learning_rate": 0.15,
    "min_child_samples": 40,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "reg_lambda": 5,
    "monotone_constraints_method": "intermediate",
    "seed": 1,
    "deterministic": True,
    "n_jobs": 1,
    "verbose": -1,
}
CURVE = ((0.3, 0.0), (0.05, 1.0), (0.005, 2.0), (0.0002, 4.2))
"""The share of single vials beyond, and the points that this is worth."""

PREDICTIONS = Path("tests/authenticity/scan_history/predictions.json")

Trees = list[tuple[list[tuple[int, float, int, int]], list[float]]]
Table = tuple[list[tuple[float, ...]], list[bool]]


def sizes(number: int, genuine: int, cloned: int) -> Size:
    """How a seed's log is: weekly marks every other time, now and then without askers, regions or devices."""
    blank = (("asker",) * (number % 7 == 3)) + (("region",) * (number % 11 == 5))
    client = "none" if number % 13 == 6 else ("weekly", "network")[number % 2]
    return Size(genuine, cloned, COPIES, client, blank, haste=True)


def varied(seed: int) -> HolderHabits:
    """Habits of `vialcheck simulate`, each a half to nearly twice as frequent."""
    chances, usual = random.Random(seed), HolderHabits()
    return replace(
        usual,
        **{
            each.name: min(0.9, getattr(usual, each.name) * chances.choice((0.5, 0.8, 1, 1.3, 1.8)))
            for each in fields(usual)
        },
    )


def logs() -> Iterator[Log]:
    """What is trained on."""
    for number, seed in enumerate(MARKETS):
        yield traded(seed, sizes(number, 2500, 14))
    for number, seed in enumerate(OTHERS):
        yield simulated(seed, sizes(number, 2500, 80), varied(seed))
        yield lived(seed, sizes(number, 2500, 80))


def table(log: Log) -> Table:
    """The features of each unit, and whether it was copied."""
    replay, copied = Replay(), {}
    for row in log.rows:
        unit, _ = replay.keep(row)
        copied[unit.serial] = row["truth"] != "genuine"
    units = list(replay.units.values())
    return [features(each.lines) for each in units], [copied[each.serial] for each in units]


def flattened(tree: dict[str, Any]) -> tuple[list[tuple[int, float, int, int]], list[float]]:
    """A tree of LightGBM's as nodes and leaves (`forest.Forest`).

    Thresholds stay as they are: LightGBM puts one between -1 and 0 at -1e-35, and a rounded one would send
    the value that it tells apart to the other side.
    """
    nodes: list[tuple[int, float, int, int]] = []
    leaves: list[float] = []

    def place(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaves.append(node["leaf_value"])
            return -len(leaves)
        at = len(nodes)
        nodes.append((0, 0.0, 0, 0))
        left, right = place(node["left_child"]), place(node["right_child"])
        nodes[at] = (node["split_feature"], node["threshold"], left, right)
        return at

    place(tree)
    return nodes, leaves


def calibration() -> dict[str, list[tuple[float, ...]]]:
    """Single vials of each world, of seeds that the trees have not seen."""
    makers = {"market": traded, "simulate": simulated, "towns": lived}
    return {
        world: [row for seed in seeds for row in table(makers[world](seed, Size(5000, 0, ())))[0]]
        for world, seeds in CALIBRATION.items()
    }


def curve(model: Any, single: dict[str, list[tuple[float, ...]]]) -> list[tuple[float, float]]:
    """Sums of the trees and their points: at each share the sum that so many single vials of the worst world exceed."""
    sums = [sorted(model.predict(numpy.array(rows), raw_score=True)) for rows in single.values()]
    points = [
        (round(float(max(found[-1 - int(len(found) * share)] for found in sums)), 4), worth)
        for share, worth in CURVE
    ]
    return [one for one, later in pairwise([*points, (99.0, 0.0)]) if later[0] > one[0]]


def predictions(
    model: Any, rows: list[tuple[float, ...]], trees: Trees
) -> list[tuple[tuple[float, ...], float]]:
    """LightGBM's own raw predictions: of histories all along, and at a threshold of each kind and right above it."""
    thresholds = sorted({(node[0], node[1]) for nodes, _ in trees for node in nodes})
    some = list(dict.fromkeys(rows[:: len(rows) // 400]))
    picked = some[::10]
    for number, (feature, threshold) in enumerate(thresholds[::2]):
        row = some[number % len(some)]
        for value in (threshold, float(numpy.nextafter(threshold, numpy.inf))):
            picked.append((*row[:feature], value, *row[feature + 1 :]))
    return list(zip(picked, map(float, model.predict(numpy.array(picked), raw_score=True)), strict=True))


def main() -> None:
    """Train, and write the file."""
    rows: list[tuple[float, ...]] = []
    copied: list[bool] = []
    for log in logs():
        more, truth = table(log)
        rows += more
        copied += truth
    print(f"{len(rows)} units, {sum(copied)} of them copied", flush=True)
    model = lightgbm.LGBMClassifier(**TREES, monotone_constraints=[1] * len(NAMES))
    model.fit(numpy.array(rows), numpy.array(copied), feature_name=list(NAMES))
    booster = model.booster_
    trees = [flattened(each["tree_structure"]) for each in booster.dump_model()["tree_info"]]
    single = calibration()
    gains = booster.feature_importance("gain")
    card = {
        "made_by": "make train-clones",
        "traffic": "tests/bench/clones/worlds.py: market, simulate, towns; columns left out in some logs",
        "units": len(rows),
        "copied": sum(copied),
        "seeds": {"market": [MARKETS[0], MARKETS[-1]], "simulate, towns": [OTHERS[0], OTHERS[-1]]},
        "calibration_seeds": {world: [seeds[0], seeds[-1]] for world, seeds in CALIBRATION.items()},
        "curve": "share of single vials of the worst world beyond: "
        + ", ".join(f"{share:g} = {worth}" for share, worth in CURVE),
        "gain": {
            name: round(100 * float(gain / sum(gains)), 1) for name, gain in zip(NAMES, gains, strict=True)
        },
    }
    found = {
        "card": card,
        "features": NAMES,
        "trees": [nodes for nodes, _ in trees],
        "leaves": [leaves for _, leaves in trees],
        "curve": curve(booster, single),
    }
    path = Path(package.__file__).with_name("weights.json")
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items())
    path.write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    kept = predictions(booster, single["market"], trees)
    PREDICTIONS.write_text("[\n" + ",\n".join(map(json.dumps, kept)) + "\n]\n", encoding="utf-8")
    print(card["gain"], found["curve"], sep="\n")


if __name__ == "__main__":
    main()
