"""`make bench-clones`: the table. `DETECTOR='command'` measures another program (`detectors.program`)."""

import os

from tests.bench.clones.detectors import Detector, by_count, by_devices, by_places, program, replayed
from tests.bench.clones.measure import Figure, causes, measure
from tests.bench.clones.worlds import WORLDS, Log, Size, kinds

GENUINE = int(os.environ.get("BENCH_GENUINE", "40000"))
CLONED = int(os.environ.get("BENCH_CLONED", "600"))
SEEDS = tuple(map(int, os.environ.get("BENCH_SEEDS", "101,202").split(",")))
CLIENTS = tuple(os.environ.get("BENCH_CLIENTS", "weekly,network").split(","))
ONLY = tuple(os.environ.get("BENCH_WORLDS", "simulate,towns,market").split(","))
DETECTOR = os.environ.get("DETECTOR", "")


def detectors(client: str) -> dict[str, Detector]:
    """The columns of the table."""
    found: dict[str, Detector] = {"count": by_count, "devices": by_devices, "places": by_places}
    found["vialcheck"] = replayed()
    return found | ({"yours": program(DETECTOR)} if DETECTOR else {})


def show(world: str, seed: int, client: str) -> None:
    """Print the table of one log."""
    log: Log = WORLDS[world](seed, Size(GENUINE, CLONED, client=client))
    found: dict[str, dict[str, Figure]] = {}
    by_mistake: dict[str, list[str]] = {}
    for name, detector in detectors(client).items():
        found[name], by_mistake[name] = measure(log, detector)
    print(f"\n{world}, seed {seed}, devices by {client} marks: {len(log.rows)} scans")
    print(f"{'copies':22}{'scanned':>8}" + "".join(f"{name:>10}" for name in found) + "   as shipped, days")
    ours = found["yours" if DETECTOR else "vialcheck"]
    for kind in kinds(log):
        cells = "".join(f"{each[kind].at_line:10.0f}" for each in found.values())
        days = ours[kind].days
        when = f"{days:8.0f}" if days is not None else ""
        print(f"{kind:22}{ours[kind].seen:8.0f}{cells}   {ours[kind].as_shipped or 0:6.1f}{when}", flush=True)
    why = ", ".join(f"{event} {number}" for event, number in causes(log, by_mistake["vialcheck"])[:8])
    print(f"single vials by mistake, as shipped: {ours['genuine'].as_shipped:.3f} percent. {why}", flush=True)


def main() -> None:
    """Print all tables: percent of the codes made that are found where one single vial in 1,000 is by mistake."""
    print(
        f"{GENUINE} single vials, {CLONED} codes of each kind, a tenth of the copies scanned; percent found"
    )
    for client in CLIENTS:
        for world in ONLY:
            for seed in SEEDS:
                show(world, seed, client)


if __name__ == "__main__":
    main()
