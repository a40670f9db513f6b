"""The usual check: of a lot that was checked a moment ago, and of a unit of it that nothing sets apart.

What tells it from the check before it is the serial, the moment and who saw the code before: one select
brings these (`storage.glances`). What the records say of the lot, and the verdict that follows, is kept with
the facts that it follows from, for as long as these stay as they are and the day lasts. Whatever this cannot
be sure of is gathered and judged anew, as if nothing had been kept.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchRecord, Evidence, ProductRecord, UnitRecord
from service.authenticity.scan_history import rules as scan_rules
from service.authenticity.scan_history.evidence import SeenBefore
from service.authenticity.scan_history.standing_out import OF_HISTORY
from service.authenticity.verdicts import Record, Verdict, judge
from service.storage import glances, notices
from service.storage.database import Database
from service.storage.prepared import Snapshot
from service.verification.history import NO_TRACES, Traces, counted_in, leaves, near_a_threshold, traces_of
from service.verification.questions import Understood

_MOST_VERDICTS = 64
"""Verdicts of one lot that are kept: by dispositions, and by what is said of scans."""


_NEVER = frozenset({None, Disposition.DISPENSED})
"""No such unit; or one of which it matters when it was used, and that is written down with the unit."""


@dataclass(slots=True)
class _Lot:
    """What the checks of a lot have in common from one moment to another: `evidence` is one of them."""

    evidence: Evidence
    product: ProductRecord
    batch: BatchRecord
    lot_key: str
    named: notices.Beginnings
    since: datetime
    until: datetime
    verdicts: dict[Hashable, Verdict] = field(default_factory=dict)

    def keep(self, key: Hashable, verdict: Verdict) -> Verdict:
        """Keep a verdict, and give it back."""
        if len(self.verdicts) < _MOST_VERDICTS:
            self.verdicts[key] = verdict
        return verdict


def look(
    database: Database, understood: Understood, asker: Asker, now: datetime, *, trade: bool, leaving: bool
) -> tuple[Verdict, Traces] | None:
    """The verdict on a familiar lot or unit, and (if the scan is `leaving` any) its traces; else None."""
    facts, key = database.facts, _key(understood, asker)
    lot: _Lot | None = facts.kept.get(key)
    if lot is None or not lot.since <= now < lot.until:
        return None
    serial, client, unit = understood.presented.serial, understood.client, None
    if serial is None:
        seen = glances.of_lot(database, lot.product.id, lot.lot_key)
    elif notices.naming(lot.named, serial):
        return None
    else:
        seen = glances.of_unit(database, lot.product.id, serial.printed, client)
        if seen.batch_id != lot.batch.id or seen.disposition in _NEVER:
            return None
        unit = UnitRecord(serial.printed, seen.disposition, lot.batch)
    if seen.version != facts.version:
        return None
    first = (understood.place, trade, seen.disposition) if not seen.lines else None
    verdict = lot.verdicts.get(first) if first else None
    if verdict is not None and not leaving:
        return _of_this(verdict, lot, now, unit), NO_TRACES
    evidence = replace(lot.evidence, presented=understood.presented, now=now, unit=unit)
    marks = leaves(evidence, understood, trade=trade)
    verdict = verdict or _judged(lot, evidence, counted_in(evidence, understood, marks, seen.lines))
    if verdict is None:
        return None
    if first:
        lot.keep(first, verdict)
    return _of_this(verdict, lot, now, unit), traces_of(evidence, marks, seen.lines)


def keep(snapshot: Snapshot, understood: Understood, evidence: Evidence) -> None:
    """Remember what was gathered, if the next check of this lot differs from it in nothing else."""
    key, shown = _key(understood, evidence.asker), evidence.presented
    product, batch, unit = evidence.product, evidence.batch, evidence.unit
    if key is None or product is None or batch is None or shown.lot is None or product.stopped:
        return
    if (unit is None) != (shown.serial is None) or (unit and unit.batch.id != batch.id):
        return
    if evidence.near or evidence.used_on or any(each.serial or each.serial_prefix for each in evidence.alerts):
        return
    lot = _Lot(
        replace(evidence, unit=None),
        product,
        batch,
        shown.lot.key,
        notices.beginnings(snapshot),
        since=evidence.now,
        until=min(_end_of_day(evidence.now, evidence.zone), _end_of_day(evidence.now, UTC)),
    )
    snapshot.facts.keep(key, lot)


def _key(understood: Understood, asker: Asker) -> Hashable | None:
    """All that was presented but the serial; None where more than that would matter."""
    shown, reading = understood.presented, understood.reading
    if understood.carton is not None or understood.scanned_at is not None or (reading and reading.faults):
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


def _judged(lot: _Lot, evidence: Evidence, history: SeenBefore) -> Verdict | None:
    """The verdict with this history; None where a manufacturer's thresholds have to be asked for."""
    evidence = replace(evidence, history=history)
    said = tuple(scan_rules.reasons(evidence))
    if near_a_threshold(evidence, history) or any(each.code in OF_HISTORY for each in said):
        return None
    key = (evidence.unit and evidence.unit.disposition, said)
    return lot.verdicts.get(key) or lot.keep(key, judge(evidence))


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
