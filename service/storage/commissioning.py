"""Units put in by the ten thousand: one statement for each batch of serials, on both databases.

The serials go in as one JSON array, which the database itself takes apart: no row passes through Python.
"""

from typing import Any

from sqlalchemy import Connection, Row, text

# Sorted by key, neighbours share their pages: the tree is written once and not a page at a time.
_INSERT = (
    "INSERT INTO unit (product_id, serial, batch_id, disposition) "
    "SELECT :product_id, each.value, :batch_id, :disposition FROM {serials} WHERE true ORDER BY each.value "
    "ON CONFLICT (product_id, serial) DO NOTHING"
)
_OTHERWISE = (
    "SELECT serial, batch_id, disposition FROM unit WHERE product_id = :product_id "
    "AND serial IN (SELECT each.value FROM {serials}) "
    "AND (batch_id <> :batch_id OR disposition <> coalesce(:disposition, disposition))"
)
_RECORDED = (
    "SELECT serial, batch_id, disposition FROM unit WHERE product_id = :product_id "
    "AND serial IN (SELECT each.value FROM {serials})"
)
_SERIALS = {
    "sqlite": "json_each(:serials) AS each",
    "postgresql": "json_array_elements_text(CAST(:serials AS json)) AS each(value)",
}
_STATEMENTS = {
    (statement, dialect): text(statement.format(serials=serials))
    for statement in (_INSERT, _OTHERWISE, _RECORDED)
    for dialect, serials in _SERIALS.items()
}


def commission(
    connection: Connection, serials: str, *, product_id: int, batch_id: int, disposition: int
) -> int:
    """Put in the units of `serials` (a JSON array) that are not on record yet; how many these were."""
    values = {"product_id": product_id, "batch_id": batch_id, "disposition": disposition, "serials": serials}
    return connection.execute(_STATEMENTS[_INSERT, connection.dialect.name], values).rowcount


def recorded_otherwise(
    connection: Connection, serials: str, *, product_id: int, batch_id: int, disposition: int | None
) -> list[str]:
    """Which of the serials are on record in another batch or disposition (None: whichever it is)."""
    values = {"product_id": product_id, "batch_id": batch_id, "disposition": disposition, "serials": serials}
    rows = connection.execute(_STATEMENTS[_OTHERWISE, connection.dialect.name], values)
    return [row[0] for row in rows]


def recorded(connection: Connection, serials: str, product_id: int) -> list[Row[Any]]:
    """Serial, batch and disposition (its number) of those of the serials that are on record."""
    values = {"product_id": product_id, "serials": serials}
    return list(connection.execute(_STATEMENTS[_RECORDED, connection.dialect.name], values))
