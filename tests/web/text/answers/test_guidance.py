"""What a patient reads first: the worst thing in the title, how serious it is, what to do; for every reason."""

from gettext import NullTranslations

import pytest

from service.authenticity.reasons import Action, Reason, ReasonCode
from service.web.text.answers.guidance import GUIDANCE, HAD_IT, danger_of, guidance_of, steps_of, title_of
from service.web.text.answers.recall_classes import recall_class_number, recall_class_words
from service.web.text.reasons.reason_sentences import SAYINGS
from tests.factories.wording import BANNED

TR = NullTranslations()
STOPS = (Action.REJECT, Action.QUARANTINE)
SCOPES = {(code, scope) for code, scope in SAYINGS}


def reason(code: ReasonCode, severity: Action, scope: str = "") -> Reason:
    known = {
        "scope": scope,
        "market": "GB",
        "field": "lot",
        "class": "II",
        "product": "P",
        "manufacturer": "M",
    }
    return Reason(code, severity, tuple(known.items()))


@pytest.mark.parametrize("severity", Action)
@pytest.mark.parametrize(("code", "scope"), sorted(SCOPES))
def test_each_reason_leads_in_finished_words(code: ReasonCode, scope: str, severity: Action) -> None:
    lead = reason(code, severity, scope)
    for said in (title_of(lead, TR), danger_of(lead, TR), *steps_of(lead, "999", TR)):
        assert "{" not in said
        assert said == said.strip()
        assert not BANNED.search(said), said
    assert title_of(lead, TR)


@pytest.mark.parametrize("severity", STOPS)
@pytest.mark.parametrize(("code", "scope"), sorted(SCOPES))
def test_what_stops_says_not_to_use_it_how_serious_it_is_and_what_to_do(
    code: ReasonCode, scope: str, severity: Action
) -> None:
    lead = reason(code, severity, scope)
    title, steps = title_of(lead, TR), steps_of(lead, "999", TR)
    told = f"{title} {' '.join(steps)}"
    assert "not use" in told
    assert danger_of(lead, TR)
    assert len(steps) >= 2
    # red is also read by people who had it yesterday
    assert ("Not the date of your treatment" if code is ReasonCode.DISPENSED else "Had it already?") in steps[
        -1
    ]
    assert "call an ambulance (999)" in steps[-1]


@pytest.mark.parametrize(("code", "scope"), sorted(SCOPES))
def test_what_does_not_stop_is_not_said_like_what_does(code: ReasonCode, scope: str) -> None:
    """A pack that was used is the exception: whether it stops depends on whose it is."""
    lead = reason(code, Action.CHECK, scope)
    if code is not ReasonCode.DISPENSED:
        assert not title_of(lead, TR).endswith("do not use it")
        assert HAD_IT not in guidance_of(lead).steps


def test_the_next_steps_differ_where_different_things_help() -> None:
    codes = (C.RECALLED, C.EXPIRED, C.ON_HOLD, C.MARKET_NOT_AUTHORISED, C.ALERT_FALSIFIED)
    steps = [tuple(guidance_of(reason(code, Action.REJECT)).steps) for code in codes]
    titles = [title_of(reason(code, Action.REJECT), TR) for code in codes]
    assert len(set(titles)) == len(codes)
    assert steps[0] == steps[1]  # what is recalled and what has expired goes back where it came from
    assert len(set(steps)) == len(codes) - 1


C = ReasonCode


def test_every_code_that_can_stop_has_an_entry_of_its_own() -> None:
    own = {code for code, _ in GUIDANCE}
    general = {
        *(C.LOT_ON_RECORD, C.PRODUCT_ON_RECORD, C.EXPIRY_EXTENDED, C.CHECKED_BEFORE, C.CHECKED_ABROAD),
        *(C.MANY_DEVICES, C.SERIALS_GUESSED, C.LOT_CHECKED_OFTEN, C.LOT_SEEN_ELSEWHERE),
    }
    """These never stop: how much was found, and what is unusual."""
    assert own | general == set(C)
    assert own & general == {C.PRODUCT_ON_RECORD}  # with a lot that is not on record


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I", "1"),
        ("Class II", "2"),
        ("class iii", "3"),
        ("2", "2"),
        ("Class 4", "4"),
        ("", ""),
        ("V", ""),
        ("12", ""),
    ],
)
def test_a_class_is_read_however_it_was_written(text: str, number: str) -> None:
    assert recall_class_number(text) == number


def test_a_class_is_said_in_words() -> None:
    assert "serious harm, or kill" in recall_class_words("Class I", TR)
    assert "treat it as serious" in recall_class_words("", TR)
    assert "Recall class: Priority." in recall_class_words("Priority", TR)  # an unknown one is repeated
