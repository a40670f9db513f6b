"""Simulated scan traffic from a documented model: single vials, copied codes, leaked serial numbers.

It contains no real data. It is what the detector (`authenticity.scan_history`) is measured against:

* a **single vial** goes to one clinic of a market. A depot scans it (`depot`), the clinic when it comes
(`received`) and when it is used (`used`, some weeks later), its owner perhaps once (`checked`) and perhaps
again (`again`, mostly within days, one in seven times within months). The owner lives elsewhere (`away`),
travels (`travel`), asks through a VPN (`vpn`), is located in a wrong region (`misplaced`), takes another
device (`shared`) or comes from another address (`moved`). Clinics have a few devices behind one address.
* of a **copied code** there are so many copies, sold over a year in the cities of all markets; the holder of
each checks it at `rate`, then behaves like any owner.
* a **leaked serial** is scanned only by the holder of the one fake. Nothing distinguishes it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from service.gs1.identifiers import Gtin

# Cities of the world by country; only their names matter, no distance is measured.
CITIES = {
    "FR": ("Paris", "Lyon", "Marseille", "Lille", "Bordeaux", "Nantes", "Strasbourg", "Toulouse"),
    "DE": ("Berlin", "Hamburg", "Munich", "Cologne", "Leipzig", "Stuttgart", "Dresden", "Bremen"),
    "IT": ("Rome", "Milan", "Turin", "Naples", "Bologna", "Palermo", "Genoa", "Bari"),
    "ES": ("Madrid", "Barcelona", "Valencia", "Seville", "Bilbao", "Malaga"),
    "GB": ("London", "Manchester", "Leeds", "Glasgow", "Bristol", "Cardiff", "Belfast"),
    "TR": ("Istanbul", "Ankara", "Izmir", "Antalya", "Bursa", "Adana"),
    "BR": ("Sao Paulo", "Rio De Janeiro", "Salvador", "Recife", "Curitiba", "Fortaleza", "Manaus"),
    "US": ("New York", "Chicago", "Houston", "Miami", "Seattle", "Denver", "Boston", "Atlanta"),
}
EXITS = ("NL", "SE", "CH", "US", "SG")
"""The countries where VPNs exit."""

COLUMNS = ("time", "gtin", "serial", "lot", "country", "region", "client", "asker")
TRUTH = "truth"
START = datetime(2026, 1, 1, tzinfo=UTC)
GTIN = Gtin("09506000134352").value
_LOT = 500


@dataclass(frozen=True, slots=True)
class HolderHabits:
    """How often things happen, as shares of one."""

    depot: float = 0.3
    received: float = 0.6
    used: float = 0.5
    checked: float = 0.6
    again: float = 0.35
    late: float = 0.15
    away: float = 0.12
    abroad: float = 0.01
    travel: float = 0.03
    vpn: float = 0.03
    misplaced: float = 0.04
    shared: float = 0.08
    moved: float = 0.05


@dataclass(frozen=True, slots=True)
class SimulatedScan:
    """One scan: a row of the file; its moment in days after `START`."""

    day: float
    serial: str
    lot: str
    country: str
    region: str
    client: str
    asker: str
    truth: str

    def row(self) -> dict[str, str]:
        """Return the row of the file."""
        moment = (START + timedelta(seconds=round(self.day * 86400))).isoformat().replace("+00:00", "Z")
        named = {each.name: str(getattr(self, each.name)) for each in fields(self) if each.name != "day"}
        return {"time": moment, "gtin": GTIN, **named}


def simulate(
    *,
    seed: int,
    genuine: int,
    cloned: int,
    copies: int,
    rate: float,
    leaked: int,
    habits: HolderHabits | None = None,
) -> list[SimulatedScan]:
    """Return all scans of so many units of each kind, in order of time. The same seed gives the
    same scans.
    """
    traffic = _Traffic(random.Random(seed), habits or HolderHabits())  # noqa: S311 (a model, no secret)
    scans: list[SimulatedScan] = []
    for number in range(genuine + cloned + leaked):
        if number < genuine:
            scans += traffic.single(number, "genuine")
        elif number < genuine + cloned:
            scans += traffic.copied(number, copies, rate)
        else:
            scans += traffic.leaked(number)
    return sorted(scans, key=lambda scan: (scan.day, scan.serial))


class _Traffic:
    """One simulated world: its clinics and its random generator."""

    def __init__(self, chances: random.Random, habits: HolderHabits) -> None:
        self._chances = chances
        self._habits = habits
        self._places = [(country, city) for country, cities in CITIES.items() for city in cities]
        self._keys = 0

    def single(self, number: int, truth: str) -> list[SimulatedScan]:
        """Return the scans of one vial. Each is scanned at least once, or it would be in no log."""
        chances, habits = self._chances, self._habits
        country, city = home = chances.choice(self._places)
        day = chances.uniform(0, 240)
        scans: list[SimulatedScan] = []
        if self._happens(habits.depot):
            depot = (country, CITIES[country][0])
            scans.append(self._scan(number, truth, day, depot, f"depot-{country}", "distributor"))
        clinic = f"clinic-{city}-{chances.randrange(40)}"
        day += chances.uniform(1, 10)
        if self._happens(habits.received):
            scans.append(self._scan(number, truth, day, home, clinic, "clinic"))
        day += chances.lognormvariate(2.7, 0.8)
        if self._happens(habits.used):
            scans.append(self._scan(number, truth, day, home, clinic, "clinic"))
        if not scans or self._happens(habits.checked):
            scans += self._owner(number, truth, day + chances.expovariate(0.5), home)
        return scans

    def copied(self, number: int, copies: int, rate: float) -> list[SimulatedScan]:
        """Return the scans of a vial and its copies."""
        scans = self.single(number, "cloned")
        for _ in range(copies):
            if self._happens(rate):
                day = self._chances.uniform(0, 365)
                scans += self._owner(number, "cloned", day, self._chances.choice(self._places))
        return scans

    def leaked(self, number: int) -> list[SimulatedScan]:
        """Return the scans of a fake with the number of a vial that is never scanned itself."""
        day, place = self._chances.uniform(0, 365), self._chances.choice(self._places)
        return list(self._owner(number, "leaked", day, place))

    def _owner(self, number: int, truth: str, day: float, bought: tuple[str, str]) -> Iterator[SimulatedScan]:
        chances, habits = self._chances, self._habits
        home = bought
        if self._happens(habits.abroad):
            home = chances.choice(self._places)
        elif self._happens(habits.away):
            home = (bought[0], chances.choice(CITIES[bought[0]]))
        own, hidden = self._key(), self._happens(habits.vpn)
        while True:
            place, key = home, own
            if self._happens(habits.travel):
                place = chances.choice(self._places)
            if self._happens(habits.misplaced):
                place = (home[0], chances.choice(CITIES[home[0]]))
            if hidden and self._happens(0.7):
                place = (chances.choice(EXITS), "")
            if self._happens(habits.shared) or self._happens(habits.moved):
                key = self._key()
            yield self._scan(number, truth, day, place, key, "patient")
            if not self._happens(habits.again):
                return
            late = self._happens(habits.late)
            day += chances.lognormvariate(3.2, 0.7) if late else chances.expovariate(1 / 3)

    def _scan(
        self, number: int, truth: str, day: float, place: tuple[str, str], key: str, asker: str
    ) -> SimulatedScan:
        lot = f"SIM{number // _LOT:04d}"
        return SimulatedScan(day, f"S{number:07d}", lot, place[0], place[1], key, asker, truth)

    def _happens(self, share: float) -> bool:
        return self._chances.random() < share

    def _key(self) -> str:
        self._keys += 1
        return f"device-{self._keys}"
