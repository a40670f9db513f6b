"""Links of a product in the browser: hosts registered, links added and removed, each with a reason."""

import pytest
from flask import Flask
from sqlalchemy import update

from service.accounts.actors import Role
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.web.core.services import services_of
from tests.factories.lists import table
from tests.factories.people import signed_in
from tests.factories.recall_records import GTIN
from tests.web.workspace.signed_in_browser import Browser, carried_out

LINKS, SETTINGS = f"/products/{GTIN}/links", "/link-settings"
HOST = "www.maker.example"
LEAFLET = {"link_type": "epil", "href": f"https://{HOST}/leaflet", "title": "Leaflet", "language": "en"}


@pytest.fixture
def database(filled: Flask) -> Database:
    ours: Database = services_of(filled).database
    return ours


@pytest.fixture
def admin(filled: Flask) -> Browser:
    return Browser(signed_in(filled, Role.ADMIN))


def where(app: Flask, query: str = "", below: str = "") -> tuple[int, str]:
    answer = app.test_client().get(f"/01/{GTIN}{below}{query}")
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


def test_a_link_is_added_is_followed_and_is_removed(
    admin: Browser, filled: Flask, database: Database
) -> None:
    assert "registered" in admin.get(LINKS)  # no web server yet: no form
    status, page = carried_out(
        admin, SETTINGS, link_hosts=f"{HOST}\nshop.maker.example", gln="", verifies_recalled="no"
    )
    assert (status, HOST in page) == (200, True)
    status, page = carried_out(admin, LINKS, **LEAFLET)
    assert (status, LEAFLET["href"] in page) == (200, True)
    assert where(filled, "?linkType=gs1:epil") == (307, LEAFLET["href"])
    assert where(filled)[1].endswith(f"/check/01/{GTIN}")  # no default was registered
    status, _ = carried_out(
        admin, LINKS, **LEAFLET | {"lot": "A1", "href": f"https://{HOST}/a1", "is_default": "1"}
    )
    assert status == 200
    assert where(filled, below="/10/A1") == (307, f"https://{HOST}/a1")
    assert where(filled, below="/10/B2")[1].endswith("/check/01/" + GTIN + "/10/B2")
    number = min(row["id"] for row in table(database, "resolver_link"))
    status, page = carried_out(admin, f"{LINKS}/{number}/remove")
    assert (status, LEAFLET["href"] in page) == (200, False)
    assert where(filled, "?linkType=gs1:epil")[0] == 404
    entries = [(row["action"], row["reason"], row["object_id"]) for row in table(database, "audit_entry")]
    assert entries[-3:] == [("add_link", "typed wrong", GTIN)] * 2 + [("remove_link", "typed wrong", GTIN)]
    assert "Link removed" in admin.get(f"/products/{GTIN}")


@pytest.mark.parametrize(
    ("given", "box"),
    [
        ({"href": "javascript:alert(1)"}, "href"),
        ({"href": "https://evil.example/"}, "href"),
        ({"href": "http://www.maker.example/"}, "href"),
        ({"href": ""}, "href"),
        ({"title": ""}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"title": "t" * 201}, "title"),
        ({"link_type": "evil"}, "link_type"),
        ({"language": "klingon"}, "language"),
        ({"media_type": "text/javascript"}, "media_type"),
        ({"context": "nowhere"}, "context"),
        ({"lot": "L" * 60}, "lot"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    admin: Browser, database: Database, given: dict[str, str], box: str
) -> None:
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(link_hosts=(HOST,)))
    status, page = admin.send(LINKS, LINKS, **LEAFLET | given)
    assert status == 422
    assert f'id="{box}-error"' in page
    assert "Leaflet" in page or "title" in given  # what was typed stays
    assert table(database, "resolver_link") == []


def test_a_script_in_a_title_is_text(admin: Browser, filled: Flask) -> None:
    carried_out(admin, SETTINGS, link_hosts=HOST, gln="", verifies_recalled="no")
    _, page = carried_out(admin, LINKS, **LEAFLET | {"title": "<script>alert(1)</script>"})
    assert "<script>alert" not in page
    linkset = filled.test_client().get(f"/01/{GTIN}", headers={"Accept": "application/linkset+json"})
    assert linkset.headers["X-Content-Type-Options"] == "nosniff"


def test_a_host_that_is_no_longer_registered_takes_its_links_with_it(admin: Browser, filled: Flask) -> None:
    carried_out(admin, SETTINGS, link_hosts=HOST, gln="", verifies_recalled="no")
    carried_out(admin, LINKS, **LEAFLET)
    carried_out(admin, SETTINGS, link_hosts="other.example", gln="", verifies_recalled="no")
    assert where(filled, "?linkType=gs1:epil")[0] == 404
    assert "Not offered" in admin.get(LINKS)


@pytest.mark.parametrize(
    ("given", "box"),
    [
        ({"link_hosts": "localhost"}, "link_hosts"),
        ({"link_hosts": "10.0.0.1 www.maker.example"}, "link_hosts"),
        ({"link_hosts": " ".join(f"h{number}.example" for number in range(21))}, "link_hosts"),
        ({"gln": "4012345000008"}, "gln"),
        ({"gln": "401234500000"}, "gln"),
    ],
)
def test_settings_that_cannot_be(admin: Browser, database: Database, given: dict[str, str], box: str) -> None:
    status, page = admin.send(
        SETTINGS, SETTINGS, **{"link_hosts": HOST, "gln": "", "verifies_recalled": "no"} | given
    )
    assert status == 422
    assert f'id="{box}-error"' in page
    assert {row["link_hosts"] for row in table(database, "manufacturer")} == {""}


def test_a_second_person_agrees_where_the_organisation_wants_two(
    admin: Browser, filled: Flask, database: Database
) -> None:
    carried_out(admin, SETTINGS, link_hosts=HOST, gln="", verifies_recalled="no")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(two_person_release=True))
    status, page = carried_out(admin, LINKS, **LEAFLET)
    assert (status, "second person" in page.lower() or "another person" in page.lower()) == (200, True)
    assert table(database, "resolver_link") == []
