"""One text message from an answer: it fits, its order is never cut, and it tells nothing that was not asked."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.evidence import Asker, Presented
from service.authenticity.reasons import Action, Match, Reason, ReasonCode
from service.authenticity.verdicts import Judgement, Verdict
from service.gs1.identifiers import Lot
from service.verification.service import Answer
from service.web.core.i18n import available, translation
from service.web.text.reasons.reason_sentences import SAYINGS
from service.web.text.text_messages import verdict_message as words
from service.web.text.text_messages.one_message import fits, plain, units, utf16_units
from service.web.text.text_messages.verdict_message import ORDERS, orders, verdict_message
from service.web.text.verdict_text import verdict_title

NOW = datetime(2027, 3, 1, tzinfo=UTC)
REASONS = sorted(SAYINGS)
LATIN = frozenset({"de", "en", "es", "fr", "id", "it", "pt", "tr"})


def answer(code: ReasonCode, scope: str, action: Action, lot: str = "C3709C3") -> Answer:
    known = {"scope": scope, "market": "GB", "field": "lot", "class": "II", "recorded": "2031-07-09"}
    reason = Reason(code, action, tuple(known.items()))
    judged = Judgement(action, Match.LOT, (reason,), code, (), ())
    return Answer(None, Verdict(judged, None, NOW), Presented(lot=Lot.parse(lot)), None, None, Asker.PATIENT)


@pytest.mark.parametrize("language", available())
def test_every_answer_is_one_message_that_says_what_to_do_and_of_which_lot(language: str) -> None:
    tr = translation(language)
    for (code, scope), action in product(REASONS, Action):
        asked = answer(code, scope, action)
        said = verdict_message(asked, tr)
        assert fits(said), (code, scope, said)
        assert (units(said) is not None) == (language in LATIN), said
        title = plain(verdict_title(asked.verdict, Asker.PATIENT, tr))
        order = plain(tr.gettext(ORDERS[action]))
        assert order.rstrip(".。।") in said or (orders(asked.verdict) and title in said), (code, said)
        assert "C3709C3" in said
        assert "2031" not in said  # the record's date, which was not presented


@given(
    action=st.sampled_from(Action),
    lot=st.text(min_size=1, max_size=60),
    reason=st.sampled_from(REASONS),
    language=st.sampled_from(available()),
)
def test_no_lot_is_so_long_or_so_strange_that_it_costs_the_order(
    action: Action, lot: str, reason: tuple[ReasonCode, str], language: str
) -> None:
    tr, asked = translation(language), answer(*reason, action)
    strange = replace(asked.presented.lot, printed=lot) if asked.presented.lot else None
    said = verdict_message(replace(asked, presented=replace(asked.presented, lot=strange)), tr)
    title = plain(verdict_title(asked.verdict, Asker.PATIENT, tr))
    assert fits(said)
    assert plain(tr.gettext(ORDERS[action])).rstrip(".。।") in said or (
        orders(asked.verdict) and title in said
    )


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("name", ["HELP", "PICTURE", "UNREADABLE", "TOO_MANY", "TROUBLE"])
def test_what_is_no_verdict_is_one_message_too(name: str, language: str) -> None:
    assert fits(words.other_message(getattr(words, name), translation(language)))


def test_a_match_is_never_told_without_its_caveat() -> None:
    said = verdict_message(answer(ReasonCode.UNIT_ON_RECORD, "", Action.ACCEPT), translation())
    assert said == (
        "Numbers match. That is no proof: look at the pack. Lot C3709C3. "
        "Ask where it was bought. In doubt, do not use it."
    )


@pytest.mark.parametrize(
    ("text", "of_gsm", "of_utf16"),
    [
        ("", 0, 0),
        ("Où ? Ñandú à l’œil", None, 18),  # before `plain`
        (plain("Où ? Ñandú à l’œil"), 19, 19),
        ("[€]", 6, 3),  # each stands in the extension, behind an escape
        ("不要使用", None, 4),
        ("😀", None, 2),  # a surrogate pair
    ],
)
def test_units(text: str, of_gsm: int | None, of_utf16: int) -> None:
    assert (units(text), utf16_units(text)) == (of_gsm, of_utf16)


@pytest.mark.parametrize(
    ("text", "one"),
    [("a" * 160, True), ("a" * 161, False), ("ж" * 70, True), ("ж" * 71, False), ("[" * 81, False)],
)
def test_the_limits(text: str, *, one: bool) -> None:
    assert fits(text) is one


def test_a_lot_keeps_its_order_in_an_arabic_message() -> None:
    said = verdict_message(answer(ReasonCode.RECALLED, "", Action.REJECT, "123-456"), translation("ar"))
    assert "\u200e123-456\u200e" in said
    assert "\u2068" not in said
