"""Imports in the browser: from a file to what is on record, and nobody else's."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update
from werkzeug.test import TestResponse

from service.accounts.actors import OrganisationKind, Role
from service.app import create_app, import_queue_of
from service.registry.import_jobs.worker import ImportWorker
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product
from service.web.core.access import COOKIE
from service.web.core.services import services_of
from tests.factories.lists import count, table
from tests.factories.people import organisation, signed_in
from tests.factories.workbooks import sheet_xml, xlsx

GTIN, OTHER, THEIRS = "09506000134352", "09506000110509", "09506000201009"
HEADER = "gtin,lot,expiry\n"


@dataclass
class House:
    """The application with a product of one organisation and a product of another."""

    app: Flask
    database: Database
    worker: ImportWorker

    def browser(self, *roles: Role, **more: object) -> FlaskClient:
        return signed_in(self.app, *(roles or (Role.IMPORTER,)), **more)  # type: ignore[arg-type]

    def send(self, client: FlaskClient, content: str | bytes, name: str = "list.csv") -> TestResponse:
        body = multipart(token(client), content if isinstance(content, bytes) else content.encode(), name)
        return client.post("/imports/new", data=body, content_type=MULTIPART)

    def sent(self, client: FlaskClient, content: str | bytes, name: str = "list.csv") -> str:
        """The address of an import whose file was read."""
        answer = self.send(client, content, name)
        assert answer.status_code == 303, answer.text
        self.work()
        return answer.location

    def previewed(self, client: FlaskClient, content: str | bytes, **chosen: str) -> str:
        at = self.sent(client, content)
        page = client.get(at).text
        columns = dict(
            re.findall(r'<select id="(column-\d+)".*?(?:value="(\w*)" selected|</select>)', page, re.DOTALL)
        )
        kind = re.search(r'name="kind" value="(\w+)" checked', page) or re.search(
            r'name="kind" value="(\w+)">', page
        )
        assert kind is not None
        post(client, f"{at}/columns", kind=kind[1], **columns | chosen)
        self.work()
        return at

    def work(self) -> None:
        for number in self.worker.waiting():
            self.worker.carry_on(number)


MULTIPART = "multipart/form-data; boundary=x"


def multipart(csrf: str, content: bytes | None, name: str) -> bytes:
    """The form as a browser sends it. Not as fields: the test client leaves temporary files open for large ones."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n'
    body = (part.format("csrf") + csrf + "\r\n").encode()
    if content is not None:
        body += part.format(f'list"; filename="{name}').encode() + content + b"\r\n"
    return body + b"--x--\r\n"


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/imports/new").text)
    return found[1] if found else ""


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data={"csrf": token(client), **fields})


def applied(house: House, client: FlaskClient, at: str, reason: str = "") -> None:
    plan = re.search(r'name="plan" value="(\w+)"', client.get(at).text)
    assert plan is not None, client.get(at).text
    assert post(client, f"{at}/apply", plan=plan[1], reason=reason).status_code == 303
    house.work()


def figures(client: FlaskClient, at: str) -> list[int]:
    """The counts on the page: of a preview new, changed, unchanged, conflicting, refused."""
    return [
        int(each.replace(",", "")) for each in re.findall(r'class="figure">([\d,]+)<', client.get(at).text)
    ]


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    settings = Settings(database_url=database_url, files=tmp_path / "files")
    app = create_app(settings)
    app.testing = True
    service = services_of(app)
    with service.database.transaction() as connection:
        for number, (name, gtin) in enumerate((("Ours", GTIN), ("Theirs", THEIRS)), start=1):
            connection.execute(
                insert(Manufacturer).values(name=name, gs1_prefixes=("95060002",) if number == 2 else ())
            )
            connection.execute(
                insert(Product).values(manufacturer_id=number, gtin=gtin, name=f"Product {number}")
            )
    for name, maker in (("Example Biologics", "Ours"), ("Another Company", "Theirs")):
        owner = organisation(service.database, name)
        with service.database.transaction() as connection:
            connection.execute(
                update(Manufacturer).where(Manufacturer.name == maker).values(organisation_id=owner)
            )
    shelf, _, _ = import_queue_of(settings, service.database, service.verification.clock)
    yield House(app, service.database, ImportWorker(service.database, shelf))
    service.close()


def test_from_a_file_to_the_record(house: House) -> None:
    client = house.browser()
    at = house.sent(
        client, "Produktnummer;Charge;Verfall;Farbe\n" + f"{GTIN};A1;2028-12-31;rot\n{GTIN};B2;soon;rot\n"
    )
    page = client.get(at).text
    assert "Produktnummer" in page
    assert "A1" in page
    # a column that nobody recognised is named by the person
    missing = post(client, f"{at}/columns", kind="batches", **{"column-1": "lot", "column-2": "expiry"})
    assert missing.status_code == 422
    assert "product number is missing" in missing.text
    post(
        client,
        f"{at}/columns",
        kind="batches",
        **{"column-0": "gtin", "column-1": "lot", "column-2": "expiry"},
    )
    house.work()
    assert figures(client, at) == [1, 0, 0, 0, 1]
    preview = client.get(at).text
    assert "cannot be read as a date" in preview
    assert "Farbe" in preview
    assert count(house.database, "batch") == 0
    applied(house, client, at, reason="delivery of November")
    assert [row["lot"] for row in table(house.database, "batch")] == ["A1"]
    assert figures(client, at) == [1, 0, 0, 1]
    (entry,) = [row for row in table(house.database, "audit_entry") if row["object_type"] == "batch"]
    assert (entry["actor"], entry["reason"], entry["network"]) == (
        "importer",
        "delivery of November",
        "127.0.0.0/24",
    )
    assert f"{GTIN}/A1" in client.get(f"{at}/changes").text
    assert "list.csv" in client.get("/imports").text
    # the same headers again: they mean what they meant
    again = house.sent(client, "Produktnummer;Charge;Verfall;Farbe\n" + f"{GTIN};C3;2028-12-31;rot\n")
    page = client.get(again).text
    assert "the last time" in page
    assert 'value="gtin" selected' in page


def test_a_diff(house: House) -> None:
    client = house.browser()
    first = house.previewed(client, HEADER + f"{GTIN},A1,2028-12\n{GTIN},B2,2028-12-31\n")
    applied(house, client, first)
    at = house.previewed(
        client,
        "gtin,lot,expiry,quantity\n"
        f"{GTIN},A1,2028-12-30,\n"  # the day of a month known so far
        f"{GTIN},B2,2028-12-31,\n"
        f"{GTIN},N1,2028-12-31,500\n"
        f"{GTIN},B2x,2028-12-31,x\n",
    )
    assert figures(client, at) == [1, 1, 1, 0, 1]
    changed = client.get(f"{at}/rows/changed").text
    assert "<del>2028-12</del> <ins>2028-12-30</ins>" in changed
    against = house.previewed(client, HEADER + f"{GTIN},B2,2029-01-31\n")
    assert figures(client, against) == [0, 0, 0, 1, 0]
    assert "2028-12-31, as on record" in client.get(against).text
    assert "nothing in this list" in client.get(against).text


def test_what_came_between_is_refused_and_not_overwritten(house: House) -> None:
    client = house.browser()
    rows = "A1,2028-12-31,\n", "B2,2028-12-31,\n", "C3,2028-12-31,500\n", "D4,2028-12-31,\n"
    at = house.previewed(client, "gtin,lot,expiry,quantity\n" + "".join(f"{GTIN},{each}" for each in rows))
    assert figures(client, at) == [4, 0, 0, 0, 0]
    with house.database.transaction() as connection:
        for lot, year in (("A1", 2027), ("B2", 2028), ("C3", 2028)):
            names = {"lot": lot, "lot_key": lot, "lot_folded": lot}
            put = {"product_id": 1, "expiry": date(year, 12, 31), "status": "released"}
            connection.execute(insert(Batch).values(put | names))
    applied(house, client, at)
    # A1 contradicts the record now; C3 would fill in a blank of a record that nobody was shown; B2 says the same
    assert figures(client, at) == [1, 0, 1, 2]
    batches = {row["lot"]: row for row in table(house.database, "batch")}
    assert str(batches["A1"]["expiry"]) == "2027-12-31"
    assert batches["C3"]["quantity"] is None
    left_out = client.get(f"{at}/refused.csv").text
    assert "2027-12-31, as on record" in left_out
    assert "the record has changed since you looked at it" in left_out


def test_another_decision_than_the_one_that_was_shown(house: House) -> None:
    client = house.browser()
    at = house.previewed(client, HEADER + f"{GTIN},A1,2028-12-31\n")
    assert post(client, f"{at}/apply", plan="0" * 64).status_code == 409
    applied(house, client, at)
    for step in ("apply", "again", "cancel", "columns"):
        assert (
            post(
                client,
                f"{at}/{step}",
                kind="batches",
                **{"column-0": "gtin", "column-1": "lot", "column-2": "expiry"},
            ).status_code
            == 409
        )
    assert count(house.database, "batch") == 1


def test_cancelled_before_anything_is_on_record(house: House, tmp_path: Path) -> None:
    client = house.browser()
    at = house.previewed(client, HEADER + f"{GTIN},A1,2028-12-31\n")
    assert post(client, f"{at}/cancel").status_code == 303
    house.work()
    assert "Nothing was put on record" in client.get(at).text
    assert count(house.database, "batch") == 0
    assert not [each for each in (tmp_path / "files").iterdir() if each.is_dir()]


def test_rejected_rows_run_no_formula(house: House) -> None:
    client = house.browser()
    bad = "=HYPERLINK(1)"
    at = house.previewed(client, f'gtin,lot,expiry,=cmd\n{GTIN},"{bad}",never,@x\n')
    file = client.get(f"{at}/refused.csv")
    assert file.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[0][3:] == ["'=cmd", "refused because"]
    assert rows[1][1:4] == ["'" + bad, "never", "'@x"]
    page = client.get(at).text
    assert (
        "&lt;script"
        in client.get(house.previewed(client, HEADER + f'{GTIN},"<script>alert(1)</script>",x\n')).text
    )
    assert "<script>alert" not in page


def test_nobody_elses_records(house: House) -> None:
    client = house.browser()
    at = house.previewed(client, HEADER + f"{THEIRS},A1,2028-12-31\n{OTHER},A1,2028-12-31\n")
    assert figures(client, at) == [0, 0, 0, 0, 2]
    reasons = re.findall(r'class="why">(.*?)<', client.get(at).text)
    assert (
        len({each.split(": ", 2)[2] for each in reasons}) == 1
    )  # somebody else's, or nobody's: the same words
    products = house.previewed(
        client,
        "gtin,name,manufacturer,gs1_prefix\n"
        f"{THEIRS},Stolen,Ours,\n"  # their product
        f"{OTHER},New,Theirs,\n"  # their manufacturer
        "09506000200002,New,Ours,\n"  # under their prefix
        f"{GTIN},Product 1,Ours,9506\n"  # a prefix that theirs begins with
        "04006381333931,New,Ours,\n",
    )
    page = client.get(products).text
    assert figures(client, products) == [1, 0, 0, 0, 4]
    assert "Product 2" not in page
    units = house.previewed(client, f"gtin,lot,serial\n{THEIRS},A1,S1\n")
    assert figures(client, units) == [0, 0, 0, 1]
    applied(house, client, products)
    assert {row["name"] for row in table(house.database, "product")} == {"Product 1", "Product 2", "New"}


def test_a_new_manufacturer_is_the_organisations(house: House) -> None:
    client = house.browser()
    applied(house, client, house.previewed(client, f"gtin,name,manufacturer\n{OTHER},Vial,New Maker\n"))
    makers = {row["name"]: row["organisation_id"] for row in table(house.database, "manufacturer")}
    assert makers["New Maker"] == organisation(house.database, "Example Biologics")


def test_a_second_person_releases(house: House) -> None:
    with house.database.transaction() as connection:
        connection.execute(
            update(Manufacturer).where(Manufacturer.name == "Ours").values(two_person_release=True)
        )
    client = house.browser()
    at = house.previewed(
        client, f"gtin,lot,expiry,status\n{GTIN},A1,2028-12-31,released\n{GTIN},B2,2028-12-31,on hold\n"
    )
    assert "1 batch is put in as not released" in client.get(at).text
    applied(house, client, at)
    assert {row["lot"]: row["status"] for row in table(house.database, "batch")} == {
        "A1": "pending",
        "B2": "on_hold",
    }
    again = house.previewed(client, f"gtin,lot,expiry,status\n{GTIN},A1,2028-12-31,released\n")
    assert figures(client, again)[:3] == [0, 0, 1]  # the same person does not release it by sending it twice
    held = house.previewed(client, f"gtin,lot,expiry,status\n{GTIN},B2,2028-12-31,released\n")
    assert figures(client, held) == [0, 0, 0, 1, 0]  # nor lifts a hold


def test_regulators_put_in_their_own_notices_only(house: House) -> None:
    regulator = house.browser(kind=OrganisationKind.REGULATOR, name="MHRA")
    at = house.previewed(regulator, "authority,kind,lot\nMHRA,falsified,X1\nANVISA,falsified,X2\n")
    assert figures(regulator, at) == [1, 0, 0, 0, 1]
    batches = house.sent(regulator, HEADER + f"{GTIN},A1,2028-12-31\n")
    columns = {"column-0": "gtin", "column-1": "lot", "column-2": "expiry"}
    assert post(regulator, f"{batches}/columns", kind="batches", **columns).status_code == 422
    maker = house.browser()
    notices = house.sent(maker, "authority,kind,lot\nMHRA,falsified,X1\n")
    assert (
        post(
            maker, f"{notices}/columns", kind="alerts", **{"column-0": "authority", "column-1": "kind"}
        ).status_code
        == 422
    )


def test_a_file_larger_than_what_is_held_of_a_request(house: House) -> None:
    client = house.browser()
    answer = house.send(client, "gtin,lot,serial\n" + f"{GTIN},A1,S\n" * 100_000)
    house.work()
    assert "What the columns mean" in client.get(answer.location).text


def test_a_workbook(house: House, tmp_path: Path) -> None:
    client = house.browser()
    batches = sheet_xml(
        [("Our lots",), ("gtin", "lot", "expiry"), (GTIN, "A1", "2028-12-31"), (GTIN, 12.0, "2028-12-31")]
    )
    path = xlsx(tmp_path / "b.xlsx", {"Notes": sheet_xml([("hello", "you")]), "Lots": batches})
    at = house.sent(client, path.read_bytes(), "b.xlsx")
    assert "<option selected>Lots</option>" in client.get(at).text
    post(
        client,
        f"{at}/columns",
        kind="batches",
        sheet="Lots",
        **{"column-0": "gtin", "column-1": "lot", "column-2": "expiry"},
    )
    house.work()
    assert figures(client, at) == [1, 0, 0, 0, 1]
    assert "B4 (lot)" in client.get(at).text
    assert "refused.xlsx" in client.get(at).text
    with client.get(f"{at}/refused.xlsx") as back:
        mended = back.data
    again = house.sent(client, mended, "back.xlsx")
    post(
        client,
        f"{again}/columns",
        kind="batches",
        sheet="List",
        **{"column-0": "gtin", "column-1": "lot", "column-2": "expiry"},
    )
    house.work()
    assert figures(client, again) == [0, 0, 0, 0, 1]  # as it is, it is refused as it was


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"PK\x03\x04" + b"x" * 50, "damaged"),
        (b"\n\n\n", "empty"),
    ],
)
def test_a_file_that_is_no_list(house: House, content: bytes, says: str) -> None:
    client = house.browser()
    at = house.sent(client, content)
    page = client.get(at)
    assert page.status_code == 200
    assert "could not be imported" in page.text
    assert says in page.text
    assert count(house.database, "import") == 0


@pytest.mark.parametrize(("content", "status"), [(None, 422), ("", 422), ("x" * 1_000_000, 413)])
def test_no_file_an_empty_one_and_one_too_large(
    database_url: str, tmp_path: Path, content: str | None, status: int
) -> None:
    app = create_app(Settings(database_url=database_url, files=tmp_path / "files", max_upload_bytes=100_000))
    client = signed_in(app, Role.IMPORTER)
    body = multipart(token(client), None if content is None else content.encode(), "a.csv")
    answer = client.post("/imports/new", data=body, content_type=MULTIPART)
    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
    services_of(app).close()


PATHS = [
    ("GET", "/imports", {"viewer"}),
    ("GET", "/imports/new", {"importer"}),
    ("POST", "/imports/new", {"importer"}),
    ("GET", "/imports/{n}", {"viewer"}),
    ("GET", "/imports/{n}/progress", {"viewer"}),
    ("GET", "/imports/{n}/rows/new", {"viewer"}),
    ("GET", "/imports/{n}/changes", {"viewer"}),
    ("GET", "/imports/{n}/refused.csv", {"viewer"}),
    ("GET", "/imports/{n}/refused.xlsx", {"viewer"}),
    ("POST", "/imports/{n}/columns", {"importer"}),
    ("POST", "/imports/{n}/apply", {"importer"}),
    ("POST", "/imports/{n}/again", {"importer"}),
    ("POST", "/imports/{n}/cancel", {"importer"}),
]


def test_who_comes_in(house: House) -> None:
    mine = house.browser()
    at = house.previewed(mine, HEADER + f"{GTIN},A1,2028-12-31\n")
    guest, viewer = house.app.test_client(), house.browser(Role.VIEWER)
    weak = house.browser(strong=False, email="weak@example.org")
    clinic = house.browser(Role.ADMIN, kind=OrganisationKind.CLINIC, name="Clinic")
    other = house.browser(Role.ADMIN, name="Another Company")
    for method, pattern, who in PATHS:
        path = pattern.format(n=at.rsplit("/", 1)[1])
        assert guest.open(path, method=method).status_code in (303, 403), path
        assert clinic.open(path, method=method).status_code == 403, path
        reader = viewer.get(path, buffered=True).status_code if method == "GET" else post_with(viewer, path)
        assert reader == (200 if "viewer" in who else 403), path
        if "importer" in who:
            refusal = weak.get(path).status_code if method == "GET" else post_with(weak, path)
            assert refusal in (303, 403), path  # to the page where a second factor is shown
        if "{n}" in pattern:
            answer = other.get(path).status_code if method == "GET" else post(other, path).status_code
            assert answer == 404, path
    assert post(mine, f"{at}/cancel").status_code == 303  # it was still there


def post_with(client: FlaskClient, path: str) -> int:
    """A post with the session's right token, as somebody would send it who has no page with a form."""
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    right = hashlib.sha256(f"csrf {cookie.value}".encode()).hexdigest()
    return client.post(path, headers={"X-CSRF-Token": right}).status_code


ASKING = f"GTIN;Charge;Verfall;Status\n{GTIN};Q1;04/05/2028;Freigegeben\n{GTIN};Q2;2028-06-30;QA OK\n"


def test_what_the_columns_cannot_tell_is_asked_once(house: House) -> None:
    client = house.browser()
    at = house.previewed(client, ASKING)
    page = client.get(at).text
    assert "Questions about the columns" in page
    assert "04/05/2028" in page
    assert page.count('<fieldset class="question">') == 2
    unanswered = post(client, f"{at}/answers", **{"date_order:expiry": "day"})
    assert unanswered.status_code == 422
    assert 'aria-invalid="true"' in unanswered.text
    said = {"date_order:expiry": "month", "word:status:qaok": "released"}
    assert post(client, f"{at}/answers", **{**said, "date_order:expiry": "soon"}).status_code == 422
    assert post(client, f"{at}/answers", **said).status_code == 303
    house.work()
    assert figures(client, at) == [2, 0, 0, 0, 0]
    assert "read with the month first" in client.get(at).text
    applied(house, client, at)
    expiries = {row["lot"]: str(row["expiry"]) for row in table(house.database, "batch")}
    assert expiries["Q1"] == "2028-04-05"
    again = house.previewed(client, ASKING)  # the answers are kept for these headers
    assert figures(client, again) == [0, 0, 2, 0, 0]


def test_the_questions_can_be_answered_again(house: House) -> None:
    client = house.browser()
    at = house.previewed(client, ASKING)
    post(client, f"{at}/answers", **{"date_order:expiry": "month", "word:status:qaok": "?"})
    house.work()
    assert figures(client, at) == [1, 0, 0, 0, 1]
    assert "Answer the questions about the columns again" in client.get(at).text
    assert post(client, f"{at}/questions").status_code == 303
    house.work()
    assert "Questions about the columns" in client.get(at).text
    assert post(client, f"{at}/again").status_code == 303
    assert "What the columns mean" in client.get(at).text


def test_the_sheet_and_kind_that_are_chosen_are_the_ones_that_are_checked(
    house: House, tmp_path: Path
) -> None:
    lots = (sheet_xml([("gtin", "lot", "expiry"), (GTIN, lot, "2028-12-31")]) for lot in ("JAN1", "FEB1"))
    book = xlsx(tmp_path / "b.xlsx", dict(zip(("Jan", "Feb"), lots, strict=True))).read_bytes()
    client = house.browser()
    at = house.sent(client, book, "b.xlsx")
    shown = {"shown_sheet": "Jan", "shown_kind": "batches", "shown_header": "1", "header": "1"}
    said = {"kind": "batches", "column-0": "gtin", "column-1": "lot", "column-2": "expiry"}
    other = post(client, f"{at}/columns", sheet="Feb", **shown, **said)
    assert other.status_code == 303
    look = client.get(other.location).text
    assert "You chose something else above the columns" in look
    assert "FEB1" in look
    post(client, f"{at}/columns", sheet="Feb", **{**shown, "shown_sheet": "Feb"}, **said)
    house.work()
    page = client.get(at).text
    assert "FEB1" in page
    assert "JAN1" not in page


def test_a_header_below_titles_and_none_at_all(house: House) -> None:
    client = house.browser()
    titled = house.sent(
        client, f"Example Biologics;;\nList of May;;\n\nGTIN;Lot;Expiry\n{GTIN};T1;2028-12-31\nTotal;;1\n"
    )
    assert 'name="header" type="text" inputmode="numeric" size="4" maxlength="6" value="4"' in (
        client.get(titled).text
    )
    wrong = client.get(f"{titled}?header=99")
    assert wrong.status_code == 200
    assert "cannot be the" in wrong.text
    at = house.previewed(client, f"{GTIN},N1,2028-12-31\n{GTIN},N2,2028-12-31\n", **{"column-1": "lot"})
    assert "has no column headers" in client.get(at).text
    assert figures(client, at)[0] == 2  # no row is lost


def test_what_is_left_out_is_grouped_and_its_danger_said(house: House) -> None:
    with house.database.transaction() as connection:
        connection.execute(update(Product).where(Product.gtin == GTIN).values(complete=True))
    client = house.browser()
    rows = "".join(f"{GTIN},X{number},soon\n" for number in range(3))
    page = client.get(house.previewed(client, f"{HEADER}{rows}{GTIN},N/A,2028-12-31\n")).text
    assert "<strong>3 rows</strong>, expiry" in page
    assert "<strong>1 row</strong>, lot" in page
    assert "4 rows that are left out are lots of products" in page


def test_more_units_than_the_lot_has_packs(house: House) -> None:
    client, lot = house.browser(), "M1"
    packs = house.previewed(client, f"gtin,lot,expiry,quantity\n{GTIN},{lot},2028-12-31,2\n")
    applied(house, client, packs)
    rows = "".join(f"{GTIN},{lot},U{number}\n" for number in range(3))
    page = client.get(house.previewed(client, f"gtin,lot,serial\n{rows}")).text
    assert f"Lot {lot}: the list has 3 units, and the lot has 2 packs on record" in page


@pytest.mark.parametrize("kind", ["products", "batches", "units"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_is_a_list_of_its_kind(house: House, kind: str, form: str) -> None:
    client = house.browser()
    answer = client.get(f"/imports/template/{kind}.{form}")
    assert answer.status_code == 200
    assert f"/imports/template/{kind}.{form}" in client.get("/imports/new").text
    at = house.previewed(client, answer.data)
    page = client.get(at).text
    assert "What this list would do" in page, page
    assert not re.search(
        r"<strong>\d+ rows?</strong>, (?!gtin|lot|gs1_prefix|manufacturer)", page
    )  # every cell can be read
    assert client.get("/imports/template/nothing.csv").status_code == 404
    assert client.get("/imports/template/units.pdf").status_code == 404


def test_a_regulator_puts_in_its_marks_and_no_others(house: House) -> None:
    authority = house.browser(kind=OrganisationKind.REGULATOR, name="MHRA")
    rows = (
        "mark,authority,product,look_at,should_be,differs,source\n"
        "v-seal,,Verotox,the seal,round,square,https://example.org/1\n"
        "v-cap,ANVISA,Verotox,the cap,blue,red,https://example.org/2\n"
    )
    at = house.previewed(authority, rows)
    assert figures(authority, at) == [1, 0, 0, 0, 1]
    applied(house, authority, at, "notice 2026/117")
    assert [(row["mark"], row["authority"]) for row in table(house.database, "pack_mark")] == [
        ("v-seal", "MHRA")
    ]
