"""Lists of links of products and lots."""

from pathlib import Path

import pytest
from sqlalchemy import update

from service.registry.lists.columns import ListKind, recognise
from service.storage.database import Database
from service.storage.models import Manufacturer
from tests.factories.lists import GTIN, OTHER, count, counts, imported, prepared, table

HEADER = "GTIN,Lot,Link type,Href,Title,Language,Media type,Context,Default link\n"
HOST = "https://www.maker.example"


@pytest.fixture
def ready(database: Database, tmp_path: Path) -> Database:
    prepared(database, tmp_path)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(link_hosts=("www.maker.example",)))
    return database


def test_links_are_added_changed_and_left_alone(ready: Database, tmp_path: Path) -> None:
    rows = f"{GTIN},,gs1:epil,{HOST}/leaflet,Leaflet,German,text/html,Germany,yes\n{GTIN},a-1,smpc,{HOST}/smpc,SmPC,,,,\n"
    assert counts(imported(ready, tmp_path, HEADER + rows)) == (2, 0, 0, 0)
    first, second = table(ready, "resolver_link")
    said = [
        first[name] for name in ("link_type", "href", "title", "language", "media_type", "context", "lot")
    ]
    assert said == ["epil", f"{HOST}/leaflet", "Leaflet", "de", "text/html", "DE", ""]
    assert first["is_default"]
    assert (second["lot"], second["lot_key"], bool(second["is_default"])) == ("a-1", "A1", False)
    assert counts(imported(ready, tmp_path, HEADER + rows)) == (0, 0, 2, 0)
    assert counts(imported(ready, tmp_path, HEADER + rows.replace("Leaflet", "Our leaflet"))) == (0, 1, 1, 0)
    assert table(ready, "resolver_link")[0]["title"] == "Our leaflet"
    actions = [row["action"] for row in table(ready, "audit_entry") if "link" in row["action"]]
    assert actions == ["add_link", "add_link", "change_link"]


@pytest.mark.parametrize(
    "row",
    [
        f"{GTIN},,epil,javascript:alert(1),T,,,,",
        f"{GTIN},,epil,https://evil.example/,T,,,,",
        f"{GTIN},,epil,http://www.maker.example/,T,,,,",
        f"{GTIN},,evil,{HOST}/x,T,,,,",
        f"{GTIN},,epil,{HOST}/x,,,,,",
        f"{GTIN},,epil,,T,,,,",
        f"{GTIN},,epil,{HOST}/x,T,klingon,,,",
        f"{GTIN},,epil,{HOST}/x,T,,text/javascript,,",
        f"{GTIN},,epil,{HOST}/x,T,,,nowhere,",
        f"{GTIN},,epil,{HOST}/x,T,,,,perhaps",
        f"04012345678901,,epil,{HOST}/x,T,,,,",
    ],
)
def test_a_row_that_cannot_be_is_refused_and_the_others_are_taken(
    ready: Database, tmp_path: Path, row: str
) -> None:
    good = f"{OTHER},,support,{HOST}/support,Support,,,,\n"
    assert counts(imported(ready, tmp_path, f"{HEADER}{row}\n{good}", keep_good=True)) == (1, 0, 0, 1)
    assert count(ready, "resolver_link") == 1


def test_two_persons_add_links_one_by_one(ready: Database, tmp_path: Path) -> None:
    with ready.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    assert counts(imported(ready, tmp_path, f"{HEADER}{GTIN},,epil,{HOST}/x,T,,,,\n"))[3] == 1
    assert count(ready, "resolver_link") == 0


@pytest.mark.parametrize(
    "header",
    [
        ["gtin", "link_type", "href", "title"],
        ["GTIN", "Link type", "Target URL", "Title", "hreflang"],
        ["gtin", "lot", "gs1 link type", "link url", "link title", "language", "mime type", "default link"],
    ],
)
def test_headers_of_links(header: list[str]) -> None:
    found = recognise(header)
    assert found.kind is ListKind.LINKS
    assert len(found.index) == len(header)


def test_other_lists_are_not_taken_for_links() -> None:
    assert recognise(["gtin", "name", "manufacturer", "language", "title"]).kind is ListKind.PRODUCTS
    assert recognise(["gtin", "lot", "expiry", "context"]).kind is ListKind.BATCHES
