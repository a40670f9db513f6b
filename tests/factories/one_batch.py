"""The columns of one product's batch, for tests of the tables themselves."""

from datetime import date

GTIN = "09506000134352"
BATCH = {
    "product_id": 1,
    "lot": "VX-1",
    "lot_key": "VX1",
    "lot_folded": "VX1",
    "expiry": date(2028, 12, 31),
    "status": "released",
}
