"""Names of products: the words that tell them apart, and names that are nearly another."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.descriptions import product_names
from service.authenticity.descriptions.product_names import folded_name, names, names_differ, nearly


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("BOTOX® 100U", "Botox Cosmetic", False),
        ("Allergan BOTOX 100U", "Botox 100 units", False),  # the maker's name may come first
        (
            "Botulinum toxin type A",
            "Ondrevaine Ostrelind botulinum toxin type A",
            False,
        ),  # no brand: it may be
        ("Dysport 500U", "Botox 100 units", True),
        ("Units for injection", "Botox 100 units", False),  # says nothing that names
        ("", "Botox", False),
    ],
)
def test_products_are_told_apart_only_by_words_that_name(one: str, other: str, apart: bool) -> None:
    assert names_differ(one, other) is apart


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Testavox™ 100 units", "testavox 100 units"),
        ("TESTAVOX®", "testavox"),
        ("Testavox (TM)", "testavox"),
        ("Téstavox", "testavox"),
        ("Bo\u0301tavin", "botavin"),  # the accent as a character of its own
        ("Ｔｅｓｔａｖｏｘ", "testavox"),
    ],
)
def test_marks_and_accents_are_no_part_of_a_name(written: str, plain: str) -> None:
    assert folded_name(written) == plain


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Testovax", "Testavox 100 units", True),  # two letters of eight
        ("Testvox", "Testavox", True),  # one lost
        ("Botxo", "Botox", True),  # exchanged
        ("Bottox", "Botox", True),
        ("Disport 500 units", "Dysport", True),
        ("Botox", "Dysport", False),
        ("Botox", "Botox Cosmetic", False),  # the same word: no misspelling
        ("Bot", "Bat", False),  # too short to tell
        ("100 units", "Botox", False),
    ],
)
def test_names_a_slip_apart(one: str, other: str, near: bool) -> None:
    assert nearly(one, other) is near
    assert nearly(other, one) is near


def test_words_that_all_names_share_name_nothing() -> None:
    assert names("100 Einheiten Pulver zur Herstellung einer Injektionslösung, Durchstechflasche") == set()


@given(st.text(max_size=40))
def test_a_name_is_never_nearly_itself(text: str) -> None:
    assert not nearly(text, text)


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(product_names).failed == 0
