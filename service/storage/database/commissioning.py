"""Bulk inserts and comparisons of units: one statement per array of serials, on both databases.

The serials are passed as one JSON array, which the database unpacks: no row passes through Python.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

# Sorted by key, so that neighbouring rows share pages and each page is written once.
_INSERT = (
    "INSERT INTO unit (product_id, serial, batch_id, disposition, import_id) "
    "SELECT :product_id, each.value, :batch_id, :disposition, :import_id FROM {serials} "
    "WHERE true ORDER BY each.value "
    "ON CONFLICT (product_id, serial) DO NOTHING"
)
_OTHERWISE = (
    "AND (unit.batch_id <> :batch_id OR unit.disposition <> coalesce(:disposition, unit.disposition))"
)
_SERIALS = {
    "sqlite": "json_each(:serials) AS each",
    "postgresql": "json_array_elements_text(CAST(:serials AS json)) AS each(value)",
}
# Without LATERAL … OFFSET 0 PostgreSQL may scan the whole table for each array: it cannot estimate the
# array's length, and after a large import the table's statistics are out of date.
_RECORDED = {
    "sqlite": "SELECT unit.serial, unit.batch_id, unit.disposition FROM unit "
    "WHERE unit.product_id = :product_id AND unit.serial IN (SELECT each.value FROM {serials}) ",
    "postgresql": "SELECT unit.serial, unit.batch_id, unit.disposition FROM {serials}, LATERAL ("
    "SELECT * FROM unit WHERE product_id = :product_id AND serial = each.value OFFSET 0) AS unit WHERE true ",
}
_COMMISSION = {dialect: text(_INSERT.format(serials=serials)) for dialect, serials in _SERIALS.items()}
_FIND = {dialect: text(sql.format(serials=_SERIALS[dialect])) for dialect, sql in _RECORDED.items()}
_FIND_OTHERWISE = {dialect: text(str(sql) + _OTHERWISE) for dialect, sql in _FIND.items()}


def commission(
    connection: Connection,
    serials: str,
    *,
    product_id: int,
    batch_id: int,
    disposition: int,
    import_id: int | None = None,
) -> int:
    """Insert the units of `serials` (a JSON array) that are not on record. Return how many were inserted."""
    values: dict[str, Any] = {"product_id": product_id, "batch_id": batch_id, "disposition": disposition}
    values |= {"serials": serials, "import_id": import_id}
    return connection.execute(_COMMISSION[connection.dialect.name], values).rowcount


def recorded_otherwise(
    connection: Connection, serials: str, *, product_id: int, batch_id: int, disposition: int | None
) -> list[str]:
    """Return the serials that are on record in another batch or disposition (None: any disposition is
    accepted).
    """
    values = {"product_id": product_id, "batch_id": batch_id, "disposition": disposition, "serials": serials}
    rows = connection.execute(_FIND_OTHERWISE[connection.dialect.name], values)
    return [row[0] for row in rows]


def recorded(connection: Connection, serials: str, product_id: int) -> list[Row[Any]]:
    """Return serial, batch id and disposition number of the serials that are on record."""
    values = {"product_id": product_id, "serials": serials}
    return list(connection.execute(_FIND[connection.dialect.name], values))


class TakenBack(NamedTuple):
    """How many units were removed, and how many stay because they have been used or moved since."""

    removed: int
    kept: int


def take_back(
    connection: Connection, serials: str, *, product_id: int, batch_id: int, disposition: int
) -> TakenBack:
    """Remove the units of `serials` (a JSON array) that are in this batch and disposition.

    A unit that a clinic holds stays too.
    """
    values = {"product_id": product_id, "batch_id": batch_id, "disposition": disposition, "serials": serials}
    removed = connection.execute(_TAKE_BACK[connection.dialect.name], values).rowcount
    return TakenBack(removed, len(recorded(connection, serials, product_id)))


_DELETE = (
    "DELETE FROM unit WHERE product_id = :product_id AND batch_id = :batch_id "
    "AND disposition = :disposition AND serial IN (SELECT each.value FROM {serials}) "
    "AND NOT EXISTS (SELECT 1 FROM vial WHERE vial.batch_id = :batch_id AND vial.serial = unit.serial)"
)
_TAKE_BACK = {dialect: text(_DELETE.format(serials=serials)) for dialect, serials in _SERIALS.items()}
