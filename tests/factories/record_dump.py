"""Everything that is on record, to compare two instances."""

from typing import Any

from sqlalchemy import text

from service.storage.database import Database

SAME = {
    "product": "SELECT p.*, m.name AS maker FROM product p JOIN manufacturer m ON m.id = p.manufacturer_id ORDER BY gtin",
    "manufacturer": "SELECT name, gs1_prefixes, catalogue_complete, contact FROM manufacturer ORDER BY name",
    "batch": "SELECT p.gtin, b.* FROM batch b JOIN product p ON p.id = b.product_id ORDER BY p.gtin, b.lot_written",
    "quality_result": "SELECT b.lot, q.test, q.method, q.result FROM quality_result q JOIN batch b ON b.id = q.batch_id"
    " ORDER BY 1, 2",
    "unit": "SELECT p.gtin, b.lot, u.serial, u.disposition FROM unit u JOIN product p ON p.id = u.product_id"
    " JOIN batch b ON b.id = u.batch_id ORDER BY 1, 3",
    "recall": "SELECT p.gtin, r.* FROM recall r JOIN product p ON p.id = r.product_id ORDER BY r.id",
    "recalled_serial": "SELECT serial FROM recalled_serial ORDER BY recall_id, serial",
    "recall_lift": "SELECT at, actor, reason, reference FROM recall_lift ORDER BY recall_id",
}
_OF_THE_INSTANCE = {"id", "product_id", "manufacturer_id", "recall_id", "account_id", "lists_received"}
"""Keys, and the days on which this instance received lists."""


def records(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything that is on record, without the keys of this instance."""
    with database.reading() as connection:
        return {
            name: [
                {column: value for column, value in row.items() if column not in _OF_THE_INSTANCE}
                for row in connection.execute(text(query)).mappings()
            ]
            for name, query in SAME.items()
        }
