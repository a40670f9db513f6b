import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1 import element_strings, reading

GS = "\x1d"
GTIN = "0109506000134352"
values = st.text(
    "!\"%&'*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    min_size=1,
    max_size=20,
)


def refusal(text: str) -> ErrorCode:
    parse = element_strings.parse_bracketed if text.startswith("(") else element_strings.parse
    with pytest.raises(IdentifierError) as caught:
        parse(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (GTIN, {"01": "09506000134352"}),
        (GS + GTIN, {"01": "09506000134352"}),  # a leading FNC1, as some scanners pass on
        (GTIN + "10ABC" + GS, {"01": "09506000134352", "10": "ABC"}),  # a trailing one, as some printers add
        (GTIN + GS + "10ABC", {"01": "09506000134352", "10": "ABC"}),  # not needed after 01, tolerated
        (
            GTIN + "172512311021217" + GS + "21(10)ABC",  # values that look like AIs
            {"01": "09506000134352", "17": "251231", "10": "21217", "21": "(10)ABC"},
        ),
        (GTIN + "10A" + GS + "10A", {"01": "09506000134352", "10": "A"}),  # said twice, and the same
        (GTIN + "7123456789" + GS + "71510", {"01": "09506000134352", "712": "3456789", "715": "10"}),
        (GTIN + "3103000195" + "39230299", {"01": "09506000134352", "3103": "000195", "3923": "0299"}),
        (GTIN + "10A" + GS + "70032512312359", {"01": "09506000134352", "10": "A", "7003": "2512312359"}),
        (GTIN + "21S" + GS + "8030aB_-1", {"01": "09506000134352", "21": "S", "8030": "aB_-1"}),
        (GTIN + "423528056", {"01": "09506000134352", "423": "528056"}),  # two countries
        (GTIN + "91A", {"01": "09506000134352", "91": "A"}),
    ],
)
def test_scanned(text: str, elements: dict[str, str]) -> None:
    assert dict(element_strings.parse(text)) == elements


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.ELEMENT_STRING_INVALID),
        (GS, ErrorCode.ELEMENT_STRING_INVALID),
        (GS + GS + GTIN, ErrorCode.AI_UNKNOWN),
        ("0109506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("010950600013435", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "10", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "10" + "A" * 21, ErrorCode.AI_VALUE_INVALID),  # glued: a separator was lost
        (GTIN + "10A" + GS + "10B", ErrorCode.AI_REPEATED),
        (GTIN + "0109506000134369", ErrorCode.AI_REPEATED),
        (GTIN + "17250231", ErrorCode.EXPIRY_IMPOSSIBLE),
        (GTIN + "11251301", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "1725123", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "38ABC", ErrorCode.AI_UNKNOWN),
        (GTIN + "8", ErrorCode.AI_UNKNOWN),
        (GTIN + "10A~B", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "10A B", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "423000", ErrorCode.AI_VALUE_INVALID),  # no such country
        (GTIN + "42352805", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "7007251231251301", ErrorCode.AI_VALUE_INVALID),  # the second date
        (GTIN + "70032512312460", ErrorCode.AI_VALUE_INVALID),
        (GTIN + "80010000012345123" + "98", ErrorCode.AI_VALUE_INVALID),  # width zero
        (GTIN + "39230299", ErrorCode.AI_COMBINATION),  # a price per measure, without the measure
        (GTIN + "31030001953105000195", ErrorCode.AI_COMBINATION),  # two net weights
        (GTIN + "0209506000134352" + "371", ErrorCode.AI_COMBINATION),  # an item and its content
        (GTIN + "375", ErrorCode.AI_COMBINATION),
        (GTIN + "8030ABC", ErrorCode.AI_COMBINATION),  # a signature needs a serial
        (GTIN + "21S" + GS + "235T", ErrorCode.AI_COMBINATION),
        ("0209506000134352", ErrorCode.AI_COMBINATION),
        ("8007DE89370400440532013000" + GS + "4159506000134352", ErrorCode.AI_COMBINATION),
        ("8007DE89370400440532013001", ErrorCode.AI_VALUE_INVALID),  # IBAN modulo 97
        ("801312345ABCXX", ErrorCode.AI_VALUE_INVALID),  # check character pair
        ("91A" + (GS + "91A") * 50, ErrorCode.ELEMENT_STRING_INVALID),  # more than any symbol holds
    ],
)
def test_scanned_and_refused(text: str, code: ErrorCode) -> None:
    assert refusal(text) is code


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("(01)09506000134352(17)251200(10)ABC", {"01": "09506000134352", "17": "251200", "10": "ABC"}),
        ("(01) 0 9506000 13435 2 (10) C3016 C3", {"01": "09506000134352", "10": "C3016C3"}),
        ("( 01 )09506000134352", {"01": "09506000134352"}),
        ("(01)09506000134352(10)A(B)C(21)1", {"01": "09506000134352", "10": "A(B)C", "21": "1"}),
        (r"(01)09506000134352(10)A\(21)B", {"01": "09506000134352", "10": "A(21)B"}),
        ("(01)09506000134352(10)A)", {"01": "09506000134352", "10": "A)"}),
        ("(10)ABC(17)251200", {"10": "ABC", "17": "251200"}),  # a vial's second line, without the GTIN
    ],
)
def test_bracketed(text: str, elements: dict[str, str]) -> None:
    assert dict(element_strings.parse_bracketed(text)) == elements


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(", ErrorCode.ELEMENT_STRING_INVALID),
        ("(1)12345", ErrorCode.ELEMENT_STRING_INVALID),
        ("(12345)1", ErrorCode.ELEMENT_STRING_INVALID),
        ("()1", ErrorCode.ELEMENT_STRING_INVALID),
        ("(01", ErrorCode.ELEMENT_STRING_INVALID),
        ("(01)", ErrorCode.AI_VALUE_INVALID),
        ("(10)(11)251231", ErrorCode.AI_VALUE_INVALID),
        ("(01)09506000134352(10)A(B", ErrorCode.ELEMENT_STRING_INVALID),
        ("(01)09506000134352(10", ErrorCode.ELEMENT_STRING_INVALID),
        ("(01)09506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("(89)1", ErrorCode.AI_UNKNOWN),
        ("(310)1", ErrorCode.AI_UNKNOWN),
        ("(3999)1", ErrorCode.AI_UNKNOWN),
        ("(02)09506000134352(01)09506000134352", ErrorCode.AI_COMBINATION),
    ],
)
def test_bracketed_and_refused(text: str, code: ErrorCode) -> None:
    assert refusal(text) is code


@given(lot=values, serial=values)
def test_scanned_and_bracketed_say_the_same(lot: str, serial: str) -> None:
    expected = (("01", "09506000134352"), ("10", lot), ("21", serial))
    assert element_strings.parse(f"{GTIN}10{lot}{GS}21{serial}") == expected
    assert element_strings.parse_bracketed(f"(01)09506000134352(10){lot}(21){serial}") == expected


@given(st.text("0123456789AB#()\\\x1d ", max_size=60))
def test_taking_apart_is_total(text: str) -> None:
    for parse in (element_strings.parse, element_strings.parse_bracketed):
        with suppress(IdentifierError):
            assert parse(text)


_PIECES = st.sampled_from(
    [
        "0109506000134352",
        "0109506000134353",  # a wrong check digit
        "010950600013435",  # a digit short
        "17251231",
        "17250230",  # no day of the calendar
        "1725123",
        "10ABC123",
        "10" + "A" * 20,
        "10" + "A" * 21,  # one character too long
        "10",
        "21X/1",
        "21with space",
        "22V1",
        "11251200",
        "71012345678",
        "99x",
        "\x1d",
        "\x1d",
        "]d2",
        "<GS>",
        " ",
    ]
)


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_what_is_on_nearly_every_pack_is_taken_apart_as_all_else(text: str) -> None:
    """The short ways, of one element string and of a whole scan, lead where the long ones do."""

    def outcome(read: Callable[[str], object], given: str) -> object:
        try:
            return read(given)
        except IdentifierError as error:
            return (error.code, error.found, error.field)

    short = outcome(element_strings.parse, text)
    with pytest.MonkeyPatch.context() as without:
        without.setattr(element_strings, "_COMMON", re.compile("(?!)"))
        assert outcome(element_strings.parse, text) == short
    for scan in (text, f"]d2{text}"):
        assert outcome(reading.read_typed, scan) == outcome(lambda it: reading._read(it, typed=True), scan)
