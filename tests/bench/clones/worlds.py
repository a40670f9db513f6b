"""The logs that detectors are measured on: three worlds that are built otherwise, the copies of every kind in
one log.

A log is rows as `vialcheck replay` reads them, in order of time, with `truth`: `genuine`, or what was done
and how many copies there are (`spread 20`). A code of which no holder ever scans is in no log and counts as
not found.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from service.verification.history_replay.simulation import HolderHabits, simulate
from tests.factories.scans.market import EPOCH, SCENARIOS, WEEK, Market, in_order
from tests.factories.scans.simulation import World

RATE = 0.1
"""The share of copies that a holder scans."""

_HASTE = (1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 16.0)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Log:
    """Rows, how many units were made of each truth, and what happened to single vials (by serial)."""

    rows: list[Row]
    made: dict[str, int]
    events: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Size:
    """So many single vials, so many codes of each kind, of so many copies. `client`: what names a device.

    `network`: an address' network, for good; `weekly`: the mark that the service keeps of it; `none`: nothing.
    `blank`: columns that this log does not have. `haste`: copies of some codes are sold within days or weeks.
    """

    genuine: int
    cloned: int
    copies: tuple[int, ...] = (5, 20, 100)
    client: str = "weekly"
    blank: tuple[str, ...] = ()
    haste: bool = False


def _marked(row: Row, size: Size) -> Row:
    marks = {"network": row["client"], "weekly": f"{_week(row)}-{row['client']}", "none": ""}
    return {**row, "client": marks[size.client]} | dict.fromkeys(size.blank, "")


def _week(row: Row) -> int:
    return int(row["time"]) // WEEK


def simulated(seed: int, size: Size, habits: HolderHabits | None = None) -> Log:
    """`vialcheck simulate`: shares of one, copies spread over all cities."""
    made = {"genuine": size.genuine}
    parts = [
        simulate(seed=seed, genuine=size.genuine, cloned=0, copies=0, rate=RATE, leaked=0, habits=habits)
    ]
    for number, copies in enumerate(size.copies):
        name = f"spread {copies}"
        made[name] = size.cloned
        scans = simulate(
            seed=seed + 1 + number,
            genuine=0,
            cloned=size.cloned,
            copies=copies,
            rate=RATE,
            leaked=0,
            habits=habits,
        )
        parts.append([replace(each, serial=f"{copies}-{each.serial}", truth=name) for each in scans])
    scans = sorted((each for part in parts for each in part), key=lambda each: each.day)
    timed = [{**each.row(), "time": str(EPOCH + int(each.day * 86400))} for each in scans]
    return Log([_marked(row, size) for row in timed], made)


def lived(seed: int, size: Size) -> Log:
    """Towns on a line (`tests.factories.scans.simulation`): nothing is known of who asks."""
    world = World(seed)
    made = {"genuine": size.genuine}
    looks = [(each, "genuine") for n in range(size.genuine) for each in world.genuine(n)]
    for copies in size.copies:
        name = f"spread {copies}"
        made[name] = size.cloned
        for n in range(size.cloned):
            clones = world.cloned(n, copies, RATE)
            looks += [(replace(each, unit=f"{copies}-{each.unit}"), name) for each in clones]
    rows = [
        {
            "time": str(EPOCH + int(look.day * 86400)),
            "gtin": "09506000134352",
            "serial": look.unit,
            "lot": "",
            "country": look.country,
            "region": look.region,
            "client": look.device,
            "asker": "",
            "truth": truth,
        }
        for look, truth in sorted(looks, key=lambda pair: pair[0].day)
    ]
    return Log([_marked(row, size) for row in rows], made)


def traded(seed: int, size: Size) -> Log:
    """`tests.factories.scans.market`: stock, networks, shared vials, news; copies of every kind."""
    market = Market(seed)
    made = {"genuine": size.genuine}
    histories = [market.genuine(n) for n in range(size.genuine)]
    for scenario in SCENARIOS:
        for copies in size.copies:
            made[f"{scenario} {copies}"] = size.cloned
            histories += [
                market.cloned(n, scenario, copies, RATE, _HASTE[n % len(_HASTE)] if size.haste else 1.0)
                for n in range(size.cloned)
            ]
    rows = [_marked(scan.row(), size) for scan in in_order(histories)]
    return Log(rows, made, market.events)


WORLDS: dict[str, Callable[[int, Size], Log]] = {"simulate": simulated, "towns": lived, "market": traded}


def kinds(log: Log) -> Iterator[str]:
    """The kinds of copies of a log, by the number of copies."""
    yield from sorted(log.made.keys() - {"genuine"}, key=lambda kind: (int(kind.split()[1]), kind))
