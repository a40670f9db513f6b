"""Strengths as packs print them and people write them: which are the same, which are not."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.descriptions import strength_names
from service.authenticity.descriptions.strength_names import (
    name_strength_agrees,
    quantities,
    strengths_agree,
)
from service.authenticity.descriptions.strength_units import UNITS, Dimension


@pytest.mark.parametrize(
    ("presented", "recorded", "same"),
    [
        # one unit in many languages and scripts
        ("100U", "100 units", True),
        ("100 Units", "100 IU", True),
        ("100 Unidades", "100 u", True),
        ("100 E", "100 Allergan units", True),
        ("100 U.I.", "100 units", True),
        ("100 I. E.", "100 units", True),
        ("100 internationale Einheiten", "100 IU", True),
        ("100 unités internationales", "100 IU", True),
        ("100 Unità", "100 units", True),
        ("100 j.m.", "100 units", True),
        ("100 jednotek", "100 units", True),
        ("100 Ünite", "100 units", True),
        ("100 ЕД", "100 units", True),
        ("100 МЕ", "100 units", True),
        ("100 μονάδες", "100 units", True),
        ("100单位", "100 units", True),
        ("100単位", "100 units", True),
        ("100단위", "100 units", True),
        ("١٠٠ وحدة", "100 units", True),
        ("１００ units", "100 units", True),
        ("100 LD50 units", "100 units", True),
        # micrograms, however written
        ("300 µg/mL", "300 mcg/mL", True),  # U+00B5
        ("300 μg/mL", "300 mcg/mL", True),  # U+03BC
        ("300 ug/ml", "300 mcg/mL", True),
        ("300 µg·mL⁻¹", "300 mcg/mL", True),
        ("480 µg ml-1", "300 mcg/mL", False),
        ("300 micrograms/ml", "300 mcg/mL", True),
        ("300 Mikrogramm/ml", "300 mcg/mL", True),
        ("300 мкг/мл", "300 mcg/mL", True),
        ("300 微克/毫升", "300 mcg/mL", True),
        ("0.3 mg/mL", "300 mcg/mL", True),
        ("300 mg/mL", "300 mcg/mL", False),
        ("480 µg/mL", "300 mcg/mL", False),
        # thousands and decimals
        ("5,000 IU/mL", "5000 IU/mL", True),
        ("5.000 I.E./ml", "5000 IU/mL", True),
        ("5 000 U/ml", "5000 IU/mL", True),
        ("5\u202f000 U/ml", "5000 IU/mL", True),
        ("5'000 U/ml", "5000 IU/mL", True),
        ("1,000 IU/mL", "5000 IU/mL", False),
        ("1.000.000 IU", "1 million IU", True),
        ("1 Mio. I.E.", "1,000,000 IU", True),
        ("30 MU", "30 million units", True),
        ("1,0 g", "1 g", True),
        ("1000 mg", "1 g", True),
        ("1.000,5 mg", "1000.5 mg", True),
        ("0,25 mg", "0.25 mg", True),
        ("0.125 mg", "125 mcg", True),
        ("2 g", "1 g", False),
        # in a millilitre, in all of it, in a container
        ("100 units/vial", "100 U", True),
        ("100 units per vial", "100 U.I.", True),
        ("100 Einheiten pro Durchstechflasche", "100 units", True),
        ("150 mcg/0,5 ml", "300 mcg/mL", True),
        ("480 mcg/0.8 mL", "600 mcg/mL", True),
        ("50 mg in 2 ml", "25 mg/ml", True),
        ("300 mcg", "300 mcg/mL", True),  # the volume is left off
        ("1 mg", "1.34 mg/mL", False),  # ANVISA 2024: the two strengths of one brand
        ("1 mg (1.34 mg/mL)", "1 mg", True),  # the same in two ways
        ("10 %", "100 mg/mL", True),
        # of several substances
        ("500 mg/125 mg", "500/125 mg", True),
        ("625 mg", "500 mg/125 mg", True),  # what packs call the sum
        ("24 mg/mL + 3 mg/mL", "24 mg/mL; 3 mg/mL", True),
        ("24 mg/mL + 5 mg/mL", "24 mg/mL; 3 mg/mL", False),
        # other amounts, other units, no unit
        ("150 units", "100 units", False),
        ("50 units", "500 units", False),
        ("40 mg", "4000 IU", False),
        ("150", "100 units", False),
        ("100", "100 units", True),
        # nothing to compare
        ("strong", "100 units", None),
        ("100 units", "", None),
    ],
)
def test_strengths_are_compared_by_what_they_amount_to(
    presented: str, recorded: str, same: bool | None
) -> None:
    assert strengths_agree(presented, recorded.split(";") if recorded else []) is same


@pytest.mark.parametrize(
    ("presented", "recorded", "substance"),
    [
        ("40 mg", "4000 IU", "enoxaparin sodium"),
        ("30 MU", "300 micrograms", "filgrastim"),
        ("5.5 µg", "75 IU", "follitropin alfa"),
    ],
)
def test_units_of_a_substance_that_packs_print_either_way(
    presented: str, recorded: str, substance: str
) -> None:
    assert strengths_agree(presented, [recorded], substance)
    assert strengths_agree(recorded, [presented], substance)
    assert not strengths_agree(presented, [recorded], "heparin sodium")


@pytest.mark.parametrize(
    ("name", "recorded", "same"),
    [
        ("Botox 150 units", ("100 units",), False),
        ("Dysport 500U", ("500 units",), True),
        ("Botox 100 E kohlpharma", ("100 units",), True),
        ("Dysport 2 x 500 units", ("500 units",), True),
        ("Botox 50 units and 100 units", ("100 units",), True),
        ("Ozempic 1 mg", ("0.25 mg", "0.5 mg"), False),
        ("Ozempic 1 mg", ("1.34 mg/mL", "Ozempic 1 mg"), True),  # the name on record says it too
        ("Hyaldorne 1 mL", ("24 mg/mL",), None),  # a volume is no strength
        ("Vitamin B12", ("1000 mcg",), None),
        ("Azzalure", ("125 units",), None),
        ("Augmentin 625 mg", ("500 mg/125 mg",), True),  # the sum of both
    ],
)
def test_a_name_may_say_the_strength(name: str, recorded: tuple[str, ...], same: bool | None) -> None:
    assert name_strength_agrees(name, recorded) is same


@pytest.mark.parametrize(
    ("presented", "recorded", "same"),
    [
        ("1:1000", "1 mg/mL", True),  # grams in millilitres
        ("1 in 10,000", "0.1 mg/mL", True),
        ("1:10000", "0.1 mg/mL", True),
        ("1:10000", "1 mg/mL", False),
        ("6000 IU/0.6 mL", "4000 IU/0.4 mL", False),  # as strong, and another syringe
        ("10,000 IU/mL", "4000 IU/0.4 mL", True),
        ("400 mg/16 mL", "25 mg/mL", True),
    ],
)
def test_ratios_and_whole_packs(presented: str, recorded: str, same: bool) -> None:
    assert strengths_agree(presented, [recorded]) is same


amounts = st.integers(1, 99_999)
words = st.sampled_from(sorted(word for word, (dimension, _) in UNITS.items() if dimension is Dimension.MASS))


@given(amounts, words)
def test_every_word_of_a_unit_is_read(amount: int, word: str) -> None:
    ((found,),) = quantities(f"{amount} {word}")
    assert found.dimension is Dimension.MASS


@given(st.text(max_size=60))
def test_no_text_is_too_much(text: str) -> None:
    assert strengths_agree(text, ["100 units"]) in (True, False, None)
    assert name_strength_agrees(text, [text]) in (True, None)


@given(amounts, amounts, words)
def test_another_amount_of_the_same_unit_never_agrees(one: int, other: int, word: str) -> None:
    assert strengths_agree(f"{one} {word}", [f"{other} {word}"]) is (one == other)


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(strength_names).failed == 0
