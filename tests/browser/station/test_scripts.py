"""The pure parts of the station's scripts, run where they run: in a browser."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories.records import TOXIN

GS = "\x1d"


@pytest.fixture
def station(page: Page) -> Page:
    page.goto("/scan")
    return page


def call(page: Page, module: str, function: str, *arguments: object) -> Any:
    return page.evaluate(
        "async ([module, name, given]) => (await import(`/static/scan/${module}.js`))[name](...given)",
        [module, function, list(arguments)],
    )


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        (f"]d201{TOXIN}10A1{GS}21S1", True),
        (f"]d201{TOXIN}21S1{GS}10A1", True),
        (f"]d201{TOXIN}1770123110A121", False),  # 21 inside the lot
        (f"]d201{TOXIN}17702110", False),  # 21 inside the expiry
        (f"]C1{GS}01{TOXIN}10A1", False),
        (f"]d2240AB{GS}01{TOXIN}21S1", True),
        (f"(01){TOXIN}(21)S1", True),
        (f"(01){TOXIN}(10)21", False),
        (f"https://x.example/01/{TOXIN}/10/A/21/S1", True),
        (f"]Q1https://x.example/01/{TOXIN}?21=S1", True),
        (f"https://x.example/01/{TOXIN}/10/21", False),
        (f"]d1[)>\x1e06{GS}9N111234567842{GS}1T1A{GS}SX1\x1e\x04", True),  # PPN
        (f"]d1[)>\x1e06{GS}9N111234567842{GS}1T1A\x1e\x04", False),
        ("", False),
        ("21", False),
        ("A1001", False),
    ],
)
def test_a_serial_number_is_seen_before_the_service_is_asked(station: Page, text: str, serial: bool) -> None:
    assert call(station, "codes", "hasSerial", text) is serial


@pytest.mark.parametrize(
    ("found", "asked"),
    [
        # advertising beside the code
        (["]Q1https://shop.example/offer", f"]d201{TOXIN}"], [f"]d201{TOXIN}"]),
        (["]Q1https://shop.example/offer"], ["]Q1https://shop.example/offer"]),
        # a long symbol (DMRE), a link, the envelope of a PPN
        ([f"]d801{TOXIN}", "]d1ABC"], [f"]d801{TOXIN}"]),
        ([f"]Q1https://x.example/de/01/{TOXIN}", "]Q1x"], [f"]Q1https://x.example/de/01/{TOXIN}"]),
        ([f"]d1[)>\x1e06{GS}9N1", "]d1x"], [f"]d1[)>\x1e06{GS}9N1"]),
        (["]C0PARCEL"], []),  # a carrier's label
        ([], []),
    ],
)
def test_codes_that_name_a_product_go_before_others(
    station: Page, found: list[str], asked: list[str]
) -> None:
    assert call(station, "codes", "productCodes", found) == asked


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([48, 49, 29, 65], f"]d201{GS}A"),
        ([0xC3, 0xA9], "]d2é"),
        ([0xE9, 0x41], "]d2éA"),  # not UTF-8: one character for a byte
        ([0xEF, 0xBB, 0xBF, 0x41], "]d2\ufeffA"),  # nothing is dropped
    ],
)
def test_no_byte_of_a_code_is_lost(station: Page, content: list[int], text: str) -> None:
    found = station.evaluate(
        "async (bytes) => (await import('/static/scan/codes.js')).textOf(']d2', new Uint8Array(bytes))",
        content,
    )
    assert found == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("A1", "A1"),
        ("a,b", '"a,b"'),
        ('a"b', '"a""b"'),
        (None, ""),
        (0, "0"),
        ("=1+1", '"\'=1+1"'),
        (" =1", '"\' =1"'),
        ("+1", '"\'+1"'),
        ("-1", '"\'-1"'),
        ("@x", '"\'@x"'),
        ("\t=1", "␉=1"),  # a control character becomes its picture
        (f"10A{GS}21B", "10A␝21B"),
    ],
)
def test_a_cell_is_quoted_and_starts_no_formula(station: Page, value: object, cell: str) -> None:
    assert call(station, "csv", "cell", value) == cell


def test_smoothing_keeps_flat_parts_and_softens_specks(station: Page) -> None:
    levels = station.evaluate(
        """async () => {
            const { smooth } = await import("/static/scan/smooth.js");
            const pixels = new Uint8ClampedArray(5 * 5 * 4).fill(100);
            pixels.fill(200, (2 * 5 + 2) * 4, (2 * 5 + 2) * 4 + 3);
            smooth(pixels, 5, 5);
            return Array.from({ length: 25 }, (_, at) => pixels[at * 4]);
        }"""
    )
    assert levels[6] == levels[8] == levels[16] == levels[18] == 106  # a sixteenth of the speck
    assert levels[7] == levels[11] == levels[13] == levels[17] == 112
    assert levels[12] == 125  # a quarter of it
    assert [levels[at] for at in (0, 4, 20, 24)] == [100] * 4
