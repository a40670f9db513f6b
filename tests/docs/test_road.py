"""The road from a question to a verdict is short enough to be read (`make road`)."""

import re
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def printed() -> str:
    """What the script prints, in a process of its own: its caches are empty."""
    command = [sys.executable, "-m", "scripts.road"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "most_modules", "most_climbs"),
    [
        ("usual check", 12, 4),
        # Reads everything in one snapshot: each part of the facts is a way down and back.
        ("first check of a lot", 18, 20),
    ],
)
def test_a_check_runs_through_few_modules(
    printed: str, check: str, most_modules: int, most_climbs: int
) -> None:
    found = re.search(rf"^{check}: (\d+) modules on the road, (\d+) climbs", printed, re.MULTILINE)
    assert found is not None, printed
    assert int(found[1]) <= most_modules
    assert int(found[2]) <= most_climbs
