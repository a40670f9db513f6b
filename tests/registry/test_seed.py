"""The demonstration records: all of them go in through the import, and show what seed/README.md says."""

import re
from datetime import date
from pathlib import Path

from service.gs1.identifiers import Lot
from service.storage.database import Database
from tests.factories.lists import put_in, table

SEED = Path(__file__).parents[2] / "seed"
README = (SEED / "README.md").read_text(encoding="utf-8")


def test_no_row_is_refused_and_twice_changes_nothing(database: Database) -> None:
    files = sorted(SEED.glob("*.csv"))
    outcome = put_in(database, *files)
    assert [(file.refused, file.error, file.unchanged, file.ignored_columns) for file in outcome.files] == [
        (0, None, 0, ())
    ] * len(files)
    # a row that was taken for a header, a total or a remark would be missing
    lines = {each: len(each.read_text(encoding="utf-8").splitlines()) - 1 for each in files}
    assert {file.path: file.new for file in outcome.files if file.path.name != "04-alerts.csv"} == {
        each: count for each, count in lines.items() if each.name != "04-alerts.csv"
    }
    assert not any(file.notes.no_rows for file in outcome.files)
    assert outcome.committed
    assert put_in(database, *files).changes_nothing


def test_it_shows_what_it_says(sqlite: Database) -> None:
    put_in(sqlite, *SEED.glob("*.csv"))
    batches = table(sqlite, "batch")
    assert {batch["status"] for batch in batches} == {"released", "pending", "on_hold", "recalled"}
    alive = [batch for batch in batches if batch["lot"] != "OVA2411"]
    assert all(date(2027, 1, 1) < date.fromisoformat(str(batch["expiry"])) for batch in alive)
    assert len({batch["product_id"] for batch in batches if batch["lot_key"] == "7C1185"}) == 2
    known = {batch["lot_key"] for batch in batches} | {alert["lot_key"] for alert in table(sqlite, "alert")}
    known |= {lot for mark in table(sqlite, "pack_mark") for lot in mark["lot_keys"].split()}
    for cell in re.findall(r"^\| (`[^|]+) \|", README, re.MULTILINE):
        for lot in re.findall(r"`([^`]+)`", cell):
            assert (Lot.parse(lot).key in known) is (lot not in ("OVA9999", "OVA27I4")), lot
    units = {unit["serial"]: unit["disposition"] for unit in table(sqlite, "unit")}
    assert len(units) > 3000
    for serial, disposition in (("J38QAPXKADRQ8", 1), ("C7949LKMV7ETY", 7), ("MFGF33E9FNGW9", 1)):
        assert serial in README
        assert units[serial] == disposition


def test_products_are_on_the_example_prefix_and_alerts_have_their_source(sqlite: Database) -> None:
    put_in(sqlite, *SEED.glob("*.csv"))
    assert all(product["gtin"].startswith("09506000") for product in table(sqlite, "product"))
    assert all(alert["source_url"].startswith("https://") for alert in table(sqlite, "alert"))
    brands = {product["name"].split()[0].casefold() for product in table(sqlite, "product")}
    assert not brands & {alert["product_name"].split()[0].casefold() for alert in table(sqlite, "alert")}
