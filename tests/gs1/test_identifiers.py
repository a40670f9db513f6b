from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial, check_digit
from tests.factories.identifiers import values

payloads = st.text("0123456789", min_size=7, max_size=13).filter(lambda text: len(text) in (7, 11, 12, 13))
expiries = st.builds(
    Expiry.from_record,
    st.dates(date(1990, 1, 1), date(2075, 12, 31)),
    st.booleans(),
)


def refusal(parse: object, text: str) -> ErrorCode:
    assert callable(parse)
    with pytest.raises(IdentifierError) as caught:
        parse(text)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("09506000134352", "09506000134352"),
        ("9506000134352", "09506000134352"),  # GTIN-13
        ("614141123452", "00614141123452"),  # GTIN-12
        ("96385074", "00000096385074"),  # GTIN-8
        ("9 506000 134352", "09506000134352"),  # as printed below an EAN-13
        ("0-950-6000-13435-2", "09506000134352"),  # as typed
        (" 9506000134352\r\n", "09506000134352"),  # a scanner's line end
        ("９５０６０００１３４３５２", "09506000134352"),  # noqa: RUF001 (full-width digits are the point)
        ("03582186006207", "03582186006207"),  # a falsified pack (MHRA 2022) with a right check digit
    ],
)
def test_gtin_is_fourteen_digits(text: str, gtin: str) -> None:
    assert Gtin.parse(text).value == str(Gtin.parse(text)) == gtin


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("09506000134353", ErrorCode.GTIN_CHECK_DIGIT),
        ("950600013435", ErrorCode.GTIN_CHECK_DIGIT),  # a digit lost, and 12 are a length
        ("95060001343", ErrorCode.GTIN_LENGTH),
        ("123456789012345", ErrorCode.GTIN_LENGTH),
        ("0950600013435O", ErrorCode.GTIN_NOT_DIGITS),  # the letter O
        ("9.5060001343E12", ErrorCode.GTIN_NOT_DIGITS),  # a spreadsheet was here
        ("-9506000134352", ErrorCode.GTIN_NOT_DIGITS),
        ("", ErrorCode.EMPTY),
        (" \t", ErrorCode.EMPTY),
        ("9506000134352\u200b", ErrorCode.BAD_CHARACTER),  # zero-width space
        ("950600013435\u0662", ErrorCode.BAD_CHARACTER),  # Arabic-Indic two
        ("9" * 10_000_000, ErrorCode.TOO_LONG),
    ],
)
def test_gtin_refuses(text: str, code: ErrorCode) -> None:
    assert refusal(Gtin.parse, text) is code


def test_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(IdentifierError) as caught:
        Gtin.parse("9506000134353")
    assert (caught.value.expected, caught.value.found) == ("check digit 2", "check digit 3")


@given(payloads)
def test_every_payload_has_exactly_one_check_digit(payload: str) -> None:
    right = check_digit(payload)
    for digit in "0123456789":
        if digit == right:
            assert Gtin.parse(payload + digit).value == (payload + digit).zfill(14)
        else:
            assert refusal(Gtin.parse, payload + digit) is ErrorCode.GTIN_CHECK_DIGIT


@pytest.mark.parametrize(
    ("text", "printed", "key", "folded"),
    [
        ("C3709C3", "C3709C3", "C3709C3", "C3709C3"),
        ("c3016  C3 ", "c3016 C3", "C3016C3", "C3016C3"),  # FDA 2013: printed with a space
        ("439605-01", "439605-01", "43960501", "43960501"),
        ("1E3304", "1E3304", "1E3304", "1E3304"),  # stays text
        ("00112", "00112", "00112", "00112"),  # leading zeros count
        ("OIL-SB", "OIL-SB", "OILSB", "01158"),
        ("---", "---", "---", "---"),  # nothing but separators: still a key
        ("Ａ１２", "A12", "A12", "A12"),  # noqa: RUF001 (full-width)
        ("A\u00a012", "A 12", "A12", "A12"),  # no-break space, from a web page
    ],
)
def test_lot_keeps_what_is_printed_and_finds_by_its_key(
    text: str, printed: str, key: str, folded: str
) -> None:
    lot = Lot.parse(text)
    assert (lot.printed, lot.key, lot.folded) == (printed, key, folded)
    assert str(lot) == printed


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        ("", ErrorCode.EMPTY, ""),
        ("A" * 21, ErrorCode.TOO_LONG, "21 characters"),
        ("А123", ErrorCode.BAD_CHARACTER, "U+0410 CYRILLIC CAPITAL LETTER A at position 1"),  # noqa: RUF001
        ("C3\u200b09", ErrorCode.BAD_CHARACTER, "U+200B ZERO WIDTH SPACE at position 3"),
        ("C3\u202e09", ErrorCode.BAD_CHARACTER, "U+202E RIGHT-TO-LEFT OVERRIDE at position 3"),
        ("C3\x00", ErrorCode.BAD_CHARACTER, "U+0000 control character at position 3"),
        ("C3\n4", ErrorCode.BAD_CHARACTER, "U+000A control character at position 3"),
        ("C3#4", ErrorCode.BAD_CHARACTER, "U+0023 NUMBER SIGN at position 3"),  # ASCII, outside CSET 82
        ("C3\ud800", ErrorCode.BAD_CHARACTER, "U+D800 unnamed at position 3"),
        ("E\u0301", ErrorCode.BAD_CHARACTER, "U+0301 COMBINING ACUTE ACCENT at position 2"),
    ],
)
def test_lot_refuses_and_says_where(text: str, code: ErrorCode, found: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        Lot.parse(text)
    assert (caught.value.code, caught.value.found, caught.value.field) == (code, found, "lot")


@pytest.mark.parametrize("text", ["' OR 1=1 --", "<b>A</b>"])
def test_markup_and_sql_are_only_characters(text: str) -> None:
    assert Lot.parse(text).printed == text


def test_spaces_do_not_count_towards_twenty() -> None:
    assert Lot.parse("A B " * 10).key == "AB" * 10


@given(values)
def test_lot_key_and_folded_are_stable(text: str) -> None:
    lot = Lot.parse(text)
    assert lot.key
    assert Lot.parse(lot.key).key == lot.key
    assert Lot.parse(lot.printed) == lot
    assert Lot.parse(lot.folded).folded == lot.folded
    assert Lot.parse(text.lower()).key == Lot.parse(text.upper()).key == lot.key


def test_serial_keeps_its_case() -> None:
    assert Serial.parse("aB-1") == Serial("aB-1", "AB1")
    assert str(Serial.parse("aB-1")) == "aB-1"
    assert Serial.parse("ab-1") != Serial.parse("AB-1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A 1", ErrorCode.BAD_CHARACTER),  # CSET 82 has no space, and no serial is printed with one
        ("A" * 21, ErrorCode.TOO_LONG),
        ("", ErrorCode.EMPTY),
    ],
)
def test_serial_refuses(text: str, code: ErrorCode) -> None:
    assert refusal(Serial.parse, text) is code


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("251231", 2026, "2025-12-31"),
        ("240200", 2026, "2024-02"),  # day 00: the month
        ("760101", 2026, "2076-01-01"),  # 50 years ahead is this century
        ("770101", 2026, "1977-01-01"),  # 51 would be: last century
        ("010101", 2099, "2101-01-01"),  # and the next one
    ],
)
def test_century_window(text: str, year: int, expected: str) -> None:
    assert Expiry.from_yymmdd(text, reference_year=year).printed_form == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("250231", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("251301", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("250001", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("25123", ErrorCode.EXPIRY_UNREADABLE),
        ("25123A", ErrorCode.EXPIRY_UNREADABLE),
        ("٢٥١٢٣١", ErrorCode.EXPIRY_UNREADABLE),  # digits to Python, not to GS1
        ("", ErrorCode.EXPIRY_UNREADABLE),
    ],
)
def test_yymmdd_refuses(text: str, code: ErrorCode) -> None:
    assert refusal(Expiry.from_yymmdd, text) is code


def test_expiry_forms() -> None:
    month, day = Expiry(2024, 2), Expiry(2024, 2, 9)
    assert (month.last_day, month.yymmdd, month.iso, str(month)) == (
        date(2024, 2, 29),
        "240200",
        "2024-02-29",
        "2024-02",
    )
    assert (day.last_day, day.yymmdd, day.iso, str(day)) == (
        date(2024, 2, 9),
        "240209",
        "2024-02-09",
        "2024-02-09",
    )


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (Expiry(2024, 12), Expiry(2024, 12, 31), True),  # the record has the day, the vial only the month
        (Expiry(2024, 12), Expiry(2024, 12, 1), True),
        (Expiry(2024, 12, 1), Expiry(2024, 12, 31), False),
        (Expiry(2023, 12), Expiry(2024, 12), False),  # lot C6835C3: 12/2023 on record, 12/2024 on the fake
        (Expiry(2024, 12), Expiry(2024, 11, 30), False),
    ],
)
def test_expiries_agree_at_the_coarser_precision(one: Expiry, other: Expiry, agree: bool) -> None:
    assert one.agrees_with(other) is other.agrees_with(one) is agree


@given(expiries, expiries)
def test_agreeing_is_symmetric_and_reflexive(one: Expiry, other: Expiry) -> None:
    assert one.agrees_with(one)
    assert one.agrees_with(other) == other.agrees_with(one)


@given(expiries)
def test_expiry_round_trips(expiry: Expiry) -> None:
    assert Expiry.from_yymmdd(expiry.yymmdd, reference_year=2026) == expiry
    assert Expiry.parse(expiry.printed_form) == expiry
    assert Expiry.from_record(expiry.last_day, expiry.day is None) == expiry
    assert Expiry.parse(expiry.iso).agrees_with(expiry)


def test_no_expiry_outside_the_calendar_can_be_made() -> None:
    for parts in ((2025, 2, 29), (2025, 13, None), (0, 1, 1), (10_000, 1, 1)):
        with pytest.raises(IdentifierError):
            Expiry(*parts)


def test_a_product_needs_a_gtin_or_a_lot() -> None:
    assert ProductIdentifier(lot=Lot.parse("A1")).gtin is None
    with pytest.raises(IdentifierError) as caught:
        ProductIdentifier(serial=Serial.parse("A1"))
    assert caught.value.code is ErrorCode.NOT_A_PRODUCT
