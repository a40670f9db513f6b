"""The states of a vial at a clinic and the steps between them, in the terms of the CBV.

CBV 2.0 names business steps (section 7.1) and dispositions (section 7.2). `moves`: the step that the unit on
the manufacturer's record makes too; receiving makes none, because its disposition stays what the manufacturer
said.

>>> Step.OPEN.starts_from, Step.OPEN.biz_step, Step.OPEN.leaves(was_opened=False)
(frozenset({<VialState.IN_STOCK: 'in_stock'>}), 'dispensing', <VialState.OPEN: 'open'>)
"""

from dataclasses import dataclass
from enum import StrEnum

from service.authenticity.dispositions import BizStep


class VialState(StrEnum):
    """The state of a vial at the clinic. IN_TRANSIT: sent to another of its sites. MISSING: it was looked for
    and is not there. CANCELLED: recorded by mistake, it never came in.
    """

    IN_STOCK = "in_stock"
    OPEN = "open"
    QUARANTINED = "quarantined"
    IN_TRANSIT = "in_transit"
    MISSING = "missing"
    FINISHED = "finished"
    WASTED = "wasted"
    RETURNED = "returned"
    CANCELLED = "cancelled"


AT_SITE = frozenset({VialState.IN_STOCK, VialState.OPEN, VialState.QUARANTINED})
"""States in which the vial lies at its site."""

HERE = AT_SITE | {VialState.IN_TRANSIT}
"""States in which the clinic has the vial."""

USABLE = frozenset({VialState.IN_STOCK, VialState.OPEN})
"""States in which the vial may be taken for use."""


class Step(StrEnum):
    """What a person does with a vial. `USE_UP` opens and empties it in one step; `DISCARD` throws
    away a part of an open one; `SEND` and `ARRIVE` move it to another site; `MISS` records that it cannot be
    found, and a missing one that is found is quarantined; `UNDO` takes back the step before (`clinics.undo`).
    """

    RECEIVE = "receive"
    OPEN = "open"
    USE = "use"
    USE_UP = "use_up"
    FINISH = "finish"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    WASTE = "waste"
    DISCARD = "discard"
    RETURN = "return"
    SEND = "send"
    ARRIVE = "arrive"
    MISS = "miss"
    UNDO = "undo"

    @property
    def starts_from(self) -> frozenset[VialState]:
        """The states that the step may start from; none for receiving, which creates a vial,
        and for undoing, which depends on the step before.
        """
        return _STEPS[self].starts_from

    @property
    def biz_step(self) -> str:
        """The CBV's bare word for the business step."""
        return _STEPS[self].biz_step

    @property
    def disposition(self) -> str:
        """The CBV's bare word for the vial's disposition afterwards."""
        return _STEPS[self].disposition

    @property
    def moves(self) -> BizStep | None:
        """The step that the unit on the manufacturer's record makes with it, None where it makes none."""
        return _STEPS[self].moves

    @property
    def opens(self) -> bool:
        """Whether it opens the vial, which happens once to one number, in whichever clinic."""
        return self.moves is BizStep.DISPENSING

    @property
    def uses(self) -> bool:
        """Whether a person may be treated by it: never with a vial that is stopped."""
        return self in {Step.OPEN, Step.USE, Step.USE_UP}

    @property
    def needs_reason(self) -> bool:
        """Whether a reason has to be given."""
        return self in _WITH_REASON

    def leaves(self, *, was_opened: bool) -> VialState:
        """Return the state after the step. A vial that is released returns to its former state."""
        if self is Step.RELEASE:
            return VialState.OPEN if was_opened else VialState.IN_STOCK
        return _STEPS[self].leaves


@dataclass(frozen=True, slots=True)
class _Words:
    starts_from: frozenset[VialState]
    leaves: VialState
    biz_step: str
    disposition: str
    moves: BizStep | None = None


_WITH_REASON = frozenset(
    {Step.QUARANTINE, Step.RELEASE, Step.WASTE, Step.DISCARD, Step.RETURN, Step.MISS, Step.UNDO}
)
_STOCK, _OPEN, _ASIDE = VialState.IN_STOCK, VialState.OPEN, VialState.QUARANTINED
_STEPS = {
    Step.RECEIVE: _Words(frozenset(), _STOCK, "receiving", "in_progress"),
    Step.OPEN: _Words(frozenset({_STOCK}), _OPEN, "dispensing", "partially_dispensed", BizStep.DISPENSING),
    Step.USE: _Words(frozenset({_OPEN}), _OPEN, "dispensing", "partially_dispensed"),
    Step.USE_UP: _Words(
        frozenset({_STOCK}), VialState.FINISHED, "dispensing", "dispensed", BizStep.DISPENSING
    ),
    Step.FINISH: _Words(frozenset({_OPEN}), VialState.FINISHED, "dispensing", "dispensed"),
    Step.QUARANTINE: _Words(
        USABLE | {VialState.MISSING}, _ASIDE, "holding", "non_sellable_other", BizStep.HOLDING
    ),
    Step.RELEASE: _Words(frozenset({_ASIDE}), _STOCK, "stocking", "available"),
    Step.WASTE: _Words(HERE, VialState.WASTED, "destroying", "destroyed", BizStep.DESTROYING),
    Step.DISCARD: _Words(frozenset({_OPEN}), _OPEN, "destroying", "partially_dispensed"),
    Step.RETURN: _Words(AT_SITE, VialState.RETURNED, "shipping", "returned", BizStep.SHIPPING),
    Step.SEND: _Words(frozenset({_STOCK}), VialState.IN_TRANSIT, "departing", "in_transit"),
    Step.ARRIVE: _Words(frozenset({VialState.IN_TRANSIT}), _STOCK, "arriving", "available"),
    Step.MISS: _Words(HERE, VialState.MISSING, "stock_taking", "unknown"),
    Step.UNDO: _Words(frozenset(), _STOCK, "other", "unknown"),
}
