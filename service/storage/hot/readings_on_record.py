"""Which lots, units and products of several readings are on record: one indexed select for all of them."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Select, Text, bindparam, false, literal_column, null, select, type_coerce, union_all

from service.authenticity.evidence import BatchStatus
from service.gs1.identifiers import Expiry
from service.storage.hot.statements import PreparedSelect, Snapshot
from service.storage.models import Alert, Batch, Product, Unit

_MOST_NAMES = 24
"""As many lots, serials and GTINs as there are readings of one question."""

_MOST_ROWS = 200


class LotOnRecord(Struct, frozen=True):
    """A lot on record, as printed, with its product's GTIN; or one that a notice names (no expiry).

    `gtin` is empty for a notice that names none.
    """

    gtin: str
    lot: str
    expiry: Expiry | None
    stopped: bool


class OnRecord(Struct, frozen=True):
    """What there is: lots by `Lot.key`, units as GTIN and serial, GTINs."""

    lots: dict[str, list[LotOnRecord]]
    units: frozenset[tuple[str, str]]
    products: frozenset[str]


def _named(prefix: str) -> list[Any]:
    return [bindparam(f"{prefix}{n}") for n in range(_MOST_NAMES)]


_NO_DATE = type_coerce(null(), Batch.expiry.type)
_NO_FLAG = type_coerce(null(), Batch.expiry_month_only.type)
_NO_TEXT = type_coerce(literal_column("''"), Text())


def _of(kind: str, key: Any, gtin: Any, lot: Any, *rest: Any) -> Select[*tuple[Any, ...]]:
    return select(type_coerce(literal_column(f"'{kind}'"), Text()), key, gtin, lot, *rest)


_ON_RECORD = PreparedSelect(
    union_all(
        select(
            _of(
                "lot",
                Batch.lot_key,
                Product.gtin,
                Batch.lot,
                Batch.expiry,
                Batch.expiry_month_only,
                Batch.status,
            )
            .join(Product, Product.id == Batch.product_id)
            .where(Batch.lot_key.in_(_named("lot")))
            .limit(_MOST_ROWS)
            .subquery()
        ),
        _of("alert", Alert.lot_key, Alert.gtin, Alert.lot, _NO_DATE, _NO_FLAG, _NO_TEXT).where(
            Alert.lot_key.in_(_named("lot")), Alert.lot_key != "", Alert.withdrawn.is_(false())
        ),
        _of("unit", Unit.serial, Product.gtin, _NO_TEXT, _NO_DATE, _NO_FLAG, _NO_TEXT)
        .join(Product, Product.id == Unit.product_id)
        .where(Product.gtin.in_(_named("gtin")), Unit.serial.in_(_named("serial"))),
        _of("product", Product.gtin, Product.gtin, _NO_TEXT, _NO_DATE, _NO_FLAG, _NO_TEXT).where(
            Product.gtin.in_(_named("gtin"))
        ),
    )
)


def on_record(
    snapshot: Snapshot, gtins: tuple[str, ...], lot_keys: tuple[str, ...], serials: tuple[str, ...]
) -> OnRecord:
    """What is on record of these, at most 24 of each."""
    values = _padded("gtin", gtins) | _padded("lot", lot_keys) | _padded("serial", serials)
    lots: dict[str, list[LotOnRecord]] = {}
    units: set[tuple[str, str]] = set()
    products: set[str] = set()
    for kind, key, gtin, lot, expiry, month_only, status in _ON_RECORD.rows(snapshot, values):
        if kind == "unit":
            units.add((gtin, key))
        elif kind == "product":
            products.add(gtin)
        else:
            stopped = kind == "alert" or status in (BatchStatus.RECALLED, BatchStatus.ON_HOLD)
            dated = Expiry.from_record(expiry, month_only) if expiry else None
            lots.setdefault(key, []).append(LotOnRecord(gtin, lot, dated, stopped))
    return OnRecord(lots, frozenset(units), frozenset(products))


def _padded(prefix: str, names: tuple[str, ...]) -> dict[str, object]:
    padded = names[:_MOST_NAMES] + ("",) * (_MOST_NAMES - len(names))
    return {f"{prefix}{n}": name for n, name in enumerate(padded)}
