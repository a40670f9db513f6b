"""The privacy page says what is done, and nothing of a visitor is written down anywhere."""

import logging
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import escape

from service.storage.retention import RULES
from service.web.core.i18n import translation
from service.web.core.services import services_of
from service.web.text import retention_text
from tests.factories.records import TOXIN, put


def test_the_page_has_every_rule_and_its_time(app: Flask) -> None:
    page = app.test_client().get("/privacy").text
    tr = translation()
    assert set(retention_text.RULES) == {rule.code for rule in RULES}
    for rule in RULES:
        what, then = retention_text.rule_words(rule.code, tr)
        after = retention_text.duration_words(rule.after, tr)
        assert f"<dt>{escape(what)}</dt><dd><strong>{after}</strong><br>{escape(then)}</dd>" in page


PLANTED = {
    "address": "203.0.113.77",
    "agent": "PlantedBrowser/7.31",
    "referer": "planted.example.org",
}


def test_nothing_of_a_visitor_is_kept(
    app: Flask, database_url: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Every row of the database and every line of the logs, searched for what was planted."""
    service = services_of(app)
    put(service.database)
    client = app.test_client()
    visitor = {
        "environ_overrides": {"REMOTE_ADDR": PLANTED["address"]},
        "headers": {"User-Agent": PLANTED["agent"], "Referer": f"https://{PLANTED['referer']}/x"},
    }
    with caplog.at_level(logging.DEBUG):
        for path in ("/", f"/01/{TOXIN}/10/A1001/21/SN0001", "/nowhere", "/privacy", "/report"):
            client.get(path, **visitor)
        client.post("/check", data={"scan": "A1001"}, **visitor)
        client.post("/report", data={"what": "x"}, **visitor)
        client.post(
            "/api/v1/verifications",
            json={"gtin": TOXIN, "serial": "SN0001"},
            **visitor,
        )
        service.verification.close()
    said = caplog.text
    with service.database.reading() as connection:
        for table in ("scan", "report", "audit_entry", "sighting", "client_key"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows or table == "audit_entry", table
            said += "\n".join(map(str, rows))
    for what, planted in PLANTED.items():
        assert planted not in said, what
    assert "SN0001" not in caplog.text, "a serial is nobody's to read in a log"
