"""The part of the scan history that a verdict may look at."""

from dataclasses import dataclass, field

from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds, in_brief
from service.authenticity.scan_history.sightings import Region, Sighting


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a person investigated and cleared: up to this score, this many devices, these codes.

    `protected`: scans by strangers alone are never again a reason to stop this unit.
    """

    score: float
    devices: int
    codes: frozenset[str] = frozenset()
    protected: bool = False


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The history of what was presented: `before` without the present scan, `every` with it.

    `of_unit`: of a unit on record, else of a lot that was presented without a serial. `place`: where the
    present scan comes from. `guesses` and `neighbours`: how many serials not on record this client asked for,
    and how many with the same prefix all clients asked for.
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
    """How much a unit's scans look like several units; not weighed (0) where no verdict rests on it."""

    def __post_init__(self) -> None:
        # Read by several rules, and the most expensive part of a history: computed once.
        suspicion = in_brief(self.every if self.of_unit else (), self.thresholds)
        object.__setattr__(self, "suspicion", suspicion)
