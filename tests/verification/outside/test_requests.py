"""A request to a responder, and every way in which one does not answer, on real connections."""

from collections.abc import Iterator

import pytest

from service.authenticity.evidence import OutsideAnswer
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.verification.outside import requests
from service.verification.outside.directory import ResponderEntry
from service.verification.outside.requests import OutsideUnit, ResponderFault, ask_responder, verification_url
from tests.factories.responders import BadResponders, bad_responders

UNIT = OutsideUnit(Gtin("04012345678901"), Lot.parse("AB/12"), Serial.parse("S1%&"), Expiry(2028, 12))
GLN = "9506000000008"


@pytest.fixture(scope="module")
def third() -> Iterator[BadResponders]:
    with bad_responders() as server:
        yield server


def entry(server: BadResponders, kind: str, *, private: bool = True) -> ResponderEntry:
    return ResponderEntry("Example VRS", f"{server.address}/{kind}", private=private)


def test_what_is_asked() -> None:
    """Each identifier is one segment, whatever it holds; an expiry without a day has 00."""
    listed = ResponderEntry("Example VRS", "https://vrs.example.org/api")
    assert verification_url(listed, UNIT, GLN, "u") == (
        "https://vrs.example.org/api/verify/gtin/04012345678901/lot/AB%2F12/ser/S1%25%26"
        f"?exp=281200&linkType=verificationService&context=dscsaSaleableReturn&reqGLN={GLN}&corrUUID=u"
    )


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("good", OutsideAnswer("Example VRS", verified=True)),
        ("no", OutsideAnswer("Example VRS", verified=False, reason="No_match_GTIN_Serial")),
        ("404", None),  # it does not know the product
    ],
)
def test_an_answer_names_its_source(third: BadResponders, kind: str, answer: OutsideAnswer | None) -> None:
    assert ask_responder(entry(third, kind), UNIT, GLN) == answer


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("500", "status 500"),
        ("401", "status 401"),
        ("204", "status 204"),
        ("redirect", "status 307"),
        ("html", "no LMS answer"),
        ("list", "no LMS answer"),
        ("text", "no LMS answer"),
        ("deep", "no LMS answer"),
        ("long", "an answer that is too long"),
        ("other", "the answer to another question"),
        ("invented", "a code that LMS does not have"),
    ],
)
def test_a_lie_is_no_answer(third: BadResponders, kind: str, fault: str) -> None:
    before = len(third.asked)
    with pytest.raises(ResponderFault, match=fault):
        ask_responder(entry(third, kind), UNIT, GLN)
    assert [each.split("/")[1] for each in third.asked[before:]] == [kind]  # a redirect is not followed


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_the_deadline_is_for_all_of_it(
    third: BadResponders, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "SECONDS", 0.4)
    with pytest.raises(ResponderFault, match=r"TimeoutError|ReadTimeout"):
        ask_responder(entry(third, kind), UNIT, GLN)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"])  # fmt: skip
def test_an_address_inside_is_never_connected_to(third: BadResponders, host: str) -> None:
    before = len(third.asked)
    listed = ResponderEntry("Example VRS", f"https://{host}:{third.server_port}/good")
    with pytest.raises(ResponderFault):
        ask_responder(listed, UNIT, GLN)
    assert len(third.asked) == before


def test_a_host_that_is_not_there_is_a_fault() -> None:
    for host in ("127.0.0.1:9", f"{'x' * 70}.example", "xn--.example"):
        with pytest.raises(ResponderFault):
            ask_responder(ResponderEntry("X", f"http://{host}", private=True), UNIT, GLN)
