"""When a benchmark ends with an error."""

import pytest

from tests.bench.figures import AtLeast, AtMost, Figures, Target


@pytest.mark.parametrize(
    ("target", "value", "missed"),
    [
        (AtLeast(0.6), 0.7, False),
        (AtLeast(0.6), 0.571, False),  # within 5 %
        (AtLeast(0.6), 0.569, True),
        (AtMost(1.3), 1.0, False),
        (AtMost(1.3), 1.364, False),
        (AtMost(1.3), 1.366, True),
        (None, 99.0, False),  # printed for comparison alone
    ],
)
def test_a_figure_may_miss_its_target_by_five_per_cent(
    target: Target | None, value: float, missed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = Figures()
    figures.say("a_figure", value, "ratio", target)
    assert figures.exit_status() == missed
    said = capsys.readouterr()
    assert said.out.startswith(f"BENCH a_figure {value:.3g} ratio")
    assert ("a_figure" in said.err) is missed


def test_one_figure_that_misses_its_target_is_enough() -> None:
    figures = Figures()
    figures.say("bad", 2.0, "ratio", AtMost(1.3))
    figures.say("good", 1.0, "ratio", AtMost(1.3))
    assert figures.exit_status() == 1
