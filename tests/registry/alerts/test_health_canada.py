"""Health Canada's recalls. The two headers and the first facts are of its notices on Novo-Gesic Forte and
Easymulti Stress (contains information licensed under the Open Government Licence - Canada).
"""

from typing import Any

import pytest

from service.errors import RefusedError
from service.registry.alerts.health_canada import is_health_canada, is_open_data, rows_of_page
from service.registry.alerts.notice_rows import LABELS
from service.registry.alerts.page_tables import NoticePage, read_page

ADDRESS = "https://recalls-rappels.canada.ca/en/alert-recall/one"
TITLE = "Novo-Gesic Forte: one lot recalled"
HEAD = ("Product", "DIN", "Lot", "Expiry")
FIRST = ("Novo-Gesic Forte 500 mg", "00482323", "100083040", "January 31, 2029")


def page(
    *rows: tuple[str, ...], head: tuple[str, ...] = HEAD, title: str = TITLE, more: str = "", name: str = ""
) -> NoticePage:
    top = "".join(f"<th><p>{cell}</p></th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    table = f"<table id='{name}'><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    link = f'<link rel="canonical" href="{ADDRESS}">'
    return read_page(f"<!DOCTYPE html>{link}<main><h1>{title}</h1>{more}{table}</main>")


def rows(said: NoticePage) -> list[dict[str, str]]:
    return [dict(zip(LABELS, row, strict=True)) for row in rows_of_page(said)]


def test_a_recall_with_its_source() -> None:
    assert is_health_canada(page(FIRST))
    [row] = rows(page(FIRST))
    assert row == {
        "authority": "Health Canada",
        "kind": "recalled",
        "product": "Novo-Gesic Forte 500 mg",
        "lot": "100083040",
        "expiry": "2029-01-31",
        "recall_class": "",
        "reference": "",
        "reported": "",
        "source_url": ADDRESS,
        "detail": f"{TITLE}; DIN: 00482323; Expiry: January 31, 2029",
    }


def test_lots_in_one_cell_and_the_number_of_the_notice() -> None:
    head = ("Brand", "Product Name", "Manufacturer", "Lot Number")
    row = ("Platinum Naturals Ltd.", "Easymulti Stress (Men)", "Platinum Naturals Inc.", "737, 737A")
    name = "tablefield-node-82628-field_affected_products-0"
    title = "Easymulti Stress: affected lots incorrectly labelled"  # only its type says that it is a recall
    found = rows(page(row, head=head, name=name, title=title, more="<p>Health product recall</p>"))
    assert [(each["lot"], each["product"], each["reference"]) for each in found] == [
        ("737", "Easymulti Stress (Men)", "82628"),
        ("737A", "Easymulti Stress (Men)", "82628"),
    ]


def test_an_expiry_after_the_lot() -> None:
    [row] = rows(
        page(("Ifosfamide", "Lot #: FA2B6004A Expiry: 2029/04/19"), head=("Product Name", "Lot Number"))
    )
    assert (row["lot"], row["expiry"]) == ("FA2B6004A", "2029-04-19")


@pytest.mark.parametrize("printed", ["04/05/2029", "February 30, 2029", "2029", "Various", ""])
def test_an_expiry_that_is_not_certain_narrows_nothing(printed: str) -> None:
    assert rows(page((*FIRST[:3], printed)))[0]["expiry"] == ""


@pytest.mark.parametrize(
    "said",
    [
        page(FIRST, title="Advice on Novo-Gesic Forte"),  # calls nothing back
        page(FIRST, title="Health Canada warns of recalled and unauthorized products"),
        page(FIRST, title="Counterfeit Novo-Gesic: recall"),  # another kind of notice
        page((*FIRST[:2], "All lots (since July 2023)", "")),
        page((*FIRST[:2], "100083040 to 100083049", "")),
        page(FIRST, (*FIRST[:2], "see photo", "")),  # one row alone that is not certain
        page(FIRST[:3]),
        page(FIRST, head=("Product", "DIN", "Code", "Date")),
        page(("A", "1", "2", "x"), head=("Product", "Lot", "Lot (carton)", "DIN")),
        page(("A", "A1 Expiry: 2029/04/19, B2"), head=("Product", "Lot")),  # whose expiry is it
        page(("A", "A1 Expiry: 04/05/2029"), head=("Product", "Lot")),
        page(("A", "A1 Expiry: 2029/04/19", "2029/05/01"), head=("Product", "Lot", "Expiry")),
        page(),
    ],
)
def test_what_is_not_certain_is_left_to_a_person(said: NoticePage) -> None:
    with pytest.raises(RefusedError):
        rows_of_page(said)


def test_a_cell_that_stands_for_several_rows_is_left_to_a_person() -> None:
    said = page(FIRST)
    said.tables[0].spans = True
    with pytest.raises(RefusedError):
        rows_of_page(said)


def test_its_list_of_all_notices_is_known() -> None:
    assert is_open_data([{"NID": "82628", "Title": "T", "Recall class": "Type III"}])
    others: tuple[Any, ...] = (None, [], {}, [1], [{"NID": "1"}])
    for other in others:
        assert not is_open_data(other)
