"""A database of an earlier version is brought forward with everything in it."""

from pathlib import Path
from typing import cast

import pytest
from alembic import command
from sqlalchemy import Table, insert, inspect
from sqlalchemy.exc import IntegrityError

from service.storage.database import Database
from service.storage.database.upgrade import alembic_config
from service.storage.models import Alert, Batch, Manufacturer, Product
from tests.factories.maker_records import GTIN
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database as the first version left it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'first.db'}")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        database = Database(server.create(f"first_{tmp_path.name}"))
    config = alembic_config(database.url)
    config.attributes["engine"] = database.engine
    command.upgrade(config, "0001")
    return database


def test_what_was_on_record_stays_on_record(first_version: Database) -> None:
    product = (
        "manufacturer_id, gtin, name, active_substance, strengths, form, national_numbers, markets, complete"
    )
    batch = "product_id, lot, lot_key, lot_folded, expiry, expiry_month_only, status, markets, recall_class, recall_reference, recall_reason"
    with first_version.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO manufacturer (name, gs1_prefixes, catalogue_complete, contact) VALUES ('M', '', false, '')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO product ({product}) VALUES (1, '{GTIN}', 'Verotox', '', '', '', '', 'FR', true)"
        )
        connection.exec_driver_sql(
            f"INSERT INTO batch ({batch}) VALUES (1, 'A', 'A', 'A', '2028-12-31', false, 'recalled', '', '', '', '')"
        )
        notice = "fingerprint, authority, kind, product_name, gtin, lot, lot_key, lot_folded, expiry_month_only, serial, serial_prefix, serial_folded, recall_class, reference, reported, source_url, detail"
        connection.exec_driver_sql(
            f"INSERT INTO alert ({notice}) VALUES ('f', 'FDA', 'falsified', 'Botox', '', 'C1', 'C1', 'C1', false, '', '', '', '', '', '', '', '')"
        )
    assert first_version.migrate() is True
    with first_version.transaction() as connection:
        # the table of notices was built anew, with all that forbids and finds
        connection.execute(
            insert(Alert).values(fingerprint="g", authority="MHRA", kind="unlicensed", product_name="Toxpia")
        )
    for wrong in ({"kind": "odd"}, {"authority": " "}, {"product_name": ""}, {"fingerprint": "f"}):
        right = {"fingerprint": "h", "authority": "MHRA", "kind": "unlicensed", "product_name": "Toxpia"}
        with pytest.raises(IntegrityError), first_version.transaction() as connection:
            connection.execute(insert(Alert).values(right | wrong))
    indexes = {each["name"] for each in inspect(first_version.engine).get_indexes("alert")}
    assert indexes >= {index.name for index in cast(Table, Alert.__table__).indexes}
    with first_version.reading() as connection:
        assert connection.execute(Product.__table__.select()).one().languages == ()
        assert connection.execute(Batch.__table__.select()).one().status == "recalled"
        assert [row.lot for row in connection.execute(Alert.__table__.select())] == ["C1", ""]
        assert connection.execute(Manufacturer.__table__.select()).one().name == "M"
    first_version.close()
