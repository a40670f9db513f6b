"""What asks as a person's browser does; each file brings its own `world` to ask."""

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def browser(world: Flask) -> FlaskClient:
    client = world.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client
