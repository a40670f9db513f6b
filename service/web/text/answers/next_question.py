"""What to ask next where nothing speaks against a product and too little was entered, one at a time."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from gettext import NullTranslations

from service.authenticity.reasons import Action, NotChecked, ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.formatting import N_


class NextQuestion(StrEnum):
    """The field that tells most now. `NONE`: nothing is left to ask, or something else comes first."""

    LOT = "lot"
    EXPIRY = "expiry"
    MARKET = "market"
    CODE = "code"
    AGAIN = "again"
    NONE = ""


_ORDER = (
    (NotChecked.LOT, NextQuestion.LOT),
    (NotChecked.EXPIRY, NextQuestion.EXPIRY),
    (NotChecked.MARKET, NextQuestion.MARKET),
    (NotChecked.SERIAL, NextQuestion.CODE),
)

_TELLING = {
    (ReasonCode.RECALLED_IN_PART, "unit"): (NotChecked.SERIAL, NextQuestion.CODE),
    (ReasonCode.RECALLED_IN_PART, "window"): (NotChecked.EXPIRY, NextQuestion.EXPIRY),
    (ReasonCode.STOLEN, "serials of the lot"): (NotChecked.SERIAL, NextQuestion.CODE),
}
"""By the leading reason and its scope: the field that shows whether it is about the pack in the hand."""

_OPEN = frozenset({Action.CHECK, Action.UNKNOWN})

TITLES: Mapping[NextQuestion, str] = {
    NextQuestion.LOT: N_("Not enough yet. Next: the lot number"),
    NextQuestion.EXPIRY: N_("Not enough yet. Next: the expiry date"),
    NextQuestion.MARKET: N_("The numbers match so far. Next: your country"),
    NextQuestion.CODE: N_("The numbers match so far. Next: the code on the box"),
    NextQuestion.NONE: N_("It agrees, as far as we can check"),
}

_LEADS = {
    ReasonCode.LOT_ON_RECORD: N_("The maker has a lot with this number. There is no warning about it."),
    ReasonCode.PRODUCT_ON_RECORD: N_("No warning about this product. The maker makes it."),
}

NOT_ENOUGH = N_("Nothing bad so far. But fakes copy numbers: do not use it on this alone.")

_PRINTED = _ORDER[:2]
"""What stands on every vial: a reader who goes on without it is not told that the numbers match."""

_WITHOUT_PRINT: Mapping[NextQuestion, str] = {
    NextQuestion.LOT: TITLES[NextQuestion.LOT],
    NextQuestion.EXPIRY: TITLES[NextQuestion.EXPIRY],
    NextQuestion.MARKET: N_("Not enough yet. Next: your country"),
    NextQuestion.CODE: N_("Not enough yet. Next: the code on the box"),
    NextQuestion.NONE: N_("Not enough to tell: do not use it yet"),
}

_LOT_FOUND = N_("Lot found. Now enter the expiry date")


def next_question(verdict: Verdict, unseen: Collection[str] = ()) -> NextQuestion:
    """The one question that is asked in place. A number that may be misread is asked for again first.

    `unseen`: questions that the reader goes on without.
    """
    if verdict.action not in _OPEN or verdict.choices:
        return NextQuestion.NONE
    lead = verdict.reasons[0]
    if lead.code in {ReasonCode.LIKELY_MISREAD, ReasonCode.LOT_AMBIGUOUS}:
        return NextQuestion.AGAIN
    unknown_lot = ("scope", "unknown lot") in lead.params
    if unknown_lot or lead.code in {
        ReasonCode.DISPENSED,
        ReasonCode.RECORDED_WITHOUT_SCAN,
        ReasonCode.NO_RECORDS_HELD,
        ReasonCode.VERIFIED_ELSEWHERE,
        ReasonCode.MARK_DIFFERS,
    }:
        return NextQuestion.NONE
    telling = _TELLING.get((lead.code, dict(lead.params).get("scope", "")))
    order = (telling, *_ORDER) if telling else _ORDER
    open_ones = (asked for gap, asked in order if gap in verdict.not_checked and asked not in unseen)
    return next(open_ones, NextQuestion.NONE)


def open_title(verdict: Verdict, tr: NullTranslations, unseen: Collection[str] = ()) -> str:
    """The title of an answer that only says how much was found; empty for all others."""
    if not _is_level(verdict):
        return ""
    asked = next_question(verdict, unseen)
    if any(gap in verdict.not_checked and question in unseen for gap, question in _PRINTED):
        return tr.gettext(_WITHOUT_PRINT[asked])  # what was not looked at never makes an answer better
    if asked is NextQuestion.EXPIRY and verdict.reasons[0].code is ReasonCode.LOT_ON_RECORD:
        return tr.gettext(_LOT_FOUND)
    return tr.gettext(TITLES.get(asked, TITLES[NextQuestion.NONE]))


def good_news(verdict: Verdict, tr: NullTranslations) -> str:
    """What is good about an answer that only says how much was found; empty for all others."""
    return tr.gettext(_LEADS[verdict.reasons[0].code]) if _is_level(verdict) else ""


def _is_level(verdict: Verdict) -> bool:
    """Whether an answer only says how much was found. A lot that was not is more than that."""
    lead = verdict.reasons[0]
    return lead.code in _LEADS and ("scope", "unknown lot") not in lead.params
