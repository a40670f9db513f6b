"""Another world of scans, built otherwise than `service.verification.history_replay.simulation`: people, day by day.

Towns lie on a line, a few to a country; people live in households that share devices and wander to towns
nearby more often than far away (a power law, not a share). Whoever holds a vial may look at it on any day,
less and less likely as days go by. Nobody says who asks. An address is sometimes placed in a neighbouring
town, and devices are replaced. Copies are sold by dealers, a few weeks at a time, each in a stretch of towns.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

TOWNS = 120
PER_COUNTRY = 24
DAYS = 400


@dataclass(frozen=True, slots=True)
class Look:
    """One scan. `day` is whole days and a fraction."""

    day: float
    unit: str
    town: int
    device: str

    @property
    def country(self) -> str:
        return ("FR", "IT", "ES", "DE", "PL")[self.town // PER_COUNTRY]

    @property
    def region(self) -> str:
        return f"Town {self.town}"


class World:
    """Chances of one seed. Small classes of people instead of one share for all."""

    def __init__(self, seed: int) -> None:
        self._chances = random.Random(seed)
        self._devices = 0

    def genuine(self, number: int) -> list[Look]:
        town = self._town()
        return sorted(
            self._holder(f"G{number}", town, self._chances.randrange(300)), key=lambda look: look.day
        )

    def cloned(self, number: int, copies: int, rate: float) -> list[Look]:
        unit = f"C{number}"
        looks = list(self._holder(unit, self._town(), self._chances.randrange(300)))
        dealers = max(1, copies // 8)
        stretches = [(self._town(), self._chances.randrange(DAYS - 60)) for _ in range(dealers)]
        for _ in range(copies):
            middle, start = self._chances.choice(stretches)
            if self._chances.random() < rate:
                town = self._near(middle, 1.1)
                looks += self._holder(unit, town, start + self._chances.randrange(60))
        return sorted(looks, key=lambda look: look.day)

    def _holder(self, unit: str, home: int, start: int) -> Iterator[Look]:
        chances = self._chances
        household = [self._device() for _ in range(chances.choice((1, 1, 1, 2, 2, 3)))]
        curious = chances.choice((0.0, 0.0, 0.05, 0.3))
        traveller = chances.random() < 0.05
        for age in range(90):
            if age and chances.random() >= curious / (1 + age / 4):
                continue
            device = household[0] if chances.random() < 0.9 else chances.choice(household)
            if chances.random() < 0.01:
                household[0] = self._device()
            town = home
            if chances.random() < (0.15 if traveller else 0.01):
                town = self._near(home, 1.5)
            if chances.random() < 0.05:
                town = min(TOWNS - 1, max(0, home + chances.choice((-1, 1))))
            yield Look(start + age + chances.random() * 0.9, unit, town, device)

    def _near(self, town: int, power: float) -> int:
        """A town so far away that ten times the distance is `10 ** power` times as seldom."""
        distance = min(TOWNS, int(self._chances.paretovariate(power)))
        return (town + self._chances.choice((-1, 1)) * distance) % TOWNS

    def _town(self) -> int:
        return self._chances.randrange(TOWNS)

    def _device(self) -> str:
        self._devices += 1
        return f"d{self._devices}"
