"""The resolver as a pure function: link statements and a request in, a redirect, a linkset or choices out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError, NotFoundError
from service.gs1.resolver.link_types import LINK_TYPES, asked_link_type
from service.gs1.resolver.linkset import linkset
from service.gs1.resolver.negotiation import Preferences
from service.gs1.resolver.request import parse_request
from service.gs1.resolver.resolution import Choices, Redirect, ResolvedItem, resolve
from service.gs1.resolver.statements import LinkStatement

ORIGIN = "https://check.example.org"
PAGE = f"{ORIGIN}/check"
GTIN = "09506000134352"
MAKER = "https://www.maker.example"
VOC = "https://ref.gs1.org/voc/"

PIP_EN = LinkStatement("pip", f"{MAKER}/en", "Product", ("en",), "text/html", default=True)
PIP_DE = LinkStatement("pip", f"{MAKER}/de", "Produkt", ("de",), "text/html")
PIP_PDF = LinkStatement("pip", f"{MAKER}/en.pdf", "Product", ("en",), "application/pdf")
LEAFLET = LinkStatement("epil", f"{MAKER}/leaflet?a=1#top", "Leaflet")
LEAFLET_FR = LinkStatement("epil", f"{MAKER}/notice", "Notice", ("fr",), context="FR")
OF_LOT = LinkStatement("certificationInfo", f"{MAKER}/coa/A1", "Certificate of lot A1", lot_key="A1")
LOT_DEFAULT = LinkStatement("safetyInfo", f"{MAKER}/warning", "Warning", default=True, lot_key="A1")


def item(*statements: LinkStatement) -> ResolvedItem:
    return ResolvedItem("Examplinum 100", statements, PAGE)


def led_to(target: str, *statements: LinkStatement, **preferences: object) -> object:
    """Where a request is led; the links to choose from, where it is led nowhere."""
    asked = parse_request(ORIGIN, target)
    outcome = resolve(asked, item(*statements), Preferences(context=asked.context, **preferences))  # type: ignore[arg-type]
    return outcome.location if isinstance(outcome, Redirect) else outcome


@pytest.mark.parametrize(
    ("target", "statements", "location"),
    [
        # no link is registered: this service's page, for exactly what was asked
        (f"/01/{GTIN}", (), f"{PAGE}/01/{GTIN}"),
        (f"/01/{GTIN}/10/A1/21/S1", (), f"{PAGE}/01/{GTIN}/10/A1/21/S1"),
        (f"/01/{GTIN}/10/A%2F1/", (), f"{PAGE}/01/{GTIN}/10/A%2F1"),
        # links, and none of them the default
        (f"/01/{GTIN}", (PIP_DE, LEAFLET), f"{PAGE}/01/{GTIN}"),
        # the manufacturer's default, also for an unknown lot or serial: walking up
        (f"/01/{GTIN}", (PIP_EN, PIP_DE), f"{MAKER}/en"),
        (f"/01/{GTIN}/22/V2/10/NONE/21/NONE", (PIP_EN,), f"{MAKER}/en"),
        (f"/01/{GTIN}?linkType=gs1:defaultLink", (PIP_EN,), f"{MAKER}/en?linkType=gs1:defaultLink"),
        # the lot's own default before the product's; not for another lot
        (f"/01/{GTIN}/10/A1/21/S1", (PIP_EN, LOT_DEFAULT), f"{MAKER}/warning"),
        (f"/01/{GTIN}/10/a-1", (PIP_EN, LOT_DEFAULT), f"{MAKER}/warning"),
        (f"/01/{GTIN}/10/A2", (PIP_EN, LOT_DEFAULT), f"{MAKER}/en"),
        # a link type, at the most granular level that has it
        (f"/01/{GTIN}/10/A1?linkType=gs1:certificationInfo", (OF_LOT,), f"{MAKER}/coa/A1?linkType=gs1:certificationInfo"),
        (f"/01/{GTIN}/10/A1?linkType=gs1:pip", (PIP_EN, OF_LOT), f"{MAKER}/en?linkType=gs1:pip"),
        (f"/01/{GTIN}?linkType=gs1%3Apip", (PIP_EN,), f"{MAKER}/en?linkType=gs1%3Apip"),
        (f"/01/{GTIN}?linkType=https://gs1.org/voc/pip", (PIP_EN,), f"{MAKER}/en?linkType=https://gs1.org/voc/pip"),
        # the verdict lies behind these, whatever it is
        (f"/01/{GTIN}/21/S1?linkType=gs1:verificationService", (PIP_EN,), f"{PAGE}/01/{GTIN}/21/S1?linkType=gs1:verificationService"),
        (f"/01/{GTIN}/10/A1?linkType=gs1:recallStatus", (), f"{PAGE}/01/{GTIN}/10/A1?linkType=gs1:recallStatus"),
        # the query is passed on: after the target's own, and before its fragment
        (f"/01/{GTIN}?17=271231&foo=b%20r", (PIP_EN,), f"{MAKER}/en?17=271231&foo=b%20r"),
        (f"/01/{GTIN}?linkType=gs1:epil&x=", (LEAFLET,), f"{MAKER}/leaflet?a=1&linkType=gs1:epil&x=#top"),
        # market: the link for it, else the one for all
        (f"/01/{GTIN}?linkType=gs1:epil&context=fr", (LEAFLET, LEAFLET_FR), f"{MAKER}/notice?linkType=gs1:epil&context=fr"),
        (f"/01/{GTIN}?linkType=gs1:epil&context=PT", (LEAFLET, LEAFLET_FR), f"{MAKER}/leaflet?a=1&linkType=gs1:epil&context=PT#top"),
    ],
)  # fmt: skip
def test_where_a_request_is_led(target: str, statements: tuple[LinkStatement, ...], location: str) -> None:
    assert led_to(target, *statements) == location


PIPS = (PIP_EN, PIP_DE, PIP_PDF)


@pytest.mark.parametrize(
    ("languages", "media_types", "found"),
    [
        ((("de", 1.0), ("en", 0.5)), (), [PIP_DE]),
        ((("de-CH", 1.0), ("en", 0.5)), (), [PIP_DE]),
        ((("fr", 1.0), ("de", 0.3), ("en", 0.2)), (), [PIP_DE]),
        ((("en", 1.0),), (("application/pdf", 1.0),), [PIP_PDF]),
        ((("en", 1.0),), (("text/*", 1.0), ("*/*", 0.1)), [PIP_EN]),
        ((("en", 1.0),), (("text/html", 0.1), ("*/*", 1.0)), [PIP_PDF]),
        # the language comes before the media type: a reader can open a file, not learn a language
        ((("de", 1.0),), (("application/pdf", 1.0),), [PIP_DE]),
        # nothing tells them apart
        ((), (), list(PIPS)),
        ((("ko", 1.0),), (), list(PIPS)),
        ((("en", 1.0),), (), [PIP_EN, PIP_PDF]),
    ],
)
def test_which_of_several_links(
    languages: tuple[tuple[str, float], ...],
    media_types: tuple[tuple[str, float], ...],
    found: list[LinkStatement],
) -> None:
    target = f"/01/{GTIN}?linkType=gs1:pip"
    outcome = led_to(target, *PIPS, languages=languages, media_types=media_types)
    wanted = Choices(tuple(found)) if len(found) > 1 else f"{found[0].href}?linkType=gs1:pip"
    assert outcome == wanted


def test_several_defaults_serve_several_languages_and_one_of_them_serves_all() -> None:
    german = LinkStatement("pip", f"{MAKER}/de", "Produkt", ("de",), "text/html", default=True)
    links = (PIP_EN, german)
    assert led_to(f"/01/{GTIN}", *links, languages=(("de", 1.0),)) == f"{MAKER}/de"
    assert led_to(f"/01/{GTIN}", *links, languages=(("ko", 1.0),)) == f"{MAKER}/en"
    (entry,) = linkset(parse_request(ORIGIN, f"/01/{GTIN}"), item(*links), ORIGIN)["linkset"]
    assert entry[f"{VOC}defaultLink"] == [{"href": f"{MAKER}/en", "title": "Product"}]
    assert len(entry[f"{VOC}defaultLinkMulti"]) == 2


@pytest.mark.parametrize(
    "link_type", ["gs1:nosuchlt", "gs1:", "pip", "schema:url", "https://x.example/pip", "gs1:pip"]
)
def test_a_link_type_that_is_not_there_is_404(link_type: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        led_to(f"/01/{GTIN}/10/A1?linkType={link_type}", LEAFLET)
    assert refused.value.code is ErrorCode.LINK_TYPE_ABSENT


@pytest.mark.parametrize(
    "target",
    [
        f"/01/{GTIN}/foo",
        f"/01/{GTIN[1:]}",  # 13 digits, as version 1.0 had them
        f"/01/{GTIN[2:]}",
        "/01/9506000134352",
        f"/01/{GTIN[:-1]}3",  # check digit
        "/01/abc",
        f"/01/{GTIN}/21/S1/10/A1",  # order
        f"/01/{GTIN}/10",
        f"/01/{GTIN}/10/",
        f"/01/{GTIN}//10/A1",
        f"/01/{GTIN}/99/x",
        f"/01/{GTIN}?10=A1",
        f"/01/{GTIN}?21=S1",
        f"/01/{GTIN}?22=V",
        f"/01/{GTIN}?17=271331",
        f"/01/{GTIN}?17=271231&17=271231",
        f"/01/{GTIN}/10/{'A' * 21}",
        f"/01/{GTIN}/10/A%00",
        f"/01/{GTIN}/10/A%0d%0aX",
        f"/01/{GTIN}/10/A%2",
        f"/01/{GTIN}/10/%252F",
        f"/01/{GTIN}%2F10%2FA1",
        f"/01/{GTIN}/10/%D0%90",
        f"/01/{GTIN}/10/A b",
        f"/01/{GTIN}?linkType=gs1:pip&linkType=gs1:epil",
    ],
)
def test_what_breaks_the_syntax_is_refused(target: str) -> None:
    with pytest.raises(IdentifierError):
        parse_request(ORIGIN, target)


def test_a_linkset_has_every_level_with_links_the_most_granular_first() -> None:
    asked = parse_request(ORIGIN, f"/01/{GTIN}/10/A1/21/S%2F1?17=271231&linkType=linkset")
    unit, lot, product = linkset(asked, item(PIP_EN, PIP_DE, OF_LOT), ORIGIN)["linkset"]
    assert unit == {
        "anchor": f"{ORIGIN}/01/{GTIN}/10/A1/21/S%2F1",
        "itemDescription": "Examplinum 100, lot A1, serial number S/1",
        f"{VOC}verificationService": [
            {
                "href": f"{PAGE}/01/{GTIN}/10/A1/21/S%2F1",
                "title": "Check this pack against the record",
                "type": "text/html",
                "hreflang": ["en"],
            }
        ],
        f"{VOC}recallStatus": [
            {
                "href": f"{PAGE}/01/{GTIN}/10/A1/21/S%2F1",
                "title": "Recalls of this pack",
                "type": "text/html",
                "hreflang": ["en"],
            }
        ],
        f"{VOC}defaultLink": [{"href": f"{MAKER}/en", "title": "Product"}],
    }
    assert lot["anchor"] == f"{ORIGIN}/01/{GTIN}/10/A1"
    assert lot[f"{VOC}certificationInfo"] == [{"href": OF_LOT.href, "title": OF_LOT.title}]
    assert product["anchor"] == f"{ORIGIN}/01/{GTIN}"
    assert [each["hreflang"] for each in product[f"{VOC}pip"]] == [["en"], ["de"]]
    assert product[f"{VOC}pip"][0]["type"] == "text/html"


def test_the_manufacturers_own_recall_page_takes_the_place_of_ours() -> None:
    own = LinkStatement("recallStatus", f"{MAKER}/recalls", "Recalls")
    assert (
        led_to(f"/01/{GTIN}/21/S?linkType=gs1:recallStatus", own)
        == f"{MAKER}/recalls?linkType=gs1:recallStatus"
    )
    (unit, product) = linkset(parse_request(ORIGIN, f"/01/{GTIN}/21/S"), item(own), ORIGIN)["linkset"]
    assert f"{VOC}recallStatus" not in unit
    assert f"{VOC}recallStatus" in product


STATEMENTS = st.lists(
    st.builds(
        LinkStatement,
        link_type=st.sampled_from(sorted(LINK_TYPES)),
        href=st.integers(1, 9).map(lambda number: f"{MAKER}/{number}"),
        title=st.just("T"),
        languages=st.sampled_from([(), ("en",), ("de",)]),
        media_type=st.sampled_from(["", "text/html", "application/pdf"]),
        context=st.sampled_from(["", "FR"]),
        default=st.booleans(),
        lot_key=st.sampled_from(["", "A1"]),
    ),
    max_size=6,
)


@given(STATEMENTS, st.sampled_from(["", "/10/A1", "/10/B2", "/10/A1/21/S", "/21/S", "/22/V/10/A1"]))
def test_every_link_of_a_linkset_is_reached_and_each_level_has_one_default(
    statements: list[LinkStatement], below: str
) -> None:
    """Laws: no 404 for a type that the linkset names; the default of a request is the linkset's."""
    asked = parse_request(ORIGIN, f"/01/{GTIN}{below}")
    entries = linkset(asked, item(*statements), ORIGIN)["linkset"]
    assert len({each["anchor"] for each in entries}) == len(entries)
    for entry in entries:
        (default,) = entry[f"{VOC}defaultLink"]
        assert default.keys() == {"href", "title"}
        for name in entry.keys() - {"anchor", "itemDescription"}:
            link_type = name.removeprefix(VOC)
            if link_type.startswith("default"):
                continue
            outcome = led_to(f"/01/{GTIN}{below}?linkType=gs1:{link_type}", *statements)
            assert isinstance(outcome, str | Choices)
    assert led_to(f"/01/{GTIN}{below}") == f"{PAGE}/01/{GTIN}{below}"
    flagged = [each for each in statements if each.default]
    if len(flagged) == 1 and flagged[0].lot_key == "":
        assert led_to(f"/01/{GTIN}{below}", *statements) == flagged[0].href


@given(st.text(max_size=40))
def test_any_link_type_is_read(text: str) -> None:
    found = asked_link_type(text)
    assert found is None or found.isalnum()
