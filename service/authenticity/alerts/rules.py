"""What regulators' notices say of the thing presented.

A notice may name exactly what is in the hand (its lot with that expiry, its serial): that vial is known bad.
Or it names a lot of which the manufacturer issued vials too: then most holders have nothing to fear, and
the notice alone must not condemn theirs.
"""

from collections.abc import Iterator

from service.authenticity.alerts import brand_rules
from service.authenticity.alerts.matching import notice
from service.authenticity.descriptions.product_names import names_differ
from service.authenticity.dispositions import IN_CIRCULATION
from service.authenticity.evidence import AlertKind, AlertRecord, Evidence
from service.authenticity.lots.completeness import all_lots_known
from service.authenticity.presentation_rules import known_as, strength_agrees
from service.authenticity.reasons import Action, Match, Reason, ReasonCode

Reasons = Iterator[Reason]


def reasons(evidence: Evidence, match: Match) -> Reasons:
    """One reason for each notice that concerns what was presented, the most exact first."""
    for alert in evidence.alerts:
        if brand_rules.names_only_product(alert):
            yield from brand_rules.reasons(alert, evidence, match)
        elif concerns_product(alert, evidence):
            yield from _of_kind(alert, evidence, match)
        elif _same_lot(alert, evidence) and evidence.presented.gtin is None:
            # Only a lot was given: it may be the other product's, the one that the notice names.
            yield notice(ReasonCode.ALERT_CLOSE, Action.QUARANTINE, alert, scope="other_product")
        if _similar_lot(alert, evidence) and evidence.batch is None:
            yield notice(ReasonCode.ALERT_CLOSE, Action.QUARANTINE, alert, scope="similar")


def _of_kind(alert: AlertRecord, evidence: Evidence, match: Match) -> Reasons:
    if alert.kind is AlertKind.UNLICENSED:
        named = _names_only_gtin(alert) or _same_lot(alert, evidence) or _same_unit(alert, evidence)
        if named and (reason := brand_rules.unlicensed(alert, evidence)):
            yield reason
    elif alert.kind is AlertKind.RECALLED:
        yield from _recalled(alert, evidence)
    elif alert.kind is AlertKind.STOLEN:
        yield from _stolen(alert, evidence, match)
    else:
        yield from _falsified(alert, evidence, match)


def _stolen(alert: AlertRecord, evidence: Evidence, match: Match) -> Reasons:
    """A theft of what is presented, or of part of its lot.

    A unit that its maker's record has in circulation, beside a notice that names its lot and no serial, is
    one of those that were not stolen, unless the record is late: that is for a person to find out.
    """
    names_serials = bool(alert.serial or alert.serial_prefix)
    if _same_unit(alert, evidence):
        yield notice(ReasonCode.STOLEN, Action.REJECT, alert)
    elif _same_lot(alert, evidence):
        unit = evidence.unit
        at_large = match is Match.UNIT and unit is not None and unit.disposition in IN_CIRCULATION
        if names_serials and match is not Match.UNIT:
            yield notice(ReasonCode.STOLEN, Action.CHECK, alert, scope="serials of the lot")
        elif not names_serials:
            severity = Action.CHECK if at_large else Action.REJECT
            yield notice(ReasonCode.STOLEN, severity, alert, scope="part of the lot" if at_large else "lot")


def concerns_product(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether the notice may be about the product presented. In doubt it is: names are only told apart
    where both the notice and the record give one."""
    gtin = evidence.presented.gtin
    product = evidence.product
    if product is not None and alert.gtin in product.source_gtins:
        return True
    if alert.gtin and gtin is not None:
        return alert.gtin == gtin.value
    if product is None:
        return bool(alert.gtin) or not names_differ(alert.product_name, evidence.presented.product or "")
    if alert.gtin:
        return alert.gtin == product.gtin
    if alert.product_id is not None:
        return alert.product_id == product.id
    return not names_differ(alert.product_name, known_as(product))


def _recalled(alert: AlertRecord, evidence: Evidence) -> Reasons:
    """A recall that names serials of a lot leaves its others: the serial says whether it is one of them."""
    names_serials = bool(alert.serial or alert.serial_prefix)
    if names_serials and not _same_unit(alert, evidence):
        if _same_lot(alert, evidence) and evidence.unit is None:
            yield notice(ReasonCode.RECALLED_IN_PART, Action.CHECK, alert, scope="unit")
        return
    whole_product = not (alert.lot_key or alert.serial or alert.serial_prefix)
    by_gtin = whole_product and bool(alert.gtin) and evidence.presented.gtin is not None
    if by_gtin or _same_lot(alert, evidence) or _same_unit(alert, evidence):
        scope = "unit" if names_serials else "product" if by_gtin else "lot"
        yield notice(ReasonCode.RECALLED, Action.REJECT, alert, scope=scope)


def _falsified(alert: AlertRecord, evidence: Evidence, match: Match) -> Reasons:
    if _same_unit(alert, evidence):
        scope = "serial" if alert.serial else "serial prefix"
        yield notice(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope=scope)
    elif _same_lot(alert, evidence):
        yield _falsified_lot(alert, evidence, match)
    elif _names_only_gtin(alert) and evidence.product is None and evidence.presented.gtin is not None:
        # A notice about a whole GTIN: damning where no such product exists, and empty where one does.
        yield notice(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="product")


def _names_only_gtin(alert: AlertRecord) -> bool:
    return bool(alert.gtin) and not (alert.lot_key or alert.serial or alert.serial_prefix)


def _falsified_lot(alert: AlertRecord, evidence: Evidence, match: Match) -> Reason:
    expiry, batch = evidence.presented.expiry, evidence.batch
    as_recorded = batch is not None and expiry is not None and batch.bears(expiry)
    as_alerted = alert.expiry is not None and expiry is not None and expiry.agrees_with(alert.expiry)
    missing = batch is None and not evidence.alike
    never_issued = missing and (alert.lot_issued is False or all_lots_known(evidence))
    other = brand_rules.names_other_presentation(alert, evidence)
    if other and brand_rules.presented_as_named(alert, evidence):
        return notice(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="presentation")
    if never_issued or (as_alerted and not as_recorded):
        return notice(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="lot")
    other_expiry = alert.expiry is not None and not as_alerted
    # The notice names serials of this lot, which is on record, and the one presented is none of them.
    names_serials = bool(alert.serial or alert.serial_prefix)
    other_serial = names_serials and batch is not None and evidence.presented.serial is not None
    elsewhere = other_serial or (as_recorded and (match is Match.UNIT or other_expiry))
    if other and batch is not None:  # fakes of a strength that is not made; the pack says another
        elsewhere |= _bears_own_strength(evidence)
    severity = Action.CHECK if elsewhere else Action.QUARANTINE
    return notice(ReasonCode.ALERT_LOT_COUNTERFEITED, severity, alert, scope="lot")


def _bears_own_strength(evidence: Evidence) -> bool:
    strength, product = evidence.presented.strength, evidence.product
    return bool(strength) and product is not None and strength_agrees(product, strength or "") is True


def _same_lot(alert: AlertRecord, evidence: Evidence) -> bool:
    lot = evidence.presented.lot
    return lot is not None and bool(alert.lot_key) and alert.lot_key == lot.key


def _similar_lot(alert: AlertRecord, evidence: Evidence) -> bool:
    lot = evidence.presented.lot
    if lot is None or not alert.lot_folded or alert.lot_key == lot.key:
        return False
    return alert.lot_folded == lot.folded


def _same_unit(alert: AlertRecord, evidence: Evidence) -> bool:
    serial = evidence.presented.serial
    if serial is None:
        return False
    shown = serial.printed.casefold()  # toward caution a serial's case does not matter
    if alert.serial:
        return shown == alert.serial.casefold()
    return bool(alert.serial_prefix) and shown.startswith(alert.serial_prefix.casefold())
