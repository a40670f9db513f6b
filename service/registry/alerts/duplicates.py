"""Joins notices of several authorities about the same: one line for people, each with its own source."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.authenticity.descriptions.product_names import names_differ
from service.registry.alerts.matches import AlertDetails


@dataclass(frozen=True, slots=True)
class JoinedAlert:
    """A notice, and those of other authorities that name the same lot of the same product.

    Several of one authority stay apart: each is a publication of its own.
    """

    first: AlertDetails
    others: tuple[AlertDetails, ...] = ()


def joined(alerts: Iterable[AlertDetails]) -> list[JoinedAlert]:
    """Join notices, each to the first of its subject, in the order of these.

    The same: kind, lot, serial and expiry (or one names none), a product that may be the same, another
    authority, and neither withdrawn. What names no lot is never joined: names alone are too little.
    """
    groups: list[list[AlertDetails]] = []
    by_lot: dict[tuple[str, str], list[list[AlertDetails]]] = {}
    for alert in alerts:
        known = by_lot.setdefault((alert.kind, alert.lot_key), []) if alert.lot_key else []
        group = next((each for each in known if all(_are_one(alert, other) for other in each)), None)
        if group is None:
            groups.append(group := [])
            known.append(group)
        group.append(alert)
    return [JoinedAlert(first, tuple(others)) for first, *others in groups]


def _are_one(one: AlertDetails, other: AlertDetails) -> bool:
    """Whether two notices of one kind and lot are of the same product, by two authorities."""
    if one.withdrawn or other.withdrawn or one.authority.casefold() == other.authority.casefold():
        return False
    if (one.serial, one.serial_prefix) != (other.serial, other.serial_prefix):
        return False
    if one.expiry and other.expiry and not one.expiry.agrees_with(other.expiry):
        return False
    if one.product_id is not None and other.product_id is not None:
        return one.product_id == other.product_id
    if one.gtin and other.gtin:
        return one.gtin == other.gtin
    named = bool(one.product_name and other.product_name)
    return named and not names_differ(one.product_name, other.product_name)
