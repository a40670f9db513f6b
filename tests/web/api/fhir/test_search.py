"""Search parameters as FHIR R4 has them."""

import pytest

from service.errors import VialcheckError
from service.gs1.identifiers import Gtin
from service.web.api.fhir.search import SearchToken, read_search, read_tokens
from service.web.api.fhir.systems import GTIN

KNOWN = {"identifier", "lot-number"}


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        ("A1001", (SearchToken(None, "A1001"),)),
        # without a system is not: of any system
        ("|A1001", (SearchToken("", "A1001"),)),
        (f"{GTIN}|09506000134352", (SearchToken(GTIN, "09506000134352"),)),
        ("A1,B2", (SearchToken(None, "A1"), SearchToken(None, "B2"))),
        # lots hold commas, bars and backslashes: they are escaped
        (r"A\,1", (SearchToken(None, "A,1"),)),
        (r"A\|1", (SearchToken(None, "A|1"),)),
        ("A\\\\,B", (SearchToken(None, "A\\"), SearchToken(None, "B"))),
    ],
)
def test_tokens(value: str, tokens: tuple[SearchToken, ...]) -> None:
    assert read_tokens("lot-number", value) == tokens


@pytest.mark.parametrize(
    "parameters",
    [
        [("lot-number", "")],
        [("lot-number", f"{GTIN}|")],  # every code of a system: not offered
        [("lot-number", "a|b|c")],
        [("lot-number", ",".join("x" * 101))],
        [("lot-number", "x" * 4097)],
        [("lot-number:not", "A1")],  # a modifier that is ignored would find the opposite
        [("_count", "-1")],
        [("_count", "²")],
        [("_after", "9" * 30)],
    ],
)
def test_what_cannot_be_read_is_refused(parameters: list[tuple[str, str]]) -> None:
    with pytest.raises(VialcheckError):
        read_search(parameters, KNOWN, strict=False)


def test_an_unknown_parameter_is_named_or_refused() -> None:
    found = read_search([("lot-number", "A1"), ("colour", "red"), ("_format", "json")], KNOWN, strict=False)
    assert found.unknown == ("colour",)
    assert found.links("u", None) == {"self": "u?lot-number=A1&_count=50"}
    with pytest.raises(VialcheckError):
        read_search([("colour", "red")], KNOWN, strict=True)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([], None),
        ([("identifier", "9506000134352")], {Gtin("09506000134352")}),
        # "or" within one, "and" between two
        ([("identifier", "9506000134352,09506000134369"), ("identifier", "09506000134369")], {Gtin("09506000134369")}),
        # another system's code matches nothing, and neither does what is no GTIN at all
        ([("identifier", "urn:other|09506000134352")], set()),
        ([("identifier", "abc")], set()),
    ],
)  # fmt: skip
def test_alternatives(parameters: list[tuple[str, str]], expected: set[Gtin] | None) -> None:
    assert (
        read_search(parameters, KNOWN, strict=False).alternatives("identifier", GTIN, Gtin.parse) == expected
    )


def test_a_wrong_gtin_under_its_own_system_is_an_error() -> None:
    search = read_search([("identifier", f"{GTIN}|09506000134353")], KNOWN, strict=False)
    with pytest.raises(VialcheckError):
        search.alternatives("identifier", GTIN, Gtin.parse)
