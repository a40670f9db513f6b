"""The marked sign of a number: which two it may be, asked only where there are exactly two."""

from gettext import NullTranslations

import pytest

from service.web.text.answers.misread_marks import MarkedCharacter, look_alike_question

ASKED = "Not found as entered. Is the marked character the letter {} or the number {}?"


def marked(text: str, *doubtful: int) -> list[MarkedCharacter]:
    """`text` with the characters at these places (from 0) marked."""
    return [MarkedCharacter(each, at in doubtful) for at, each in enumerate(text)]


@pytest.mark.parametrize(
    ("text", "doubtful", "letter", "digit"),
    [
        ("AB0", (2,), "O", "0"),
        ("ABO", (2,), "O", "0"),  # the same question, whichever was typed
        ("AB1", (2,), "I", "1"),
        ("ABl", (2,), "l", "1"),  # as it was typed
        ("SB", (0,), "S", "5"),
        ("8B", (0,), "B", "8"),
    ],
)
def test_one_sign_of_two_is_asked(text: str, doubtful: tuple[int, ...], letter: str, digit: str) -> None:
    question = look_alike_question(marked(text, *doubtful), NullTranslations())
    assert question == ASKED.format(letter, digit)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [("AB0O", (2, 3)), ("AB0", ()), ("AX", (1,)), ("A-", (1,)), ("", ())],
)
def test_several_signs_or_one_that_looks_like_no_other_are_not_asked(
    text: str, doubtful: tuple[int, ...]
) -> None:
    assert look_alike_question(marked(text, *doubtful), NullTranslations()) == ""
