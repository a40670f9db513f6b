"""The catalogue of marks in the browser: everybody's are listed, one's own are withdrawn with a reason."""

from pathlib import Path

import pytest
from flask import Flask

from service.accounts.actors import OrganisationKind, Role
from service.web.core.services import services_of
from tests.factories.lists import put_in, table, written
from tests.factories.people import signed_in
from tests.web.workspace.signed_in_browser import Browser, carried_out

LIST = (
    "mark,authority,product,look_at,should_be,differs,source_url\n"
    "a-seal,MHRA,Examplinum,the seal,round,square,https://example.org/1\n"
    "b-cap,ANVISA,Examplinum,the cap,blue,<b>red</b>,https://example.org/2\n"
)


@pytest.fixture
def listed(filled: Flask, tmp_path: Path) -> Flask:
    assert put_in(services_of(filled).database, written(tmp_path, LIST)).good
    return filled


def test_an_authority_withdraws_its_own_mark_with_a_reason(listed: Flask) -> None:
    person = Browser(signed_in(listed, Role.RELEASER, kind=OrganisationKind.REGULATOR, name="MHRA"))
    page = person.get("/marks")
    assert "the seal" in page
    assert "&lt;b&gt;red" in page  # another's mark is listed, and is text
    numbers = {row["mark"]: row["id"] for row in table(services_of(listed).database, "pack_mark")}
    assert f"/marks/{numbers['a-seal']}/withdraw" in page
    assert f"/marks/{numbers['b-cap']}/withdraw" not in page
    status, page = carried_out(person, f"/marks/{numbers['a-seal']}/withdraw")
    assert (status, "No check asks about it any more" in page) == (200, True)
    page = person.get("/marks?q=seal")
    assert "typed wrong" in page
    assert "the cap" not in page
    rows = {row["mark"]: bool(row["withdrawn"]) for row in table(services_of(listed).database, "pack_mark")}
    assert rows == {"a-seal": True, "b-cap": False}
    person.get(f"/marks/{numbers['b-cap']}/withdraw", 403)
    person.get("/marks/999/withdraw", 404)
