"""A unit, or a lot, and what was seen of it, in one select: a moment of its own.

It says of which version of the facts that moment is. Whoever has kept what follows from this very version
need not read them again (`Database.facts`), nor begin a transaction for several selects to agree.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from service.authenticity.dispositions import Disposition
from service.authenticity.scan_history.sightings import Sighting
from service.storage.database import Database
from service.storage.hot.sightings import LINE, MOST_ROWS, SubjectScope, what_counts
from service.storage.hot.statements import PreparedSelect, Row
from service.storage.models import FactsVersion, SightingRow, Unit


class Observation(Struct, frozen=True):
    """What was there at one moment. `batch_id` and `disposition` are None where no such unit is on record."""

    version: str | None
    batch_id: int | None
    disposition: Disposition | None
    lines: Mapping[SubjectScope, tuple[Sighting, ...]]


_SCOPES = {each.value: each for each in SubjectScope}
_NOTHING_SEEN: Mapping[SubjectScope, tuple[Sighting, ...]] = MappingProxyType({})
_MARK = (FactsVersion.version, Unit.batch_id, Unit.disposition)
_NO_MARK = [type_coerce(null(), each.type) for each in _MARK]
_NO_LINE = [type_coerce(null(), each.type) for each in (*LINE.columns, SightingRow.scope)]


def _lines(scope: SubjectScope, name: str) -> Select[*tuple[Any, ...]]:
    """The lines of a subject of this scope; what is bound as `name` is which."""
    # Written out, because to hand a member of an enumeration to SQLite takes longer than to look for it.
    of_scope = SightingRow.scope == literal_column(f"'{scope.value}'")
    of_product = SightingRow.product_id == bindparam("product_id")
    return select(*LINE.columns, SightingRow.scope, *_NO_MARK).where(
        of_scope, of_product, SightingRow.name == bindparam(name)
    )


def _at_once(mark: Select[*tuple[Any, ...]], *lines: Select[*tuple[Any, ...]]) -> PreparedSelect:
    """The mark of the facts (and a unit) in a first row, then a row for each line."""
    most: ColumnElement[int] = literal_column(str(1 + len(lines) * MOST_ROWS))
    return PreparedSelect(union_all(mark, *lines).limit(most), LINE)


_this_unit = and_(Unit.product_id == bindparam("product_id"), Unit.serial == bindparam("serial"))
_UNIT = _at_once(
    select(*_NO_LINE, *_MARK).select_from(FactsVersion).outerjoin(Unit, _this_unit),
    _lines(SubjectScope.UNIT, "serial"),
    _lines(SubjectScope.GUESSER, "client"),
)
_LOT = _at_once(select(*_NO_LINE, FactsVersion.version, *_NO_MARK[1:]), _lines(SubjectScope.LOT, "lot_key"))


def of_unit(database: Database, product_id: int, serial: str, client: str) -> Observation:
    """The unit (serial as printed), what was seen of it, and what this client guessed of the product's."""
    values = {"product_id": product_id, "serial": serial, "client": client}
    return _glance(database.at_once(_UNIT, values))


def of_lot(database: Database, product_id: int, lot_key: str) -> Observation:
    """What was seen of a lot that was asked for without a serial."""
    return _glance(database.at_once(_LOT, {"product_id": product_id, "lot_key": lot_key}))


def _glance(rows: tuple[Row, ...]) -> Observation:
    if len(rows) == 1:
        ((_, _, version, batch_id, disposition),) = rows
        return Observation(version, batch_id, disposition, _NOTHING_SEEN)
    version = batch_id = disposition = None
    found: dict[SubjectScope, list[Sighting]] = {}
    for line, scope, *mark in rows:
        if line is None:
            version, batch_id, disposition = mark
        else:
            found.setdefault(_SCOPES[scope], []).append(line)
    return Observation(
        version, batch_id, disposition, {scope: what_counts(each) for scope, each in found.items()}
    )
