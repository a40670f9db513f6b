"""What tests read out of an answered page."""

import re
from html import unescape

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from service.storage.models import Scan
from service.web.core.services import services_of


def scans(app: Flask) -> int:
    """How many checks are on disk, those that still wait included."""
    services_of(app).verification.close()
    with services_of(app).database.reading() as connection:
        found: int = connection.execute(select(func.count()).select_from(Scan)).scalar_one()
        return found


def words(response: TestResponse) -> str:
    """What a person reads: the page without its tags, one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.text)).split())


def main_part(response: TestResponse) -> str:
    return response.text.split("<main", 1)[1].split("</main>", 1)[0]


def verdict_action(response: TestResponse) -> str:
    found = re.search(r'data-action="(\w+)"', response.text)
    assert found, words(response)
    return found[1]


def nonce_of(response: TestResponse) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', response.text)
    assert found
    return found[1]
