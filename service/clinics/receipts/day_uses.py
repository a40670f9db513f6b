"""The uses of one clinic on one day, which one receipt can be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from service.clinics import queries
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.vial_lifecycle import Step
from service.gs1.iso.countries import zone_of
from service.storage.models import Vial, VialEvent

_USES = frozenset({Step.OPEN, Step.USE, Step.USE_UP, Step.FINISH})
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsedVial:
    """A use, and the vial that it is of."""

    held: HeldVial
    use: RecordedStep


@dataclass(frozen=True, slots=True)
class OfferedUse:
    """A further use that can go on the receipt of another. `chosen`: it is on that receipt."""

    used: UsedVial
    chosen: bool


def is_use(step: RecordedStep) -> bool:
    """Whether a receipt can be about a step: it stands, and something was taken for a person."""
    taken = step.step is not Step.FINISH or step.units_used is not None
    return step.step in _USES and step.counts and taken


def day_in(moment: datetime, country: str) -> date:
    """The clinic's own day of a moment."""
    return moment.astimezone(zone_of(country or None, moment.date())).date()


def others_of_day(
    connection: Connection, organisation_id: int, country: str, use: RecordedStep
) -> list[UsedVial]:
    """Return the clinic's other uses of the day of a use: those of the same reference first, then those that
    are nearest in time.
    """
    near = VialEvent.at > use.at - _A_DAY, VialEvent.at < use.at + _A_DAY
    day = day_in(use.at, country)
    steps = [
        each
        for each in queries.events(connection, organisation_id, *near, VialEvent.step.in_(list(_USES)))
        if is_use(each) and each.id != use.id and day_in(each.at, country) == day
    ]
    steps.sort(key=lambda each: (not _same_reference(each, use), abs(each.at - use.at), each.id))
    held = _vials(connection, organisation_id, steps)
    return [UsedVial(held[each.vial_id], each) for each in steps]


def _same_reference(one: RecordedStep, other: RecordedStep) -> bool:
    return bool(one.reference) and one.reference == other.reference


def _vials(connection: Connection, organisation_id: int, steps: list[RecordedStep]) -> Mapping[int, HeldVial]:
    numbers = {each.vial_id for each in steps}
    return {each.id: each for each in queries.vials(connection, organisation_id, Vial.id.in_(numbers))}
