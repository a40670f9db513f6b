"""docs/security/asvs.md: every requirement of level 2 once, and every test that it names is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security" / "asvs.md"
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE.read_text(), re.MULTILINE)
STATES = {"holds", "does not apply", "not yet"}
SECTIONS = {"1": 27, "2": 11, "3": 19, "4": 10, "5": 9, "6": 35, "7": 18, "8": 7, "9": 7}
SECTIONS |= {"10": 29, "11": 14, "12": 9, "13": 13, "14": 9, "15": 13, "16": 16, "17": 7}
"""How many requirements of levels 1 and 2 each chapter of version 5.0.0 has: 253 together."""


def test_every_requirement_is_there_once() -> None:
    assert max(Counter(number for number, *_ in ROWS).values()) == 1
    assert Counter(number.partition(".")[0] for number, *_ in ROWS) == SECTIONS


@pytest.mark.parametrize(("number", "short", "state", "why"), ROWS)
def test_a_row_is_complete(number: str, short: str, state: str, why: str) -> None:
    assert state in STATES
    assert short
    if state == "holds":
        named = re.search(r"`(tests/\S+\.py)`", why)
        assert named is None or (ROOT / named[1]).is_file()
        assert named is not None or re.search(r"`make (lint|fuzz-api)`", why)


def test_the_sums_are_said() -> None:
    counted = Counter(state for _, _, state, _ in ROWS)
    said = f"{counted['holds']} hold, {counted['does not apply']} do not apply, {counted['not yet']} not yet"
    assert said in PAGE.read_text()
