"""What a line may say, from what each strip of it is taken for."""

import pytest

from service.verification.pictures.print_decoding import Frame, likely_texts

A, GAP, B = {"A": 1.0}, {"": 1.0}, {"B": 1.0}
LINES: dict[str, tuple[list[Frame], str]] = {
    "nothing": ([GAP, GAP], ""),
    "no strips": ([], ""),
    "one character in two strips is one": ([A, A, B], "AB"),
    "a gap between makes it two": ([A, GAP, A], "AA"),
    "spaces run together": ([A, {" ": 1.0}, GAP, {" ": 1.0}, B], "A B"),
    # 0.6 for A in each strip, but A is what it says where it stands in one of the two or in both
    "all ways to write a text count": ([{"": 0.6, "A": 0.4}, {"": 0.6, "A": 0.4}], "A"),
}


@pytest.mark.parametrize("kind", LINES)
def test_the_likeliest_text(kind: str) -> None:
    frames, text = LINES[kind]
    assert likely_texts(frames, 3)[0][0] == text


def test_what_else_it_may_say_comes_with_its_share() -> None:
    found = dict(likely_texts([A, GAP, {"0": 0.7, "O": 0.3}], 5))
    assert found == pytest.approx({"A0": 0.7, "AO": 0.3})


def test_shares_are_of_one_and_the_number_of_texts_is_bounded() -> None:
    doubtful = {"0": 0.5, "O": 0.3, "": 0.1, "Q": 0.1}
    every = likely_texts([doubtful] * 30, 1000)
    assert len(every) <= 40
    assert sum(share for _, share in every) == pytest.approx(1.0)
    assert len(likely_texts([doubtful] * 30, 4)) == 4
