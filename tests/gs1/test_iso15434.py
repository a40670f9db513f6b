"""The German PPN envelope (ISO/IEC 15434), and the shared vectors of it."""

import doctest
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1 import iso15434
from service.gs1.iso15434 import has_pzn_check_digit, ppn_check_digits
from service.gs1.reading import ReadingKind, read, read_typed

GS, END = "\x1d", "\x1e\x04"
START = "[)>\x1e06\x1d"
PPN = "9N111234567842"
PACK = START + PPN + GS + "1TABC1" + GS + "D281031" + GS + "SxY1" + END
READ = {"710": "12345678", "10": "ABC1", "17": "281031", "21": "xY1"}


@pytest.mark.parametrize(
    "text",
    [
        PACK,
        "]d1" + PACK,  # a plain DataMatrix, as its reader says
        PACK + "\r\n",
        PACK.removesuffix("\x04"),  # scanners drop what they cannot type
        PACK.removesuffix(END),
        PACK.replace("\x1e", ""),
        START + "SxY1" + GS + "D281031" + GS + PPN + GS + "1TABC1" + END,  # any order
        START + PPN + GS + "16D20231031" + GS + "1TABC1" + GS + "D281031" + GS + "SxY1" + END,  # made on
        START + PPN + GS + PPN + GS + "1TABC1" + GS + "D281031" + GS + "SxY1" + END,  # said twice, the same
    ],
)
def test_an_envelope_is_read(text: str) -> None:
    for result in (read(text), read_typed(text)):
        assert result.kind is ReadingKind.ENVELOPE
        assert dict(result.elements) == READ
        assert result.identifier.gtin is None
        assert result.identifier.national == (("710", "12345678"),)
        assert result.identifier.lot
        assert result.identifier.lot.printed == "ABC1"


def test_a_gtin_in_an_envelope_is_a_gtin() -> None:
    text = START + "8P09506000134352" + GS + "1TABC1" + END
    assert dict(read(text).elements) == {"01": "09506000134352", "10": "ABC1"}


def test_format_05_holds_gs1_element_strings() -> None:
    text = "[)>\x1e05\x1d0109506000134352" + "10ABC1" + GS + "21X" + END
    assert dict(read(text).elements) == {"01": "09506000134352", "10": "ABC1", "21": "X"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PACK.replace("842", "843"), ErrorCode.AI_VALUE_INVALID),  # check digits of the PPN
        (PACK.replace(PPN, "9N11123456" + "79" + ppn_check_digits("1112345679")), ErrorCode.AI_VALUE_INVALID),
        (PACK.replace(PPN, "9N221234567842"), ErrorCode.AI_VALUE_INVALID),  # another agency
        (PACK.replace(PPN, "9N"), ErrorCode.ELEMENT_STRING_INVALID),
        (PACK.replace("D281031", "D281331"), ErrorCode.EXPIRY_IMPOSSIBLE),
        (PACK.replace("D281031" + GS, "D281031"), ErrorCode.AI_VALUE_INVALID),  # a lost separator
        (PACK.replace("1TABC1", "1TABC1" + GS + "1TABC2"), ErrorCode.AI_REPEATED),
        (PACK.replace("1TABC1", "1TAB\u0421"), ErrorCode.BAD_CHARACTER),  # Cyrillic
        (PACK.replace("1TABC1", "1T" + "A" * 21), ErrorCode.AI_VALUE_INVALID),
        (START + "SxY1" + END, ErrorCode.NOT_A_PRODUCT),
        (START + END, ErrorCode.ELEMENT_STRING_INVALID),
        ("[)>\x1e07\x1dX" + END, ErrorCode.ELEMENT_STRING_INVALID),
        ("[)>", ErrorCode.ELEMENT_STRING_INVALID),
        (START + "1T" + "A" * 3000, ErrorCode.TOO_LONG),
    ],
)
def test_refused(text: str, code: ErrorCode) -> None:
    with pytest.raises(IdentifierError) as caught:
        read(text)
    assert caught.value.code is code


@given(st.integers(0, 9_999_999), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_never_passes(number: int, place: int, other: int) -> None:
    """Two check digits and the PZN's own: a PPN is never read from another with one digit changed."""
    seven = f"{number:07}"
    eight = next((seven + str(last) for last in range(10) if has_pzn_check_digit(seven + str(last))), None)
    if eight is None:
        return  # a remainder of 10: such a PZN is not given out
    payload = "11" + eight
    right = "9N" + payload + ppn_check_digits(payload)
    wrong = right[: place + 2] + str(other) + right[place + 3 :]
    assert dict(read(START + right + END).elements) == {"710": eight}
    if wrong != right:
        with pytest.raises(IdentifierError):
            read(START + wrong + END)


def test_the_shared_vectors(corpora: Path) -> None:
    lines = (corpora / "gs1" / "gs1-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "iso15434-ppn"]
    assert rows
    for row in rows:
        if row["expected"] == "INVALID":
            with pytest.raises(IdentifierError):
                read(row["input"])
            continue
        expected = dict(part.split("=", 1) for part in row["expected"].split(" "))
        found = read(row["input"]).identifier
        assert found.lot
        assert found.serial
        assert found.expiry
        assert expected["PC"][2:-2] == dict(found.national)["710"]
        assert (expected["SN"], expected["BATCH"]) == (found.serial.printed, found.lot.printed)
        assert expected["EXP"] == found.expiry.yymmdd


def test_the_examples_in_the_documentation_hold() -> None:
    result = doctest.testmod(iso15434)
    assert result.attempted
    assert not result.failed
