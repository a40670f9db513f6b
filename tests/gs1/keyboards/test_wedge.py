"""Scanners that type: what is recovered, what is refused, and that nothing is guessed."""

import doctest
import json
import random
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError, VialcheckError
from service.gs1.keyboards import wedge
from service.gs1.keyboards.layout import US_PLAIN, US_SHIFT, KeyboardLayout
from service.gs1.keyboards.layouts import LAYOUTS
from service.gs1.reading import ReadingKind, read, read_typed
from service.gs1.repairs import Repair
from tests.factories.scans.keyboards import BY_NAME, typed_on
from tests.figures import Say

GS = "\x1d"
GTIN = "09506000134352"
HEAD = f"01{GTIN}17281031"
PACK = HEAD + "10OVA2714" + GS + "21J38QAPXKADRQ8"
FIELDS = {"01": GTIN, "17": "281031", "10": "OVA2714", "21": "J38QAPXKADRQ8"}


def refusal(text: str) -> ErrorCode:
    with pytest.raises(IdentifierError) as caught:
        read(text)
    assert caught.value.given
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    ["^]", "|", "{GS}", "[GS]", "<GS>", "<gs>", "<FNC1>", "␝", "↔", "\\x1d", "\\u001D", "\x1c", "\0"],
)
@pytest.mark.parametrize("prefix", ["", "]d2", "]C1"])
def test_a_separator_that_is_spelled_out(written: str, prefix: str) -> None:
    for result in (read(prefix + PACK.replace(GS, written)), read_typed(prefix + PACK.replace(GS, written))):
        assert dict(result.elements) == FIELDS
        assert result.repairs == {Repair.SEPARATOR_SPELLED}
        assert result.symbology == (prefix or None)


def test_a_separator_before_the_first_field_too() -> None:
    assert dict(read("]d2^]" + PACK.replace(GS, "^]")).elements) == FIELDS


def test_caps_lock_is_seen_by_the_letter_of_the_aim_identifier() -> None:
    for prefix in ("]d2", "]C1", "]e0", "]Q3"):
        scan = prefix + HEAD + "10oVa2714" + GS + "21aBc"
        result = read(scan.swapcase())
        assert dict(result.elements) == {"01": GTIN, "17": "281031", "10": "oVa2714", "21": "aBc"}
        assert result.repairs == {Repair.CAPS_LOCK}


def test_without_an_aim_identifier_the_case_stays_as_it_came() -> None:
    assert dict(read((HEAD + "10OVA" + GS + "21aBc").swapcase()).elements)["21"] == "AbC"


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("French", "10OVA2714" + GS + "21J38QAPXKADRQ8"),  # digits need Shift; q and a change places
        ("Belgian", "10OVA2714" + GS + "21J38QAPXKADRQ8"),
        ("German", "10OVA2714" + GS + "21J38QAPXKADRQ8"),
        ("German", "10B-1" + GS + "21Y3"),  # ß is a key that only German has there
        ("Lithuanian", "10OVA2714" + GS + "21J38QAP"),
        ("Russian", "10OVA2714" + GS + "21J38QAPXKADRQ8"),
        ("Greek", "10OVA2714" + GS + "21J38QAPXKADRQ8"),
        ("Turkish F", "10OVA2714" + GS + "21J38QAPXKADRQ8"),
        ("Hungarian", "10OVA2714" + GS + "21J38"),  # 0 is ö
        ("Portuguese", "10OVA2714" + GS + "21Y38Z"),
    ],
)
def test_a_keyboard_of_another_country(layout: str, text: str) -> None:
    result = read(typed_on(BY_NAME[layout], "]d2" + HEAD + text))
    assert result.elements == read("]d2" + HEAD + text).elements
    assert result.repairs == {Repair.LAYOUT}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # y and z change places in German, not in Italian, and both type + for ]
        (typed_on(BY_NAME["German"], "]d2" + HEAD + "10YZ1" + GS + "21X"), ErrorCode.SCANNER_SETTING),
        # a lost separator that could have been at several places: OVA2|714… is a national number
        (PACK.replace(GS, ""), ErrorCode.SCANNER_SETTING),
        # keys that no layout has together
        ("]d2" + HEAD + "10OVA" + GS + "21Ж\u0100", ErrorCode.BAD_CHARACTER),
        # what is damaged stays damaged
        ("]d2" + HEAD.replace("52", "53") + "10A^]21B", ErrorCode.SCANNER_SETTING),
        ("]d2" + HEAD.replace("52", "53") + "10A", ErrorCode.GTIN_CHECK_DIGIT),
        ("]d2" + HEAD.replace("281031", "281331") + "10A", ErrorCode.EXPIRY_IMPOSSIBLE),
        # people's words are no code
        ("Boîte de toxine botulique", ErrorCode.BAD_CHARACTER),
        ("ampoule of 100 units, white", ErrorCode.TOO_LONG),
        ("A" * 5000, ErrorCode.TOO_LONG),
        ("]" * 300, ErrorCode.TOO_LONG),
        (f"http://example.com/01/{GTIN[:-1]}3/10/A", ErrorCode.GTIN_CHECK_DIGIT),
        ("\0" * 300, ErrorCode.SCANNER_SETTING),
    ],
)
def test_what_is_not_certain_is_refused(text: str, code: ErrorCode) -> None:
    assert refusal(text) is code


def test_a_lost_separator_is_put_back_where_only_one_place_is_left() -> None:
    # an expiry after a serial of twenty: no other cut leaves values of a right length
    scan = f"]d201{GTIN}" + "21" + "X" * 20 + "17281031"
    result = read(scan)
    assert dict(result.elements) == {"01": GTIN, "21": "X" * 20, "17": "281031"}
    assert result.repairs == {Repair.SEPARATOR_LOST}


def test_a_link_typed_on_another_keyboard() -> None:
    link = f"https://example.com/01/{GTIN}/10/OVA2714?17=281031"
    result = read(typed_on(BY_NAME["French"], link))
    assert (result.kind, result.host) == (ReadingKind.DIGITAL_LINK, "example.com")
    assert dict(result.elements) == {"01": GTIN, "10": "OVA2714", "17": "281031"}


values = st.text("ABCDEFGHXYZabcxyz0123456789-./", min_size=1, max_size=20)
packs = st.builds(lambda lot, serial: f"]d2{HEAD}10{lot}{GS}21{serial}", values, values)


@given(packs)
def test_a_clean_scan_is_never_altered(pack: str) -> None:
    result = read(pack)
    assert not result.repairs
    assert pack == "]d2" + HEAD + "10" + dict(result.elements)["10"] + GS + "21" + dict(result.elements)["21"]


@given(packs, st.sampled_from(LAYOUTS), st.booleans())
def test_what_is_recovered_is_what_was_scanned(pack: str, layout: KeyboardLayout, caps: bool) -> None:
    """Recovered right or refused; a text that happens to read plainly is beyond anybody's knowing."""
    typed = typed_on(layout, pack)
    if caps:
        typed = "".join(each.swapcase() if len(each.swapcase()) == 1 else each for each in typed)
    try:
        result = read(typed)
    except IdentifierError:
        return
    if result.repairs:
        assert result.elements == read(pack).elements


@given(st.text(max_size=60) | st.text("]d20195é\0\x1d^|<GS>", max_size=80))
def test_only_our_errors_come_out(text: str) -> None:
    with suppress(IdentifierError):
        read(text)


def test_every_layout_is_a_whole_keyboard() -> None:
    assert len(BY_NAME) == len(LAYOUTS)
    for layout in LAYOUTS:
        assert len(layout.plain) == len(layout.shift) == len(US_PLAIN) == len(US_SHIFT), layout.name
        assert set(layout.dead) <= set(layout.plain + layout.shift), layout.name


@pytest.fixture(scope="module")
def typed_rows(corpora: Path) -> list[dict[str, Any]]:
    lines = (corpora / "gs1" / "gs1-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] == "keyboard-wedge"]


def _outcome(row: dict[str, Any]) -> str:
    try:
        result = read(row["input"])
    except IdentifierError:
        return "refused"
    right = dict(result.elements) == dict(map(tuple, row["ais"]))
    return ("recovered" if result.repairs else "read as it came") + (" right" if right else " WRONG")


def test_the_shared_rows_are_recovered_or_refused(typed_rows: list[dict[str, Any]], say: Say) -> None:
    # rows of "Deadkey" are the source's calibration bar codes: all characters, no pack
    packs = [row for row in typed_rows if not row["options"].endswith("Deadkey")]
    figures = Counter(map(_outcome, packs))
    others = Counter(_outcome(row) for row in typed_rows if row not in packs)
    say(f"\nkeyboard-wedge, {len(packs)} packs: {dict(figures)}\n")
    say(f"keyboard-wedge, {len(typed_rows) - len(packs)} calibration codes: {dict(others)}\n")
    assert figures["recovered WRONG"] == 0
    assert figures["recovered right"] + figures["read as it came right"] >= 0.8 * len(packs)
    # a text that is a right GS1 message as it stands cannot be known to have been another
    assert figures["read as it came WRONG"] <= 0.01 * len(packs)
    assert set(others) == {"refused"}


# What the source calls its layouts, where we call them otherwise.
OTHER_NAMES = {
    "BelgianFrench": "Belgian", "Finnish": "Swedish, Finnish", "Gaelic": "Scottish Gaelic",
    "PolishProgrammers": "", "SamiExtendedFinlandSweden": "Sami Extended Finland, Sweden",
    "Slovenian": "Croatian, Slovenian, Serbian Latin", "SorbianExtended": "Sorbian",
    "SorbianStandard": "Sorbian", "SorbianStandardLegacy": "Sorbian",
}  # fmt: skip


def _layout(row: dict[str, Any]) -> str:
    source = row["options"].partition("=")[2]
    names = {re.sub("[^A-Za-z0-9]", "", name).lower(): name for name in BY_NAME}
    return OTHER_NAMES[source] if source in OTHER_NAMES else names[source.lower()]


def test_a_layout_that_is_known_leaves_one_reading(typed_rows: list[dict[str, Any]], say: Say) -> None:
    figures: Counter[str] = Counter()
    for row in typed_rows:
        if row["options"].endswith("Deadkey"):
            continue
        try:
            result = read_typed(row["input"], layout=_layout(row))
        except IdentifierError:
            figures["refused"] += 1
            continue
        right = dict(result.elements) == dict(map(tuple, row["ais"]))
        figures["right" if right else "WRONG"] += 1
    say(f"\nkeyboard-wedge with the layout known: {dict(figures)}\n")
    assert figures["WRONG"] == 0
    assert figures["refused"] <= 1


@pytest.mark.parametrize(
    ("text", "lot", "faults"),
    [
        # typed on a German keyboard: as it stands this is another valid lot
        (HEAD + "10OYA" + GS + "21AZ", "OZA", frozenset({Repair.LAYOUT})),
        # its prefix came through: the scanner was set right since
        ("]d2" + HEAD + "10OYA" + GS + "21AZ", "OYA", frozenset()),
        # a lot typed by hand
        ("OYA2714", "OYA2714", frozenset()),
        ("(01)" + GTIN + "(10)OYA", "OYA", frozenset()),
    ],
)
def test_a_known_layout_is_undone_in_what_the_scanner_typed_alone(
    text: str, lot: str, faults: frozenset[Repair]
) -> None:
    result = read_typed(text, layout="German")
    assert result.identifier.lot is not None
    assert (result.identifier.lot.printed, result.repairs) == (lot, faults)


@given(packs, st.sampled_from(LAYOUTS))
def test_what_a_known_layout_recovers_is_what_was_scanned(pack: str, layout: KeyboardLayout) -> None:
    try:
        result = read_typed(typed_on(layout, pack), layout=layout.name)
    except IdentifierError:
        return
    assert result.elements == read(pack).elements


def test_a_layout_that_nobody_knows_changes_nothing() -> None:
    assert read_typed("]d2" + HEAD + "10OYA", layout="Klingon") == read("]d2" + HEAD + "10OYA")


@pytest.mark.slow
def test_scrambled_rows_are_refused(typed_rows: list[dict[str, Any]]) -> None:
    shuffle = random.Random(7).sample
    for row in typed_rows:
        text = row["input"]
        for kept in (0, 4):
            scrambled = text[:kept] + "".join(shuffle(text[kept:], len(text) - kept))
            with pytest.raises(VialcheckError):
                read(scrambled)


def test_the_examples_in_the_documentation_hold() -> None:
    result = doctest.testmod(wedge)
    assert result.attempted
    assert not result.failed
