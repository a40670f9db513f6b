"""What was seen before of the thing presented, and what the present scan adds to it.

Whose history it is depends on what was found: a unit's own; a lot's, when only a lot was asked for (so that
nobody can talk a unit down by asking for its lot); of a serial that is not on record, who asks for such
serials and what their neighbours are. A lot that nobody has on record is kept count of too.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.evidence import BatchRecord, Evidence
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.sightings import (
    MOST_PLACES,
    NOWHERE,
    Kind,
    Place,
    Sighting,
    sighting,
    together,
)
from service.authenticity.scan_history.suspects import of_record, of_unknown_lot
from service.gs1.identifiers import Serial
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import Scope, Seen, Subject
from service.storage.hot.statements import Snapshot
from service.verification.question import Understood

_WORTH_ASKING = 2.0
"""Below this no manufacturer can have people told (`DetectionThresholds`): what it set is not asked for."""

_FEWEST = 5
"""The fewest devices, and guesses, that a manufacturer can have people told of."""

_FEWEST_COUNTRIES, _FEWEST_CHECKS = 2, 2
# Likewise of a lot: countries, and checks for each of its units.

_SHORTEST = 6
"""A serial as short as this has no neighbours to speak of: there are few numbers in all."""


class Traces(Struct, frozen=True):
    """What a scan leaves, and those of its subjects that have more places than are kept.

    `telling`: one of its subjects stands out; `evidence` is what was on record of them.
    """

    seen: tuple[Seen, ...] = ()
    crowded: tuple[Subject, ...] = ()
    telling: bool = False
    evidence: Evidence | None = None


NO_TRACES = Traces()


def look_back(
    snapshot: Snapshot, evidence: Evidence, understood: Understood, *, trade: bool
) -> tuple[SeenBefore | None, Traces]:
    """The history that a verdict may look at, the present scan counted in, and what this scan adds to it."""
    seen = leaves(evidence, understood, trade=trade)
    asked = tuple(dict.fromkeys(each.subject for each in seen))
    if evidence.unit is not None and evidence.product is not None and understood.client:
        asked = (*asked, Subject(Scope.GUESSER, evidence.product.id, understood.client))
    found = kept.seen_before(snapshot, asked)
    traces = traces_of(evidence, seen, found)
    if evidence.product is None:
        return None, traces
    return as_the_maker_has_it(snapshot, evidence, counted_in(evidence, understood, seen, found)), traces


Found = Mapping[Scope, tuple[Sighting, ...]]
"""What is on record of each of the subjects that were asked for."""


def traces_of(evidence: Evidence, seen: tuple[Seen, ...], found: Found) -> Traces:
    """What a scan leaves."""
    subjects = dict.fromkeys(each.subject for each in seen)
    crowded = tuple(each for each in subjects if _is_crowded(found.get(each.scope, ())))
    return Traces(seen, crowded, _often_asked_for(found, seen), evidence)


def counted_in(
    evidence: Evidence, understood: Understood, seen: tuple[Seen, ...], found: Found
) -> SeenBefore:
    """The history of what was found, the present scan counted in, by the thresholds that everybody has."""
    scope = Scope.UNIT if evidence.unit is not None else Scope.LOT
    before = found.get(scope, ())
    return SeenBefore(
        place=understood.place,
        before=before,
        every=together((*before, *[each.sighting for each in seen if each.subject.scope is scope])),
        of_unit=scope is Scope.UNIT,
        guesses=_serials(Scope.GUESSER, found, seen),
        neighbours=_serials(Scope.NEIGHBOURS, found, seen),
    )


def lot_is_near(
    batch: BatchRecord, lines: Iterable[Sighting], country: str = "", *, one_more: bool = False
) -> bool:
    """The same of a lot that was asked for without a unit; `one_more`: with another check from `country`."""
    countries, checks = {"", country}, 2 * one_more  # a line without a place, and one with its country
    for each in lines:
        countries.add(each.place.country)
        checks += each.count
    often = bool(batch.quantity) and checks > _FEWEST_CHECKS * (batch.quantity or 1)
    return often or len(countries) > _FEWEST_COUNTRIES


def _often_asked_for(found: Found, seen: tuple[Seen, ...]) -> bool:
    """Whether it is a lot on nobody's record that stands out: no verdict says so."""
    scope = Scope.UNKNOWN_LOT
    asked = [*found.get(scope, ()), *(each.sighting for each in seen if each.subject.scope is scope)]
    return bool(asked) and of_unknown_lot(asked) is not None


def leaves(evidence: Evidence, understood: Understood, *, trade: bool) -> tuple[Seen, ...]:
    """Which subjects this scan is counted into."""
    return tuple(_leaves(evidence, understood, trade=trade))


def _leaves(evidence: Evidence, understood: Understood, *, trade: bool) -> Iterator[Seen]:
    product, shown = evidence.product, evidence.presented
    at = understood.scanned_at or evidence.now
    kind = Kind.TRADE if trade else Kind.STRANGER

    def line(place: Place) -> Sighting:
        return sighting(kind, place, at, understood.client)

    if product is None:
        if shown.lot is not None and not evidence.same_lot:
            yield Seen(Subject(Scope.UNKNOWN_LOT, 0, shown.lot.key), line(understood.place))
        return
    if evidence.unit is not None:
        yield Seen(Subject(Scope.UNIT, product.id, evidence.unit.serial), line(understood.place))
        return
    if evidence.batch is not None and shown.lot is not None:
        lot = Subject(Scope.LOT, product.id, shown.lot.key)
        yield Seen(lot, line(NOWHERE))
        markets = evidence.batch.markets or product.markets
        if markets and understood.place.country and understood.place.country not in markets:
            yield Seen(lot, line(Place(understood.place.country)))
    elif shown.lot is not None and not evidence.near:
        yield Seen(Subject(Scope.UNKNOWN_LOT, product.id, shown.lot.key), line(understood.place))
    yield from _guess(evidence, understood, at)


def _guess(evidence: Evidence, understood: Understood, at: datetime) -> Iterator[Seen]:
    """A serial that is not on record, and does not look like a misread one."""
    product, shown = evidence.product, evidence.presented
    if product is None:
        return
    if shown.serial is not None and product.serialised and not evidence.near:
        guess = sighting(Kind.STRANGER, NOWHERE, at, shown.serial.printed)
        if understood.client:
            yield Seen(Subject(Scope.GUESSER, product.id, understood.client), guess)
        if len(shown.serial.printed) >= _SHORTEST:
            yield Seen(Subject(Scope.NEIGHBOURS, product.id, _beginning(shown.serial)), guess)


def _beginning(serial: Serial) -> str:
    """What it shares with its neighbours: all but the last two characters."""
    return serial.printed[:-2]


def _serials(scope: Scope, found: Found, seen: tuple[Seen, ...]) -> int:
    """How many serials that are not on record, the present one counted in."""
    lines = [*found.get(scope, ()), *[each.sighting for each in seen if each.subject.scope is scope]]
    serials = 0
    for each in lines:
        serials |= each.devices
    return serials.bit_count()


def _is_crowded(lines: tuple[Sighting, ...]) -> bool:
    return len(lines) >= MOST_PLACES


def as_the_maker_has_it(snapshot: Snapshot, evidence: Evidence, history: SeenBefore) -> SeenBefore:
    """With the manufacturer's thresholds and what was cleared: asked for where there is something to say."""
    telling = near_a_threshold(evidence, history)
    if not telling and history.of_unit:
        # What needs no score (a market that it never went to) may have been cleared too.
        telling = of_record(replace(evidence, history=history)) is not None
    if evidence.product is None or not telling:
        return history
    serial = evidence.unit.serial if evidence.unit else ""
    thresholds, cleared = kept.judged_by(snapshot, evidence.product.id, serial)
    if thresholds == history.thresholds and cleared is None:
        return history
    return dataclasses.replace(history, thresholds=thresholds, cleared=cleared)


def near_a_threshold(evidence: Evidence, history: SeenBefore) -> bool:
    """Whether there is enough of a history for some manufacturer to have people told of it."""
    if max(history.guesses, history.neighbours) >= _FEWEST:
        return True
    if not history.of_unit and evidence.batch is not None:
        return lot_is_near(evidence.batch, history.every)
    suspicion = history.suspicion
    return suspicion.score >= _WORTH_ASKING or suspicion.devices >= _FEWEST or suspicion.used_elsewhere
