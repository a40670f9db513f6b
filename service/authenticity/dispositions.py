"""The state of one unit, in the words of GS1's Core Business Vocabulary, and which step may move which.

CBV 2.0 section 7.2 names the dispositions, section 7.1 the business steps. Three states that the European
medicines repositories know and the CBV has no word for are kept beside them: `exported`, `sample`, `locked`.

>>> may_move(Disposition.ACTIVE, BizStep.DISPENSING)
True
>>> may_move(Disposition.DESTROYED, BizStep.DISPENSING)
False
"""

from enum import Enum, StrEnum


class Disposition(StrEnum):
    """Where a unit is in its life. Values are the CBV's bare words."""

    ACTIVE = "active"
    IN_PROGRESS = "in_progress"
    IN_TRANSIT = "in_transit"
    AVAILABLE = "available"
    SELLABLE_ACCESSIBLE = "sellable_accessible"
    RETURNED = "returned"
    DISPENSED = "dispensed"
    INACTIVE = "inactive"
    DESTROYED = "destroyed"
    DISPOSED = "disposed"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    STOLEN = "stolen"
    RECALLED = "recalled"
    NON_SELLABLE_OTHER = "non_sellable_other"
    UNKNOWN = "unknown"
    # European repositories, no CBV word
    EXPORTED = "exported"
    SAMPLE = "sample"
    LOCKED = "locked"

    @property
    def number(self) -> int:
        """The small integer that a unit's row keeps. Stable: new members get new numbers."""
        return _NUMBERS[self]

    @classmethod
    def from_number(cls, number: int) -> "Disposition":
        """The disposition behind a stored number; KeyError for a number that was never given out."""
        return _BY_NUMBER[number]


_NUMBERS = {
    Disposition.ACTIVE: 1,
    Disposition.IN_PROGRESS: 2,
    Disposition.IN_TRANSIT: 3,
    Disposition.AVAILABLE: 4,
    Disposition.SELLABLE_ACCESSIBLE: 5,
    Disposition.RETURNED: 6,
    Disposition.DISPENSED: 7,
    Disposition.INACTIVE: 8,
    Disposition.DESTROYED: 9,
    Disposition.DISPOSED: 10,
    Disposition.DAMAGED: 11,
    Disposition.EXPIRED: 12,
    Disposition.STOLEN: 13,
    Disposition.RECALLED: 14,
    Disposition.NON_SELLABLE_OTHER: 15,
    Disposition.UNKNOWN: 16,
    Disposition.EXPORTED: 17,
    Disposition.SAMPLE: 18,
    Disposition.LOCKED: 19,
}
_BY_NUMBER = {number: disposition for disposition, number in _NUMBERS.items()}

IN_CIRCULATION = frozenset(
    {
        Disposition.ACTIVE,
        Disposition.IN_PROGRESS,
        Disposition.IN_TRANSIT,
        Disposition.AVAILABLE,
        Disposition.SELLABLE_ACCESSIBLE,
        Disposition.RETURNED,
    }
)
"""A unit in one of these may still reach a patient; in any other it may not."""


class BizStep(Enum):
    """A business step, with the disposition that it leaves a unit in and those that it may start from."""

    COMMISSIONING = (Disposition.ACTIVE, frozenset[Disposition]())
    SHIPPING = (Disposition.IN_TRANSIT, IN_CIRCULATION)
    RECEIVING = (Disposition.IN_PROGRESS, IN_CIRCULATION)
    DISPENSING = (Disposition.DISPENSED, IN_CIRCULATION)
    DECOMMISSIONING = (Disposition.INACTIVE, IN_CIRCULATION)
    DESTROYING = (Disposition.DESTROYED, frozenset(Disposition) - {Disposition.DISPENSED})
    HOLDING = (Disposition.LOCKED, IN_CIRCULATION)
    SAMPLING = (Disposition.SAMPLE, IN_CIRCULATION)

    @property
    def leaves(self) -> Disposition:
        """The disposition after the step."""
        return self.value[0]

    @property
    def starts_from(self) -> frozenset[Disposition]:
        """The dispositions that the step may start from; empty for commissioning, which needs a new unit."""
        return self.value[1]


def may_move(current: Disposition | None, step: BizStep) -> bool:
    """Whether `step` may happen to a unit in disposition `current` (None: a unit not yet on record)."""
    if current is None:
        return step is BizStep.COMMISSIONING
    return current in step.starts_from
