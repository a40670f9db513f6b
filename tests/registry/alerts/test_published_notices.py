"""Which file is of whom."""

import json
from pathlib import Path

import pytest

from service.errors import RefusedError
from service.registry.alerts.published_notices import published_notices


@pytest.mark.parametrize(
    ("content", "notices"),
    [
        (json.dumps({"produtos": [], "medidasCautelares": []}), 1),
        (json.dumps([{"base_path": "/drug-device-alerts/a"}] * 2), 2),
        (json.dumps({"results": [{"recall_number": "D-1"}]}), 0),
        ("authority,kind,product\n", 0),
        ("", 0),
    ],
)
def test_files(tmp_path: Path, content: str, notices: int) -> None:
    (tmp_path / "a").write_text(content)
    assert len(published_notices(tmp_path / "a")) == notices


@pytest.mark.parametrize(
    "content",
    [
        b"<html><h1>Recall</h1><table><tr><td>Lot</td></tr></table>",  # of whom
        b'<html><link rel="canonical" href="https://www.ema.europa.eu/en/news/a">',
        b'<html><link rel="canonical" href="https://recalls-rappels.canada.ca/fr/avis-rappel/a">',
        b"<html>\xff\xfe",
        b"<html>" + b" " * (2 << 20),
        b'[{"NID": "82628", "Title": "T", "Recall class": "Type III"}]',
    ],
)
def test_files_that_are_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(RefusedError):
        published_notices(tmp_path / "a")
