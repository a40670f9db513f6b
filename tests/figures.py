"""Figures that tests measure: shown at the end of a run, wherever the test ran (fixture `say`)."""

from collections.abc import Callable

import pytest

Say = Callable[[str], None]
"""Takes a figure as text, of one line or several."""

_PROPERTY = "figure"


def sayer(record_property: Callable[[str, object], None]) -> Say:
    """Keeps figures with the test's report, which reaches the terminal from a process of pytest-xdist too."""
    return lambda text: record_property(_PROPERTY, text.strip("\n"))


def show(reporter: pytest.TerminalReporter) -> None:
    """Write the figures of all tests of this run, in the order of their tests' ends."""
    reports = [each for outcome in ("passed", "failed") for each in reporter.getreports(outcome)]
    said = [str(value) for each in reports for name, value in each.user_properties if name == _PROPERTY]
    if said:
        reporter.section("figures")
        for text in said:
            reporter.write_line(text)
