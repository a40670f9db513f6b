"""Lists of regulators' notices."""

from pathlib import Path

import pytest

from service.errors import ErrorCode
from service.storage.database import Database
from tests.factories.lists import GTIN, PRODUCTS, count, counts, imported, table

HEADER = (
    "authority,kind,product,gtin,lot,expiry,serial,serial_prefix,lot_issued,recall_class,reference,reported,"
    "source_url,detail\n"
)


def test_everything_that_a_notice_can_say(database: Database, tmp_path: Path) -> None:
    row = (
        f"FDA,Counterfeit,Ozempic 1 mg,{GTIN},PAR-0362,12/2026,,5174AB,yes,Class 1,N-1,2025-04-14,"
        "see https://example.org/notice ; and the press,Do not use\n"
    )
    assert counts(imported(database, tmp_path, HEADER + row)) == (1, 0, 0, 0)
    (alert,) = table(database, "alert")
    assert (alert["kind"], alert["lot"], alert["lot_key"], alert["lot_folded"]) == (
        "falsified",
        "PAR-0362",
        "PAR0362",
        "PAR0362",
    )
    assert (str(alert["expiry"]), bool(alert["expiry_month_only"])) == ("2026-12-31", True)
    assert (alert["serial_prefix"], alert["serial_folded"]) == ("5174AB", "5174ab")
    assert alert["lot_issued"]
    assert alert["source_url"] == "https://example.org/notice"
    assert alert["detail"] == "Do not use; see ; and the press"
    assert alert["product_id"] is None
    assert counts(imported(database, tmp_path, HEADER + row)) == (0, 0, 1, 0)
    imported(database, tmp_path, PRODUCTS)
    assert table(database, "alert")[0]["product_id"] is not None  # its product came later


@pytest.mark.parametrize("word", ["unlicensed", "Unauthorised", "not licensed", "unapproved"])
def test_a_brand_that_is_not_licensed(database: Database, tmp_path: Path, word: str) -> None:
    assert counts(imported(database, tmp_path, f"{HEADER}MHRA,{word},Toxpia,,,,,,,,,2025-08-30,,\n")) == (
        1,
        0,
        0,
        0,
    )
    assert table(database, "alert")[0]["kind"] == "unlicensed"


@pytest.mark.parametrize(
    ("published", "stored"),
    [
        ("", [None]),
        ("12/2024", ["2024-12-31"]),
        ("10/2024-12/2024", ["2024-10-31", "2024-11-30", "2024-12-31"]),
        ("11/2024 to 01/2025", ["2024-11-30", "2024-12-31", "2025-01-31"]),
        ("10/2024 – 10/2024", ["2024-10-31"]),
    ],
)
def test_a_range_of_months_is_a_notice_for_each(
    database: Database, tmp_path: Path, published: str, stored: list[str | None]
) -> None:
    row = f"COFEPRIS,falsified,Botox,,C6835C3,{published},,,,,,,,\n"
    assert counts(imported(database, tmp_path, HEADER + row)) == (1, 0, 0, 0)
    rows = sorted(table(database, "alert"), key=lambda row: str(row["expiry"]))
    assert [row["expiry"] and str(row["expiry"]) for row in rows] == stored
    assert counts(imported(database, tmp_path, HEADER + row)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("ANVISA,genuine,Botox,,C6835C3,12/2023,,,,,,,,", "kind", ErrorCode.VALUE_INVALID),
        ("ANVISA,odd,Botox,,C6835C3,,,,,,,,,", "kind", ErrorCode.VALUE_INVALID),
        ("ANVISA,,Botox,,C6835C3,,,,,,,,,", "kind", ErrorCode.VALUE_MISSING),
        (",falsified,Botox,,C6835C3,,,,,,,,,", "authority", ErrorCode.VALUE_MISSING),
        ("ANVISA,falsified,,,,,,,,,,,,", "product", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,,,S1,S2,,,,,,", "serial_prefix", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,12/2024-10/2024,,,,,,,,", "expiry", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,01/2010-01/2024,,,,,,,,", "expiry", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,2024-01-01 to 2024-01-05,,,,,,,,", "expiry", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,soon,,,,,,,,", "expiry", ErrorCode.EXPIRY_UNREADABLE),
        ("ANVISA,falsified,Botox,,A1,,,,,,,spring of 2023,,", "reported", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,,,,,,,2023-02-30,,", "reported", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("ANVISA,falsified,Botox,,A1,,,,,,,,javascript:alert(1),", "source_url", ErrorCode.VALUE_INVALID),
        ("ANVISA,falsified,Botox,,A1,,,,perhaps,,,,,", "lot_issued", ErrorCode.VALUE_INVALID),
    ],
)
def test_refused_cells(sqlite: Database, tmp_path: Path, row: str, column: str, code: ErrorCode) -> None:
    file = imported(sqlite, tmp_path, f"{HEADER}{row}\n")
    assert [(error.column, error.code) for error in file.errors] == [(column, code)]
    assert count(sqlite, "alert") == 0


def test_the_real_notices(database: Database, tmp_path: Path, corpora: Path) -> None:
    content = (corpora / "alerts" / "alerts.tsv").read_bytes()
    file = imported(database, tmp_path, content, keep_good=True)
    lines = content.decode().splitlines()
    (maker,) = [line for line, text in enumerate(lines, start=1) if "\tgenuine\t" in text]
    assert [error.line for error in file.errors] == [maker]
    assert "no alert" in file.errors[0].reason
    assert counts(file) == (len(lines) - 2, 0, 0, 1)
    assert counts(imported(database, tmp_path, content, keep_good=True)) == (0, 0, len(lines) - 2, 1)
