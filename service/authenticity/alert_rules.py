"""What regulators' notices say of the thing presented.

A notice may name exactly what is in the hand (its lot with that expiry, its serial): that vial is known bad.
Or it names a lot of which the manufacturer issued vials too: then most holders have nothing to fear, and
the notice alone must not condemn theirs.
"""

import re
import unicodedata
from collections.abc import Iterator

from service.authenticity.evidence import AlertKind, AlertRecord, Evidence
from service.authenticity.reasons import Action, Match, Reason, ReasonCode
from service.authenticity.regulators import country_of

Reasons = Iterator[Reason]


def reasons(evidence: Evidence, match: Match) -> Reasons:
    """One reason for each notice that concerns what was presented, the most exact first."""
    for alert in evidence.alerts:
        if _names_only_product(alert):
            if names_it(alert, evidence):
                yield from _named(alert, evidence, match)
        elif not concerns_product(alert, evidence):
            if _same_lot(alert, evidence) and evidence.presented.gtin is None:
                # Only a lot was given: it may be the other product's, the one that the notice names.
                yield _reason(ReasonCode.ALERT_CLOSE, Action.QUARANTINE, alert, scope="other_product")
        elif alert.kind is AlertKind.UNLICENSED:
            if _names_only_gtin(alert) or _same_lot(alert, evidence) or _same_unit(alert, evidence):
                yield from _unlicensed(alert, evidence)
        elif alert.kind is AlertKind.RECALLED:
            yield from _recalled(alert, evidence)
        elif alert.kind is AlertKind.STOLEN:
            if _same_unit(alert, evidence) or (not alert.serial and _same_lot(alert, evidence)):
                yield _reason(ReasonCode.STOLEN, Action.REJECT, alert)
        else:
            yield from _falsified(alert, evidence, match)
        if _similar_lot(alert, evidence) and evidence.batch is None:
            yield _reason(ReasonCode.ALERT_CLOSE, Action.QUARANTINE, alert, scope="similar")


def concerns_product(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether the notice may be about the product presented. In doubt it is: names are only told apart
    where both the notice and the record give one."""
    gtin = evidence.presented.gtin
    if alert.gtin and gtin is not None:
        return alert.gtin == gtin.value
    product = evidence.product
    if product is None:
        return bool(alert.gtin) or not told_apart(alert.product_name, evidence.presented.product or "")
    if alert.gtin:
        return alert.gtin == product.gtin
    if alert.product_id is not None:
        return alert.product_id == product.id
    return not told_apart(
        alert.product_name, f"{product.name} {product.manufacturer} {product.active_substance}"
    )


_WORD = re.compile(r"[^\W\d_]{3,}")
_FORM_WORDS = frozenset(
    {"and", "capsules", "cosmetic", "for", "inc", "infusion", "injection", "ltd", "pharma", "powder"}
    | {"prefilled", "solution", "syringe", "tablets", "the", "type", "unit", "units", "vial", "vials", "with"}
)


def told_apart(name: str, other: str) -> bool:
    """Whether two descriptions cannot be of one product: both say something, and share no word that names.

    >>> told_apart("Allergan BOTOX 100U", "Botox Cosmetic"), told_apart("Botox 100U", "Dysport 100U")
    (False, True)
    """
    one, two = _names(name), _names(other)
    return bool(one) and bool(two) and not one & two


def _names(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) - _FORM_WORDS


_ANY_BRAND = frozenset(
    {"acid", "botulinic", "botulinum", "botulínica", "brand", "falsified", "hyaluronic", "injectable"}
    | {"injections", "neurotoxin", "product", "products", "toxin", "toxina", "toxins", "unlicensed"}
)
"""Words that a notice shares with every product of its class."""


def names_it(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether what a notice calls its product is the name of the one presented.

    `concerns_product` decides in doubt that it is; where nothing but the name connects them, it has to fit.
    """
    product, said = evidence.product, _names(alert.product_name) - _ANY_BRAND
    if product is None:
        shown = _names(evidence.presented.product or "") - _ANY_BRAND
        return bool(said and shown) and (said <= shown or shown <= said)
    known = _names(f"{product.name} {product.manufacturer} {product.active_substance}")
    return said <= known and bool(said & _names(product.name))


def _names_only_product(alert: AlertRecord) -> bool:
    return not (alert.gtin or alert.lot_key or alert.serial or alert.serial_prefix)


def _named(alert: AlertRecord, evidence: Evidence, match: Match) -> Reasons:
    """A notice of a brand, without a number. Most who hold that brand have nothing to fear: it is a reason
    to look closely, and more only where the brand itself is the trouble. It says nothing of a recorded unit."""
    if alert.kind is AlertKind.UNLICENSED:
        yield from _unlicensed(alert, evidence)
    elif alert.kind is AlertKind.RECALLED:
        yield _reason(ReasonCode.RECALLED, Action.QUARANTINE, alert, scope="name")
    elif alert.kind is not AlertKind.STOLEN and match is not Match.UNIT:
        # Of a theft nobody could tell which packs are meant.
        lot_unknown = evidence.product is not None and evidence.presented.lot is not None and match is Match.PRODUCT
        severity = Action.QUARANTINE if lot_unknown else Action.CHECK
        yield _reason(ReasonCode.ALERT_LOT_COUNTERFEITED, severity, alert, scope="name")


def _unlicensed(alert: AlertRecord, evidence: Evidence) -> Reasons:
    """Not licensed where the regulator is, whoever made it; elsewhere the notice means nothing."""
    country, market, product = country_of(alert.authority), evidence.presented.market, evidence.product
    if country is not None and market not in (None, country):
        return
    licensed = product is not None and market is not None and market in product.markets
    severity = Action.CHECK if licensed or (country is not None and market is None) else Action.QUARANTINE
    reason = _reason(ReasonCode.MARKET_NOT_AUTHORISED, severity, alert, scope="notice" if country else "notice of none")
    yield Reason(reason.code, reason.severity, (*reason.params, ("market", country or "")))


def _recalled(alert: AlertRecord, evidence: Evidence) -> Reasons:
    whole_product = not (alert.lot_key or alert.serial or alert.serial_prefix)
    by_gtin = whole_product and bool(alert.gtin) and evidence.presented.gtin is not None
    if by_gtin or _same_lot(alert, evidence) or _same_unit(alert, evidence):
        yield _reason(ReasonCode.RECALLED, Action.REJECT, alert, scope="product" if by_gtin else "lot")


def _falsified(alert: AlertRecord, evidence: Evidence, match: Match) -> Reasons:
    if _same_unit(alert, evidence):
        yield _reason(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="serial")
    elif _same_lot(alert, evidence):
        yield _falsified_lot(alert, evidence, match)
    elif _names_only_gtin(alert) and evidence.product is None and evidence.presented.gtin is not None:
        # A notice about a whole GTIN: damning where no such product exists, and empty where one does.
        yield _reason(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="product")


def _names_only_gtin(alert: AlertRecord) -> bool:
    return bool(alert.gtin) and not (alert.lot_key or alert.serial or alert.serial_prefix)


def _falsified_lot(alert: AlertRecord, evidence: Evidence, match: Match) -> Reason:
    expiry, batch = evidence.presented.expiry, evidence.batch
    as_recorded = batch is not None and expiry is not None and expiry.agrees_with(batch.expiry)
    as_alerted = alert.expiry is not None and expiry is not None and expiry.agrees_with(alert.expiry)
    complete = evidence.product is not None and evidence.product.complete
    never_issued = batch is None and (alert.lot_issued is False or complete)
    if never_issued or (as_alerted and not as_recorded):
        return _reason(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="lot")
    other_expiry = alert.expiry is not None and not as_alerted
    # The notice names serials of this lot, and the one presented is none of them.
    other_serial = bool(alert.serial or alert.serial_prefix) and evidence.presented.serial is not None
    told_apart = other_serial or (as_recorded and (match is Match.UNIT or other_expiry))
    severity = Action.CHECK if told_apart else Action.QUARANTINE
    return _reason(ReasonCode.ALERT_LOT_COUNTERFEITED, severity, alert, scope="lot")


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


def _reason(code: ReasonCode, severity: Action, alert: AlertRecord, *, scope: str = "lot") -> Reason:
    params = (
        ("scope", scope),
        ("authority", alert.authority),
        ("kind", str(alert.kind)),
        ("product", alert.product_name),
        ("lot", alert.lot),
        ("expiry", alert.expiry.printed_form if alert.expiry else ""),
        ("class", alert.recall_class),
        ("reference", alert.reference),
        ("reported", alert.reported),
        ("source", alert.source_url),
    )
    return Reason(code, severity, params)
