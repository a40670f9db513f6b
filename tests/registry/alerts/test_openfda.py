"""openFDA's drug enforcement reports put in as notices."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.errors import ErrorCode
from service.storage.database import Database
from tests.factories.lists import count, counts, imported, put_in, table, written

REPORT = {
    "recall_number": "D-0149-2026",
    "status": "Ongoing",
    "classification": "Class II",
    "recalling_firm": "Example Pharma",
    "product_description": "Exampline Tablets USP, 10 mg, 100-count (NDC 0143-1473-01), Rx only",
    "reason_for_recall": "Presence of a foreign substance",
    "code_info": "Lot #: 69403A, 69403B, Exp 10/15; 69404A, Exp 11/15; and what is left of shelf 7",
    "report_date": "20260213",
    "openfda": {},
}


def as_json(*reports: dict[str, Any], **changes: Any) -> str:
    return json.dumps({"meta": {}, "results": [report | changes for report in reports or (REPORT,)]})


def test_a_report_is_a_notice_for_each_lot(database: Database, tmp_path: Path) -> None:
    file = imported(database, tmp_path, as_json(), dry_run=False)
    assert counts(file) == (3, 0, 0, 0)
    rows = table(database, "alert")
    assert [(row["lot"], str(row["expiry"]), bool(row["expiry_month_only"])) for row in rows] == [
        ("69403A", "2015-10-31", True),
        ("69403B", "2015-10-31", True),
        ("69404A", "2015-11-30", True),
    ]
    first = rows[0]
    assert (first["authority"], first["kind"], first["recall_class"]) == ("FDA", "recalled", "Class II")
    assert (first["reference"], first["reported"]) == ("D-0149-2026", "2026-02-13")
    assert first["source_url"].endswith("recall_number:%22D-0149-2026%22")
    assert first["uncut"] == "what is left of shelf 7"
    assert "foreign substance" in first["detail"]
    assert first["gtin"] == ""  # the same lot may be in another pack: lot and name decide


def test_again_and_with_other_words_is_still_one_notice(database: Database, tmp_path: Path) -> None:
    imported(database, tmp_path, as_json())
    assert counts(imported(database, tmp_path, as_json())) == (0, 0, 3, 0)
    later = as_json(status="Terminated", reason_for_recall="Found to be dust")
    assert counts(imported(database, tmp_path, later)) == (0, 0, 3, 0)
    more = as_json(code_info=f"{REPORT['code_info']}" + "; Lot 69999Z, Exp 12/15")
    assert counts(imported(database, tmp_path, more)) == (1, 0, 3, 0)


@pytest.mark.parametrize(
    ("codes", "gtin"),
    [
        # NDC 0143-1473-01 as a GTIN-14: 00, 3, its ten digits, the check digit
        ("All lots within expiry", "00301431473013"),
        # of some lots only, and nobody can say which: no pack is condemned by its GTIN
        ("All lots made between 01/05/12 and 02/12/15", ""),
        ("see the letter", ""),
    ],
)
def test_a_report_without_lots_is_kept_and_shown(
    sqlite: Database, tmp_path: Path, codes: str, gtin: str
) -> None:
    assert counts(imported(sqlite, tmp_path, as_json(code_info=codes))) == (1, 0, 0, 0)
    (row,) = table(sqlite, "alert")
    assert (row["lot"], row["gtin"], row["uncut"]) == ("", gtin, codes)


def test_a_lot_that_no_pack_can_bear_is_shown_and_no_notice(sqlite: Database, tmp_path: Path) -> None:
    imported(sqlite, tmp_path, as_json(code_info="Lot: 03252022:54@3 and Lot 69403A"))
    assert [(row["lot"], row["uncut"]) for row in table(sqlite, "alert")] == [("69403A", "03252022:54@3")]


@pytest.mark.parametrize(
    ("reports", "column", "code"),
    [
        (as_json(recall_number=""), "recall_number", ErrorCode.VALUE_MISSING),
        (as_json(recall_number="<script>"), "recall_number", ErrorCode.VALUE_INVALID),
        (as_json(product_description=""), "product_description", ErrorCode.VALUE_MISSING),
    ],
)
def test_refused_reports(
    sqlite: Database, tmp_path: Path, reports: str, column: str, code: ErrorCode
) -> None:
    file = imported(sqlite, tmp_path, reports)
    assert [(error.column, error.code, error.line) for error in file.errors] == [(column, code, 1)]
    assert file.refused_file is not None
    assert count(sqlite, "alert") == 0


@pytest.mark.parametrize(
    "content",
    ["{", '{"results": 7}', '[{"a": 1}]', "[" * 100_000, '{"results": ["x"]}', b'{"results": [\xff]}'],
)
def test_what_is_no_report_is_refused_as_a_whole(
    sqlite: Database, tmp_path: Path, content: str | bytes
) -> None:
    (file,) = put_in(sqlite, written(tmp_path, content)).files
    assert file.error is not None
    assert file.error.code is ErrorCode.FILE_UNREADABLE


def test_control_characters_of_a_foreign_file_reach_no_page(sqlite: Database, tmp_path: Path) -> None:
    imported(sqlite, tmp_path, as_json(product_description="Exam\u202epline \u0007tablets"))
    assert table(sqlite, "alert")[0]["product_name"] == "Exam pline tablets"
