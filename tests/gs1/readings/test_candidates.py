"""What stands first among the readings of a text, and which others are listed. One row for each kind of text."""

# ruff: noqa: RUF001 - labels of many scripts

import json
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.errors import ErrorCode
from service.gs1.identifiers import Expiry, Lot
from service.gs1.readings import candidates
from service.gs1.readings.candidates import MOST, readings
from service.gs1.readings.labels import WEAK, fold
from service.gs1.repairs import Repair
from tests import fuzz_readings
from tests.gs1.readings.words import EXPIRIES, LOTS

GTIN, LOT, GS = "09506000134352", "OVA2618", "\x1d"


def lots(text: str) -> list[str]:
    """The lots of all readings of a text, in order."""
    return [each.identifier.lot.printed for each in readings(text).all if each.identifier.lot]


@pytest.mark.parametrize("label", LOTS)
@pytest.mark.parametrize("form", ["{label} {lot}", "{label}: {lot}", "{label}\n{lot}"])
def test_a_label_before_a_lot_is_no_repair(label: str, form: str) -> None:
    found = readings(form.format(label=label, lot=LOT))
    if " {lot}" in form and ":" not in form and fold(label) in WEAK and label.isalnum():
        assert LOT in lots(f"{label} {LOT}")  # `BN 2618` may be a lot as it stands
        return
    assert found.best.identifier.lot
    assert found.best.identifier.lot.printed == LOT
    assert found.best.given


@pytest.mark.parametrize("label", LOTS)
def test_a_label_behind_a_lot_is_one(label: str) -> None:
    found = [each for each in readings(f"{LOT} {label}").all if each.identifier.lot]
    assert LOT in lots(f"{LOT} {label}")
    assert not any(each.given and each.identifier.lot.printed == LOT for each in found if each.identifier.lot)


@pytest.mark.parametrize("label", EXPIRIES)
@pytest.mark.parametrize(
    "form", ["LOT {lot} {label} 04/2028", "{label}: 04.2028 | Lot: {lot}", "LOT {lot}, {label} 2028-04"]
)
def test_the_expiry_beside_it_is_read(label: str, form: str) -> None:
    best = readings(form.format(label=label, lot=LOT)).best
    assert best.identifier.expiry == Expiry(2028, 4)
    assert best.identifier.lot
    assert best.identifier.lot.printed == LOT
    assert best.given


FIELDS = {"GTIN": GTIN, "LOT": LOT, "EXP": "04/2028", "SN": "A1"}


@pytest.mark.parametrize("between", ["\n", "\r\n", " | ", "; ", ", ", "\t", "  "])
def test_the_order_of_labelled_fields_changes_nothing(between: str) -> None:
    found = {
        readings(between.join(f"{label}: {value}" for label, value in order)).best.identifier
        for order in permutations(FIELDS.items())
    }
    (only,) = found
    assert (only.gtin and only.gtin.value, only.lot and only.lot.printed) == (GTIN, LOT)
    assert (only.expiry, only.serial and only.serial.printed) == (Expiry(2028, 4), "A1")


@pytest.mark.parametrize(
    ("text", "lot", "given_"),
    [
        # a plain lot, and those that only look like something else
        ("OVA2618", "OVA2618", True),
        ("10D9T", "10D9T", True),
        ("17B22", "17B22", True),
        ("C3016 C3", "C3016 C3", True),
        ("BN 1234", "BN 1234", True),  # too short to be surely a label
        ("BN: 1234", "1234", True),
        # what cannot be seen is no repair; signs of typography are
        ("OVA\u200b2618", LOT, True),
        ("\ufeffOVA\u00ad2618", LOT, True),
        ("RC–551", "RC-551", False),
        ("OVA٢٦١٨", LOT, False),
        ("ОVА2618", LOT, False),  # Cyrillic
        ("“OVA2618”", '"OVA2618"', False),
        # words around it
        ("my lot number is OVA2618", LOT, True),
        ("Ondrevaine lot OVA2618", LOT, True),
        ("OVA2618 EXP 04/2028", LOT, False),
        ("【批号】OVA2618", LOT, True),
        ("Lot•OVA2618", LOT, True),
        ("LOT\\OVA2618", LOT, True),
        (f"AI 01: {GTIN} AI 10: {LOT}", LOT, True),
        ("can you check lot OVA2618?", LOT, True),
        # a word that means either is settled by what is labelled beside it
        (f"Barkod No: {GTIN}; Seri No: A1; Parti No: {LOT}", LOT, True),
        (f"Seri No: {LOT}; Sira No: A1; Barkod No: {GTIN}", LOT, True),
        # the whole pack
        (f"GTIN,LOT,EXP\n{GTIN},{LOT},04/2028", LOT, True),
        (f"GTIN\tLOT\n{GTIN}\t{LOT}", LOT, True),
        (json.dumps({"data": [{"ai": "01", "value": GTIN}, {"ai": "10", "value": LOT}]}), LOT, True),
        (f"PC: {GTIN}SN: X1Lot: {LOT}EXP: 04.2028", LOT, False),
        (f"Lote:{LOT}Val:04/2028", LOT, False),
        (f"PZN 12345678 {LOT}", LOT, False),
        (json.dumps({"gtin": GTIN, "batchNumber": LOT, "expiryDate": "2028-04-30"}), LOT, True),
        (json.dumps({"product": {"gtin": GTIN}, "batch": {"number": LOT, "expiry": "04/2028"}}), LOT, True),
        (json.dumps({"product": {"number": "7"}, "gtin": GTIN, "batch": {"code": LOT}}), LOT, True),
        # what some scanners send around a scan is no part of it
        (f"\x02]d201{GTIN}10{LOT}\x03", LOT, True),
        # an envelope whose control characters arrived as their names
        (f"[)>{{RS}}06{{GS}}9N111234567842{{GS}}1T{LOT}{{RS}}{{EOT}}", LOT, False),
        (f"gtin={GTIN}&lot={LOT}", LOT, True),
        (f"{GTIN}|{LOT}|2028-04|A1", LOT, False),
        # scans
        (f"]d201{GTIN}17280430" + f"10{LOT}", LOT, True),
        (f"]d101{GTIN}10{LOT}", LOT, False),
        (f"]Q1(01){GTIN}(10){LOT}", LOT, False),
        (f"]Q1LOT: {LOT}", LOT, True),  # labelled text needs no GS1 symbol
        (f"01{GTIN}17281131" + f"10{LOT}", LOT, False),
        (f"01{GTIN}10{LOT}%1D21A1", f"{LOT}%1D21A1", True),  # a lot may have a percent sign
        (f"id.gs1.org/01/{GTIN}/10/{LOT}", LOT, True),
        (f"https://id.gs1.org/01/{GTIN}?10={LOT}&21=X", LOT, False),
        (f"https://id.gs1.org/01/{GTIN}/21/X/10/{LOT}", LOT, False),
        (f"urn:epc:class:lgtin:9506000.013435.{LOT}", LOT, True),
        (f"(02){GTIN}(37)10(10){LOT}", LOT, False),
        # AIs and values with spaces or hyphens between them, or with other brackets
        (f"01 {GTIN} 17 280430 10 {LOT}", LOT, False),
        (f"01-{GTIN}-10-{LOT}", LOT, False),
        (f"01: {GTIN} 17: 280430 10: {LOT}", LOT, True),
        (f"<01>{GTIN}<10>{LOT}", LOT, False),
        (f"(710)12345678(10){LOT}", LOT, False),
        # printed text through a German keyboard
        (f")01={GTIN})17=280430)10={LOT}", LOT, False),
        # two GTINs in one code do not hide the lot
        (f"]d201{GTIN}01" + f"0950600055500310{LOT}", LOT, False),
        # links that name the lot otherwise, or before the GTIN, or hold a scan
        (f"https://id.gs1.org/01/{GTIN}?lot={LOT}&exp=280430", LOT, False),
        (f"https://id.gs1.org/10/{LOT}/01/{GTIN}", LOT, False),
        (f"https://example.com/verify/{GTIN}/{LOT}", LOT, False),
        (f"https://example.com/q?code=01{GTIN}10{LOT}", LOT, False),
        (f"01/{GTIN}/10/{LOT}", LOT, False),
        (f"https://id.gs1.org/01/{GTIN}/10/OVA%202618", LOT, False),
        (f"https://id.gs1.org/01/{GTIN}/10/RC%E2%80%91551", "RC-551", False),
        (f"]d201{GTIN}10{LOT}\n]d201{GTIN}10{LOT}", LOT, False),
    ],
)
def test_the_first_reading(text: str, lot: str, given_: bool) -> None:
    best = readings(text).best
    assert best.identifier.lot
    assert (best.identifier.lot.printed, best.given) == (lot, given_)


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        ("LOTOVA2618", LOT),
        ("LOTOVA2618EXP04/2028", LOT),
        ("LOTOVA2618 04/2028", LOT),
        ("OVA2618 04/2028", LOT),
        ("APR 2028 OVA2618", LOT),
        ("#OVA2618", LOT),
        ("10OVA2618", LOT),
        ("1728043010OVA2618", LOT),
        (f"02{GTIN}371010{LOT}", LOT),
        ("10D9T", "D9T"),
        (f"01{GTIN}10{LOT}3010", LOT),
        (f"01{GTIN}10{LOT}91EE", LOT),
        (f"01{GTIN}10{LOT}02921A1", LOT),
        (f"01{GTIN}10{LOT} 21A1", LOT),
        (f"10{LOT}01{GTIN}", LOT),
        (f"01{GTIN}10{LOT}{GS}10OVA2715", "OVA2715"),
        (f"01{GTIN}10{LOT}17", LOT),
        (f"01{GTIN}10{LOT}172804", LOT),
        (f"https://x.org/01/{GTIN}/10/A%252F1", "A/1"),
        ("EXP04/2028LOTOVA2618", LOT),
        ("OVA2618OVA2618", LOT),
        (f"01{GTIN}10{LOT}(GS)21A1", LOT),
        (f"01{GTIN}10{LOT}_x001D_21A1", LOT),
        ("Serie nr. OVA2618", LOT),
        ("ЩМФ2618", LOT),  # a Russian keyboard
        ("RCß551", "RC-551"),  # a German one
        ("OVQé-&_", LOT),  # a French one
        # a label glued before or behind, in other languages; a date in digits behind its label
        ("SERIAOVA2618", LOT),
        (f"01{GTIN} 10 {LOT}", LOT),
        (f"01{GTIN} 17280430 10 {LOT}", LOT),
        ("PARTIOVA2618", LOT),
        ("OVA2618LOT", LOT),
        ("OVA2618EXP042028", LOT),
        # a sentence about it
        ("My vial says OVA2618", LOT),
        # a bar code of the GTIN and what was typed behind it
        (f"{GTIN[1:]}{LOT}", LOT),
        (f"{GTIN}{LOT}", LOT),
    ],
)
def test_a_reading_among_the_others_is_repaired(text: str, lot: str) -> None:
    found = [
        each for each in readings(text).all if each.identifier.lot and each.identifier.lot.printed == lot
    ]
    assert found
    assert not any(each.given for each in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("where is the lot number", ErrorCode.NOT_A_LOT),
        ("Ich finde keine Chargennummer", ErrorCode.NOT_A_LOT),
        ("не знаю где номер", ErrorCode.NOT_A_LOT),
        ("找不到批号", ErrorCode.NOT_A_LOT),
        ("Lot: N/A", ErrorCode.NOT_A_LOT),
        ("LOT", ErrorCode.NOT_A_LOT),
        ("-", ErrorCode.NOT_A_LOT),
        ("unknown", ErrorCode.NOT_A_LOT),
        ("EXP 04/2028", ErrorCode.NOT_A_LOT),
        ("+A99912345/9901510X3", ErrorCode.OTHER_CODE_SYSTEM),
        ("=W12341512345600", ErrorCode.OTHER_CODE_SYSTEM),
        ("00395060001343520018", ErrorCode.OTHER_CODE_SYSTEM),
        ("SSCC: 395060001343520018", ErrorCode.OTHER_CODE_SYSTEM),
        ("395060001343520018", ErrorCode.OTHER_CODE_SYSTEM),  # as it is printed
        ("=W1234 15 123456 00", ErrorCode.OTHER_CODE_SYSTEM),
        ("XXXX", ErrorCode.NOT_A_LOT),
        ("]E012345678901", ErrorCode.GTIN_LENGTH),  # the AIM identifier says how many digits
        ("OVA2618\u202e", ErrorCode.BAD_CHARACTER),  # shown in another order than it is
    ],
)
def test_what_is_no_lot_is_said_to_be_none(text: str, code: ErrorCode) -> None:
    found = readings(text)
    assert found.all == ()
    assert found.refusal
    assert found.refusal.code is code


LINKED = f"https://id.example.org/01/{GTIN}/10/"


@pytest.mark.parametrize(
    ("text", "packs"),
    [
        (f"01{GTIN}10A1001 01{GTIN}10A1002", "A1001, A1002"),
        (f"01{GTIN}10A100101{GTIN}10A1002", "A1001, A1002"),
        (f"(01){GTIN}(10)A1001\n(01){GTIN}(10)A1002", "A1001, A1002"),
        (f"]d201{GTIN}10A1001]d201{GTIN}10A1002", "A1001, A1002"),
        (f"{LINKED}A1001 {LINKED}A1002", "A1001, A1002"),
        (f"{LINKED}A1001{LINKED}A1002", "A1001, A1002"),
        # two vials of one lot: only their serials differ
        (f"01{GTIN}10A1001\x1d21S1\n01{GTIN}10A1001\x1d21S2", "A1001 S1, A1001 S2"),
    ],
)
def test_the_codes_of_two_packs_are_refused_with_both(text: str, packs: str) -> None:
    """An answer on one of them would pass for both."""
    found = readings(text)
    assert found.all == ()
    assert found.refusal
    assert (found.refusal.code, found.refusal.found) == (ErrorCode.SEVERAL_CODES, packs)


@pytest.mark.parametrize(
    ("text", "lot"),
    [
        (f"01{GTIN}10A1001 01{GTIN}10A10", "A1001"),  # the second was cut
        (f"01{GTIN}10A1001 01{GTIN}10A1001", "A1001"),
        (f"01{GTIN} 10A1001", "A1001"),  # two bar codes of one pack
        (f"{LINKED}A1001?next=https://www.example.org/", "A1001"),
    ],
)
def test_one_pack_in_two_scans_is_read(text: str, lot: str) -> None:
    assert readings(text).best.identifier.lot == Lot.parse(lot)


@pytest.mark.parametrize(
    ("text", "number"),
    [("9999-1145-01", ("715", "9999-1145-01")), ("3400999999990", ("711", "3400999999990"))],
)
def test_a_bare_number_of_a_country_is_among_the_readings(text: str, number: tuple[str, str]) -> None:
    assert number in {each for found in readings(text).all for each in found.identifier.national}


def test_a_percent_sign_of_a_serial_is_decoded_once_too_often_by_nobody() -> None:
    found = readings(f"https://x.org/01/{GTIN}/10/{LOT}/21/A%2521B%2525C1").all
    assert [each.identifier.serial.printed for each in found if each.identifier.serial] == [
        "A%21B%25C1",
        "A!B%C1",
    ]


def test_impossible_elements_are_named_and_the_rest_is_read() -> None:
    best = readings(f"01{GTIN}17281131" + f"10{LOT}").best
    assert [(each.ai, each.value, each.code) for each in best.problems] == [
        ("17", "281131", ErrorCode.EXPIRY_IMPOSSIBLE)
    ]
    assert dict(best.elements) == {"01": GTIN, "10": LOT}


def test_two_lots_in_one_code_are_two_readings() -> None:
    both = readings(f"]d201{GTIN}10A1{GS}10B2").all[:2]
    assert [dict(each.elements)["10"] for each in both] == ["A1", "B2"]
    assert [each.problems[0].value for each in both] == ["B2", "A1"]


def test_a_case_names_the_packs_in_it_and_not_its_own_serial() -> None:
    pack = readings("(01)19506000134359(10)A1(21)C1").all[-1]
    assert pack.case
    assert pack.identifier.gtin
    assert (pack.identifier.gtin.value, pack.identifier.serial) == (GTIN, None)


texts = st.text() | st.builds(fuzz_readings.random_text, st.randoms(use_true_random=False))


@given(texts | st.builds(fuzz_readings.mangled_scan, st.randoms(use_true_random=False)))
@example("\x1d" * 50)
@example("(01)" * 300)
@example("10" * 200)
def test_readings_are_total_few_and_marked(text: str) -> None:
    found = readings(text)
    assert len(found.all) <= MOST
    assert found.all or found.refusal
    for each in found.all:
        code = each.identifier
        assert code.gtin or code.lot or code.national
        assert each.given is (not (each.repairs or each.problems or each.case))
        assert not (each.problems and each.given)
    assert sum(each.given for each in found.all[1:]) <= len(found.all)


@given(
    st.text("ABCDEFGHJKMNPRSTUVWXYZ23456789", min_size=4, max_size=12),
    st.sampled_from(["3010", "91A", "17281031", "21A"]),
)
def test_only_the_text_as_it_came_is_given(lot: str, tail: str) -> None:
    """Whatever hangs on a lot without a separator: one reading is given, the one of the whole."""
    whole = [each for each in readings(f"01{GTIN}10{lot}{tail}").all if each.given]
    assert len(whole) <= 1
    assert all(dict(each.elements)["10"] == lot + tail for each in whole)


def test_repairs_are_named() -> None:
    found = {repair for text in _REPAIRED for each in readings(text).all for repair in each.repairs}
    assert found >= {
        Repair.SEPARATOR_LOST,
        Repair.SEPARATOR_SPELLED,
        Repair.WITHOUT_FNC1,
        Repair.BARE_ELEMENTS,
        Repair.TAIL_CUT,
        Repair.SEVERAL_SCANS,
        Repair.LINK_FORM,
        Repair.TYPOGRAPHY,
        Repair.OTHER_DIGITS,
        Repair.LOOK_ALIKE_LETTERS,
        Repair.LABEL_GLUED,
        Repair.WITHOUT_LABEL,
        Repair.WORDS_BESIDE,
    }


_REPAIRED = (
    f"01{GTIN}10{LOT}17",
    f"01{GTIN}10{LOT} 21A1",
    f"]d101{GTIN}10{LOT}",
    f"10{LOT}",
    f"01{GTIN}\n10{LOT}",
    f"https://x.org/01/{GTIN}?10=A&21=B",
    "RC–551",
    "OVA٢٦١٨",
    "ОVА2618",
    "LOTOVA2618",
    "OVA2618 04/2028",
    "OVA2618 Ondrevaine",
)


def test_the_examples_in_the_documentation_hold() -> None:
    import doctest  # noqa: PLC0415

    from service.gs1 import national  # noqa: PLC0415
    from service.gs1.readings import clean_text, labelled_text, labels, links, splitting, words  # noqa: PLC0415

    for module in (candidates, clean_text, labelled_text, labels, links, splitting, words, national):
        result = doctest.testmod(module)
        assert result.attempted
        assert not result.failed
