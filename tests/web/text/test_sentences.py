"""Every code of the core has its sentences, and no sentence promises what a record cannot show."""

import string
from datetime import UTC, datetime
from enum import StrEnum
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchStatus
from service.authenticity.reasons import Action, Advice, Match, NotChecked, Reason, ReasonCode
from service.authenticity.verdicts import Judgement, Verdict
from service.errors import ErrorCode, InvalidFieldsError, VialcheckError
from service.web.core import i18n
from service.web.text import (
    action_title,
    advice_messages,
    date_words,
    error_message,
    formatting,
    headline,
    not_checked_messages,
    reason_message,
    verdict_text,
    verdict_title,
    visible,
)
from service.web.text.answers import match_words
from service.web.text.error_messages import ERRORS
from service.web.text.reasons.reason_messages import variant
from service.web.text.reasons.reason_sentences import SAYINGS, TAILS
from tests.factories.wording import BANNED

TR = NullTranslations()
ROOT = Path(__file__).parents[3]

NOTICE = {
    "authority": "FDA",
    "kind": "falsified",
    "product": "Botox",
    "lot": "C3709C3",
    "expiry": "2026-07",
    "class": "",
    "reference": "N 2/2024",
    "reported": "2024-04-16",
    "source": "https://www.fda.gov/x",
}
MAKER = {"product": "Examplinum 100", "manufacturer": "Example Pharma"}
SEEN = {"places": "FR/Lyon|IT/Turin|AT/", "count": "3", "days": "2", "devices": "3", "scans": "4"}
C = ReasonCode
WINDOW = {"scope": "window", "from": "2028-06-01", "to": "2028-06-30"}
MARK = {
    "authority": "MHRA",
    "look_at": "the seal",
    "should_be": "round",
    "differs": "square",
    "reported": "2026-04",
    "source": "https://example.org/1",
}
# Parameters as the rules give them, one row for each sentence that they can lead to.
REASONS = [
    Reason(code, severity, tuple({**common, **params}.items()))
    for code, severity, common, params in [
        (C.UNIT_ON_RECORD, Action.ACCEPT, MAKER, {}),
        (C.LOT_ON_RECORD, Action.CHECK, MAKER, {}),
        (C.LOT_ON_RECORD, Action.CHECK, {}, {"product": "", "manufacturer": ""}),
        (C.PRODUCT_ON_RECORD, Action.CHECK, MAKER, {}),
        (C.NO_RECORDS_HELD, Action.UNKNOWN, {}, {"scope": "product"}),
        (C.NO_RECORDS_HELD, Action.UNKNOWN, {}, {"scope": "lot"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "lot"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "serial"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "product"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "lot", "kind": "tampered"}),
        (C.ALERT_LOT_COUNTERFEITED, Action.QUARANTINE, NOTICE, {"scope": "lot"}),
        (C.ALERT_LOT_COUNTERFEITED, Action.CHECK, NOTICE, {"scope": "lot"}),
        (C.ALERT_LOT_COUNTERFEITED, Action.QUARANTINE, NOTICE, {"scope": "lot", "kind": "tampered"}),
        (C.ALERT_LOT_COUNTERFEITED, Action.CHECK, NOTICE, {"scope": "lot", "kind": "tampered"}),
        (C.ALERT_LOT_COUNTERFEITED, Action.CHECK, NOTICE, {"scope": "name", "lot": "", "expiry": ""}),
        (C.ALERT_CLOSE, Action.QUARANTINE, NOTICE, {"scope": "similar"}),
        (C.ALERT_CLOSE, Action.QUARANTINE, {}, {"scope": "similar", "field": "serial"}),
        (C.ALERT_CLOSE, Action.QUARANTINE, NOTICE, {"scope": "other_product"}),
        (C.RECALLED, Action.REJECT, {}, {"scope": "lot", "lot": "A1", "class": "II", "why": "Glass"}),
        (C.RECALLED, Action.REJECT, NOTICE, {"scope": "product", "kind": "recalled"}),
        (
            C.RECALLED,
            Action.QUARANTINE,
            NOTICE,
            {"scope": "name", "kind": "recalled", "lot": "", "expiry": ""},
        ),
        (C.RECALLED, Action.REJECT, {}, {"scope": "unit", "disposition": "recalled"}),
        (C.EXPIRED, Action.REJECT, {}, {"scope": "record", "expiry": "2024-12-31"}),
        (C.EXPIRED, Action.REJECT, {}, {"scope": "printed", "expiry": "2024-12"}),
        (C.EXPIRED, Action.REJECT, {}, {"scope": "unit", "disposition": "expired"}),
        (C.DECOMMISSIONED, Action.REJECT, {}, {"scope": "unit", "disposition": "inactive"}),
        (C.DESTROYED, Action.REJECT, {}, {"scope": "unit", "disposition": "destroyed"}),
        (C.STOLEN, Action.REJECT, {}, {"scope": "unit", "disposition": "stolen"}),
        (C.STOLEN, Action.REJECT, NOTICE, {"scope": "lot", "kind": "stolen"}),
        (C.EXPORTED, Action.REJECT, {}, {"scope": "unit", "disposition": "exported"}),
        (C.SAMPLE, Action.REJECT, {}, {"scope": "unit", "disposition": "sample"}),
        (C.DISPENSED, Action.CHECK, {}, {}),
        (C.DISPENSED, Action.QUARANTINE, {}, {}),
        (C.DISPENSED, Action.QUARANTINE, {}, {"used": "2026-11-24"}),
        (C.RECORDED_WITHOUT_SCAN, Action.CHECK, {}, {"used": "2026-11-24"}),
        (C.LOT_NOT_ON_RECORD, Action.QUARANTINE, {}, {"lot": "ZZ9", "manufacturer": "Example Pharma"}),
        (
            C.RECORDS_OVERDUE,
            Action.CHECK,
            {},
            {"lot": "ZZ9", "manufacturer": "Example Pharma", "until": "2026-06-30"},
        ),
        (C.FORM_UNKNOWN, Action.QUARANTINE, MAKER, {"what": "tablets"}),
        (C.NAME_NOT_ON_RECORD, Action.CHECK, MAKER, {"name": "Dysport"}),
        (C.NAME_NOT_ON_RECORD, Action.QUARANTINE, MAKER, {"name": "Exemplinum"}),
        (C.MARK_DIFFERS, Action.CHECK, {}, MARK),
        (C.MARK_DIFFERS, Action.QUARANTINE, {}, MARK),
        (C.ALERT_CLOSE, Action.QUARANTINE, {}, {"scope": "marks", "lot": "143-6"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "presentation"}),
        (C.STOLEN, Action.CHECK, NOTICE, {"scope": "part of the lot"}),
        (C.STOLEN, Action.CHECK, NOTICE, {"scope": "serials of the lot"}),
        (
            C.LIKELY_MISREAD,
            Action.CHECK,
            {},
            {"scope": "date", "field": "expiry", "readings": "2028-07-05 / 2028-05-07"},
        ),
        (C.LOT_AMBIGUOUS, Action.CHECK, {}, {"scope": "marks", "lot": "1436", "count": "2"}),
        (C.SERIAL_NOT_ON_RECORD, Action.QUARANTINE, {}, {"serial": "S1", "manufacturer": "Example Pharma"}),
        (C.EXPIRY_MISMATCH, Action.QUARANTINE, {}, {"presented": "2024-12", "recorded": "2023-12-31"}),
        (C.SERIAL_IN_OTHER_LOT, Action.QUARANTINE, {}, {"lot": "A1"}),
        (C.PRODUCT_MISMATCH, Action.QUARANTINE, {}, {"lot": "A1", "product": "09506000134352"}),
        (C.PRODUCT_MISMATCH, Action.QUARANTINE, {}, {"scope": "name", "name": "B", "product": "A"}),
        (
            C.CARTON_VIAL_MISMATCH,
            Action.QUARANTINE,
            {},
            {"field": "expiry", "vial": "2028-12", "carton": "2029-01-31"},
        ),
        (
            C.PRESENTATION_UNKNOWN,
            Action.QUARANTINE,
            {},
            {"what": "09506000134352", "manufacturer": "Example"},
        ),
        (
            C.PRESENTATION_UNKNOWN,
            Action.QUARANTINE,
            {},
            {"scope": "strength", "what": "150 units", "manufacturer": "Example"},
        ),
        (
            C.PRESENTATION_UNKNOWN,
            Action.QUARANTINE,
            {},
            {"scope": "substance", "what": "Botulin", "manufacturer": "Example"},
        ),
        (
            C.PRESENTATION_UNKNOWN,
            Action.QUARANTINE,
            {},
            {"scope": "language", "what": "ko", "manufacturer": "Example"},
        ),
        (
            C.PRESENTATION_UNKNOWN,
            Action.QUARANTINE,
            {},
            {"scope": "national", "what": "PZN 12345678", "manufacturer": "Example"},
        ),
        (C.MARKET_NOT_AUTHORISED, Action.QUARANTINE, {}, {"scope": "product", "market": "BR"}),
        (C.MARKET_NOT_AUTHORISED, Action.QUARANTINE, {}, {"scope": "lot", "market": "GB"}),
        (C.MARKET_NOT_AUTHORISED, Action.CHECK, NOTICE, {"scope": "notice", "market": "GB", "expiry": ""}),
        (C.MARKET_NOT_AUTHORISED, Action.QUARANTINE, NOTICE, {"scope": "notice of none", "expiry": ""}),
        (C.NOT_RELEASED, Action.QUARANTINE, {}, {"lot": "A1"}),
        (C.ON_HOLD, Action.QUARANTINE, {}, {"scope": "lot", "lot": "A1"}),
        (C.ON_HOLD, Action.QUARANTINE, {}, {"scope": "product", "why": "Temperature."}),
        (C.ON_HOLD, Action.QUARANTINE, {}, WINDOW),
        (C.RECALLED, Action.REJECT, {}, WINDOW | {"text": "Bring it back.", "class": "I"}),
        (C.RECALLED_IN_PART, Action.CHECK, {}, WINDOW),
        (C.RECALLED_IN_PART, Action.CHECK, {}, {"scope": "unit", "reference": "R-1"}),
        (C.EXPIRY_EXTENDED, Action.ACCEPT, {}, {"presented": "2024-12", "recorded": "2025-12-31"}),
        (C.ON_HOLD, Action.QUARANTINE, {}, {"scope": "unit", "disposition": "locked"}),
        (C.LIKELY_MISREAD, Action.CHECK, {}, {"field": "lot", "presented": "AO1", "positions": "2 3"}),
        (C.LIKELY_MISREAD, Action.CHECK, {}, {"field": "serial", "presented": "abc", "positions": ""}),
        (C.LIKELY_MISREAD, Action.CHECK, {}, {"scope": "setting", "field": "scan"}),
        (C.LIKELY_MISREAD, Action.CHECK, {}, {"scope": "scan", "field": "scan", "reading": "AO1"}),
        (C.LIKELY_MISREAD, Action.CHECK, {}, {"scope": "text", "field": "scan", "reading": "AO1, 2028-04"}),
        (C.CODE_IMPOSSIBLE, Action.CHECK, {}, {"scope": "value", "element": "17", "value": "281131"}),
        (C.CODE_IMPOSSIBLE, Action.QUARANTINE, {}, {"scope": "repeated", "element": "10", "value": "B2"}),
        (C.CASE_NOT_PACK, Action.CHECK, {}, {"product": "Verotox"}),
        (C.LOT_AMBIGUOUS, Action.CHECK, {}, {"scope": "readings", "lots": "A1, A12"}),
        (C.LOT_AMBIGUOUS, Action.CHECK, {}, {"lot": "A1", "count": "2"}),
        (C.NO_LOT_PRESENTED, Action.QUARANTINE, {}, {}),
        (C.NO_LOT_PRESENTED, Action.QUARANTINE, {}, {"scope": "vial"}),
        (C.PRODUCT_ON_RECORD, Action.CHECK, MAKER, {"scope": "unknown lot", "lot": "ZZ9"}),
        (C.ALERT_FALSIFIED, Action.REJECT, NOTICE, {"scope": "serial prefix"}),
        (C.SEEN_ELSEWHERE, Action.QUARANTINE, SEEN, {"scope": ""}),
        (C.SEEN_ELSEWHERE, Action.QUARANTINE, SEEN, {"scope": "full"}),
        (C.IMPOSSIBLE_JOURNEY, Action.QUARANTINE, SEEN, {"scope": ""}),
        (C.IMPOSSIBLE_JOURNEY, Action.QUARANTINE, SEEN, {"scope": "full"}),
        (C.SEEN_AFTER_DISPENSING, Action.QUARANTINE, SEEN, {"scope": ""}),
        (C.SEEN_BEFORE_RELEASE, Action.CHECK, {}, {"day": "2026-01-02", "released": "2026-03-01"}),
        (C.SEEN_OUTSIDE_MARKET, Action.CHECK, SEEN, {}),
        (C.SEEN_OUTSIDE_MARKET, Action.CHECK, SEEN, {"scope": "full", "places": ""}),
        (C.MANY_DEVICES, Action.CHECK, SEEN, {"scope": ""}),
        (C.MANY_DEVICES, Action.CHECK, SEEN, {"scope": "again"}),
        (C.SERIALS_GUESSED, Action.CHECK, {}, {"count": "14"}),
        (C.LOT_CHECKED_OFTEN, Action.CHECK, {}, {"count": "9000", "quantity": "500"}),
        (C.LOT_SEEN_ELSEWHERE, Action.CHECK, {}, {"places": "BR/|TR/", "count": "2"}),
        (C.CHECKED_BEFORE, Action.ACCEPT, {}, {"day": "2026-01-02", "places": "FR/Lyon"}),
        (C.CHECKED_ABROAD, Action.ACCEPT, {}, {"places": "BR/|TR/", "count": "2"}),
        (C.VERIFIED_ELSEWHERE, Action.CHECK, {}, {"source": "Example VRS"}),
        (C.NOT_VERIFIED_ELSEWHERE, Action.QUARANTINE, {}, {"source": "Example VRS", "found": "Recalled"}),
    ]
]


def verdict_of(*reasons: Reason, advice: tuple[Advice, ...] = ()) -> Verdict:
    judgement = Judgement(
        action=reasons[0].severity,
        match=Match.NONE,
        reasons=reasons,
        headline=reasons[0].code,
        advice=advice,
        not_checked=tuple(NotChecked),
    )
    return Verdict(judgement, None, datetime(2026, 1, 1, tzinfo=UTC))


def assert_plain(sentence: str) -> None:
    """A finished sentence: no gap left open, nothing doubled, none of the words that promise too much."""
    assert sentence.strip() == sentence
    assert sentence
    assert "{" not in sentence
    assert "None" not in sentence
    assert "  " not in sentence
    assert ".." not in sentence
    assert not BANNED.search(sentence), sentence


def name(reason: Reason) -> str:
    return f"{reason.code}-{reason.severity}-{dict(reason.params).get('scope', '')}"


@pytest.mark.parametrize("asker", Asker)
@pytest.mark.parametrize("reason", REASONS, ids=name)
def test_a_reason_is_a_finished_sentence(reason: Reason, asker: Asker) -> None:
    assert_plain(reason_message(reason, asker, TR))


def test_the_examples_reach_every_code_and_every_sentence() -> None:
    assert {reason.code for reason in REASONS} == set(ReasonCode)
    assert {(reason.code, variant(reason)) for reason in REASONS} == set(SAYINGS)


@pytest.mark.parametrize("code", ReasonCode)
def test_a_reason_without_any_parameter_still_has_a_sentence(code: ReasonCode) -> None:
    """A stored reason of an older version may lack what today's sentence wants: the reason still counts."""
    for asker in Asker:
        assert_plain(reason_message(Reason(code, Action.CHECK), asker, TR))


def test_a_notice_says_who_when_and_which() -> None:
    said = reason_message(REASONS[6], Asker.PATIENT, TR)
    assert said == (
        "FDA (medicines authority, United States) has warned of fakes with exactly this lot number."
        " The notice names the expiry date July 2026. Reference: N 2/2024. Published on 16 April 2024."
    )


def test_a_misread_points_at_the_characters() -> None:
    reason = Reason(
        C.LIKELY_MISREAD, Action.CHECK, (("field", "lot"), ("presented", "AO1"), ("positions", "2"))
    )
    said = reason_message(reason, Asker.PATIENT, TR)
    assert "wrongly: AO1. Look again at: “O” (character 2)." in said
    assert said.endswith("If it does read like this on the vial, do not use it until this is cleared up.")


def test_what_came_from_outside_stays_text_and_becomes_visible() -> None:
    hostile = "<b>\x1d\u202e{lot.__class__}"
    said = reason_message(Reason(C.NOT_RELEASED, Action.QUARANTINE, (("lot", hostile),)), Asker.PATIENT, TR)
    assert "<b>␝⟨U+202E⟩{lot.__class__}" in said


@given(st.text())
def test_visible_text_is_short_and_has_no_invisible_character(text: str) -> None:
    shown = visible(text)
    assert len(shown) <= 80 * len("⟨U+10FFFF⟩")
    assert all(character.isprintable() or character.isspace() for character in shown)
    assert not any(ord(character) < 0x20 for character in shown)


@given(st.text(alphabet=string.printable + "\x1d\x00\x7f", max_size=80))
def test_control_characters_survive_being_shown(text: str) -> None:
    assert formatting.from_visible(visible(text)) == text


@pytest.mark.parametrize("action", Action)
def test_an_action_has_its_titles(action: Action) -> None:
    for asker in Asker:
        assert_plain(action_title(action, asker, TR))
    if said := verdict_text.caveat(action, TR):
        assert_plain(said)


def test_the_titles_of_the_design() -> None:
    assert action_title(Action.REJECT, Asker.PATIENT, TR) == "Do not use this product"
    assert action_title(Action.QUARANTINE, Asker.PATIENT, TR) == "Do not use it until this is cleared up"
    assert action_title(Action.UNKNOWN, Asker.PATIENT, TR) == "We hold no records for this product"
    assert action_title(Action.ACCEPT, Asker.PATIENT, TR) == "Matches the manufacturer's record"
    assert "That alone does not show that your vial came from it" in reason_message(
        REASONS[1], Asker.PATIENT, TR
    )


def test_the_title_speaks_of_the_lot_when_only_a_lot_was_asked_for() -> None:
    assert verdict_title(verdict_of(REASONS[5]), Asker.PATIENT, TR) == "We hold no records of this lot"
    assert verdict_title(verdict_of(REASONS[4]), Asker.PATIENT, TR) == "We hold no records for this product"


def test_the_worst_reason_is_the_headline() -> None:
    verdict = verdict_of(REASONS[6], REASONS[1])
    said = headline(verdict, Asker.CLINIC, TR)
    assert said == "FDA has published a falsification alert that names exactly this lot."
    assert reason_message(REASONS[6], Asker.CLINIC, TR).startswith(said)


def test_every_step_and_every_gap_is_said() -> None:
    verdict = verdict_of(REASONS[0], advice=tuple(Advice))
    steps, gaps = advice_messages(verdict, TR), not_checked_messages(verdict, TR)
    assert len(steps) == len(set(steps)) == len(Advice)
    assert set(verdict_text.NOT_GIVEN) | set(verdict_text.NOT_HELD) == set(NotChecked)
    assert len(gaps) == 2  # what was not entered, and what is not held: one line each
    for sentence in (*steps, *gaps):
        assert_plain(sentence)


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (match_words.MATCHES, Match),
        (verdict_text.STATUSES, BatchStatus),
        (verdict_text.DISPOSITIONS, Disposition),
        (ERRORS, ErrorCode),
    ],
)
def test_every_other_code_has_its_words(table: dict[str, str], codes: type[StrEnum]) -> None:
    assert set(table) == set(codes)
    for sentence in table.values():
        assert not BANNED.search(sentence), sentence


@pytest.mark.parametrize("code", ErrorCode)
def test_an_error_is_a_finished_sentence(code: ErrorCode) -> None:
    full = VialcheckError(code, given="x\x1dy", expected="a date", found="none", field="expiry")
    for error in (full, VialcheckError(code)):
        said = error_message(error, TR)
        assert_plain(said)
        assert "\x1d" not in said


def test_several_errors_are_all_said() -> None:
    errors = tuple(
        VialcheckError(code, given="7", field="lot") for code in (ErrorCode.EMPTY, ErrorCode.TOO_LONG)
    )
    said = error_message(InvalidFieldsError(errors), TR)
    assert "Enter the lot number." in said
    assert "The lot number is too long." in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2024-12-31", "31 December 2024"),
        ("2024-12", "December 2024"),  # only the month is known
        ("2024", "2024"),  # a notice may give a year alone
        ("2024-02-31", "2024-02-31"),  # no such day: shown as it came, never mended
        ("2024-13", "2024-13"),
        ("soon", "soon"),
        ("", ""),
        ("1-2-3-4", "1-2-3-4"),
    ],
)
def test_dates_are_said_in_words(text: str, said: str) -> None:
    assert date_words(text, TR) == said


def test_english_is_spoken_where_nothing_else_is_held() -> None:
    assert i18n.available()[0] == "en"
    for header in ("", "xx", "de;q=x,,;;", "*", "a" * 10_000):
        assert i18n.best_language(header) in i18n.available()
    assert i18n.translation("xx").gettext("Lot number") == "Lot number"
    assert i18n.translation("../../etc").gettext("Lot number") == "Lot number"


def test_a_catalogue_speaks_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mechanism end to end: a compiled catalogue is found, chosen by the header, and used."""
    folder = tmp_path / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="pt_BR")
    catalogue.add("Do not use this product", "Não use este produto")
    with (folder / "messages.po").open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path)
    i18n.available.cache_clear()
    i18n.catalogue_of.cache_clear()
    try:
        assert i18n.best_language("pt-BR,pt;q=0.9") == "pt-BR"
        tr = i18n.translation("pt-BR")
        assert action_title(Action.REJECT, Asker.PATIENT, tr) == "Não use este produto"
        assert action_title(Action.ACCEPT, Asker.PATIENT, tr) == "Matches the manufacturer's record"
    finally:
        i18n.available.cache_clear()
        i18n.catalogue_of.cache_clear()


def test_the_tails_are_only_said_for_what_is_known() -> None:
    bare = Reason(C.RECALLED, Action.REJECT, (("scope", "lot"), ("class", ""), ("why", "")))
    assert reason_message(bare, Asker.CLINIC, TR) == "This lot has been recalled."
    assert len({parameter for parameter, _ in TAILS}) == len(TAILS)
