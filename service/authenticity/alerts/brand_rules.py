"""Alerts on a whole brand: that it is not licensed, or a warning that names it and no number.

Most holders of a brand that was once counterfeited have nothing to fear, and must not be told otherwise.
"""

from collections.abc import Iterator

from service.authenticity.alerts.matching import notice
from service.authenticity.alerts.regulators import country_of
from service.authenticity.descriptions.product_names import names
from service.authenticity.descriptions.strength_names import name_strength_agrees, strengths_agree
from service.authenticity.evidence import AlertKind, AlertRecord, Evidence
from service.authenticity.presentation_rules import name_agrees
from service.authenticity.reasons import Action, Match, Reason, ReasonCode

_ANY_BRAND = frozenset(
    {"acid", "botulinic", "botulinum", "botulínica", "brand", "falsified", "hyaluronic", "injectable"}
    | {"injections", "neurotoxin", "product", "products", "toxin", "toxina", "toxins", "unlicensed"}
)
"""Words that a notice shares with every product of its class."""


def _names_it(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether what a notice calls its product is the name of the one presented.

    `concerns_product` decides in doubt that it is; where nothing but the name connects them, it has to fit.
    """
    product, said = evidence.product, names(alert.product_name) - _ANY_BRAND
    if product is None:
        shown = names(evidence.presented.product or "") - _ANY_BRAND
        return bool(said and shown) and (said <= shown or shown <= said)
    known = names(f"{product.name} {product.manufacturer} {product.active_substance}")
    if said and not said <= known and said <= names(evidence.presented.product or ""):
        return True  # the name on the pack holds the one of the notice
    return said <= known and bool(said & names(product.name))


def names_only_product(alert: AlertRecord) -> bool:
    """Whether the notice gives no number by which a pack could be found."""
    return not (alert.gtin or alert.lot_key or alert.serial or alert.serial_prefix)


def names_other_presentation(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether the notice's product has a strength that the maker of the one on record does not make."""
    return evidence.product is not None and name_agrees(evidence.product, alert.product_name) is False


def presented_as_named(alert: AlertRecord, evidence: Evidence) -> bool:
    """Whether the pack bears the strength in the notice's name of the product."""
    shown = evidence.presented
    return (bool(shown.strength) and strengths_agree(shown.strength or "", [alert.product_name]) is True) or (
        bool(shown.product) and name_strength_agrees(shown.product or "", [alert.product_name]) is True
    )


def reasons(alert: AlertRecord, evidence: Evidence, match: Match) -> Iterator[Reason]:
    """What such a notice is to the thing presented. Of a unit that is on record a warning says nothing.

    A notice of a presentation that the maker does not make concerns the packs that bear it, and no others.
    """
    if not _names_it(alert, evidence):
        return
    if names_other_presentation(alert, evidence):
        fake = alert.kind in (AlertKind.FALSIFIED, AlertKind.TAMPERED)
        if fake and presented_as_named(alert, evidence):
            yield notice(ReasonCode.ALERT_FALSIFIED, Action.REJECT, alert, scope="presentation")
        return
    if alert.kind is AlertKind.UNLICENSED:
        if reason := unlicensed(alert, evidence):
            yield reason
    elif alert.kind is AlertKind.RECALLED:
        yield notice(ReasonCode.RECALLED, Action.QUARANTINE, alert, scope="name")
    elif alert.kind is not AlertKind.STOLEN and match is not Match.UNIT:
        # A theft without a number does not say which packs are meant.
        unexplained = match is Match.PRODUCT and evidence.presented.lot is not None
        severity = Action.QUARANTINE if unexplained else Action.CHECK
        yield notice(ReasonCode.ALERT_LOT_COUNTERFEITED, severity, alert, scope="name")


def unlicensed(alert: AlertRecord, evidence: Evidence) -> Reason | None:
    """Return the reason for a product that is not licensed where the regulator is, None in
    other countries.
    """
    country, market, product = country_of(alert.authority), evidence.presented.market, evidence.product
    if country is not None and market not in (None, country):
        return None
    licensed = product is not None and market is not None and market in product.markets
    elsewhere = country is not None and market is None  # the asker named no country
    severity = Action.CHECK if licensed or elsewhere else Action.QUARANTINE
    scope = "notice" if country else "notice of none"
    return notice(ReasonCode.MARKET_NOT_AUTHORISED, severity, alert, scope=scope, market=country or "")
