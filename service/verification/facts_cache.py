"""Keeps what the records say of a lot, for the next check of the same lot.

Key: everything presented but the serial, and who asks. An entry is valid for one version of the facts
(`storage.hot.statements.VersionedFacts`) and until the day ends, in the asker's zone or in UTC. It holds the
lot's facts, the findings of `judge_presentation`, and judgements by what `judge_unit` depends on. It never
holds a unit's state or history: one select (`storage.hot.observation`) reads both for each check, together
with the version of the facts at that moment.

The cache may miss at any time; the caller then reads everything in one snapshot, into the same types.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchRecord, Evidence, Presented, ProductRecord, UnitRecord
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.score import DAY
from service.authenticity.scan_history.sightings import Sighting, SightingKind
from service.authenticity.verdicts import (
    Judgement,
    PresentationFindings,
    combine,
    judge_presentation,
    judge_unit,
)
from service.storage.database import Database
from service.storage.hot import alerts, observation
from service.storage.hot.sightings import SubjectScope
from service.storage.hot.statements import Snapshot
from service.verification.question import ParsedQuestion
from service.verification.scan_history import Found, lot_is_near

_FEW_DEVICES = 2
"""With one device more there are still too few for `scan_history.rules` to find anything."""

_MOST_JUDGEMENTS = 64
"""Judgements kept of one lot."""


@dataclass(slots=True)
class LotFacts:
    """One entry. `evidence`: of one check of the lot; valid from `since` to before `until` (aware)."""

    evidence: Evidence
    product: ProductRecord
    batch: BatchRecord
    lot_key: str
    alerted_serials: alerts.Beginnings
    since: datetime
    until: datetime
    findings: PresentationFindings
    judgements: dict[Hashable, Judgement] = field(default_factory=dict)

    def judge(self, evidence: Evidence, history: SeenBefore | None, key: Hashable | None) -> Judgement:
        """The judgement on a unit of this lot, or on the lot; kept under `key` where that is not None."""
        unit = judge_unit(replace(evidence, history=history))
        judgement = combine(self.findings, unit).judgement
        if key is not None and len(self.judgements) < _MOST_JUDGEMENTS:
            self.judgements[key] = judgement
        return judgement


def find(
    database: Database, parsed: ParsedQuestion, asker: Asker, now: datetime
) -> tuple[LotFacts, Evidence, Found] | None:
    """The lot's entry, the evidence of this check (without its history), and what was seen before.

    None where no entry is valid, or where more than one select has to be read.
    """
    facts = database.facts
    lot: LotFacts | None = facts.kept.get(_key(parsed, asker))
    if lot is None or facts.version is None or not lot.since <= now < lot.until:
        return None
    serial = parsed.presented.serial
    if serial is None:
        seen, unit = observation.of_lot(database, lot.product.id, lot.lot_key), None
    elif alerts.naming(lot.alerted_serials, serial):
        return None
    else:
        seen = observation.of_unit(database, lot.product.id, serial.printed, parsed.client)
        state = seen.disposition
        if state is None or state is Disposition.DISPENSED or seen.batch_id != lot.batch.id:
            return None  # when it was dispensed, or what it resembles, is read elsewhere
        unit = UnitRecord(serial.printed, state, lot.batch)
    if seen.version != facts.version:
        return None
    return lot, _for_unit(lot.evidence, parsed.presented, now, unit), seen.lines


def keep(snapshot: Snapshot, parsed: ParsedQuestion, evidence: Evidence) -> LotFacts | None:
    """Keep what was read, and return the entry; None where the next check of the lot may need more."""
    key, shown = _key(parsed, evidence.asker), evidence.presented
    product, batch, unit = evidence.product, evidence.batch, evidence.unit
    if key is None or product is None or batch is None or shown.lot is None or product.stopped:
        return None
    if (unit is None) != (shown.serial is None) or (unit and unit.batch.id != batch.id):
        return None
    if evidence != _for_unit(evidence, shown, evidence.now, unit):
        return None  # there is more than what units of a lot have in common
    named = alerts.beginnings(snapshot)
    if not _found_by_serial(evidence, named) or (shown.serial and alerts.naming(named, shown.serial)):
        return None
    until = min(_end_of_day(evidence.now, evidence.zone), _end_of_day(evidence.now, UTC))
    findings = judge_presentation(evidence)
    entry = LotFacts(evidence, product, batch, shown.lot.key, named, evidence.now, until, findings)
    return snapshot.facts.keep(key, entry)


def judgement_key(
    evidence: Evidence,
    parsed: ParsedQuestion,
    found: Mapping[SubjectScope, tuple[Sighting, ...]],
) -> Hashable | None:
    """What the judgement on a unit of a lot, or on the lot, depends on beside the lot's facts.

    None where the history has to be weighed: several places or devices, or a lot that is near a threshold.
    """
    if evidence.unit is None:
        lines, batch = found.get(SubjectScope.LOT, ()), evidence.batch
        if batch is None or lot_is_near(batch, lines, parsed.place.country, one_more=True):
            return None
        return SubjectScope.LOT
    key = (parsed.place, parsed.trade, evidence.unit.disposition)
    if not any(found.values()):
        return key
    lines = found.get(SubjectScope.UNIT, ())
    if len(lines) != 1 or any(found[scope] for scope in found if scope is not SubjectScope.UNIT):
        return None
    (line,) = lines
    of_asker = SightingKind.TRADE if parsed.trade else SightingKind.STRANGER
    if line.devices.bit_count() >= _FEW_DEVICES or line.place != parsed.place or line.kind is not of_asker:
        return None
    # This scan goes into the same line: no rule names one place (`score.in_brief`), and what is said depends
    # on days alone.
    return (*key, line.first // DAY, line.last // DAY)


def _found_by_serial(evidence: Evidence, named: alerts.Beginnings) -> bool:
    """Whether `named` finds every alert here that names serials: then other serials get the same of each."""
    findable = {alert.id for each in named.values() for alert in each}
    return all(alert.id in findable for alert in evidence.alerts if alert.serial or alert.serial_prefix)


def _key(parsed: ParsedQuestion, asker: Asker) -> Hashable | None:
    """Everything presented but the serial, and the asker; None for questions that are not kept."""
    shown = parsed.presented
    if parsed.carton is not None or parsed.scanned_at is not None or not parsed.pack.given:
        return None
    if parsed.treated_on is not None:
        return None
    if shown.lot is None or shown.expiry_readings or shown.marks:
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
        shown.form,
        shown.product,
        shown.no_lot,
        shown.national,
    )


def _for_unit(lot: Evidence, presented: Presented, now: datetime, unit: UnitRecord | None) -> Evidence:
    """The evidence on another unit of the lot: these fields are all that `keep` admits."""
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


def _end_of_day(moment: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date() + timedelta(days=1), time.min, zone)
