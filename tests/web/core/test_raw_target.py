"""The path as it was sent, whether the server tells it or not."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from service.errors import IdentifierError
from service.gs1 import digital_link
from service.gs1.identifiers import Gtin, Lot, ProductIdentifier, Serial
from service.web.core.raw_target import raw_target, restored

GTIN = "09506000134352"


@pytest.mark.parametrize(
    ("decoded", "sent"),
    [
        (f"/01/{GTIN}", f"/01/{GTIN}"),
        (f"/01/{GTIN}/10/A/7", f"/01/{GTIN}/10/A%2F7"),
        (f"/01/{GTIN}/21/A/7", f"/01/{GTIN}/21/A%2F7"),
        (f"/01/{GTIN}/22/v/1/10/A/7/21/S/1", f"/01/{GTIN}/22/v%2F1/10/A%2F7/21/S%2F1"),
        (f"/01/{GTIN}/10///21//", f"/01/{GTIN}/10///21//"),  # a serial of nothing: stays wrong
        (f"/01/{GTIN}/10/x%/21/?&", f"/01/{GTIN}/10/x%25/21/%3F%26"),
        (f"/labels/01/{GTIN}/10/A/", f"/labels/01/{GTIN}/10/A"),  # a slash at the end means nothing
        (f"/01/{GTIN}/21/S/10/L", f"/01/{GTIN}/21/S/10/L"),  # wrong order: stays wrong
        (f"/01/{GTIN}/99/x", f"/01/{GTIN}/99/x"),  # no link of ours: left as it is
        ("/about", "/about"),
    ],
)
def test_a_decoded_path_is_encoded_again(decoded: str, sent: str) -> None:
    assert restored(decoded) == sent


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        ("/01/x/10/A%2F7?17=271231", "/01/x/10/A%2F7?17=271231"),
        ("http://host.example/01/x%2F?a=b", "/01/x%2F?a=b"),  # the absolute form, as proxies send it
        ("http://host.example", ""),
        ("", "/01/x/10/A%2F7?17=271231"),  # granian tells nothing
    ],
)
def test_the_servers_word_comes_first(raw: str, target: str) -> None:
    environ = EnvironBuilder(path="/01/x/10/A/7", query_string="17=271231").get_environ()
    environ.update(RAW_URI=raw, REQUEST_URI=raw)
    assert raw_target(Request(environ)) == target


_parts = st.lists(st.sampled_from(["/", "10", "21", "22", "A", "%", "."]), min_size=1, max_size=6).map(
    "".join
)


@given(lot=st.none() | _parts, serial=st.none() | _parts)
def test_what_our_own_labels_say_arrives_through_a_server_that_decodes_it(
    lot: str | None, serial: str | None
) -> None:
    """Whatever a link is built of is read from the decoded path as it was printed, or no link is built."""
    identifier = ProductIdentifier(
        gtin=Gtin(GTIN), lot=Lot.parse(lot) if lot else None, serial=Serial.parse(serial) if serial else None
    )
    try:
        path = urlsplit(digital_link.build("https://a", identifier)).path
    except IdentifierError:
        assume(False)
    assert digital_link.parse("https://a" + restored(unquote(path))) == digital_link.parse("https://a" + path)
