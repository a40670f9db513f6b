"""Swissmedic's batch recalls. The names of the rows and the first facts are of the page of 14 May 2019."""

import pytest

from service.errors import RefusedError
from service.registry.alerts.notice_rows import LABELS
from service.registry.alerts.page_tables import NoticePage, read_page
from service.registry.alerts.swissmedic import is_swissmedic, rows_of_page

FOLDER = (
    "https://www.swissmedic.ch/swissmedic/de/home/humanarzneimittel/marktueberwachung/"
    "qualitaetsmaengel-und-chargenrueckrufe/chargenrueckrufe/"
)
ADDRESS = FOLDER + "Chargenrueckruf-Co-Amoxicillin-Sandoz-Pulver.html"
PRODUCT = "Co-Amoxicillin Sandoz 312,5, Pulver zur Zubereitung einer Suspension"
GERMAN = (
    *(("Präparat", PRODUCT), ("Zulassungsnummer", "55203"), ("Wirkstoffe", "amoxicillinum")),
    *(("Zulassungsinhaberin", "Sandoz Pharmaceuticals AG"), ("Rückzug der Charge", "HX3438")),
)


def page(rows: tuple[tuple[str, ...], ...], address: str = ADDRESS, day: str = "14.05.2019") -> NoticePage:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = f'<link rel="canonical" href="{address}"><h5>{day}</h5><h1>Chargenrückruf</h1>'
    return read_page(f"{head}<table class='table-simple'>{cells}</table>")


def rows(said: NoticePage) -> list[dict[str, str]]:
    return [dict(zip(LABELS, row, strict=True)) for row in rows_of_page(said)]


def test_a_recall_with_its_source() -> None:
    assert is_swissmedic(page(GERMAN))
    [row] = rows(page(GERMAN))
    assert row == {
        "authority": "Swissmedic",
        "kind": "recalled",
        "product": PRODUCT,
        "lot": "HX3438",
        "expiry": "",
        "recall_class": "",
        "reference": "",
        "reported": "2019-05-14",
        "source_url": ADDRESS,
        "detail": "Chargenrückruf; Zulassungsnummer: 55203; Wirkstoffe: amoxicillinum; "
        "Zulassungsinhaberin: Sandoz Pharmaceuticals AG",
    }


@pytest.mark.parametrize(
    ("names", "lots", "expected"),
    [
        (("Präparat", "Rückzug der Chargen"), "9T48 und 2V33", ["9T48", "2V33"]),
        (("Préparation", "Retrait du lot"), "9T48", ["9T48"]),
        (("Préparation", "Retrait des lots :"), "9T48, 2V33", ["9T48", "2V33"]),
    ],
)
def test_several_lots_in_both_languages(names: tuple[str, str], lots: str, expected: list[str]) -> None:
    found = rows(page(((names[0], "X"), (names[1], lots))))
    assert [row["lot"] for row in found] == expected


def test_a_day_that_is_none_is_left_out() -> None:
    assert rows(page(GERMAN, day="31.02.2019"))[0]["reported"] == ""


@pytest.mark.parametrize(
    "table",
    [
        GERMAN[:-1],  # names no lot
        (*GERMAN[:-1], ("Rückzug der Charge", "alle Chargen")),
        (*GERMAN[:-1], ("Betroffene Charge", "HX3438")),  # not the row that is known
        (*GERMAN, ("Freigegebene Charge", "HX3439")),  # a second row about lots
        (*GERMAN, ("Präparat", "Y")),  # whose lot is it
        (*GERMAN, ("Rückzug der Charge", "HX3439")),
        (*GERMAN[:-1], ("Rückzug der Charge", "HX3438", "HX3439")),
        GERMAN[1:],
    ],
)
def test_what_is_not_certain_is_left_to_a_person(table: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(RefusedError):
        rows_of_page(page(table))


def test_a_cell_that_is_struck_out_is_left_to_a_person() -> None:
    with pytest.raises(RefusedError):
        rows_of_page(page((*GERMAN[:-1], ("Rückzug der Charge", "<del>HX3438</del>"))))


@pytest.mark.parametrize(
    "address", ["https://www.swissmedic.ch/other/", "https://swissmedic.example/chargenrueckrufe/a"]
)
def test_other_pages_are_not_theirs(address: str) -> None:
    assert not is_swissmedic(page(GERMAN, address))
