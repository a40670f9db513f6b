"""What a verdict may look at of the scans before it."""

from dataclasses import dataclass, field

from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds, weigh
from service.authenticity.scan_history.sightings import Region, Sighting


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a person has looked into and found nothing wrong with: so strong, so many devices, these codes.

    `protected`: scans by strangers alone are never again a reason to stop this unit.
    """

    score: float
    devices: int
    codes: frozenset[str] = frozenset()
    protected: bool = False


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The history of what was presented: `before` without the present scan, `every` with it.

    Of a unit on record when `of_unit`, else of a lot that was asked for without one. `place` is where the
    present scan comes from. `guesses` and `neighbours`: how many serials that are not on record this client
    asked for, and how many that begin like this one were asked for by anybody.
    """

    place: Region
    before: tuple[Sighting, ...]
    every: tuple[Sighting, ...]
    of_unit: bool = True
    guesses: int = 0
    neighbours: int = 0
    thresholds: Thresholds = DEFAULTS
    cleared: Cleared | None = None

    suspicion: SuspicionScore = field(init=False)
    """How much a unit's scans look like several units."""

    def __post_init__(self) -> None:
        # Asked for by several rules, and the most that a history costs: weighed once.
        suspicion = weigh(self.every if self.of_unit else (), self.thresholds)
        object.__setattr__(self, "suspicion", suspicion)
