"""A few fictional records, one for each answer that a page can give. Prefix 9506000 is GS1's example."""

from datetime import date

from sqlalchemy import insert, text

from service.authenticity.dispositions import Disposition
from service.gs1.identifiers import Lot
from service.storage.database import Database
from service.storage.models import Alert, Batch, Manufacturer, Product, Unit

TOXIN = "09506000134352"
FILLER = "09506000134369"
UNKNOWN_GTIN = "04012345678901"  # a right check digit under a prefix that nobody here holds

LOTS = {
    # product, lot, expiry, month only, status
    1: (1, "A1001", date(2070, 12, 31), False, "released"),
    2: (1, "A1002", date(2070, 12, 31), False, "recalled"),
    3: (1, "A1003", date(2070, 12, 31), False, "on_hold"),
    4: (1, "A1004", date(2020, 1, 31), True, "released"),
    5: (1, "C3016 C3", date(2070, 6, 30), True, "released"),
    6: (1, "SHARED1", date(2070, 6, 30), True, "released"),
    7: (2, "SHARED1", date(2070, 7, 31), True, "released"),
    8: (1, "AB/12", date(2070, 6, 30), True, "released"),  # a slash inside, as lots have them
}
UNITS = {
    "SN0001": Disposition.ACTIVE,
    "SN0002": Disposition.DISPENSED,
    "SN0003": Disposition.STOLEN,
}
NOTICE = "https://www.example.org/notices/1"


def put(database: Database) -> None:
    """Fill an empty database."""
    with database.transaction() as connection:
        connection.execute(
            insert(Manufacturer).values(id=1, name="Example Biologics", gs1_prefixes=("9506000",))
        )
        connection.execute(
            insert(Product),
            [
                {
                    "id": number,
                    "manufacturer_id": 1,
                    "gtin": gtin,
                    "name": name,
                    "active_substance": substance,
                    "strengths": ("100 units", "200 units"),
                    "form": "Powder for solution for injection",
                    "markets": ("GB", "US", "BR"),
                    "national_numbers": ("PZN:12345678",) if number == 1 else (),
                    "complete": number == 1,
                }
                for number, gtin, name, substance in (
                    (1, TOXIN, "Examplinum 100", "Botulinum toxin type A"),
                    (2, FILLER, "Fillexa Soft", "Hyaluronic acid"),
                )
            ],
        )
        connection.execute(
            insert(Batch),
            [
                {
                    "id": number,
                    "product_id": product,
                    "lot": lot,
                    "lot_key": Lot.parse(lot).key,
                    "lot_folded": Lot.parse(lot).folded,
                    "expiry": expiry,
                    "expiry_month_only": month_only,
                    "status": status,
                    "recall_class": "II" if status == "recalled" else "",
                    "recall_reference": "EX-2026-04" if status == "recalled" else "",
                    "recall_reason": "Glass particles in some vials" if status == "recalled" else "",
                }
                for number, (product, lot, expiry, month_only, status) in LOTS.items()
            ],
        )
        connection.execute(
            insert(Unit),
            [
                {"product_id": 1, "serial": serial, "batch_id": 1, "disposition": disposition}
                for serial, disposition in UNITS.items()
            ],
        )
        for number, lot, issued in ((1, "FAKE77", False), (2, "C3016 C3", True)):
            parsed = Lot.parse(lot)
            connection.execute(
                insert(Alert).values(
                    id=number,
                    fingerprint=str(number),
                    authority="FDA",
                    kind="falsified",
                    product_name="Examplinum",
                    lot=lot,
                    lot_key=parsed.key,
                    lot_folded=parsed.folded,
                    lot_issued=issued,
                    reported="2026-04-16",
                    source_url=NOTICE,
                )
            )
        if connection.dialect.name == "postgresql":  # rows that follow get numbers of their own
            for model in (Manufacturer, Product, Batch, Alert):
                table = model.__tablename__
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100)"))
