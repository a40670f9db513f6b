"""Months in the words of packs."""

import doctest

import pytest

from service.gs1.iso import month_names
from service.gs1.iso.month_names import months_called


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("Oct.", (10,)),
        ("août", (8,)),
        ("Ağustos", (8,)),
        ("ΙΟΥΛΊΟΥ", (7,)),
        ("أكتوبر", (10,)),
        ("XII", (12,)),
        ("srp", (7, 8)),  # Croatian July, Czech August
        ("Botox", ()),
    ],
)
def test_a_month_in_the_words_of_packs(name: str, months: tuple[int, ...]) -> None:
    assert months_called(name) == months


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(month_names).failed == 0
