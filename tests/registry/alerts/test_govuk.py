"""MHRA's recalls as GOV.UK publishes them: the lots of their tables, and what is left to a person.

The rows of the first table and its title are of EL(26)A/37; the others have the forms of EL(26)A/12 to A/14
(contains public sector information licensed under the Open Government Licence v3.0).
"""

import json
from typing import Any

import pytest

from service.errors import RefusedError
from service.registry.alerts.govuk import expiry_of, govuk_notices, rows_of
from service.registry.alerts.notice_rows import LABELS

TITLE = "Class 2 Medicines Recall: Zentiva Pharma UK Limited, Fingolimod Zentiva 0.5 mg Capsules, EL(26)A/37"
HEAD = ("Batch No.", "Expiry Date", "Pack Size", "First Distributed")


def page(*tables: str) -> str:
    return "<h2>Medicine Details</h2>" + "<h2>Affected Lot Batch Numbers</h2>".join(tables)


def grid(
    *rows: tuple[str, ...], heading: str = "Fingolimod Zentiva 0.5 mg Capsules", head: tuple[str, ...] = HEAD
) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    top = "".join(f"<th scope='col'>{cell}</th>" for cell in head)
    return f"<h3>{heading}</h3><table><thead><tr>{top}</tr></thead><tbody>{cells}</tbody></table>"


FIRST = ("4L01372H", "11/2027", "28", "28 January 2025")


def notice(body: str, **changes: Any) -> dict[str, Any]:
    said = {
        "base_path": "/drug-device-alerts/class-2-medicines-recall-zentiva",
        "title": TITLE,
        "description": "One batch, because of metal particles.",
        "details": {"body": body, "metadata": {"issued_date": "2026-08-20"}},
    }
    return said | changes


def rows(said: dict[str, Any]) -> list[dict[str, str]]:
    return [dict(zip(LABELS, row, strict=True)) for row in rows_of(said)]


def test_a_recall_is_a_row_for_each_lot_with_its_source() -> None:
    [row] = rows(notice(page(grid(FIRST))))
    assert row["product"].startswith("Fingolimod Zentiva 0.5 mg Capsules")
    del row["product"]
    assert row == {
        "authority": "MHRA",
        "kind": "recalled",
        "lot": "4L01372H",
        "expiry": "2027-11",
        "recall_class": "Class 2",
        "reference": "EL(26)A/37",
        "reported": "2026-08-20",
        "source_url": "https://www.gov.uk/drug-device-alerts/class-2-medicines-recall-zentiva",
        "detail": "One batch, because of metal particles.; Expiry as published: 11/2027",
    }


def test_several_products_each_under_its_heading() -> None:
    title = "Class 3 Medicines Recall: Bayer Plc, Various Products, EL(26)A/12"
    one = grid(("MA04HM9", "02/2028", "10x100ml", "01/05/2024"), heading="Gastrografin")
    two = grid(("MA042JA", "06/2026", "10x10ml", "28/07/2022"), heading="Urografin 150")
    found = [(row["product"], row["lot"]) for row in rows(notice(page(one, two), title=title))]
    assert found == [("Gastrografin", "MA04HM9"), ("Urografin 150", "MA042JA")]


@pytest.mark.parametrize(
    ("printed", "lot"),
    [
        ("B11/01/24-30", "B11/01/24-30"),
        ("T43157 (Almus)", "T43157"),  # the livery stands in the detail
        ("0162858", "0162858"),
        ("3C045AA*", "3C045AA"),
    ],
)
def test_forms_of_lots(printed: str, lot: str) -> None:
    [row] = rows(notice(page(grid((printed, "11/2027", "28", "")))))
    assert row["lot"] == lot


@pytest.mark.parametrize(
    ("printed", "expiry"),
    [
        ("31/10/2026", "2026-10-31"),
        ("30-Nov-2026", "2026-11-30"),
        ("31 January 2020", "2020-01-31"),
        ("12/06/2018", "2018-06-12"),  # a British page: the day comes first
        ("31/02/2027", ""),
        ("13/2027", ""),
        ("From 05/2014 to 07/2014", ""),
        ("", ""),
    ],
)
def test_forms_of_expiries(printed: str, expiry: str) -> None:
    """What is none leaves the lot named whatever its expiry."""
    assert expiry_of(printed) == expiry


@pytest.mark.parametrize(
    "said",
    [
        notice(page(grid(FIRST)), title="Class 4 Medicines Defect Notification: A Ltd, B 1 mg, EL(26)A/39"),
        notice(page(grid(FIRST)), withdrawn_notice={"explanation": "Published in error"}),
        notice("<p>Example Pharma is recalling batch 4L99999X.</p>"),  # in running text
        notice(page(grid(("From 5000879 to 5000964", "05/2014", "1", "")))),  # a range
        notice(page(grid(("4L01372H, 4L01373H", "11/2027", "28", "")))),  # two in a cell
        notice(page(grid(("KOGENATE BAYER 500 IU", "ITA2N65", "1", "")))),  # columns that GOV.UK swapped
        notice(page(grid(("see annex", "11/2027", "28", "")))),
        notice(page(grid(("4L01372H", "11/2027")))),  # a cell that spans columns: which one is not certain
        notice(page(grid(FIRST, head=("Number", "Expiry Date", "Pack", "On")))),  # no column of batches
        notice("", details=None),
    ],
)
def test_what_is_not_certain_is_left_to_a_person(said: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        rows_of(said)


def test_which_files_are_theirs() -> None:
    theirs = notice(page(grid(FIRST)))
    for content in (theirs, [theirs], {"results": [theirs, theirs]}):
        assert govuk_notices(json.dumps(content).encode())
    for other in (
        {"results": [{"recall_number": "D-1"}]},
        [theirs, {"x": 1}],
        [],
        3,
        {"base_path": "/other"},
    ):
        assert govuk_notices(json.dumps(other).encode()) == []
    assert govuk_notices(b"{") == []
