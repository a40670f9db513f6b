"""What is observed of a unit or a lot at one moment, in one select: the record, its sightings, the facts'
version.

Where the version equals that of kept facts (`Database.facts`), these need not be read again, and no
transaction over several selects is needed.
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
    """The state at one moment. `batch_id` and `disposition`: None where the unit is not on record.

    `version`: of the facts, None in an empty database. `lines`: the sightings of each subject asked for.
    """

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
    """Return the select of the sightings of one scope; the subject's name is the parameter `name`."""
    # A literal: binding a member of an enumeration takes SQLite longer than the search.
    of_scope = SightingRow.scope == literal_column(f"'{scope.value}'")
    of_product = SightingRow.product_id == bindparam("product_id")
    return select(*LINE.columns, SightingRow.scope, *_NO_MARK).where(
        of_scope, of_product, SightingRow.name == bindparam(name)
    )


def _at_once(mark: Select[*tuple[Any, ...]], *lines: Select[*tuple[Any, ...]]) -> PreparedSelect:
    """Combine: one row with the facts' version (and the unit), then a row for each sighting."""
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
    """Observe a unit (serial as printed) with its sightings, and the serials that this client guessed of the
    product.
    """
    values = {"product_id": product_id, "serial": serial, "client": client}
    return _glance(database.at_once(_UNIT, values))


def of_lot(database: Database, product_id: int, lot_key: str) -> Observation:
    """Observe the sightings of a lot that was presented without a serial."""
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
