"""Every door asks who comes in; a form of another site, or of another session, changes nothing."""

import pytest
from flask import Flask

from service.accounts.actors import Actor, OrganisationKind, Role
from service.web.core import access
from service.web.core.access import AccessRule, csrf_field, only_for, open_to_everyone
from tests.factories.people import signed_in


def an_actor(*roles: Role, kind: OrganisationKind = OrganisationKind.MANUFACTURER) -> Actor:
    return Actor("A", 1, 1, "O", kind, frozenset(roles))


@pytest.mark.parametrize(
    ("access", "who", "comes_in"),
    [
        (AccessRule(everyone=True), None, True),
        (AccessRule(), None, False),
        (AccessRule(), an_actor(), True),
        (AccessRule(roles=frozenset({Role.RELEASER})), an_actor(Role.IMPORTER), False),
        (AccessRule(roles=frozenset({Role.RELEASER})), an_actor(Role.RELEASER), True),
        (AccessRule(roles=frozenset({Role.RELEASER})), an_actor(Role.ADMIN), True),
        (AccessRule(roles=frozenset({Role.VIEWER})), an_actor(Role.CLINIC), True),
        # an admin is an admin of one kind of organisation
        (AccessRule(kinds=frozenset({OrganisationKind.CLINIC})), an_actor(Role.ADMIN), False),
    ],
)
def test_who_comes_in(access: AccessRule, who: Actor | None, comes_in: bool) -> None:
    assert access.lets(who) is comes_in


@pytest.fixture
def doors(app: Flask) -> Flask:
    """The application with doors of three kinds more."""
    app._got_first_request = False

    @app.get("/releasers")
    @only_for(Role.RELEASER, strong=True)
    def releasers() -> str:
        return str(csrf_field())

    @app.post("/releasers")
    @only_for(Role.RELEASER)
    def release() -> str:
        return "released"

    @app.post("/everyone")
    @open_to_everyone
    def everyone() -> str:
        return "done"

    @app.get("/silent")
    def silent() -> str:
        return "never"

    return app


def test_a_view_that_does_not_say_who_may_open_it_opens_to_nobody(doors: Flask) -> None:
    with pytest.raises(RuntimeError, match="silent"):
        access.init_app(doors)
    assert signed_in(doors, Role.ADMIN).get("/silent").status_code == 403


def test_roles_and_second_factor(doors: Flask) -> None:
    assert doors.test_client().post("/releasers").status_code == 403
    assert signed_in(doors, Role.IMPORTER).get("/releasers").status_code == 403
    assert signed_in(doors, Role.RELEASER).get("/releasers").status_code == 200
    weak = signed_in(doors, Role.RELEASER, strong=False)
    shown = weak.get("/releasers?page=2", headers={"Accept": "text/html"})
    assert (shown.status_code, shown.location) == (303, "/account/prove?next=/releasers?page%3D2")
    told = weak.get("/releasers", headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()["code"]) == (403, "second_factor_needed")


def test_a_form_carries_the_token_of_its_session(doors: Flask) -> None:
    mine, other = signed_in(doors, Role.RELEASER), signed_in(doors, Role.ADMIN)
    token = mine.get("/releasers").text.split('value="')[1].split('"')[0]
    assert mine.post("/releasers").status_code == 403
    assert other.post("/releasers", data={"csrf": token}).status_code == 403
    assert mine.post("/releasers", data={"csrf": token}).text == "released"
    assert mine.post("/releasers", headers={"X-CSRF-Token": token}).text == "released"


def test_another_site_changes_nothing(doors: Flask) -> None:
    guest = doors.test_client()
    assert guest.post("/everyone", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert guest.post("/everyone", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert guest.post("/everyone").status_code == 200  # a program, or an old browser, without a session
