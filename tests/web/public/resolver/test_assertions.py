"""Every statement of GS1's resolver suite and of its 1.2 checklist, asked of a running service over TLS."""

import csv
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from service.gs1.resolver.compression import compressed
from tests.factories.linkset_rules import broken_rules
from tests.factories.records import TOXIN, UNKNOWN_GTIN
from tests.factories.resolver_links import MAKER
from tests.factories.resolver_service import Resolver

LINK = f"/01/{TOXIN}"
LINKSET = "application/linkset+json"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
VOC = "https://ref.gs1.org/voc/"


def tls(resolver: Resolver) -> None:
    assert resolver.address.startswith("https://")
    assert resolver.ask("/").status == 200


def methods(resolver: Resolver) -> None:
    for method in ("GET", "HEAD"):
        reply = resolver.ask(LINK, method)
        assert (reply.status, reply.location) == (307, f"{MAKER}/en")
    assert resolver.ask(LINK, "HEAD").body == b""
    options = resolver.ask(LINK, "OPTIONS")
    assert options.status < 300
    for name in ("Allow", "Access-Control-Allow-Methods"):
        assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers[name].split(", "))
    assert resolver.ask(LINK, "POST").status == 405
    assert resolver.ask(LINK, "DELETE").status == 405


def http_version(resolver: Resolver) -> None:
    assert resolver.ask(LINK).version >= 11


def cors(resolver: Resolver) -> None:
    origin = "https://elsewhere.example"
    for target in (LINK, f"{LINK}?linkType=linkset", f"{LINK}/foo", f"{LINK}?linkType=gs1:nosuchlt"):
        for method in ("GET", "HEAD", "OPTIONS"):
            reply = resolver.ask(target, method, Origin=origin)
            assert reply.headers["Access-Control-Allow-Origin"] == "*", (method, target)
    # an answer for a pack is for its reader: a website could have its visitors' browsers guess serials
    for target in (f"/check{LINK}/10/A1001", f"/01/{UNKNOWN_GTIN}"):
        page = resolver.ask(target, Accept=BROWSER, Origin=origin)
        assert page.status == 200
        assert "Access-Control-Allow-Origin" not in page.headers


def description_file(resolver: Resolver) -> None:
    reply = resolver.ask("/.well-known/gs1resolver", Accept="application/json", Origin="https://x.example")
    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    said = reply.json
    assert said["resolverRoot"] == resolver.address
    assert said["supportedPrimaryKeys"] == ["01"]
    assert {"namespace": VOC, "prefix": "gs1:"} in said["supportedLinkType"]
    assert said["jsonLdContextLocation"].startswith("https://ref.gs1.org/standards/resolver/")


def valid_links(resolver: Resolver) -> None:
    for target in (LINK, f"{LINK}/", f"{LINK}/10/A1001", f"{LINK}/22/V/10/AB%2F12/21/S?17=271231&foo=bar"):
        assert resolver.ask(target).status == 307, target


def broken_links(resolver: Resolver) -> None:
    broken = (
        *(
            f"{LINK}/foo",
            f"{LINK}/10/A1001/foo",
            f"{LINK}/10/A1001/21/S/foo",
            f"{LINK}/10",
            "/01/abc",
            f"/01/{TOXIN[1:]}",
            f"/01/{TOXIN[:-1]}3",
        ),
        *(f"{LINK}/21/S/10/L", f"{LINK}?21=S", f"{LINK}?10=L", f"{LINK}?17=271331", f"{LINK}/10/%00"),
        *(
            f"{LINK}/10/%252F",
            f"{LINK}/10/%252F..%252F",
            f"/01/%2530{TOXIN[1:]}",
            f"{LINK}/10/%2",
            f"{LINK}//10/A",
        ),
        *(f"{LINK}/10/{'A' * 21}", f"{LINK}/%2e%2e/x", f"{LINK}/10/..%2f..%00"),
    )
    for target in broken:
        for method in ("GET", "HEAD"):
            reply = resolver.ask(target, method)
            assert reply.status == 400, (method, target)
            assert reply.headers["Content-Type"] == "application/problem+json"
        assert resolver.ask(target, Accept=LINKSET).status == 400
        assert resolver.ask(target, Accept=BROWSER).status == 400

    for target in (f"{LINK}/10/%0d%0aLocation:x", "/01//10/A", "/01/"):  # no address at all
        reply = resolver.ask(target)
        assert reply.status == 404
        assert reply.headers["Content-Type"] == "application/problem+json"


def trailing_slash(resolver: Resolver) -> None:
    for target in (LINK, f"{LINK}/10/A1001", f"{LINK}/10/A1001/21/S"):
        plain, slash = resolver.ask(target), resolver.ask(f"{target}/")
        assert (plain.status, plain.location) == (slash.status, slash.location)


def walks_up(resolver: Resolver) -> None:
    for below in ("/10/NONE", "/21/NONE", "/22/NONE", "/10/NONE/21/NONE", "/22/N/10/N/21/N", "/235/NONE"):
        assert resolver.ask(LINK + below).location == f"{MAKER}/en", below
        reply = resolver.ask(f"{LINK}{below}?linkType=gs1:epil")
        assert reply.location == f"{MAKER}/leaflet?linkType=gs1:epil"


def linkset_by(query: str, **headers: str) -> Callable[[Resolver], None]:
    def check(resolver: Resolver) -> None:
        for target in (LINK, f"{LINK}/10/A1001", f"{LINK}/10/A1001/21/SN0001"):
            reply = resolver.ask(target + query, **headers)
            assert reply.status == 200
            assert reply.headers["Content-Type"] == LINKSET
            assert broken_rules(reply.json) == []

    return check


def linkset_levels(resolver: Resolver) -> None:
    entries = resolver.linkset(f"{LINK}/10/A1001/21/SN0001")
    anchors = [each["anchor"] for each in entries]
    here = resolver.address
    assert anchors == [f"{here}{LINK}/10/A1001/21/SN0001", f"{here}{LINK}/10/A1001", f"{here}{LINK}"]
    assert entries[1][f"{VOC}certificationInfo"][0]["href"] == f"{MAKER}/coa/A1001"
    assert len(entries[2][f"{VOC}certificationInfo"]) == 2
    assert f"{VOC}pip" in entries[2]


def json_ld_context(resolver: Resolver) -> None:
    (said,) = (each for each in resolver.ask(LINK, Accept=LINKSET).links.split(", ") if "json-ld" in each)
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in said
    assert 'type="application/ld+json"' in said


def link_to_the_linkset(resolver: Resolver) -> None:
    for method, status in (("GET", 307), ("HEAD", 307), ("OPTIONS", 204)):
        reply = resolver.ask(f"{LINK}/10/A1001", method)
        assert reply.status == status
        address = re.search(r'<([^>]+)>; rel="linkset"', reply.links)
        assert address
        assert resolver.ask(address[1].removeprefix(resolver.address)).headers["Content-Type"] == LINKSET


def no_other_links(resolver: Resolver) -> None:
    assert "gs1:" not in resolver.ask(LINK).links
    assert VOC not in resolver.ask(LINK).links


def query_passed_on(resolver: Resolver) -> None:
    assert resolver.ask(f"{LINK}?foo=bar").location == f"{MAKER}/en?foo=bar"
    assert resolver.ask(f"{LINK}?17=271231&a=%20&b").location == f"{MAKER}/en?17=271231&a=%20&b"


def one_default(resolver: Resolver) -> None:
    for target in (LINK, f"{LINK}/10/A1001", f"{LINK}/10/NONE/21/NONE"):
        entries = resolver.linkset(target)
        assert entries[0]["anchor"] == resolver.address + target
        (default,) = entries[0][f"{VOC}defaultLink"]
        assert default.keys() == {"href", "title"}
        assert resolver.ask(target).location == default["href"]
        # described by a type of its own, too (4.4.2)
        described = [each["href"] for entry in entries for name in entry if "default" not in name and name.startswith(VOC) for each in entry[name]]  # fmt: skip
        assert default["href"] in described


def several_defaults(resolver: Resolver) -> None:
    product = resolver.linkset()[0]
    assert len(product[f"{VOC}defaultLinkMulti"]) > 1


def types_are_gs1s(resolver: Resolver) -> None:
    for entry in resolver.linkset(f"{LINK}/10/A1001/21/S"):
        assert all(name.startswith(VOC) for name in entry.keys() - {"anchor", "itemDescription"})


def type_asked_for(resolver: Resolver) -> None:
    for entry in resolver.linkset(f"{LINK}/10/A1001"):
        for name in entry.keys() - {"anchor", "itemDescription"}:
            asked = f"{LINK}/10/A1001?linkType=gs1:{name.removeprefix(VOC)}"
            assert resolver.ask(asked).status in (300, 307), asked
    assert resolver.ask(f"{LINK}?linkType=gs1:epil").location.startswith(f"{MAKER}/leaflet")
    assert resolver.ask(f"{LINK}?linkType=gs1:relatedImage").status == 300
    assert resolver.ask(f"{LINK}?linkType=gs1:relatedImage", Accept=BROWSER).status == 300


def type_not_there(resolver: Resolver) -> None:
    for link_type in ("gs1:nosuchlt", "gs1:smpc", "schema:url", "x", "https%3A%2F%2Fx.example%2Fvoc%2Fpip"):
        reply = resolver.ask(f"{LINK}?linkType={link_type}")
        assert reply.status == 404, link_type
        assert reply.headers["Content-Type"] == "application/problem+json"


def better_match(resolver: Resolver) -> None:
    """The default unless the request tells of a better one."""
    assert resolver.ask(LINK, Accept_Language="de").location == f"{MAKER}/de"
    assert resolver.ask(LINK, Accept_Language="fr, de;q=0.4").location == f"{MAKER}/de"
    assert resolver.ask(LINK, Accept_Language="ja").location == f"{MAKER}/en"


def links_are_whole(resolver: Resolver) -> None:
    assert broken_rules(resolver.ask(f"{LINK}/10/A1001", Accept=LINKSET).json) == []


def no_handing_on(resolver: Resolver) -> None:
    """No redirect by company prefix is done here: what is not on record is 404, and never handled elsewhere."""
    assert resolver.ask(f"/01/{UNKNOWN_GTIN}").status == 404
    assert "handledBy" not in resolver.ask("/.well-known/gs1resolver").body.decode()


def decompresses(resolver: Resolver) -> None:
    whole = compressed((("01", TOXIN), ("10", "A1001"), ("21", "SN0001")))
    below = compressed((("10", "A1001"), ("21", "SN0001")))
    for target in (f"/{whole}", f"{LINK}/{below}"):
        reply = resolver.ask(target)
        assert (reply.status, reply.location) == (307, f"{MAKER}/en"), target
        (entry, *_) = resolver.linkset(target)
        assert entry["anchor"] == f"{resolver.address}{LINK}/10/A1001/21/SN0001"


def same_as(resolver: Resolver) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:epil"):
        reply = resolver.ask(f"/{compressed((('01', TOXIN), ('10', 'A1001')))}{query}")
        assert f'<{resolver.address}{LINK}/10/A1001>; rel="owl:sameAs"' in reply.links
    assert "sameAs" not in resolver.ask(LINK).links


def certificate(accept: str, found: str) -> Callable[[Resolver], None]:
    def check(resolver: Resolver) -> None:
        reply = resolver.ask(f"{LINK}?linkType=gs1:certificationInfo", Accept=accept, Accept_Language="en")
        assert reply.location.startswith(f"{MAKER}/{found}")

    return check


def by_language(language: str, found: str, link_type: str = "") -> Callable[[Resolver], None]:
    def check(resolver: Resolver) -> None:
        headers = {"Accept_Language": language} if language else {}
        query = f"?linkType={link_type}" if link_type else ""
        assert resolver.ask(LINK + query, **headers).location == f"{MAKER}/{found}{query}"

    return check


def image(accept: str) -> Callable[[Resolver], None]:
    def check(resolver: Resolver) -> None:
        """Both images are PNG: a request for another kind does not tell them apart either."""
        reply = resolver.ask(f"{LINK}?linkType=gs1:relatedImage", Accept=accept)
        assert reply.status == 300
        assert len(reply.json["linkset"][0][f"{VOC}relatedImage"]) == 2

    return check


CHECKS: Mapping[str, Callable[[Resolver], None]] = {
    "isURL": valid_links,
    "validDL": valid_links,
    "plausibleDL": valid_links,
    "isHttps": tls,
    "tlsOK": tls,
    "rdFile": description_file,
    "httpVersion": http_version,
    "corsCheck": cors,
    "linkOnRedirect": link_to_the_linkset,
    "legacyLinkHeaders": no_other_links,
    "methodsCheck": methods,
    "reportWith400": broken_links,
    "noErrorWith200": broken_links,
    "trailingSlash": trailing_slash,
    "basicWalkUp": walks_up,
    "ltLinksetNoRedirect": linkset_by("?linkType=linkset"),
    "ltAllNoRedirect": linkset_by("?linkType=all"),
    "ltAcceptHeader": linkset_by("", Accept=LINKSET),
    "validLinkset": linkset_by("?linkType=linkset", Accept=LINKSET),
    "hackedLinkset": linkset_by("?linkType=linkset"),
    "linksetJsonldCheck": json_ld_context,
    "declaredContentType": linkset_by("", Accept=LINKSET),
    "qsPassedOn": query_passed_on,
    "defaultLinkExists": one_default,
    "singleDefaulLink": one_default,
    "singleMultiLink": several_defaults,
    "linkTypesDefined": types_are_gs1s,
    "loFor": type_asked_for,
    "specificLinkTypeNotFound": type_not_there,
    "Conformance1_2.txt:1": methods,
    "Conformance1_2.txt:2": tls,
    "Conformance1_2.txt:3": cors,
    "Conformance1_2.txt:4": decompresses,
    "Conformance1_2.txt:5": same_as,
    "Conformance1_2.txt:6": broken_links,
    "Conformance1_2.txt:7": broken_links,
    "Conformance1_2.txt:8": linkset_levels,
    "Conformance1_2.txt:9": link_to_the_linkset,
    "Conformance1_2.txt:10": one_default,
    "Conformance1_2.txt:11": links_are_whole,
    "Conformance1_2.txt:12": better_match,
    "Conformance1_2.txt:13": type_asked_for,
    "Conformance1_2.txt:14": query_passed_on,
    "Conformance1_2.txt:15": description_file,
    "Conformance1_2.txt:16": types_are_gs1s,
    "Conformance1_2.txt:17": no_handing_on,
    "Conformance1_2.txt:18": trailing_slash,
    "PM/get_default/default": by_language("", "en"),
    "PM/get_default/default_en": by_language("en", "en"),
    "PM/get_default/default_ja": by_language("ja", "en"),
    "PM/get_default/default_de": by_language("de", "de"),
    "PM/get_linkset/linktype_all": linkset_by("?linkType=all", Accept=LINKSET),
    "PM/get_linkset/linktype_linkset": linkset_by("?linkType=linkset", Accept=LINKSET),
    "PM/get_specific_links/relatedImage_jpg_en": image("image/jpeg"),
    "PM/get_specific_links/relatedImage_svg_en": image("image/svg+xml"),
    # of several languages, the one that is asked for
    "PM/get_specific_links/masterData_jsonld_en": by_language("en", "en", "gs1:pip"),
    "PM/get_specific_links/masterData_jsonld_de": by_language("de", "de", "gs1:pip"),
    "PM/get_specific_links/masterData_jsonld_es": by_language("es, en;q=0.1", "en", "gs1:pip"),
    "PM/get_specific_links/promotion": by_language("en", "leaflet", "gs1:epil"),
    "PM/get_specific_links/certificationInfo_pdf_en": certificate("application/pdf", "gmp.pdf"),
    "PM/get_specific_links/certificationInfo_jsonld_en": certificate("application/ld+json", "gmp.jsonld"),
}


@pytest.mark.parametrize("statement", CHECKS)
def test_a_statement_holds(resolver: Resolver, statement: str) -> None:
    CHECKS[statement](resolver)


def test_every_statement_is_asked(corpora: Path) -> None:
    with (corpora / "resolver" / "assertions.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) > 50
    assert {row["id"] for row in rows} - CHECKS.keys() == set()


@pytest.mark.parametrize("header", ["Accept", "Accept-Language"])
def test_a_header_of_ten_kilobytes_is_refused_in_one_sentence(resolver: Resolver, header: str) -> None:
    """As long as a server takes it at all; many media types that fit in four are read."""
    for target in (LINK, f"{LINK}?linkType=linkset", "/.well-known/gs1resolver"):
        reply = resolver.ask(target, **{header: ", ".join(["text/x-own;q=0.1"] * 640)})
        assert reply.status == 431
        assert reply.json["status"] == 431
    assert resolver.ask(LINK, **{header: ", ".join(["x-y;q=0.1"] * 300)}).status == 307


def test_a_redirect_is_the_same_whatever_the_record_says(resolver: Resolver) -> None:
    """A released, a recalled, a held, an unknown lot; a unit, a stolen one: one answer."""
    below = ("/10/A1001", "/10/A1002", "/10/A1003", "/10/NONE", "/21/SN0001", "/21/SN0003", "/21/NONE")
    replies = {(reply.status, reply.location) for reply in (resolver.ask(LINK + each) for each in below)}
    assert replies == {(307, f"{MAKER}/en")}


def test_a_person_reaches_the_answer_of_a_product_without_links_at_once(resolver: Resolver) -> None:
    other = f"/01/{'09506000134369'}"
    page = resolver.ask(other, Accept=BROWSER)
    assert (page.status, page.location) == (200, "")
    assert 'rel="linkset"' in page.links
    program = resolver.ask(other)
    assert (program.status, program.location) == (307, f"{resolver.address}/check{other}")
    assert resolver.ask(program.location.removeprefix(resolver.address), Accept=BROWSER).status == 200
