"""The clinic's books: what came in against where it is now, by lot, and every difference by its name.

A vial's row tells where it is, its events tell what was done, the manufacturer's record tells of its unit.
The three are kept apart, so that they can be compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from service.accounts.actors import Actor
from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.clinics import queries
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.vial_lifecycle import Step, VialState
from service.storage.database import Database
from service.storage.models import Unit, Vial


class BookDifference(StrEnum):
    """What does not agree of one vial."""

    STATE = "state"
    UNITS = "units"
    USED_NOT_ON_RECORD = "used_not_on_record"
    GONE_ON_RECORD = "gone_on_record"


@dataclass(frozen=True, slots=True)
class LotBalance:
    """The vials of one lot: how many came in, and how many are in each state now."""

    product_name: str
    gtin: str
    lot: str
    received: int
    states: Mapping[VialState, int]

    @property
    def missing(self) -> int:
        """Vials that came in and are in no state that is counted: 0 where the books balance."""
        return self.received - sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The balances by product and lot, and each vial that does not agree."""

    lots: tuple[LotBalance, ...]
    differences: tuple[tuple[HeldVial, BookDifference], ...]


def reconcile(database: Database, actor: Actor) -> Reconciliation:
    """Compare a clinic's vials, events and the units on record, all as of one moment."""
    own = Vial.organisation_id == actor.organisation_id
    with database.reading() as connection:
        held = queries.vials(connection, actor.organisation_id)
        happened: dict[int, list[RecordedStep]] = {}
        for each in queries.events(connection, actor.organisation_id):
            happened.setdefault(each.vial_id, []).append(each)
        same = (Unit.product_id == Vial.product_id) & (Unit.serial == Vial.serial)
        statement = select(Vial.id, Unit.disposition).join(Unit, same).where(own, Vial.unit_on_record)
        units: dict[int, Disposition] = {row[0]: row[1] for row in connection.execute(statement)}
    differences = [
        (vial, each)
        for vial in held
        for each in _differences(vial, happened.get(vial.id, []), units.get(vial.id))
    ]
    return Reconciliation(tuple(_balances(held, happened)), tuple(differences))


def _balances(held: Iterable[HeldVial], happened: Mapping[int, list[RecordedStep]]) -> Iterator[LotBalance]:
    lots: dict[tuple[str, str, str], list[HeldVial]] = {}
    for vial in held:
        lots.setdefault((vial.product_name or vial.gtin, vial.gtin, vial.lot_key), []).append(vial)
    for (name, gtin, _), vials in sorted(lots.items()):
        states = {state: sum(each.state is state for each in vials) for state in VialState}
        states.pop(VialState.CANCELLED)
        came = sum(_came_in(happened.get(each.id, [])) for each in vials)
        yield LotBalance(name, gtin, vials[0].lot, came, states)


def _came_in(events: Iterable[RecordedStep]) -> bool:
    """Whether a receipt of the vial stands."""
    return any(each.step is Step.RECEIVE and each.counts for each in events)


def _differences(
    vial: HeldVial, events: list[RecordedStep], unit: Disposition | None
) -> Iterator[BookDifference]:
    if vial.state is not _state_by(events):
        yield BookDifference.STATE
    whole = vial.content.whole
    if whole is not None and vial.used + vial.wasted > whole:
        yield BookDifference.UNITS
    if unit is not None and vial.opened is not None and unit in IN_CIRCULATION:
        yield BookDifference.USED_NOT_ON_RECORD
    if unit is not None and vial.state is VialState.IN_STOCK and unit not in IN_CIRCULATION:
        yield BookDifference.GONE_ON_RECORD


def _state_by(events: Iterable[RecordedStep]) -> VialState:
    """The state after those of its steps that stand."""
    state, opened = VialState.CANCELLED, False
    for each in events:
        if each.counts:
            opened = opened or each.step.opens
            state = each.step.leaves(was_opened=opened)
    return state
