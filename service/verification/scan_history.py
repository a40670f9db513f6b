"""The scan history of what is presented, and what the present scan adds to it.

Whose history it is depends on what was found: a unit's own; a lot's, when only a lot was presented (so that
asking for a lot says nothing against a unit); of a serial that is not on record, the client's and its
neighbours'. Lots that are not on record are counted too.
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
    Region,
    Sighting,
    SightingKind,
    sighting,
    together,
)
from service.authenticity.scan_history.suspects import of_record, of_unknown_lot
from service.gs1.identifiers import Serial
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import NewSighting, Subject, SubjectScope
from service.storage.hot.statements import Snapshot
from service.verification.question import ParsedQuestion

_WORTH_ASKING = 2.0
"""Below this no manufacturer can have people told (`DetectionThresholds`): what it set is not asked for."""

_FEWEST = 5
"""The fewest devices, and guesses, that a manufacturer can have people told of."""

_FEWEST_COUNTRIES, _FEWEST_CHECKS = 2, 2
# Likewise of a lot: countries, and checks for each of its units.

_SHORTEST = 6
"""A serial as short as this has no neighbours to speak of: there are few numbers in all."""


class HistoryUpdate(Struct, frozen=True):
    """What a scan leaves, and those of its subjects that have more places than are kept.

    `telling`: one of its subjects stands out; `evidence` is what was on record of them.
    """

    seen: tuple[NewSighting, ...] = ()
    crowded: tuple[Subject, ...] = ()
    telling: bool = False
    evidence: Evidence | None = None


NO_HISTORY_UPDATE = HistoryUpdate()


Found = Mapping[SubjectScope, tuple[Sighting, ...]]
"""What is on record of each of the subjects that were asked for."""


def read_found(snapshot: Snapshot, evidence: Evidence, parsed: ParsedQuestion) -> Found:
    """What was seen before of the subjects that this scan is counted into, and of its client's guesses."""
    asked = tuple(dict.fromkeys(each.subject for each in leaves(evidence, parsed)))
    if evidence.unit is not None and evidence.product is not None and parsed.client:
        asked = (*asked, Subject(SubjectScope.GUESSER, evidence.product.id, parsed.client))
    return kept.seen_before(snapshot, asked)


def history_update(evidence: Evidence, seen: tuple[NewSighting, ...], found: Found) -> HistoryUpdate:
    """What a scan leaves."""
    subjects = dict.fromkeys(each.subject for each in seen)
    crowded = tuple(each for each in subjects if _is_crowded(found.get(each.scope, ())))
    return HistoryUpdate(seen, crowded, _often_asked_for(found, seen), evidence)


_OF_GUESSES = frozenset({SubjectScope.GUESSER, SubjectScope.NEIGHBOURS})


def only_guesses(update: HistoryUpdate) -> HistoryUpdate:
    """Return the part of an update that counts guesses at serials."""
    seen = tuple(each for each in update.seen if each.subject.scope in _OF_GUESSES)
    crowded = tuple(each for each in update.crowded if each.scope in _OF_GUESSES)
    return replace(update, seen=seen, crowded=crowded)


def counted_in(
    evidence: Evidence, parsed: ParsedQuestion, seen: tuple[NewSighting, ...], found: Found
) -> SeenBefore:
    """The history of what was found, the present scan counted in, by the thresholds that everybody has."""
    scope = SubjectScope.UNIT if evidence.unit is not None else SubjectScope.LOT
    before = found.get(scope, ())
    return SeenBefore(
        place=parsed.place,
        before=before,
        every=together((*before, *[each.sighting for each in seen if each.subject.scope is scope])),
        of_unit=scope is SubjectScope.UNIT,
        guesses=_serials(SubjectScope.GUESSER, found, seen),
        neighbours=_serials(SubjectScope.NEIGHBOURS, found, seen),
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


def _often_asked_for(found: Found, seen: tuple[NewSighting, ...]) -> bool:
    """Return whether a lot that is not on record stands out: no verdict says so."""
    scope = SubjectScope.UNKNOWN_LOT
    asked = [*found.get(scope, ()), *(each.sighting for each in seen if each.subject.scope is scope)]
    return bool(asked) and of_unknown_lot(asked) is not None


def leaves(evidence: Evidence, parsed: ParsedQuestion) -> tuple[NewSighting, ...]:
    """Which subjects this scan is counted into."""
    return tuple(_leaves(evidence, parsed))


def _leaves(evidence: Evidence, parsed: ParsedQuestion) -> Iterator[NewSighting]:
    product, shown = evidence.product, evidence.presented
    at = parsed.scanned_at or evidence.now
    kind = SightingKind.TRADE if parsed.trade else SightingKind.STRANGER

    def line(place: Region) -> Sighting:
        return sighting(kind, place, at, parsed.client)

    if product is None:
        if shown.lot is not None and not evidence.same_lot:
            yield NewSighting(Subject(SubjectScope.UNKNOWN_LOT, 0, shown.lot.key), line(parsed.place))
        return
    if evidence.unit is not None:
        yield NewSighting(Subject(SubjectScope.UNIT, product.id, evidence.unit.serial), line(parsed.place))
        return
    if evidence.batch is not None and shown.lot is not None:
        lot = Subject(SubjectScope.LOT, product.id, shown.lot.key)
        yield NewSighting(lot, line(NOWHERE))
        markets = evidence.batch.markets or product.markets
        if markets and parsed.place.country and parsed.place.country not in markets:
            yield NewSighting(lot, line(Region(parsed.place.country)))
    elif shown.lot is not None and not evidence.near:
        yield NewSighting(Subject(SubjectScope.UNKNOWN_LOT, product.id, shown.lot.key), line(parsed.place))
    yield from _guess(evidence, parsed, at)


def _guess(evidence: Evidence, parsed: ParsedQuestion, at: datetime) -> Iterator[NewSighting]:
    """A serial that is not on record, and does not look like a misread one."""
    product, shown = evidence.product, evidence.presented
    if product is None:
        return
    if shown.serial is not None and product.serialised and not evidence.near:
        guess = sighting(SightingKind.STRANGER, NOWHERE, at, shown.serial.printed)
        if parsed.client:
            yield NewSighting(Subject(SubjectScope.GUESSER, product.id, parsed.client), guess)
        if len(shown.serial.printed) >= _SHORTEST:
            yield NewSighting(Subject(SubjectScope.NEIGHBOURS, product.id, _beginning(shown.serial)), guess)


def _beginning(serial: Serial) -> str:
    """What it shares with its neighbours: all but the last two characters."""
    return serial.printed[:-2]


def _serials(scope: SubjectScope, found: Found, seen: tuple[NewSighting, ...]) -> int:
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
    if not needs_thresholds(evidence, history):
        return history
    assert evidence.product is not None  # noqa: S101 (for the type checker; `needs_thresholds` asked)
    serial = evidence.unit.serial if evidence.unit else ""
    thresholds, cleared = kept.judged_by(snapshot, evidence.product.id, serial)
    if thresholds == history.thresholds and cleared is None:
        return history
    return dataclasses.replace(history, thresholds=thresholds, cleared=cleared)


def by_thresholds(database: Database, evidence: Evidence, history: SeenBefore) -> SeenBefore | None:
    """Return the history with the manufacturer's thresholds, read by one select.

    None where a person has cleared the unit: the clearing is read in one snapshot with the history.
    """
    assert evidence.product is not None  # noqa: S101 (for the type checker; `needs_thresholds` asked)
    serial = evidence.unit.serial if evidence.unit else ""
    thresholds = kept.thresholds_at_once(database, evidence.product.id, serial)
    if thresholds is None or thresholds == history.thresholds:
        return None if thresholds is None else history
    return dataclasses.replace(history, thresholds=thresholds)


def needs_thresholds(evidence: Evidence, history: SeenBefore) -> bool:
    """Whether the manufacturer's thresholds, or what a person cleared, may change what is said."""
    if evidence.product is None:
        return False
    # What needs no score (a market that the unit never went to) may have been cleared too.
    return near_a_threshold(evidence, history) or (
        history.of_unit and of_record(replace(evidence, history=history)) is not None
    )


def near_a_threshold(evidence: Evidence, history: SeenBefore) -> bool:
    """Whether there is enough of a history for some manufacturer to have people told of it."""
    if max(history.guesses, history.neighbours) >= _FEWEST:
        return True
    if not history.of_unit and evidence.batch is not None:
        return lot_is_near(evidence.batch, history.every)
    suspicion = history.suspicion
    return suspicion.score >= _WORTH_ASKING or suspicion.devices >= _FEWEST or suspicion.used_elsewhere
