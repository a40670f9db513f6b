"""Single cells: what a spreadsheet did to them, and what people write."""

import pytest

from service.errors import ErrorCode, VialcheckError
from service.registry.lists import cells


@pytest.mark.parametrize(
    ("field", "raw", "damaged"),
    [
        ("gtin", "9.506E+12", True),
        ("gtin", "9,506E+12", True),  # a German spreadsheet
        ("gtin", "9506000134352.0", True),
        ("lot", "1.00E+33", True),
        ("lot", "1E+3304", True),
        ("lot", "1E3304", False),  # a lot that somebody printed
        ("lot", "2E-04", False),  # a hyphen is a separator of lots
        ("lot", "240537.0", True),
        ("lot", "24.05", False),
        ("serial", "4.30834E+11", True),
        ("expiry", "45292", True),  # a day number
        ("expiry", "45292.5", True),
        ("expiry", "281231", False),
        ("made", "45292", True),
        ("reported", "2023", False),
        ("lot", "45292", False),
        ("name", "#N/A", True),
        ("lot", "#REF!", True),
        ("lot", "#####", True),
        ("quantity", "#DIV/0!", True),
        ("detail", "#1 of 2", False),
    ],
)
def test_spreadsheet_damage_is_said_and_not_guessed(field: str, raw: str, damaged: bool) -> None:
    if not damaged:
        cells.require_whole(raw, field)
        return
    with pytest.raises(VialcheckError) as refusal:
        cells.require_whole(raw, field)
    assert refusal.value.code is ErrorCode.SPREADSHEET_NUMBER


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ("TR", ("TR",)),
        ("tr; BR", ("BR", "TR")),
        ("Turkey, South Korea", ("KR", "TR")),
        ("DE FR|GB", ("DE", "FR", "GB")),
        ("United Kingdom", ("GB",)),
        ("UK UK", ("GB",)),
        ("DE/AT/CH", ("AT", "CH", "DE")),
        ("DE + AT", ("AT", "DE")),
        ("Deutschland und Österreich", ("AT", "DE")),
        ("Bosnia and Herzegovina", ("BA",)),  # one country, whose name has the word between two
    ],
)
def test_markets(raw: str, codes: tuple[str, ...]) -> None:
    assert cells.markets(raw) == codes


@pytest.mark.parametrize("raw", ["Atlantis", "TR Atlantis", "T R", "GB-NI", "EU", "worldwide"])
def test_no_country(raw: str) -> None:
    with pytest.raises(VialcheckError) as refusal:
        cells.markets(raw)
    assert refusal.value.code is ErrorCode.COUNTRY_UNKNOWN


@pytest.mark.parametrize(
    ("raw", "number"), [("12000", 12000), ("12 000", 12000), ("1'200'000", 1_200_000), ("0", 0)]
)
def test_counts(raw: str, number: int) -> None:
    assert cells.count(raw) == number


@pytest.mark.parametrize("raw", ["12,000", "12.000", "-1", "1e3", "many", "9999999999", "1 2", "١٢"])
def test_no_counts(raw: str) -> None:
    with pytest.raises(VialcheckError):
        cells.count(raw)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        ("yes", True),
        ("Ja", True),
        ("1", True),
        ("TRUE", True),
        ("sí", True),
        ("No", False),
        ("não", False),
        ("0", False),
    ],
)
def test_yes_and_no(raw: str, answer: bool) -> None:
    assert cells.yes_or_no(raw) is answer


def test_neither_yes_nor_no() -> None:
    with pytest.raises(VialcheckError):
        cells.yes_or_no("perhaps")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("a\u202eb", ErrorCode.BAD_CHARACTER),  # right-to-left override
        ("a\u200bb", ErrorCode.BAD_CHARACTER),  # zero-width space
        ("a\x07b", ErrorCode.BAD_CHARACTER),
        ("a" * 21, ErrorCode.TOO_LONG),
    ],
)
def test_free_text_refuses_what_hides(raw: str, code: ErrorCode) -> None:
    with pytest.raises(VialcheckError) as refusal:
        cells.free_text(raw, 20)
    assert refusal.value.code is code


def test_free_text_is_one_composed_line() -> None:
    assert cells.free_text(" Mu\u0308ller\n GmbH ", 20) == "Müller GmbH"
