"""Spellings that may have been meant: what is among them, what never is, and the places that are marked."""

import doctest
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gs1 import misreads
from service.gs1.identifiers import Lot, Serial
from service.gs1.misreads import MOST, look_alike, lot_keys, lot_places, places, serials


@pytest.mark.parametrize(
    ("presented", "meant"),
    [
        ("OVA2741", "OVA2714"),  # transposed
        ("OVA2713", "OVA2714"),  # the key beside
        ("OVS2714", "OVA2714"),
        ("OVA274", "OVA2714"),  # one lost
        ("VA2714", "OVA2714"),  # the first cut off
        ("OVA271", "OVA2714"),  # the last cut off
        ("OVA22714", "OVA2714"),  # one doubled
        ("OVAX2714", "OVA2714"),  # one too many
        ("0VA2714", "OVA2714"),
        ("OVA27I4", "OVA2714"),
        ("OVAZ714", "OVA2714"),
        ("G1234", "61234"),
        ("YB12Y", "ZB12Z"),  # a German keyboard
        ("OVQ2714", "OVA2714"),  # a French one
        ("OVA271417281031", "OVA2714"),  # fields run together
        ("OVA271421J38QAPX", "OVA2714"),
        ("749697-117281031", "7496971"),
        ("98765", "0098765"),  # a spreadsheet left the zeros out
        ("12345", "00000012345"),
        ("0098765", "98765"),
    ],
)
def test_the_lot_that_was_meant_is_among_the_candidates(presented: str, meant: str) -> None:
    assert meant in lot_keys(Lot.parse(presented))


@pytest.mark.parametrize(
    ("presented", "meant"),
    [
        ("j38qapxk", "J38QAPXK"),
        ("J38qAPxK", "j38QapXk"),  # caps lock
        ("J38qAPXK", "J38QAPXK"),
        ("9t4b0zyq7c", "9T4b0zYq7C"),  # mixed case, typed in one
        ("9T4B0ZYQ7C", "9T4b0zYq7C"),
        ("j38lap", "j381ap"),
        ("j381ap", "j38lap"),
        ("BBO3OO", "BB0300"),  # O for every 0
        ("J38QAP17281031", "J38QAP"),
    ],
)
def test_the_serial_that_was_meant_is_among_the_candidates(presented: str, meant: str) -> None:
    assert meant in serials(Serial.parse(presented))


@pytest.mark.parametrize(
    ("presented", "other", "why"),
    [
        ("OVA2714", "OVA2794", "keys far apart"),
        ("OVA2714", "OVA2799", "two of them"),
        ("OVA2714", "XOVA27", "two slips"),
        ("AB1", "AB2", "too short to mean anything"),
        ("OVA271417991399", "OVA2714", "17 and no date"),
    ],
)
def test_what_nobody_would_misread_is_none(presented: str, other: str, why: str) -> None:
    assert other not in lot_keys(Lot.parse(presented)), why


def test_among_all_products_only_fields_run_together_count() -> None:
    assert lot_keys(Lot.parse("OVA2741"), of_one_product=False) == ()
    assert "OVA2714" in lot_keys(Lot.parse("OVA271421J38Q"), of_one_product=False)


@pytest.mark.parametrize(
    ("presented", "meant", "marked"),
    [
        ("OVA2741", "OVA2714", (5, 6)),
        ("OVA27I4", "OVA2714", (5,)),
        ("BBO3OO", "BB0300", (2, 4, 5)),
        ("OVA274", "OVA2714", (4, 5)),  # between these two one is missing
        ("OVA271", "OVA2714", (5,)),  # after the last
        ("VA2714", "OVA2714", (0,)),  # before the first
        ("OVA22714", "OVA2714", (4,)),
        ("OVA271417281031", "OVA2714", (7, 8, 9, 10, 11, 12, 13, 14)),
        ("", "A", ()),
    ],
)
def test_places_to_look_at(presented: str, meant: str, marked: tuple[int, ...]) -> None:
    assert places(presented, meant) == marked


def test_places_in_a_lot_count_its_separators() -> None:
    assert lot_places(Lot.parse("74-96 97I"), "7496971") == (8,)


numbers = st.text(string.ascii_letters + string.digits + "-/.", min_size=1, max_size=20)


@given(numbers)
def test_candidates_are_bounded_ordered_and_never_what_was_presented(text: str) -> None:
    lot, serial = Lot.parse(text), Serial.parse(text)
    for found, own in ((lot_keys(lot), lot.key), (serials(serial), serial.printed)):
        assert own not in found
        assert "" not in found
        assert len(found) <= MOST
        assert list(found) == sorted(set(found))


@given(numbers, numbers)
def test_places_are_places_in_what_was_presented(presented: str, meant: str) -> None:
    marked = places(presented, meant)
    assert all(0 <= place < len(presented) for place in marked)
    assert list(marked) == sorted(set(marked))
    assert marked or presented == meant


def test_the_examples_in_the_documentation_hold() -> None:
    result = doctest.testmod(misreads)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("character", "other"),
    [
        ("O", "0"), ("o", "0"), ("Q", "0"), ("D", "0"), ("0", "O"),
        ("I", "1"), ("l", "1"), ("L", "1"), ("J", "1"), ("1", "I"),
        ("S", "5"), ("5", "S"), ("B", "8"), ("8", "B"), ("Z", "2"), ("2", "Z"), ("G", "6"), ("6", "G"),
        # those that look like no sign of the other kind
        ("A", ""), ("7", ""), ("-", ""), ("/", ""), ("é", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_one_sign_is_taken_for(character: str, other: str) -> None:
    assert look_alike(character) == other


@given(st.characters())
def test_a_look_alike_is_of_the_other_kind_or_none(character: str) -> None:
    other = look_alike(character)
    assert other == "" or (len(other) == 1 and other.isdigit() != character.isdigit())
