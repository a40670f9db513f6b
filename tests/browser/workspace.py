"""How a person of an organisation comes into the workspace."""

from flask import Flask
from playwright.sync_api import Page

from service.accounts.actors import OrganisationKind, Role
from service.web.core.access import COOKIE
from tests.factories.people import signed_in


def come_in(page: Page, app: Flask, kind: OrganisationKind, name: str) -> None:
    """Sign in as an admin of an organisation."""
    cookie = signed_in(app, Role.ADMIN, kind=kind, name=name).get_cookie(COOKIE)
    assert cookie is not None
    address = page.context.request.head("/").url
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])
