import doctest
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1 import digital_link, element_strings, identifiers, printed_dates, reading
from service.gs1.identifiers import Expiry
from service.gs1.reading import ReadingKind, read, read_typed

GS = "\x1d"
GTIN = "09506000134352"
PACK = f"01{GTIN}17251231" + "10ABC123" + GS + "21aXYZ"


def refusal(text: str, *, typed: bool = False) -> ErrorCode:
    with pytest.raises(IdentifierError) as caught:
        (read_typed if typed else read)(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "kind", "symbology"),
    [
        (PACK, ReadingKind.ELEMENT_STRING, None),
        ("]d2" + PACK, ReadingKind.ELEMENT_STRING, "]d2"),
        ("]Q3" + PACK, ReadingKind.ELEMENT_STRING, "]Q3"),
        ("]C1" + PACK, ReadingKind.ELEMENT_STRING, "]C1"),
        ("]e0" + PACK, ReadingKind.ELEMENT_STRING, "]e0"),
        ("]J1" + PACK, ReadingKind.ELEMENT_STRING, "]J1"),
        ("]d8" + PACK, ReadingKind.ELEMENT_STRING, "]d8"),
        ("]d2" + GS + PACK + "\r\n", ReadingKind.ELEMENT_STRING, "]d2"),
        ("1725123110ABC123" + GS + f"01{GTIN}21aXYZ", ReadingKind.ELEMENT_STRING, None),
        (f"(01){GTIN}(17)251231(10)ABC123(21)aXYZ", ReadingKind.BRACKETED, None),
        (
            f" (01) {GTIN}\n(17) 251231\r\n(10) ABC123\t(21) aXYZ\n",
            ReadingKind.BRACKETED,
            None,
        ),  # pasted by line
        (f"（01）{GTIN}（17）251231（10）ABC123（21）aXYZ", ReadingKind.BRACKETED, None),  # noqa: RUF001 (full-width)
        (f"https://example.com/01/{GTIN}/10/ABC123/21/aXYZ?17=251231", ReadingKind.DIGITAL_LINK, None),
        (f"]Q1https://example.com/01/{GTIN}/10/ABC123/21/aXYZ?17=251231", ReadingKind.DIGITAL_LINK, "]Q1"),
        (f"]d1HTTPS://example.com/01/{GTIN}/10/ABC123/21/aXYZ?17=251231", ReadingKind.DIGITAL_LINK, "]d1"),
    ],
)
def test_every_carrier_says_the_same(text: str, kind: ReadingKind, symbology: str | None) -> None:
    for result in (read(text), read_typed(text)):
        identifier = result.identifier
        assert (result.kind, result.symbology) == (kind, symbology)
        assert identifier.gtin
        assert identifier.lot
        assert identifier.serial
        assert identifier.gtin.value == GTIN
        assert identifier.lot.printed == "ABC123"
        assert identifier.serial.printed == "aXYZ"
        assert identifier.expiry == Expiry(2025, 12, 31)
        assert dict(result.elements) == {"01": GTIN, "10": "ABC123", "17": "251231", "21": "aXYZ"}
        assert result.host == ("example.com" if kind is ReadingKind.DIGITAL_LINK else None)


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        (GTIN, GTIN),
        ("9506000134352", GTIN),
        ("614141123452", "00614141123452"),
        ("9 506000 134352", GTIN),  # as printed below an EAN-13
        ("]E09506000134352", GTIN),
        ("]E0614141123452", "00614141123452"),  # UPC-A from a scanner that cuts the leading zero
        ("]E496385074", "00000096385074"),
        ("]I1" + GTIN, GTIN),
    ],
)
def test_bare_gtins(text: str, gtin: str) -> None:
    for result in (read(text), read_typed(text)):
        assert result.kind is ReadingKind.GTIN
        assert result.elements == (("01", gtin),)


def test_national_numbers_variant_and_expiry_with_time_are_kept() -> None:
    identifier = read(f"01{GTIN}" + "712384756.8" + GS + "22V1" + GS + "70032512312359").identifier
    assert identifier.national == (("712", "384756.8"),)
    assert identifier.cpv == "V1"
    assert identifier.expiry == Expiry(2025, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "C7654C3F",
        "C3016 C3",
        "439605-01",
        "A",
        "10ABC",  # a lot first: nothing marks it as an element string
        "1722AB",
        "21-0042",
        "17251231ABC",
        "HTTP",
    ],
)
def test_typed_lots(text: str) -> None:
    for result in (read(text), read_typed(text)):
        assert result.kind is ReadingKind.LOT
        assert result.elements == (("10", text),)


@pytest.mark.parametrize("text", ["240537", "10101299", "1022", "1725123110", "12345670", "202310120001"])
def test_digits_are_a_lot_only_when_typed(text: str) -> None:
    assert read_typed(text).identifier.lot
    if text != "12345670":  # a GTIN-8 by its check digit, which a scanner may have meant
        assert refusal(text) is ErrorCode.ONLY_DIGITS
    assert read("12345670").kind is ReadingKind.GTIN


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ErrorCode.EMPTY),
        (" \r\n\t", ErrorCode.EMPTY),
        ("A" * 10_000_000, ErrorCode.TOO_LONG),
        ("(" * 10_000_000, ErrorCode.TOO_LONG),
        ("(" * 2000, ErrorCode.ELEMENT_STRING_INVALID),
        ("A" * 21, ErrorCode.TOO_LONG),
        ("C7654\x00C3F", ErrorCode.BAD_CHARACTER),
        ("C7654\u202eC3F", ErrorCode.BAD_CHARACTER),
        ("С7654C3F", ErrorCode.BAD_CHARACTER),  # noqa: RUF001 (Cyrillic)
        ("\u200bC7654C3F", ErrorCode.BAD_CHARACTER),
        ("C7654\nC3F", ErrorCode.BAD_CHARACTER),
        ("]d2", ErrorCode.ELEMENT_STRING_INVALID),
        ("]d1" + PACK, ErrorCode.SYMBOLOGY_UNKNOWN),  # a plain DataMatrix promises nothing
        ("]Q1C7654C3F", ErrorCode.SYMBOLOGY_UNKNOWN),
        ("]X", ErrorCode.BAD_CHARACTER),
        ("]E09506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("]E0950600013435", ErrorCode.GTIN_CHECK_DIGIT),
        ("]E4" + GTIN, ErrorCode.GTIN_LENGTH),
        ("0109506000134353" + "10ABC", ErrorCode.GTIN_CHECK_DIGIT),
        ("0109506000134352" + "38", ErrorCode.AI_UNKNOWN),  # starts like a scan: never a lot
        ("0109506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("9506000134353", ErrorCode.GTIN_CHECK_DIGIT),  # a mistyped GTIN, not a lot of 13 digits
        ("09506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        (GS + "21ABC", ErrorCode.AI_COMBINATION),
        (GS + "003950600013435200", ErrorCode.AI_VALUE_INVALID),
        ("]C100095060001343520011", ErrorCode.AI_VALUE_INVALID),
        ("(00)395060001343520018", ErrorCode.NOT_A_PRODUCT),  # a pallet is no vial
        ("(00)395060001343520018(02)09506000134352(37)5(10)ABC", ErrorCode.NOT_A_PRODUCT),
        ("(99)ABC", ErrorCode.NOT_A_PRODUCT),
        ("(C3016)", ErrorCode.ELEMENT_STRING_INVALID),
        ("http:///", ErrorCode.LINK_INVALID),
        ("www.example.com", ErrorCode.LINK_INVALID),
        ("mailto:a@b.example", ErrorCode.LINK_INVALID),
        ("https://a/x", ErrorCode.LINK_WITHOUT_IDENTIFIER),
        ("https://id.gs1.org/00/395060001343520018", ErrorCode.NOT_A_PRODUCT),
    ],
)
def test_refused(text: str, code: ErrorCode) -> None:
    assert refusal(text) is code
    assert refusal(text, typed=True) is code


ALPHABET = "0123456789ABabc()[]]dQCeE/:.?&=%#^ \\\x1d\r\n\t\x00é٣\u200b\ud800"
scans = st.text() | st.text(ALPHABET, max_size=60) | st.builds("".join, st.permutations(list(PACK[:30])))


@given(scans)
@example("]d2" + "91A" * 600)
@example("²³¹")
@example("ﷺ" * 200)  # NFKC makes 18 characters of each
def test_reading_is_total_and_stable(text: str) -> None:
    for reader in (read, read_typed):
        try:
            result = reader(text)
        except IdentifierError:
            continue
        assert result.identifier.gtin or result.identifier.lot
        bracketed = "".join(
            f"({ai})" + value.replace("(", "\\(").replace(")", "\\)") for ai, value in result.elements
        )
        again = read(bracketed).identifier
        assert again.gtin == result.identifier.gtin
        assert (again.lot and again.lot.key) == (result.identifier.lot and result.identifier.lot.key)


@pytest.mark.parametrize("module", [identifiers, printed_dates, element_strings, digital_link, reading])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


def test_reading_needs_no_database_no_web_framework_and_no_biip_at_start() -> None:
    heavy = "{'sqlalchemy', 'flask', 'pydantic', 'PIL', 'biip', 'click'}"
    code = f"import sys, service.gs1.reading; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAD = "]d20109506000134352"
USUAL = [
    HEAD + "1725123110ABC123\x1d21XYZ",  # the serial last
    HEAD + "21XYZ\x1d1725123110ABC123",  # behind the GTIN, as on European packs
    HEAD + "21XYZ",  # nothing else
    HEAD + "21XYZ\x1d10ABC123\x1d7123456789\x1d17251231",  # a national number
    HEAD + "1725123110ABC123",  # no serial, as in most of the world
    "]C10109506000134352" + "10ABC123\x1d21X_Y.Z",
]


@pytest.mark.parametrize("scan", USUAL)
def test_units_of_a_lot_are_read_the_short_way(scan: str) -> None:
    found = reading.read_usual(scan)
    assert found is not None
    assert found == reading._read(scan, typed=True)


_SOMEWHERE = st.sampled_from(
    ["", "\x1d", "\x1d\x1d", " ", "<", "21", "21B", "10L", "17250230", "8005123456", "x"]
)


@given(
    st.sampled_from(USUAL),
    st.lists(st.tuples(st.integers(3, 60), st.integers(0, 2), _SOMEWHERE), max_size=3),
)
def test_the_short_way_leads_where_the_long_one_does(scan: str, changes: list[tuple[int, int, str]]) -> None:
    """Also where something was put in or fell out: separators, a second serial, what is no lot."""
    for at, gone, put in changes:
        scan = scan[:at] + put + scan[at + gone :]
    found = reading.read_usual(scan)
    if found is not None:
        assert found == reading._read(scan, typed=True)
