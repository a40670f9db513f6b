"""A third world of scans: a supply chain with stock, networks that decide where people seem to be, and news.

Built otherwise than `service.verification.history_replay.simulation` (shares of one) and `simulation`
(towns on a line). Every rate is drawn anew for each seed (`MarketHabits.drawn`), so that no detector can
learn one of them:

* A lot is made, lies in depots, and is delivered in parts to clinics, where it stays in stock. Some clinics
  pass vials on. Clinics scan on receipt and on use; inspectors look at stock with devices of their own.
* A vial is opened once and serves one patient, or two or three within some days; a pen is looked at weekly.
  Holders look on the day, once more soon, seldom after months; on days of news many look again, and some
  for the first time.
* A phone asks through its home's network or its carrier's gateway, which stands in another city and
  changes; some ask through VPNs and data centres. Addresses are placed in the wrong town. A code sent to
  friends is fetched by a data centre for a preview, and a friend looks.
* Copies (`SCENARIOS`) are held by people like anybody else.
"""

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SCENARIOS = ("spread", "regional", "one_city", "online", "dripped", "after_dispensing", "never_scanned")
"""Where and when the copies of a code are sold; see `Market.cloned`."""

EPOCH = 1_767_225_600
DAY = 86400
WEEK = 7 * DAY
_CODES = [
    "FR",
    "DE",
    "IT",
    "ES",
    "GB",
    "PL",
    "TR",
    "BR",
    "US",
    "MX",
    "IN",
    "TH",
    "ZA",
    "EG",
    "KE",
    "NG",
    "JP",
    "KR",
    "AU",
    "CA",
]
_EXITS = ("NL", "SE", "CH", "US", "SG")
_PREVIEWS = ("US", "IE")


@dataclass(frozen=True, slots=True)
class MarketScan:
    """One scan. `at`: seconds since 1970. `network` and `device` last."""

    at: int
    serial: str
    lot: str
    country: str
    region: str
    network: str
    device: str
    asker: str
    truth: str

    def row(self) -> dict[str, str]:
        """A row of a log: the client is the network that was asked from, for good."""
        return {
            "time": str(self.at),
            "gtin": "09506000134352",
            "serial": self.serial,
            "lot": self.lot,
            "country": self.country,
            "region": self.region,
            "client": self.network,
            "asker": self.asker,
            "truth": self.truth,
        }


@dataclass(frozen=True, slots=True)
class MarketHabits:
    """How often things happen in one market, as shares of one, where nothing else is said."""

    depot: float
    received: float
    used: float
    says_used: float  # by an asker's kind of its own
    passed_on: float
    passed_abroad: float
    inspected: float
    checked: float
    shared: float
    shared_days: float
    pen: float
    soon_again: float
    again: float
    months_later: float
    months_days: float
    kept: float  # at home for weeks before it is looked at
    sold_to_clinics: float  # of copies
    handed_on: float  # by its holder to another one, somewhere
    shown: float
    preview: float
    news: float
    mobile: float
    gateways: int  # networks of one carrier's gateway
    gateway_far: float
    vpn: float
    away: float
    abroad: float
    travel: float
    misplaced: float
    misplaced_country: float
    no_region: float
    no_place: float
    new_device: float
    stock_days: float
    countries: int
    cities: int

    @classmethod
    def drawn(cls, chances: random.Random) -> "MarketHabits":
        """The habits of one seed."""
        values = {
            name: least * (most / least) ** chances.random() if least else most * chances.random()
            for name, (least, most) in _RANGES.items()
        }
        whole = {"gateways", "countries", "cities"}
        return cls(**{name: round(value) if name in whole else value for name, value in values.items()})  # type: ignore[arg-type]


_RANGES: dict[str, tuple[float, float]] = {
    "depot": (0.0, 0.8), "received": (0.3, 0.9), "used": (0.15, 0.8), "says_used": (0.0, 1.0),
    "passed_on": (0.005, 0.08), "passed_abroad": (0.0002, 0.004), "inspected": (0.002, 0.03),
    "checked": (0.15, 0.7), "shared": (0.03, 0.3), "shared_days": (1, 15), "pen": (0.0, 0.2), "soon_again": (0.1, 0.4),
    "again": (0.1, 0.45), "months_later": (0.01, 0.08), "months_days": (30, 150), "kept": (0.02, 0.15), "handed_on": (0.0005, 0.006), "sold_to_clinics": (0.0, 0.2), "shown": (0.02, 0.15), "preview": (0.003, 0.06),
    "news": (0.002, 0.05), "mobile": (0.2, 0.8), "gateways": (4, 400), "gateway_far": (0.15, 0.8),
    "vpn": (0.005, 0.08), "away": (0.04, 0.25), "abroad": (0.002, 0.03), "travel": (0.01, 0.06),
    "misplaced": (0.02, 0.15), "misplaced_country": (0.001, 0.01), "no_region": (0.02, 0.25),
    "no_place": (0.005, 0.08), "new_device": (0.01, 0.1), "stock_days": (8, 90), "countries": (5, 18),
    "cities": (6, 40),
}  # fmt: skip
"""From where to where each is drawn, evenly by its order of magnitude where the least is more than nothing."""

Place = tuple[str, str]


@dataclass(slots=True)
class _Vial:
    """One vial: who scanned it when, and what happened to it that a detector may take for a copy."""

    serial: str
    lot: str
    truth: str
    scans: list[MarketScan]
    events: set[str]

    def scan(self, day: float, place: Place, network: str, device: str, asker: str = "patient") -> None:
        at = EPOCH + int(day * DAY)
        self.scans.append(MarketScan(at, self.serial, self.lot, *place, network, device, asker, self.truth))


@dataclass(slots=True)
class _Person:
    """A holder: the home, its network, the phone, and where its carrier's gateway stands."""

    home: Place
    network: str
    device: str
    gateway: Place
    carrier: str
    hidden: bool
    tells: int  # how much of where: 0 nothing, 1 the country, 2 all


class Market:
    """The market of one seed. `events`: what happened to each vial by its serial, for the causes of false alarms."""

    def __init__(self, seed: int, habits: MarketHabits | None = None, days: int = 330) -> None:
        self._chances = random.Random(seed)
        self.habits = habits or MarketHabits.drawn(self._chances)
        self._days = days
        self._numbers = 0
        self._countries = _CODES[: self.habits.countries]
        self._cities = {
            code: [(code, f"{code} city {n}") for n in range(max(3, self.habits.cities))]
            for code in self._countries
        }
        self.events: dict[str, set[str]] = {}
        self._news = sorted(self._chances.uniform(30, days) for _ in range(3))
        self._lots = [(self._chances.uniform(0, days * 0.7), self._country()) for _ in range(200)]

    def genuine(self, number: int) -> list[MarketScan]:
        """The scans of one vial of which there is no copy: at least one, or it would be in no log."""
        vial, _ = self._single(f"G{number}", "genuine")
        return vial.scans

    def cloned(
        self, number: int, scenario: str, copies: int, rate: float, haste: float = 1.0
    ) -> list[MarketScan]:
        """The scans of a vial and its copies; none at all where no holder of either ever scans.

        `spread` over all cities and half a year or more; `regional`: some cities of one country, four months;
        `one_city`: two months to half a year; `online`: nothing is known of where they are; `dripped`: one after the
        other over a year; `after_dispensing`: copies of what was used, from then on; `never_scanned`: the vial itself
        is in no log. All in a `haste`-th of that time.
        """
        name = f"{scenario} {copies}"
        vial, used = self._single(f"{scenario}-{copies}-{number}", name, quiet=scenario == "never_scanned")
        chances = self._chances
        country = self._country()
        cities = [
            self._city(country) for _ in range(1 if scenario == "one_city" else chances.choice((3, 5, 8, 12)))
        ]
        start = used if scenario == "after_dispensing" else max(0.0, used + chances.uniform(-60, 60))
        span = {"spread": 270, "regional": 120, "one_city": chances.uniform(60, 180), "dripped": 365}
        for copy in range(copies):
            day = start + chances.random() * span.get(scenario, 200) / haste
            if scenario == "dripped":
                day = start + 365 * (copy + chances.random()) / copies / haste
            if chances.random() >= rate:
                continue
            city = (
                chances.choice(cities)
                if scenario in {"regional", "one_city"}
                else self._city(self._country())
            )
            if scenario != "online" and self._happens(self.habits.sold_to_clinics):
                clinic = f"clinic-{city[1]}-{chances.randrange(30)}"
                vial.scan(day, city, clinic, clinic, "clinic")
                continue
            holder = self._person(city, at_home=scenario == "one_city")
            self._holds(vial, holder, day, nowhere=scenario == "online")
        return vial.scans

    def _single(self, serial: str, truth: str, *, quiet: bool = False) -> tuple[_Vial, float]:
        """A vial on its way, and the day on which it is used."""
        chances, habits = self._chances, self.habits
        number = chances.randrange(len(self._lots))
        made, country = self._lots[number]
        vial = _Vial(serial, f"L{number:04d}", truth, [], set())
        self.events[serial] = vial.events
        while True:
            city = self._city(country)
            day = self._supplied(vial, made, city)
            patients = chances.choice((2, 2, 3)) if self._happens(habits.shared) else 1
            for patient in range(patients):
                vial.events.update(("shared",) if patient else ())
                opened = day + (chances.expovariate(1 / habits.shared_days) if patient else 0.0)
                if chances.random() < habits.checked:
                    self._holds(vial, self._person(city), opened + chances.expovariate(0.7))
            if quiet:
                vial.scans.clear()
            if vial.scans or quiet:
                return vial, day

    def _supplied(self, vial: _Vial, made: float, city: Place) -> float:
        """Depot, receipt, stock, an inspector, another clinic, use. Return the day of use."""
        chances, habits = self._chances, self.habits
        day = made + chances.uniform(2, 30)
        if self._happens(habits.depot):
            depot = self._cities[city[0]][0]
            vial.scan(day, depot, f"depot-{city[0]}", f"depot-{city[0]}", "distributor")
        day += chances.expovariate(1 / 20)
        for _ in range(2):
            clinic = f"clinic-{city[1]}-{chances.randrange(30)}"
            if self._happens(habits.received):
                vial.scan(day, city, clinic, clinic, "clinic")
            day += chances.lognormvariate(math.log(habits.stock_days), 0.8)
            if self._happens(habits.inspected):
                inspector = f"inspector-{city[0]}-{chances.randrange(3)}"
                vial.events.add("inspected")
                vial.scan(day - 0.5, city, inspector, inspector, chances.choice(("inspector", "patient")))
            if not self._happens(habits.passed_on):
                break
            abroad = self._happens(habits.passed_abroad / habits.passed_on)
            vial.events.add("passed_abroad" if abroad else "passed_on")
            city = self._city(self._country() if abroad else city[0])
        if self._happens(habits.used):
            asker = "dispensing" if self._happens(habits.says_used) else "clinic"
            vial.scan(day, city, clinic, clinic, asker)
        return day

    def _person(self, city: Place, *, at_home: bool = False) -> _Person:
        chances, habits = self._chances, self.habits
        home = city
        if not at_home and self._happens(habits.abroad):
            home = self._city(self._country())
        elif not at_home and self._happens(habits.away):
            home = self._city(city[0])
        number = self._number()
        far = self._happens(habits.gateway_far)
        gateway = chances.choice(self._cities[home[0]][:3]) if far else home
        carrier = f"{home[0]}-{chances.randrange(3)}"
        tells = 0 if self._happens(habits.no_place) else 1 if self._happens(habits.no_region) else 2
        hidden = self._happens(habits.vpn)
        return _Person(home, f"home-{number}", f"phone-{number}", gateway, carrier, hidden, tells)

    def _holds(self, vial: _Vial, person: _Person, day: float, *, nowhere: bool = False) -> None:
        """All looks of one holder."""
        chances, habits = self._chances, self.habits
        if self._happens(habits.kept):
            vial.events.add("kept")
            day += chances.lognormvariate(3.3, 0.8)
        for look in self._looks(vial, day):
            self._look(vial, person, look, nowhere=nowhere)
            if self._happens(habits.new_device):
                vial.events.add("new_device")
                person.device = person.network = f"phone-{self._number()}"
            if self._happens(habits.preview):
                vial.events.add("preview")
                server = f"cloud-{chances.randrange(12)}"
                vial.scan(look + 0.0002, (chances.choice(_PREVIEWS), ""), server, server)
            if self._happens(habits.shown):
                vial.events.add("shown")
                friend = self._person(person.home)
                friend.network = person.network if self._happens(0.5) else friend.network
                self._look(vial, friend, look + chances.expovariate(1.0), nowhere=nowhere)
            if self._happens(habits.handed_on):
                vial.events.add("handed_on")
                person = self._person(self._city(person.home[0]))

    def _looks(self, vial: _Vial, day: float) -> Iterator[float]:
        chances, habits = self._chances, self.habits
        yield day
        if self._happens(habits.soon_again):
            yield day + chances.expovariate(300)
        if self._happens(habits.pen):
            for week in range(1, chances.choice((3, 5, 8, 12))):
                if self._happens(0.4):
                    yield day + 7 * week + chances.uniform(-1, 1)
        later = day
        while self._happens(habits.again):
            later += chances.expovariate(1 / 5)
            yield later
        if self._happens(habits.months_later):
            vial.events.add("months_later")
            yield day + 20 + chances.expovariate(1 / habits.months_days)
        for news in self._news:
            if news > day and self._happens(habits.news * 5 * math.exp((day - news) / 60)):
                vial.events.add("news")
                yield news + chances.expovariate(0.5)

    def _look(self, vial: _Vial, person: _Person, day: float, *, nowhere: bool) -> None:
        chances, habits = self._chances, self.habits
        place, network = person.home, person.network
        if self._happens(habits.travel):
            vial.events.add("travel")
            place = self._city(self._country() if self._happens(0.3) else place[0])
            network = f"away-{self._number()}"
        if person.hidden and self._happens(0.7):
            vial.events.add("vpn")
            number = chances.randrange(60)
            place, network = (_EXITS[number % len(_EXITS)], ""), f"vpn-{number}"
        elif self._happens(habits.mobile):
            vial.events.add("gateway")
            place = person.gateway if place == person.home else place
            network = f"{person.carrier}-gateway-{chances.randrange(max(1, habits.gateways))}"
        elif self._happens(habits.misplaced_country):
            vial.events.add("misplaced_country")
            place = self._city(self._country())
        elif self._happens(habits.misplaced):
            vial.events.add("misplaced")
            place = self._city(place[0])
        if person.tells < 2 or self._happens(habits.no_region / 4):
            place = (place[0], "")
        if nowhere or not person.tells or self._happens(habits.no_place / 4):
            place = ("", "")
        vial.scan(day, place, network, person.device)

    def _country(self) -> str:
        """The first ones are the largest."""
        return self._countries[int(len(self._countries) * self._chances.random() ** 1.7)]

    def _city(self, country: str) -> Place:
        cities = self._cities[country]
        return cities[int(len(cities) * self._chances.random() ** 1.7)]

    def _happens(self, share: float) -> bool:
        return self._chances.random() < share

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers


def in_order(histories: Iterable[list[MarketScan]]) -> list[MarketScan]:
    """All scans of a log, in order of time."""
    return sorted((scan for scans in histories for scan in scans), key=lambda scan: (scan.at, scan.serial))
