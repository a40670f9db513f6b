"""Every line of a log is one JSON object with time, level and logger, whatever stands in what is logged."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from service.server import logs


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to standard error."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("json")
    yield written
    root.handlers[:], root.level = handlers, level
    structlog.configure(**config)


FORGED = 'x\n{"level": "info", "event": "all is well"}\r\x1b[2J\u2028\x00'


def test_what_is_logged_cannot_begin_a_line_of_its_own(lines: io.StringIO) -> None:
    with logs.request_id_bound("1234-5678"):
        structlog.get_logger("vialcheck.test").warning(FORGED, given=FORGED)
        logging.getLogger("a library").error("about %s", FORGED)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(each["level"], each["logger"]) for each in told] == [
        ("warning", "vialcheck.test"),
        ("error", "a library"),
    ]
    assert told[0]["given"] == told[0]["event"] == FORGED
    assert told[1]["event"] == f"about {FORGED}"
    assert all(each["request_id"] == "1234-5678" and each["timestamp"].endswith("Z") for each in told)
    assert "\x1b" not in lines.getvalue()
