"""The language of a response: what a link, a choice and a browser say, and what a catalogue makes of it."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.accounts.actors import OrganisationKind, Role
from service.storage.models import Account
from service.web.core import i18n
from service.web.core.language_choice import COOKIE, language_of, this_page
from service.web.core.services import services_of
from service.web.text.locales import day_words
from tests.factories.people import PASSWORD, hashed, signed_in, token_of
from tests.factories.records import TOXIN, put


@pytest.fixture
def world(app: Flask) -> Flask:
    put(services_of(app).database)
    return app


def lang(page: str) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="(?:ltr|rtl)">', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "chosen"),
    [
        ("", "", "", "en"),
        ("", "", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "", "zh-CN,zh;q=0.9", "zh"),
        ("", "", "es-419,es;q=0.9", "es"),
        ("", "", "sw,ar;q=0.5", "ar"),  # the first that is offered
        ("", "", "sw", "en"),
        ("", "de", "es", "de"),  # the choice before the browser
        ("", "en", "es", "en"),  # English can be chosen too
        ("lang=ar", "de", "es", "ar"),  # a link before the choice
        ("lot=1&lang=ar", "", "", "ar"),
        ("xlang=ar", "", "", "en"),
        ("lang=xx", "de", "es", "de"),  # not offered
        ("lang=../../etc", "../../etc", "es", "es"),
        ("lang=", "", "es", "es"),
        ("", "xx", "es", "es"),
        ("", "de; vialcheck_session=x", "es", "de"),
        ("", "d\x00e", "es", "es"),
    ],
)
def test_the_language_is_chosen(query: str, cookie: str, accept: str, chosen: str) -> None:
    environ = {
        "QUERY_STRING": query,
        "HTTP_COOKIE": f"a=b; {COOKIE}={cookie}",
        "HTTP_ACCEPT_LANGUAGE": accept,
    }
    assert language_of(environ) == chosen


def test_another_cookie_is_no_language() -> None:
    assert language_of({"HTTP_COOKIE": f"x{COOKIE}=de"}) == "en"


def test_a_page_says_which_language_it_is_in(browser: FlaskClient) -> None:
    page = browser.get("/", headers={"Accept-Language": "ar"})
    assert '<html lang="ar" dir="rtl">' in page.text
    assert page.headers["Content-Language"] == "ar"
    assert {each.strip() for each in page.headers["Vary"].split(",")} >= {"Accept-Language", "Cookie"}
    assert page.headers["Cache-Control"] == "no-store"
    assert '<span class="hidden">اللغة: </span>العربية</a>' in page.text


def test_a_link_in_a_language_leads_on_in_it(browser: FlaskClient) -> None:
    said = browser.get("/about?lang=de")
    assert said.headers["Set-Cookie"].startswith(f"{COOKIE}=de; ")
    assert "SameSite=Lax" in said.headers["Set-Cookie"]
    assert lang(browser.get("/").text) == "de"
    assert "Set-Cookie" not in browser.get("/about?lang=de").headers  # kept already
    assert lang(browser.get("/?lang=en").text) == "en"
    assert lang(browser.get("/", headers={"Accept-Language": "de"}).text) == "en"


def test_no_page_of_a_link_in_a_language_loses_its_question(browser: FlaskClient) -> None:
    answer = browser.get(f"/01/{TOXIN}/10/A1001?17=701231&lang=de").text
    assert lang(answer) == "de"
    assert 'href="/language?next=/01/' in answer
    assert "A1001?17%3D701231" in answer


@pytest.mark.parametrize(
    ("wanted", "back"),
    [
        ("/about", "/about"),
        ("/check/01/1?x=1&y=2", "/check/01/1?x=1&y=2"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/%0d%0aSet-Cookie:a=b", "/%0d%0aSet-Cookie:a=b"),  # a path of ours, whatever is there
        ("javascript:alert(1)", "/"),
    ],
)
def test_a_choice_leads_back_within_this_service(browser: FlaskClient, wanted: str, back: str) -> None:
    done = browser.post("/language", data={"language": "es", "next": wanted})
    assert (done.status_code, done.location) == (303, back)
    assert done.headers["Set-Cookie"].startswith(f"{COOKIE}=es; ")
    assert lang(browser.get("/").text) == "es"


def test_only_languages_that_are_offered_are_chosen(browser: FlaskClient) -> None:
    for wanted in ("xx", "", "es; Domain=example"):
        done = browser.post("/language", data={"language": wanted})
        assert done.status_code == 422
        assert "Set-Cookie" not in done.headers


def test_every_language_is_offered_in_its_own_name(browser: FlaskClient) -> None:
    page = browser.get("/language?next=/about").text
    for code in i18n.available():
        assert f'value="{code}" lang="{code}"' in page
    for name in ("English", "Deutsch", "Español", "العربية", "中文"):
        assert f">{name}</button>" in page
    assert '<input type="hidden" name="next" value="/about">' in page


@pytest.mark.parametrize(
    ("method", "path", "back"),
    [
        ("GET", "/about?lang=de&x=1", "/about?x=1"),
        ("GET", "/?lang=de", "/"),
        ("POST", "/photo", "/photo"),  # its address shows the form
        ("POST", "/check", "/check"),  # which leads on to the first page
        ("POST", "/language", "/language"),
        ("GET", "/caf%C3%A9", "/caf%C3%A9"),
        ("GET", f"/01/{TOXIN}/10/A%2F7?17=701231", f"/01/{TOXIN}/10/A%2F7?17=701231"),  # a slash in a lot
    ],
)
def test_where_a_choice_comes_back_to(world: Flask, method: str, path: str, back: str) -> None:
    with world.test_request_context(path, method=method):
        assert this_page() == back
        assert url_for("language.choose", next=this_page()).isascii()


def test_a_person_keeps_the_language_on_another_device(world: Flask) -> None:
    database = services_of(world).database
    client = signed_in(
        world, Role.CLINIC, kind=OrganisationKind.CLINIC, name="Riverside", email="ann@example.org"
    )
    refused = client.post("/language", data={"language": "ar"})
    assert refused.status_code == 403  # another site's form has no token
    client.post("/language", data={"language": "ar", "csrf": token_of(client)})
    with database.transaction() as connection:
        assert connection.scalar(select(Account.language)) == "ar"
        connection.execute(update(Account).values(password_hash=hashed(PASSWORD)))
    other = world.test_client()
    other.post("/sign-in", data={"email": "ann@example.org", "password": PASSWORD})
    assert lang(other.get("/clinic/", headers={"Accept": "text/html"}).text) == "ar"


def test_pages_of_those_who_manage_records_are_english_whole(world: Flask) -> None:
    client = signed_in(world, Role.ADMIN)
    headers = {"Accept-Language": "ar", "Accept": "text/html"}
    for path in ("/overview", "/people", "/keys", "/audit", "/organisation", "/api/docs", "/imports"):
        page = client.get(path, headers=headers)
        assert page.status_code == 200, path
        assert lang(page.text) == "en", path
        assert page.headers.get("Content-Language", "en") == "en"
        assert not re.search("[\u0600-\u06ff]", page.text), path
        assert 'class="language"' not in page.text
    assert lang(client.get("/account", headers=headers).text) == "ar"


def test_programs_are_answered_in_their_language(world: Flask) -> None:
    client = world.test_client()
    asked = {"lot": "A1001"}
    german = client.post("/api/v1/verifications", json=asked, headers={"Accept-Language": "de"}).json
    english = client.post("/api/v1/verifications", json=asked).json
    assert german is not None
    assert english is not None
    assert german["headline"] != english["headline"]
    assert german["action"] == english["action"]


def test_a_page_that_is_not_there_speaks_the_language(browser: FlaskClient) -> None:
    page = browser.get("/nowhere", headers={"Accept-Language": "es"})
    assert page.status_code == 404
    assert lang(page.text) == "es"


def test_a_telephone_number_keeps_its_order_in_arabic(browser: FlaskClient) -> None:
    """Its groups would change places, and a worried person would dial another number."""
    arabic = {"Accept-Language": "ar"}
    answered = browser.post("/check", data={"scan": "A1002", "market": "GB"}).location
    for path in (answered, "/help/injected?market=GB"):
        page = browser.get(path, headers=arabic)
        assert 'dir="rtl"' in page.text
        before = re.findall(r"(.{15})0800 731 6789", page.text)
        assert before
        assert set(before) == {'<bdi dir="ltr">'}


def test_a_date_keeps_its_order_in_a_sentence_from_right_to_left() -> None:
    assert (
        i18n.isolate_values("بالإسعاف{number}.") == "بالإسعاف{number}."
    )  # ` (999)`: its space is the sentence's
    said = i18n.isolate_values("مثل 12/2027 أو 2027-12-31.")
    assert said == f"مثل 12/2027 أو {chr(0x2068)}2027-12-31{chr(0x2069)}."


def test_values_keep_their_order_in_a_sentence_from_right_to_left(tmp_path: Path) -> None:
    catalogue = Catalog(locale="ar")
    catalogue.add("Lot {lot}", "التشغيلة {lot}")
    catalogue.add('<a href="%(at)s">%(lot)s</a>', '<a href="%(at)s">%(lot)s</a>')
    catalogue.add(("%(num)d vial", "%(num)d vials"), ("", "", "", "", "", "%(num)d قارورة"))
    path = tmp_path / "messages.po"
    with path.open("wb") as file:
        write_po(file, catalogue)
    tr = i18n.compiled(path, isolating=True)
    assert tr.gettext("Lot {lot}").format(lot="12/3") == "التشغيلة \u206812/3\u2069"
    assert tr.gettext('<a href="%(at)s">%(lot)s</a>') == '<a href="%(at)s">\u2068%(lot)s\u2069</a>'
    assert i18n.compiled(path, isolating=False).gettext("Lot {lot}") == "التشغيلة {lot}"


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "12 March 2027", "March 2027"),
        ("es", "12 de marzo de 2027", "marzo de 2027"),
        ("pt", "12 de março de 2027", "março de 2027"),
        ("fr", "12 mars 2027", "mars 2027"),
        ("de", "12. März 2027", "März 2027"),
        ("it", "12 marzo 2027", "marzo 2027"),
        ("tr", "12 Mart 2027", "Mart 2027"),
        ("ar", "12 مارس 2027", "مارس 2027"),
        ("hi", "12 मार्च 2027", "मार्च 2027"),
        ("id", "12 Maret 2027", "Maret 2027"),
        ("ko", "2027년 3월 12일", "2027년 3월"),
        ("zh", "2027年3月12日", "2027年3月"),
    ],
)
def test_a_day_cannot_be_misread(language: str, day: str, month: str) -> None:
    """The month is named, or marked as one where a language names months by number; digits as on packs."""
    assert day_words(date(2027, 3, 12), language) == day
    assert day_words(date(2027, 3, 12), language, whole=False) == month
