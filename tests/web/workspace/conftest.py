"""The workspace of a manufacturer with two lots and their units."""

import pytest
from flask import Flask

from service.accounts.actors import Role
from service.web.core.services import services_of
from tests.factories import recall_records
from tests.factories.people import signed_in
from tests.web.workspace.signed_in_browser import Browser


@pytest.fixture
def filled(app: Flask) -> Flask:
    """The application on these records."""
    recall_records.put(services_of(app).database)
    return app


@pytest.fixture
def releaser(filled: Flask) -> Browser:
    return Browser(signed_in(filled, Role.RELEASER))
