"""Regulators' alerts that concern a check, as values of `authenticity`."""

from typing import Any

from sqlalchemy import bindparam, false, select, text, union_all

from service.authenticity.evidence import AlertKind, AlertRecord
from service.gs1 import misreads
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.storage.hot.parameters import SPELLED, spelled_as
from service.storage.hot.statements import Part, PreparedSelect, Row, Snapshot
from service.storage.models import NAMES_ONLY_PRODUCT, Alert


def _alert(*row: Any) -> AlertRecord:
    number, authority, kind, *fields, expiry, month_only = row
    (product_name, product_id, gtin, lot_key, lot_folded, lot, serial, prefix, issued, *recall) = fields
    recall_class, reference, reported, source_url = recall
    return AlertRecord(
        id=number,
        authority=authority,
        kind=AlertKind(kind),
        product_name=product_name,
        product_id=product_id,
        gtin=gtin,
        lot_key=lot_key,
        lot_folded=lot_folded,
        lot=lot,
        expiry=Expiry.from_record(expiry, month_only) if expiry else None,
        serial=serial,
        serial_prefix=prefix,
        lot_issued=issued,
        recall_class=recall_class,
        reference=reference,
        reported=reported,
        source_url=source_url,
    )


_ALERT = Part(
    (
        Alert.id,
        Alert.authority,
        Alert.kind,
        Alert.product_name,
        Alert.product_id,
        Alert.gtin,
        Alert.lot_key,
        Alert.lot_folded,
        Alert.lot,
        Alert.serial,
        Alert.serial_prefix,
        Alert.lot_issued,
        Alert.recall_class,
        Alert.reference,
        Alert.reported,
        Alert.source_url,
        Alert.expiry,
        Alert.expiry_month_only,
    ),
    _alert,
)
_STANDS = Alert.withdrawn.is_(false())
# Four index searches combined: an OR over the indexes, or a UNION that compares rows, takes longer.
_ALERTS = PreparedSelect(
    union_all(
        select(*_ALERT.columns).where(Alert.lot_key == bindparam("lot_key"), _STANDS),
        select(*_ALERT.columns).where(Alert.lot_folded == bindparam("lot_folded"), _STANDS),
        select(*_ALERT.columns).where(Alert.gtin == bindparam("gtin"), _STANDS),
        # Alerts that name a product and no number: `alert_rules` decides whether they concern this product.
        select(*_ALERT.columns).where(text(NAMES_ONLY_PRODUCT), _STANDS),
    ),
    _ALERT,
)
_ALERTS_OF_SERIALS = PreparedSelect(
    select(*_ALERT.columns, Alert.serial_folded).where(Alert.serial_folded != "", _STANDS), _ALERT
)
_NEAR_ALERTS = PreparedSelect(
    select(*_ALERT.columns).where(Alert.lot_key.in_(SPELLED), Alert.lot_key != "", _STANDS), _ALERT
)


def near_alerts(snapshot: Snapshot, lot: Lot, product_id: int | None) -> tuple[AlertRecord, ...]:
    """Return the alerts about lots that a lot not on record may have been meant to be
    (`misreads.lot_keys`).
    """
    keys = misreads.lot_keys(lot, of_one_product=product_id is not None)
    return tuple(alert for (alert,) in _NEAR_ALERTS.rows(snapshot, spelled_as(keys)))


def alerts(
    snapshot: Snapshot, gtin: Gtin | None, lot: Lot | None, serial: Serial | None
) -> tuple[AlertRecord, ...]:
    """Return each alert with the same lot, a look-alike lot, the GTIN, the serial or a prefix of it, by id.

    None of them is withdrawn. Alerts that name a product and no number are included: `alert_rules` compares
    the names.
    """
    values = {
        "lot_key": lot and lot.key,
        "lot_folded": lot and lot.folded,
        "gtin": gtin and gtin.value,
    }
    rows = _ALERTS.rows(snapshot, values)
    named = naming(beginnings(snapshot), serial) if serial else []
    if not rows and not named:
        return ()
    found = {alert.id: alert for alert in (*(alert for (alert,) in rows), *named)}
    return tuple(found[number] for number in sorted(found))


Beginnings = dict[str, list[AlertRecord]]
"""Alerts that name serials, by the serial or the serial's prefix, in lower case."""


def beginnings(snapshot: Snapshot) -> Beginnings:
    """Return all alerts that name serials; there are few."""
    return _ALERTS_OF_SERIALS.indexed(snapshot, _by_beginning)


def naming(named: Beginnings, serial: Serial) -> list[AlertRecord]:
    """Return the alerts that name the serial or a prefix of it, ignoring case."""
    if not named:
        return []
    folded = serial.printed.casefold()
    return [each for length in range(1, len(folded) + 1) for each in named.get(folded[:length], ())]


def _by_beginning(rows: tuple[Row, ...]) -> Beginnings:
    found: Beginnings = {}
    for alert, folded in rows:
        found.setdefault(folded, []).append(alert)
    return found
