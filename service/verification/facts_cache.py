"""The usual check: of a lot that was checked a moment ago, and of a unit of it that nothing sets apart.

What tells it from the check before it is the serial, the moment and who saw the code before: one select
brings these (`storage.hot.observation`). What the records say of the lot, and the verdict that follows, is
kept with the facts that it follows from, while these and the day stay the same. Whatever this cannot
be sure of is gathered and judged anew, as if nothing had been kept.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchRecord, Evidence, Presented, ProductRecord, UnitRecord
from service.authenticity.scan_history import rules as scan_rules
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import DAY
from service.authenticity.scan_history.sightings import Region, SightingKind
from service.authenticity.scan_history.suspects import OF_HISTORY
from service.authenticity.verdicts import Record, Verdict, judge
from service.storage.database import Database
from service.storage.hot import alerts as hot_alerts
from service.storage.hot import observation
from service.storage.hot.observation import Observation
from service.storage.hot.sightings import SubjectScope
from service.storage.hot.statements import Snapshot
from service.verification.question import ParsedQuestion
from service.verification.scan_history import (
    NO_HISTORY_UPDATE,
    HistoryUpdate,
    counted_in,
    history_update,
    leaves,
    lot_is_near,
    near_a_threshold,
)

_FEW_DEVICES = 2
"""With one more there are still too few for `scan_history.rules` to say anything of them."""

_MOST_VERDICTS = 64
"""Verdicts of one lot that are kept: by dispositions, and by what is said of scans."""


@dataclass(slots=True)
class _Lot:
    """What the checks of a lot have in common from one moment to another: `evidence` is one of them."""

    evidence: Evidence
    product: ProductRecord
    batch: BatchRecord
    lot_key: str
    named: hot_alerts.Beginnings
    since: datetime
    until: datetime
    verdicts: dict[Hashable, Verdict] = field(default_factory=dict)

    def keep(self, key: Hashable, verdict: Verdict) -> Verdict:
        """Keep a verdict, and give it back."""
        if len(self.verdicts) < _MOST_VERDICTS:
            self.verdicts[key] = verdict
        return verdict


def look(
    database: Database, understood: ParsedQuestion, asker: Asker, now: datetime, *, trade: bool, leaving: bool
) -> tuple[Verdict, HistoryUpdate] | None:
    """The verdict on a familiar lot or unit, and (if the scan is `leaving` any) its traces; else None."""
    facts = database.facts
    lot: _Lot | None = facts.kept.get(_key(understood, asker))
    if lot is None or not lot.since <= now < lot.until:
        return None
    found = _glance(database, lot, understood)
    if found is None or facts.version is None or found[0].version != facts.version:
        return None
    seen, unit = found
    quiet = _nothing_to_say(lot, seen, understood.place, trade=trade)
    verdict = lot.verdicts.get(quiet) if quiet is not None else None
    if verdict is not None and not leaving:
        return _of_this(verdict, lot, now, unit), NO_HISTORY_UPDATE
    evidence = _of_unit(lot.evidence, understood.presented, now, unit)
    marks = leaves(evidence, understood, trade=trade)
    verdict = verdict or _judged(lot, evidence, counted_in(evidence, understood, marks, seen.lines))
    if verdict is None:
        return None
    if quiet is not None:
        lot.keep(quiet, verdict)
    return _of_this(verdict, lot, now, unit), history_update(evidence, marks, seen.lines)


def keep(snapshot: Snapshot, understood: ParsedQuestion, evidence: Evidence) -> None:
    """Remember what was gathered, if the next check of this lot differs from it in nothing else."""
    key, shown = _key(understood, evidence.asker), evidence.presented
    product, batch, unit = evidence.product, evidence.batch, evidence.unit
    if key is None or product is None or batch is None or shown.lot is None or product.stopped:
        return
    if (unit is None) != (shown.serial is None) or (unit and unit.batch.id != batch.id):
        return
    if evidence != _of_unit(evidence, shown, evidence.now, unit):
        return  # there was more to look at than lots and units have in common
    named = hot_alerts.beginnings(snapshot)
    if not _found_by_serial(evidence, named) or (shown.serial and hot_alerts.naming(named, shown.serial)):
        return
    until = min(_end_of_day(evidence.now, evidence.zone), _end_of_day(evidence.now, UTC))
    snapshot.facts.keep(key, _Lot(evidence, product, batch, shown.lot.key, named, evidence.now, until))


def _found_by_serial(evidence: Evidence, named: hot_alerts.Beginnings) -> bool:
    """Whether `named` finds all notices here that name serials: then they say the same of every other."""
    findable = {alert.id for alerts in named.values() for alert in alerts}
    return all(alert.id in findable for alert in evidence.alerts if alert.serial or alert.serial_prefix)


def _key(understood: ParsedQuestion, asker: Asker) -> Hashable | None:
    """All that was presented but the serial; None where more than that would matter."""
    shown, reading = understood.presented, understood.reading
    if understood.carton is not None or understood.scanned_at is not None or (reading and reading.repairs):
        return None
    if shown.lot is None or understood.typed_digits is not None:
        return None
    return (
        asker,
        shown.gtin.value if shown.gtin else "",
        shown.lot.printed,
        shown.serial is None,
        shown.expiry,
        shown.market,
        shown.strength,
        shown.substance,
        shown.language,
        shown.product,
        shown.no_lot,
        shown.national,
    )


def _glance(
    database: Database, lot: _Lot, understood: ParsedQuestion
) -> tuple[Observation, UnitRecord | None] | None:
    """What there is of it now; None for a unit of which more has to be known."""
    serial = understood.presented.serial
    if serial is None:
        return observation.of_lot(database, lot.product.id, lot.lot_key), None
    if hot_alerts.naming(lot.named, serial):
        return None
    seen = observation.of_unit(database, lot.product.id, serial.printed, understood.client)
    state = seen.disposition
    if state is None or state is Disposition.DISPENSED or seen.batch_id != lot.batch.id:
        return None  # when it was dispensed is written down elsewhere
    return seen, UnitRecord(serial.printed, state, lot.batch)


def _nothing_to_say(lot: _Lot, seen: Observation, place: Region, *, trade: bool) -> Hashable | None:
    """What decides over the verdict where earlier scans do not; None where they have to be looked into."""
    if seen.disposition is None:
        lines = seen.lines.get(SubjectScope.LOT, ())
        return None if lot_is_near(lot.batch, lines, place.country, one_more=True) else SubjectScope.LOT
    key = (place, trade, seen.disposition)
    if not seen.lines:
        return key
    lines = seen.lines.get(SubjectScope.UNIT, ()) if len(seen.lines) == 1 else ()
    if len(lines) != 1 or lines[0].devices.bit_count() >= _FEW_DEVICES:
        return None
    (line,) = lines
    if line.place != place or line.kind is not (SightingKind.TRADE if trade else SightingKind.STRANGER):
        return None
    # This scan goes into the same line: nothing is weighed, and what is said depends on days.
    return (*key, line.first // DAY, line.last // DAY)


def _judged(lot: _Lot, evidence: Evidence, history: SeenBefore) -> Verdict | None:
    """The verdict with this history; None where a manufacturer's thresholds have to be asked for."""
    if near_a_threshold(evidence, history):
        return None
    said = tuple(scan_rules.of_history(evidence, history))
    if any(each.code in OF_HISTORY for each in said):
        return None
    key = (evidence.unit and evidence.unit.disposition, said)
    return lot.verdicts.get(key) or lot.keep(key, judge(replace(evidence, history=history)))


def _of_unit(lot: Evidence, presented: Presented, now: datetime, unit: UnitRecord | None) -> Evidence:
    """The evidence on another unit of a familiar lot: what `keep` has let in is all that it holds."""
    return Evidence(
        presented,
        now,
        lot.zone,
        lot.product,
        lot.batch,
        unit,
        lot.same_lot,
        lot.any_same_lot_stopped,
        lot.prefix_holder,
        lot.named,
        lot.alerts,
        asker=lot.asker,
    )


def _of_this(verdict: Verdict, lot: _Lot, now: datetime, unit: UnitRecord | None) -> Verdict:
    """A verdict on another unit of the lot, as one on this unit."""
    return Verdict(
        verdict.action,
        verdict.match,
        verdict.reasons,
        verdict.headline,
        verdict.advice,
        verdict.not_checked,
        Record(lot.product, lot.batch, unit),
        verdict.choices,
        now,
    )


def _end_of_day(moment: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), time.min, zone)
