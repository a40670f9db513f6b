"""Verdicts on a clinic's own vials, computed each time that a vial is read.

A recall, and scans elsewhere of the same number, take effect as soon as they are on record. What the clinic
itself did to the unit is left out: that it opened a vial is no evidence against the vial it holds.
"""

from collections.abc import Iterable

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Presented
from service.authenticity.reasons import Action
from service.authenticity.verdicts import Verdict
from service.clinics.origin import clinic_origin
from service.clinics.presentations import with_market
from service.clinics.queries import HeldVial
from service.gs1.identifiers import Gtin, Lot, Serial
from service.verification.question import Channel
from service.verification.service import OwnStep, PresentedPack, VerificationService

STOP = frozenset({Action.REJECT, Action.QUARANTINE})
"""Actions with which no vial is opened or used."""


def stops(verdict: Verdict) -> bool:
    """Whether the vial must not be used."""
    return verdict.action in STOP


def presented(vial: HeldVial) -> Presented:
    """What the vial's row says of it: what was printed, and the record's word where nothing was."""
    return Presented(
        gtin=Gtin(vial.gtin) if vial.gtin else None,
        lot=Lot.parse(vial.lot) if vial.lot else None,
        serial=Serial.parse(vial.serial) if vial.serial else None,
        expiry=vial.expiry,
        product=None if vial.gtin or vial.lot else vial.product_name,
    )


def shown_of(vial: HeldVial) -> Presented:
    """What was presented of the vial last; its row where that is not kept."""
    return vial.presentations[-1].pack if vial.presentations else presented(vial)


def verdict_of(verification: VerificationService, actor: Actor, vial: HeldVial) -> Verdict:
    """The verdict on one vial now: the worst of those on what was presented of it."""
    origin = clinic_origin(actor, Channel.WEB)
    packs = vial.presentations or (PresentedPack(presented(vial)),)
    verdicts = [
        verification.assess(with_market(pack, actor.country), origin, _own_step(vial)) for pack in packs
    ]
    return max(verdicts, key=lambda verdict: verdict.action.rank)


def verdicts_of(
    verification: VerificationService, actor: Actor, vials: Iterable[HeldVial]
) -> dict[int, Verdict]:
    """The verdict on each vial, by its id. Vials that say the same of themselves are judged once."""
    alike: dict[object, Verdict] = {}
    found: dict[int, Verdict] = {}
    for vial in vials:
        shown = vial.presentations or presented(vial)
        key = (shown, _own_step(vial))
        if key not in alike:
            alike[key] = verdict_of(verification, actor, vial)
        found[vial.id] = alike[key]
    return found


def _own_step(vial: HeldVial) -> OwnStep | None:
    """The disposition in which this clinic left the unit, and the one before, if it moved it."""
    if vial.unit_was is None:
        return None
    return OwnStep(Disposition.DISPENSED if vial.opened else Disposition.LOCKED, vial.unit_was)
