"""What is known of a clinic's own vial now: the judge's answer, asked anew each time it is looked at.

A recall shows up here as soon as it is on record. What the clinic itself did to the unit is left out of the
question: that it opened a vial does not speak against the vial in its own hands.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, Evidence, Presented
from service.authenticity.reasons import Action
from service.authenticity.verdicts import Verdict, judge
from service.clinics.queries import HeldVial
from service.gs1.identifiers import Gtin, Lot, Serial
from service.storage.hot.statements import Snapshot
from service.verification.facts import load
from service.verification.question import as_recorded

STOP = frozenset({Action.REJECT, Action.QUARANTINE})
"""Answers with which no vial is used."""


def stops(verdict: Verdict) -> bool:
    """Whether nobody may use the vial."""
    return verdict.action in STOP


def presented(vial: HeldVial, country: str) -> Presented:
    """What the vial says of itself, asked for in the clinic's country (ISO 3166-1, or empty)."""
    return Presented(
        gtin=Gtin(vial.gtin) if vial.gtin else None,
        lot=Lot.parse(vial.lot) if vial.lot else None,
        serial=Serial.parse(vial.serial) if vial.serial else None,
        expiry=vial.expiry,
        market=country or None,
        product=None if vial.gtin or vial.lot else vial.product_name,
    )


def verdict_of(snapshot: Snapshot, vial: HeldVial, country: str, now: datetime) -> Verdict:
    """The verdict on one vial at `now`, apart from what the clinic itself did to it."""
    evidence, _ = load(snapshot, as_recorded(presented(vial, country)), Asker.CLINIC, now)
    return judge(_without_own_steps(evidence, vial))


def verdicts_of(
    snapshot: Snapshot, vials: Iterable[HeldVial], country: str, now: datetime
) -> dict[int, Verdict]:
    """The verdict on each vial, by its id. Vials that say the same of themselves are asked about once."""
    alike: dict[object, Verdict] = {}
    found: dict[int, Verdict] = {}
    for vial in vials:
        key = (vial.gtin, vial.lot, vial.serial, vial.expiry, vial.product_name, _left_by_us(vial))
        if key not in alike:
            alike[key] = verdict_of(snapshot, vial, country, now)
        found[vial.id] = alike[key]
    return found


def _left_by_us(vial: HeldVial) -> Disposition | None:
    """The disposition in which this clinic left the unit, if it moved it."""
    if vial.unit_was is None:
        return None
    return Disposition.DISPENSED if vial.opened else Disposition.LOCKED


def _without_own_steps(evidence: Evidence, vial: HeldVial) -> Evidence:
    unit = evidence.unit
    if unit is None or vial.unit_was is None or unit.disposition is not _left_by_us(vial):
        return evidence
    return replace(evidence, unit=replace(unit, disposition=vial.unit_was))
