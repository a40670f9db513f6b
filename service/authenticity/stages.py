"""Which part of the evidence a rule reads, and so in which stage of `judge` it runs.

`judge_presentation` runs rules whose result is the same for every unit of a lot: its findings can be kept for
the next unit. `judge_unit` runs all others.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import NamedTuple

from msgspec import Struct

from service.authenticity.evidence import Evidence
from service.authenticity.reasons import Reason


class Reads(Enum):
    """What a rule reads.

    PRESENTATION: what is presented and on record apart from the unit; of the serial at most whether there is
    one. BATCHES: the batch of the lot presented, and the unit's where that is another. UNIT: anything.
    """

    PRESENTATION = auto()
    BATCHES = auto()
    UNIT = auto()


class Rule(NamedTuple):
    """A rule: its reasons for an evidence, and what it reads to find them."""

    reads: Reads
    reasons: Callable[[Evidence], Iterator[Reason]]


class Finding(Struct, frozen=True):
    """A reason with the position of its rule: of equally severe reasons the earlier rule's leads."""

    order: int
    reason: Reason


def findings(rules: tuple[Rule, ...], evidence: Evidence, *, of_unit: bool) -> tuple[Finding, ...]:
    """What the rules of one stage find: those of the unit's stage, or of the presentation's."""
    in_lot = unit_is_in_lot(evidence)
    return tuple(
        Finding(order, reason)
        for order, (reads, reasons) in enumerate(rules)
        if of_unit is (reads is Reads.UNIT or (reads is Reads.BATCHES and not in_lot))
        for reason in reasons(evidence)
    )


def unit_is_in_lot(evidence: Evidence) -> bool:
    """Whether the unit, if one was found, adds no batch to the one that the lot found."""
    unit, batch = evidence.unit, evidence.batch
    return unit is None or (batch is not None and batch.id == unit.batch.id)
