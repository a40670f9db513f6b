"""National numbers as people write them, with and without the name of their scheme."""

import doctest

import pytest

from service.errors import ErrorCode, IdentifierError
from service.gs1 import national
from service.gs1.national import parse_national


@pytest.mark.parametrize(
    ("text", "scheme", "number"),
    [
        ("9999-1145-01", "NDC", "9999-1145-01"),  # three groups with hyphens are an NDC's alone
        ("09999-1145-01", "NDC", "09999-1145-01"),
        ("99991145 01", "NDC", "9999114501"),
        ("09999114501", "NDC", "09999114501"),
        ("12345678", "PZN", "12345678"),  # the check digit is right
        ("1234 5678", "PZN", "12345678"),
        ("PPN 111234567842", "PZN", "12345678"),
        ("111234567842", "PZN", "12345678"),
        ("34009 9999999 0", "CIP", "3400999999990"),
        ("A012345678", "AIC", "012345678"),
        ("9999-1145-01 (NDC)", "NDC", "9999-1145-01"),  # and a scheme that is named counts
        ("PZN - 12345678", "PZN", "12345678"),
    ],
)
def test_the_form_of_a_number_tells_its_scheme(text: str, scheme: str, number: str) -> None:
    assert parse_national(text) == ((scheme, number),)


@pytest.mark.parametrize(
    "text",
    [
        "12345679",  # the check digit of no PZN
        "1234567",  # a PZN of old, a CIP of old, a CN or a Portuguese number
        "123456789012",
        "OVA2618",
        "",
    ],
)
def test_a_number_whose_form_tells_nothing_is_refused_or_none(text: str) -> None:
    if not text:
        assert parse_national(text) == ()
        return
    with pytest.raises(IdentifierError) as refused:
        parse_national(text)
    assert refused.value.code is ErrorCode.AI_VALUE_INVALID


def test_the_examples_hold() -> None:
    assert doctest.testmod(national).failed == 0
