"""GS1's own resolver suite, unmodified, in a browser against a running resolver over TLS: `make conformance`."""

import json
import random
import subprocess
import urllib.request
from collections.abc import Iterator
from threading import Event
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, sync_playwright

from service.gs1.resolver.compression import compressed, decompressed
from tests.browser.server import launch
from tests.factories.gs1_suite import SUITE, Gs1Suite, needs
from tests.factories.records import TOXIN
from tests.factories.resolver_service import Resolver
from tests.factories.running_service import free_port
from tests.figures import Say

pytestmark = pytest.mark.conformance

PAGE = "https://suite.example/"
HTML = """<!doctype html><title>Suite</title><div id="gs1ResolverTests"></div><img id="rotatingcircle" alt="">
<script src="ajv7.min.js"></script><script src="GS1DigitalLinkToolkit.js"></script>
<script src="GS1DigitalLinkResolverTestSuite.js"></script>"""
JSON = "application/json"


def of_the_helper(message: str) -> bool:
    """Whether the suite asked for something else than it says: its helper decodes a query twice.

    The plus of a media type arrives as a space, and `&context=` as a parameter of the helper itself.
    `test_assertions` asks for both.
    """
    return "type: application/ld+json" in message or "gmp.jsonld" in message or "context: FR" in message


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Gs1Suite:
    return Gs1Suite(tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def helper(suite: Gs1Suite, resolver: Resolver) -> Iterator[str]:
    """The suite's own PHP script, which asks the resolver for its page; its certificate is trusted."""
    script = suite.folder / "tester.php"
    script.write_bytes(suite.file(SUITE, "tester.php"))
    address, trusted = f"127.0.0.1:{free_port()}", str(resolver.certificate.chain)
    trust = ["-d", f"curl.cainfo={trusted}", "-d", f"openssl.cafile={trusted}"]
    # one warning of PHP in an answer would be no JSON
    command = [needs("php"), "-d", "display_errors=0", *trust, "-S", address, str(script)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://{address}/?test=x&testVal=https://x", timeout=5).close()
            break
        except OSError:
            Event().wait(0.1)
    yield f"http://{address}/"
    process.terminate()
    process.wait(10)


def results(suite: Gs1Suite, resolver: Resolver, helper: str, link: str) -> dict[str, tuple[str, str]]:
    """What the suite says of a link: status and message of each of its tests."""
    files = {
        "/": ("text/html", HTML.encode()),
        "/ajv7.min.js": ("text/javascript", suite.ajv()),
        "/GS1DigitalLinkToolkit.js": ("text/javascript", suite.file(SUITE, "GS1DigitalLinkToolkit.js")),
        "/GS1DigitalLinkResolverTestSuite.js": (
            "text/javascript",
            suite.file(SUITE, "GS1DigitalLinkResolverTestSuite.js"),
        ),
        "/linkset/gs1-linkset-schema.json": (JSON, suite.linkset_schema()),
        "/standards/resolver/description-file-schema": (JSON, suite.description_schema()),
        "/voc/data/linktypes": (JSON, suite.link_types()),
    }

    def fulfil(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if route.request.url.startswith(resolver.address):
            route.continue_()
        elif asked.path.endswith("/tester.php"):
            with urllib.request.urlopen(f"{helper}?{asked.query}", timeout=60) as answer:
                route.fulfill(
                    body=answer.read(), content_type=JSON, headers={"Access-Control-Allow-Origin": "*"}
                )
        elif asked.path in files:
            kind, body = files[asked.path]
            route.fulfill(body=body, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.fulfill(status=404)

    with sync_playwright() as playwright:
        browser = launch(playwright, "--disable-features=LocalNetworkAccessChecks")
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.route("**/*", fulfil)
        page.goto(PAGE)
        page.evaluate("link => testDL(link)", link)
        page.wait_for_load_state("networkidle")
        found = page.evaluate("() => resultsArray.map(each => [each.id, each.status, each.msg])")
        browser.close()
    return {each: (status, message) for each, status, message in found}


@pytest.mark.parametrize(
    "below", ["", "/10/A1001", "/10/A1001/21/SN0001", "/10/NONE/21/NONE", "/22/V/21/SN0003"]
)
def test_every_statement_of_the_suite_holds(
    suite: Gs1Suite, resolver: Resolver, helper: str, below: str, say: Say
) -> None:
    said = results(suite, resolver, helper, f"{resolver.address}/01/{TOXIN}{below}")
    missed = {name: each for name, each in said.items() if each[0] != "pass"}
    wrong = {name: each for name, each in missed.items() if not of_the_helper(each[1])}
    garbled = f"; {len(missed) - len(wrong)} garbled by its helper" if missed != wrong else ""
    say(f"GS1's resolver suite, /01/…{below}: {len(said) - len(missed)} of {len(said)} pass{garbled}")
    assert len(said) > 25
    assert wrong == {}


COMPARE = """const Toolkit = require(process.argv[2]), toolkit = new Toolkit();
const [packs, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const stem = "https://x.example";
console.log(JSON.stringify([
  packs.map((pack, number) => toolkit.buildCompressedGS1digitalLink(pack, false, stem, number % 2 == 0, false, {})),
  texts.map((text) => toolkit.extractFromCompressedGS1digitalLink(`${stem}/${text}`).GS1),
]));"""


def some_packs() -> list[dict[str, str]]:
    """Elements of packs. No zero in front of digits alone, and no more of them than a double is exact for: the
    toolkit loses both.
    """
    chance = random.Random(7)
    alphabets = ("123456789", "123456789ABCDEF", "123456789abcdef", "ABCabc19-_", "AZaz19!%/()+,.:;<=>?")
    packs = []
    for _ in range(1000):
        pack = {"01": TOXIN}
        for ai in ("10", "21", "22"):
            if chance.random() < 0.6:
                pack[ai] = "".join(chance.choices(chance.choice(alphabets), k=chance.randint(1, 15)))
        if chance.random() < 0.5:
            pack["17"] = f"{chance.randint(25, 40)}1231"
        packs.append(pack)
    return packs


def test_gs1s_toolkit_compresses_as_we_do(suite: Gs1Suite) -> None:
    """What either compresses, the other reads."""
    toolkit, script = suite.folder / "toolkit.js", suite.folder / "compare.js"
    toolkit.write_bytes(suite.file(SUITE, "GS1DigitalLinkToolkit.js"))
    script.write_text(COMPARE)
    packs = some_packs()
    sent = json.dumps([packs, [compressed(pack.items()) for pack in packs]])
    command = [needs("node"), str(script), str(toolkit)]
    done = subprocess.run(command, input=sent, check=True, capture_output=True, text=True)
    theirs, read = json.loads(done.stdout)
    assert [dict(decompressed(text.rpartition("/")[2]).elements) for text in theirs] == packs
    assert read == packs
