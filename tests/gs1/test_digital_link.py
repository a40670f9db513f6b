from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1 import digital_link
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.gs1.reading import read
from tests.factories.identifiers import carried_by_link, values

GTIN = "09506000134352"


@pytest.mark.parametrize(
    ("link", "elements"),
    [
        (f"https://example.com/01/{GTIN}", {"01": GTIN}),
        (f"HTTPS://EXAMPLE.COM/01/{GTIN}", {"01": GTIN}),  # QR codes in upper case are smaller
        (f"http://a/01/{GTIN}/", {"01": GTIN}),  # resolvers tolerate the slash
        (f"https://a:8443/some/shop/01/{GTIN}/10/A", {"01": GTIN, "10": "A"}),
        (f"https://[2001:db8::1]/01/{GTIN}", {"01": GTIN}),
        (f"https://a/01/{GTIN}/22/V/10/A/21/S", {"01": GTIN, "22": "V", "10": "A", "21": "S"}),
        (f"https://a/01/{GTIN}/10/A%2FB%252B+", {"01": GTIN, "10": "A/B%2B+"}),  # decoded once; + is itself
        (f"https://a/01/{GTIN}/21/S?17=251231&10=A", {"01": GTIN, "21": "S", "17": "251231", "10": "A"}),
        (f"https://a/01/{GTIN}?linkType=gs1:pip&x&17=251200#top", {"01": GTIN, "17": "251200"}),
        (f"https://a/01/{GTIN}?712=384756.8", {"01": GTIN, "712": "384756.8"}),
        ("https://a/01/9506000134352", {"01": GTIN}),  # without its zero, as in version 1.0
        ("https://a/01/614141123452", {"01": "00614141123452"}),
        (f"https://a/gtin/{GTIN}/lot/A/ser/S?exp=251231", {"01": GTIN, "10": "A", "21": "S", "17": "251231"}),
        (
            f"https://vrs.example/verify/gtin/{GTIN}/lot/A/ser/S?exp=251231&linkType=verificationService",
            {"01": GTIN, "10": "A", "21": "S", "17": "251231"},
        ),
        (f"https://a/8004/9506000134352X?01={GTIN}", {"8004": "9506000134352X", "01": GTIN}),
        (
            f"https://a/01/9506000134369/01/{GTIN}",
            {"01": GTIN},
        ),  # the key is the last; before it is anybody's
        (f"https://a/01/{GTIN}?exp=251231", {"01": GTIN}),  # a word counts only beside words
    ],
)
def test_links(link: str, elements: dict[str, str]) -> None:
    assert dict(digital_link.parse(link).elements) == elements


def test_the_host_is_kept_and_nothing_more() -> None:
    assert digital_link.parse(f"https://Evil.Example:8443/01/{GTIN}").host == "evil.example:8443"


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://", ErrorCode.LINK_INVALID),
        ("https:///01/" + GTIN, ErrorCode.LINK_INVALID),
        ("ftp://a/01/" + GTIN, ErrorCode.LINK_INVALID),
        ("javascript:alert(1)", ErrorCode.LINK_INVALID),
        (f"https://user@a/01/{GTIN}", ErrorCode.LINK_INVALID),
        (f"https://good.example@evil.example/01/{GTIN}", ErrorCode.LINK_INVALID),
        (f"https://[fe80::1%25eth0]/01/{GTIN}", ErrorCode.LINK_INVALID),
        (f"https://a:65536/01/{GTIN}", ErrorCode.LINK_INVALID),
        (f"https://$a/01/{GTIN}", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/10/<b>", ErrorCode.BAD_CHARACTER),
        (f"https://a/01/{GTIN}/10/A B", ErrorCode.BAD_CHARACTER),
        (f"https://a\\b/01/{GTIN}", ErrorCode.BAD_CHARACTER),
        (f"https://a/01/{GTIN}/10/A%", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/10/A%G0", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/10/A%00", ErrorCode.BAD_CHARACTER),
        (f"https://a/01/{GTIN}/10/A%20B", ErrorCode.BAD_CHARACTER),
        (f"https://a/01/{GTIN}/10/A%C3%A9", ErrorCode.BAD_CHARACTER),
        (f"https://a/01/{GTIN}/10/A%23", ErrorCode.AI_VALUE_INVALID),
        (f"https://a/01/{GTIN}/10/", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/10//21/S", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/21/S/10/A", ErrorCode.LINK_INVALID),  # order
        (f"https://a/01/{GTIN}/10/A/22/V", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/10/A/10/A", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}/235/T/10/A", ErrorCode.LINK_INVALID),  # one path or the other
        (f"https://a/01/{GTIN}/17/251231", ErrorCode.LINK_INVALID),  # an attribute in the path
        (f"https://a/01/{GTIN}?21=S", ErrorCode.LINK_INVALID),  # a qualifier in the query
        (f"https://a/01/{GTIN}?17=", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}?17", ErrorCode.LINK_INVALID),
        (f"https://a/01/{GTIN}?17=251231&17=251231", ErrorCode.AI_REPEATED),
        (f"https://a/01/{GTIN}/10/A?10=A", ErrorCode.AI_REPEATED),
        (f"https://a/01/{GTIN}?89=A", ErrorCode.AI_UNKNOWN),
        (f"https://a/01/{GTIN}?17=250231", ErrorCode.EXPIRY_IMPOSSIBLE),
        (f"https://a/01/{GTIN}?712=A+B", ErrorCode.BAD_CHARACTER),  # + is a space in a query
        ("https://a/01/09506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("https://a/01/9506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("https://a/01/96385074", ErrorCode.AI_VALUE_INVALID),  # eight digits: not on medicines
        ("https://a/", ErrorCode.LINK_WITHOUT_IDENTIFIER),
        ("https://a", ErrorCode.LINK_WITHOUT_IDENTIFIER),
        ("https://shop.example/products/toxin?id=3", ErrorCode.LINK_WITHOUT_IDENTIFIER),
        ("https://a/DAf7S9KLEEyqrLQ", ErrorCode.LINK_COMPRESSED),
        (f"https://a/01/{GTIN}/EEarwSM", ErrorCode.LINK_COMPRESSED),
        (f"https://a/01/{GTIN}/more", ErrorCode.LINK_INVALID),
    ],
)
def test_links_refused(link: str, code: ErrorCode) -> None:
    with pytest.raises(IdentifierError) as caught:
        digital_link.parse(link)
    assert caught.value.code is code


def test_build_writes_the_order_of_the_standard() -> None:
    identifier = ProductIdentifier(
        gtin=Gtin.parse(GTIN),
        lot=Lot.parse("A/1 B"),
        serial=Serial.parse("S+%"),
        expiry=Expiry(2025, 12),
        cpv="V1",
        national=(("712", "3847.8"),),
    )
    link = digital_link.build("https://example.com/x/", identifier)
    assert link == f"https://example.com/x/01/{GTIN}/22/V1/10/A%2F1B/21/S%2B%25?17=251200&712=3847.8"


@pytest.mark.parametrize(
    "base", ["example.com", "ftp://a", "https://a?x=1", "https://a#x", "https://u@a", "", "https://a/?"]
)
def test_build_refuses_a_base_that_cannot_carry_a_path(base: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        digital_link.build(base, ProductIdentifier(gtin=Gtin.parse(GTIN)))
    assert caught.value.code is ErrorCode.LINK_INVALID


def test_build_needs_a_gtin() -> None:
    with pytest.raises(IdentifierError) as caught:
        digital_link.build("https://a", ProductIdentifier(lot=Lot.parse("A")))
    assert caught.value.code is ErrorCode.LINK_WITHOUT_IDENTIFIER


@pytest.mark.parametrize(
    ("lot", "serial"),
    [
        ("..", ""),  # every browser takes %2E%2E for ..
        ("A/21/B", ""),  # a server that decodes the path sees a serial B
        ("A/10/B", "S"),
        ("A", "S/21/T"),
        ("A/21", "S"),
        ("/10", "S"),
        ("A", "S/"),  # a slash at the end means nothing
        ("A/", ""),
    ],
)
def test_no_link_is_built_of_a_value_that_would_arrive_as_another(lot: str, serial: str) -> None:
    identifier = ProductIdentifier(
        gtin=Gtin.parse(GTIN), lot=Lot.parse(lot), serial=Serial.parse(serial) if serial else None
    )
    with pytest.raises(IdentifierError) as caught:
        digital_link.build("https://a", identifier)
    assert caught.value.code is ErrorCode.LINK_CANNOT_CARRY


@given(
    lot=st.none() | values.map(Lot.parse),
    serial=st.none() | values.map(Serial.parse),
    expiry=st.none() | st.dates().map(lambda day: Expiry(2000 + day.year % 70, day.month)),
    cpv=st.none() | values,
)
def test_links_round_trip_or_are_refused(
    lot: Lot | None, serial: Serial | None, expiry: Expiry | None, cpv: str | None
) -> None:
    identifier = ProductIdentifier(gtin=Gtin.parse(GTIN), lot=lot, serial=serial, expiry=expiry, cpv=cpv)
    if not carried_by_link(cpv, lot.printed if lot else None, serial.printed if serial else None):
        with pytest.raises(IdentifierError) as caught:
            digital_link.build("https://example.com", identifier)
        assert caught.value.code is ErrorCode.LINK_CANNOT_CARRY
        return
    link = digital_link.build("https://example.com", identifier)
    assert urlsplit(link).hostname == "example.com"
    assert read(link).identifier == identifier


@given(st.text("01/0950600013435210A?=&%2Fhtps:[]@#+", max_size=60))
def test_parsing_is_total(tail: str) -> None:
    for text in (tail, "https://a/" + tail, f"https://a/01/{GTIN}" + tail):
        with suppress(IdentifierError):
            assert digital_link.parse(text).elements
