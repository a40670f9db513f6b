"""`make bench-clones`: how many copied codes are noticed, how soon, and how many single vials are by mistake.

On seeds that no threshold was chosen by, in two worlds that are built otherwise (`service.verification.history_replay.simulation`
and `tests.factories.scans.simulation`), through the same `Replay` that `vialcheck replay` runs. Two lines for each kind:
at the default threshold, and at the one that one in a thousand single vials exceeds.
"""

import os
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.verification.history_replay.replay import LASTING_KEYS, Replay
from service.verification.history_replay.simulation import simulate
from tests.factories.scans.simulation import World

GENUINE = int(os.environ.get("BENCH_GENUINE", "40000"))
CLONED = 600
RATE = 0.1
SEEDS = (101, 202)
KINDS = (5, 20, 100)

Rows = Iterable[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One unit: its suspicion in the end, whether it stood out, and at which of its scans."""

    truth: str
    score: float
    scan_number: int | None
    scans: int


def simulated(seed: int) -> Iterator[dict[str, str]]:
    """Everything in one log, as a market would have it: the copies are a small part."""
    parts = [simulate(seed=seed, genuine=GENUINE, cloned=0, copies=0, rate=RATE, leaked=0)]
    for number, copies in enumerate(KINDS):
        scans = simulate(seed=seed + 1 + number, genuine=0, cloned=CLONED, copies=copies, rate=RATE, leaked=0)
        parts.append(
            [replace(each, serial=f"{copies}-{each.serial}", truth=f"{copies} copies") for each in scans]
        )
    leaked = simulate(seed=seed + 9, genuine=0, cloned=0, copies=0, rate=RATE, leaked=CLONED)
    parts.append([replace(each, serial=f"L-{each.serial}") for each in leaked])
    for scan in sorted((each for part in parts for each in part), key=lambda each: each.day):
        yield scan.row()


def lived(seed: int) -> Iterator[dict[str, str]]:
    """The other world, as a log."""
    world = World(seed)
    looks = [(each, "genuine") for n in range(GENUINE) for each in world.genuine(n)]
    for copies in KINDS:
        for n in range(CLONED):
            clones = world.cloned(n, copies, RATE)
            looks += [(replace(each, unit=f"{copies}-{each.unit}"), f"{copies} copies") for each in clones]
    for look, truth in sorted(looks, key=lambda pair: pair[0].day):
        yield {
            "time": str(1_767_225_600 + int(look.day * 86400)),
            "serial": look.unit,
            "country": look.country,
            "region": look.region,
            "client": look.device,
            "truth": truth,
        }


def outcomes(rows: Rows) -> list[Outcome]:
    """What the replay says of each unit of a log."""
    truth: dict[str, str] = {}

    def noted() -> Iterator[dict[str, str]]:
        for row in rows:
            truth[row["serial"]] = row["truth"]
            yield row

    log = Replay(LASTING_KEYS)
    for _ in log.read(noted()):
        pass
    return [
        Outcome(truth[unit.serial], unit.suspicion(log.thresholds).score, unit.scan_number, unit.scans)
        for unit in log.units.values()
    ]


def measure(rows: Rows) -> Iterator[tuple[str, float, float, float | None]]:
    """Kind, share noticed at the default threshold and at 0.1 % false alarms, median scans to the first flag."""
    found = outcomes(rows)
    single = sorted(each.score for each in found if each.truth == "genuine")
    limit = single[-1 - len(single) // 1000]
    for kind in sorted({each.truth for each in found}, key=lambda kind: (kind.split()[-1], len(kind), kind)):
        units = [each for each in found if each.truth == kind]
        delays = [each.scan_number for each in units if each.scan_number is not None]
        default = len(delays) / len(units)
        above = sum(each.score > limit for each in units) / len(units)
        yield kind, default, above, statistics.median(delays) if delays else None


def main() -> None:
    """Print the table."""
    print(
        f"{GENUINE} single vials, {CLONED} codes of each kind, copies scanned at {RATE:.0%}; percent that stand out"
    )
    for name, make in (("simulate", simulated), ("towns", lived)):
        for seed in SEEDS:
            for kind, default, above, delay in measure(make(seed)):
                scans = (
                    f"{delay:.0f} scans to the first flag" if delay is not None and kind != "genuine" else ""
                )
                print(
                    f"BENCH clones_{name}_seed{seed}_{kind.replace(' ', '_')} {100 * default:.3g} percent  "
                    f"(at 0.1 % false alarms {100 * above:.3g})  {scans}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
