"""Every real lot string goes in, and is found as printed, in lower case and without separators."""

import csv
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from service.errors import VialcheckError
from service.gs1.identifiers import Lot
from service.registry.lists.kinds.plausible_cells import listed_lot
from service.storage.database import Database
from tests.factories.lists import GTIN, PRODUCTS, as_csv, imported, table

pytestmark = pytest.mark.slow


def published(corpora: Path) -> list[str]:
    lines = (corpora / "recalls" / "lots.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return list(dict.fromkeys(row["lot_as_published"] for row in rows))


def readable(lots: list[str]) -> tuple[list[str], list[str]]:
    """The lots that a list may hold, and those that it may not (ranges of lots), with the reason."""
    good, bad = [], []
    for lot in lots:
        try:
            listed_lot(lot)
        except VialcheckError as error:
            bad.append(f"{lot}: {error}")
        else:
            good.append(lot)
    return good, bad


def test_every_real_lot_is_found_and_finds_no_other(
    database: Database, tmp_path: Path, corpora: Path
) -> None:
    lots, refused = readable(published(corpora))
    print(f"{len(lots)} lots of {len(lots) + len(refused)}; refused:", *refused, sep="\n  ")
    assert len(lots) > 3000
    imported(database, tmp_path, PRODUCTS)
    rows = [{"gtin": GTIN, "lot": lot, "expiry": "2028-12-31"} for lot in published(corpora)]
    file = imported(database, tmp_path, as_csv(("gtin", "lot", "expiry"), rows), keep_good=True)
    assert file.error is None
    assert file.refused == len(refused)
    assert {row["lot"] for row in table(database, "batch")} == set(lots)
    by_key = text("SELECT lot FROM batch WHERE lot_key = :key")
    with database.reading() as connection:
        for lot in lots:
            for shown in (lot, lot.lower(), re.sub(r"[^0-9A-Za-z]", "", lot)):
                found = connection.execute(by_key, {"key": Lot.parse(shown).key}).scalars().all()
                assert found == [lot], shown
