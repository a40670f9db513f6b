"""EPC URIs: what they identify, and that both forms of one thing are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import IdentifierError
from service.gs1.epc.uris import EpcIdentifier, is_absolute_uri, lot_link, read_epc, unit_link
from service.gs1.identifiers import check_digit

UNIT = EpcIdentifier(gtin="09521141012345", serial="2017")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:epc:id:sgtin:9521141.001234.2017", UNIT),
        ("https://id.gs1.org/01/09521141012345/21/2017", UNIT),
        # another host and a path before the key: Digital Link, section 4.3
        ("https://example.com/some/01/09521141012345/21/2017", UNIT),
        ("urn:epc:id:sgtin:952114101.0234.2017", UNIT),  # a longer company prefix
        ("urn:epc:id:sgtin:9521141.101234.A%2FB", EpcIdentifier(gtin="19521141012342", serial="A/B")),
        ("urn:epc:class:lgtin:9521141.001234.L%2F1", EpcIdentifier(gtin="09521141012345", lot="L/1")),
        ("https://id.gs1.org/01/09521141012345/10/L1", EpcIdentifier(gtin="09521141012345", lot="L1")),
        ("urn:epc:idpat:sgtin:9521141.001234.*", EpcIdentifier(gtin="09521141012345")),
        ("urn:epc:idpat:sgtin:9521141.*.*", None),  # of a company: no trade item
        ("https://id.gs1.org/01/09521141012345", EpcIdentifier(gtin="09521141012345")),
        ("urn:epc:id:sscc:4012345.0000000333", EpcIdentifier(sscc="040123450000003338")),
        ("https://id.gs1.org/00/040123450000003338", EpcIdentifier(sscc="040123450000003338")),
        ("urn:epc:id:sgln:0614141.07346.1234", EpcIdentifier(gln="0614141073467")),
        ("urn:epc:id:pgln:0614141.07346", EpcIdentifier(gln="0614141073467")),
        ("https://id.gs1.org/414/0614141073467/254/1234", EpcIdentifier(gln="0614141073467")),
        ("urn:epc:id:giai:4000001.111", None),
        ("urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", None),
        ("http://transaction.acme.com/po/12345678", None),
    ],
)
def test_what_a_uri_identifies(uri: str, expected: EpcIdentifier | None) -> None:
    assert read_epc(uri) == expected


@pytest.mark.parametrize(
    "uri",
    [
        "urn:epc:id:sgtin:9521141.01234.2017",  # twelve digits instead of thirteen
        "urn:epc:id:sgtin:9521141.001234",  # no serial
        "urn:epc:id:sgtin:9521141.001234.",
        "urn:epc:id:sgtin:9521141.001234.A%2",
        "urn:epc:id:sgtin:9521141.001234.123456789012345678901",  # a serial of 21 characters
        "https://id.gs1.org/01/09521141012346/21/2017",  # a wrong check digit
        "urn:epc:id:sscc:4012345.000000033",
    ],
)
def test_malformed_ones_are_refused(uri: str) -> None:
    with pytest.raises(IdentifierError):
        read_epc(uri)


@pytest.mark.parametrize(
    ("text", "absolute"),
    [
        ("urn:epc:id:giai:4000001.111", True),
        ("example:x", True),
        ("5900000818", False),
        ("a b:c", False),
        ("", False),
    ],
)
def test_absolute_uris(text: str, absolute: bool) -> None:
    assert is_absolute_uri(text) is absolute


CSET = st.text("ABCabc019!\"%&'()*+,-./:;<=>?_", min_size=1, max_size=20)


@given(st.integers(0, 10**13 - 1), CSET, CSET)
def test_the_links_that_are_written_are_read_as_they_were_meant(number: int, serial: str, lot: str) -> None:
    payload = f"{number:013d}"
    gtin = payload + check_digit(payload)
    assert read_epc(unit_link(gtin, serial)) == EpcIdentifier(gtin=gtin, serial=serial)
    assert read_epc(lot_link(gtin, lot)) == EpcIdentifier(gtin=gtin, lot=lot)
