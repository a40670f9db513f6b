"""The bare driver, to measure against: what the fastest honest code could do."""

from service.storage.database import Database

Row = tuple[int, str, int, int]
"""product_id, serial, batch_id, disposition's number."""


def executemany_units(database: Database, rows: list[Row]) -> None:
    """All rows with one `executemany` of the driver, in one durable transaction."""
    mark = "?" if database.is_sqlite else "%s"
    statement = f"INSERT INTO unit (product_id, serial, batch_id, disposition) VALUES ({mark}, {mark}, {mark}, {mark})"
    with database.transaction() as connection:
        cursor = connection.connection.cursor()
        cursor.executemany(statement, rows)
        cursor.close()
