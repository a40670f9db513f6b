"""A small world of records for the tests of the asking wing."""

from datetime import date
from typing import Any

from sqlalchemy import insert

from service.authenticity.dispositions import Disposition
from service.gs1.identifiers import Lot
from service.storage.database import Database
from service.storage.models import Alert, Batch, Manufacturer, Product, Unit

GTIN, SISTER, FOREIGN = "09506000134352", "09506000134369", "04012345678901"
GTIN_NEVER_ISSUED = "09506000999999"


def lot_columns(text: str) -> dict[str, str]:
    lot = Lot.parse(text)
    return {"lot": lot.printed, "lot_key": lot.key, "lot_folded": lot.folded}


def batch(number: int, lot: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "product_id": 1,
        "expiry": date(2070, 12, 31),
        "expiry_month_only": False,
        "status": "released",
        "markets": (),
        "recall_class": "",
        "recall_reference": "",
        "recall_reason": "",
    }
    return row | lot_columns(lot) | changes


def fill(database: Database) -> None:
    """Two products of one maker with complete records, one of another maker."""
    product = {
        "active_substance": "",
        "strengths": ("100 units",),
        "markets": ("FR", "TR"),
        "complete": True,
        "national_numbers": (),
    }
    with database.transaction() as connection:
        connection.execute(
            insert(Manufacturer),
            [
                {"id": 1, "name": "Medulla Labs", "gs1_prefixes": ("9506000",), "catalogue_complete": True},
                {"id": 2, "name": "Dermis GmbH", "gs1_prefixes": (), "catalogue_complete": False},
            ],
        )
        connection.execute(
            insert(Product),
            [
                product
                | {
                    "id": 1,
                    "manufacturer_id": 1,
                    "gtin": GTIN,
                    "name": "Verotox 100",
                    "national_numbers": ("PZN:12345678",),
                },
                product | {"id": 2, "manufacturer_id": 1, "gtin": SISTER, "name": "Verotox 50"},
                product
                | {"id": 3, "manufacturer_id": 2, "gtin": FOREIGN, "name": "Filla", "complete": False},
            ],
        )
        connection.execute(
            insert(Batch),
            [
                batch(1, "VX2401"),
                batch(2, "VX2402", status="recalled", recall_class="I", recall_reference="R-7"),
                batch(3, "408011"),
                batch(4, "408011", product_id=2),
                batch(5, "S5B8", status="recalled"),
                batch(6, "SIS77", product_id=2),
                batch(7, "12345670"),  # digits that would do for a GTIN-8
                batch(8, "4006381333931"),  # and for a GTIN-13
                batch(9, "FIL1", product_id=3),
            ],
        )
        connection.execute(
            insert(Unit),
            [
                {"product_id": 1, "batch_id": 1, "serial": serial, "disposition": disposition}
                for serial, disposition in (("9KQ4T7M2", Disposition.ACTIVE), ("DSP1", Disposition.DISPENSED))
            ],
        )
        alert = {"fingerprint": "1", "authority": "ANVISA", "kind": "falsified", "product_name": "Botox"}
        connection.execute(insert(Alert).values(alert | lot_columns("C6835C3")))
        prefix = {
            "fingerprint": "2",
            "authority": "MHRA",
            "kind": "falsified",
            "product_name": "",
            "gtin": GTIN,
        }
        brand = {"fingerprint": "3", "authority": "MHRA", "kind": "unlicensed", "product_name": "Toxpia"}
        connection.execute(insert(Alert).values(brand))
        connection.execute(insert(Alert).values(prefix | {"serial_prefix": "FAKE", "serial_folded": "fake"}))
