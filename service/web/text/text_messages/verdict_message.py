"""One text message from an answer: the worst thing first, the lot, one next step.

What is too long gives way to something shorter, and at last is left out: the step, the reason, the lot. What
to do with the vial ("Do not use it.") always stands. Nothing is told that was not presented
(`answers.disclosure`): the message holds no value of the record.
"""

from collections.abc import Iterator, Mapping
from gettext import NullTranslations

from service.authenticity.evidence import Asker, Presented
from service.authenticity.reasons import Action, Advice
from service.authenticity.verdicts import Verdict
from service.verification.service import Answer
from service.web.text.answers.disclosure import disclosed_verdict
from service.web.text.answers.next_question import NextQuestion, next_question, open_title
from service.web.text.formatting import N_, visible
from service.web.text.locales import language_of
from service.web.text.text_messages.one_message import fits, plain
from service.web.text.verdict_text import ACTIONS, ADVICE, next_steps, verdict_title

DO_NOT_USE = N_("Do not use it.")
ORDERS: Mapping[Action, str] = {
    Action.REJECT: DO_NOT_USE,
    Action.QUARANTINE: DO_NOT_USE,
    Action.CHECK: ACTIONS[Action.CHECK].patient,
    Action.UNKNOWN: N_("Not on record here. Do not use it until it is confirmed."),
    Action.ACCEPT: N_("Numbers match. That is no proof: look at the pack."),
}
"""What to do, in the fewest words: English, which the catalogues translate."""

STEPS: Mapping[Action, str] = {
    Action.REJECT: N_("Keep it. Had it already? Ask a doctor."),
    Action.QUARANTINE: N_("Keep it. Had it already? Ask a doctor."),
    Action.ACCEPT: N_("Ask where it was bought. In doubt, do not use it."),
}
"""The next step where a page's own is too long."""

SEND_BOTH = N_("Send both, such as LOT {lot} EXP 2027-12.")
"""The step where the expiry date is asked for: what the next message should hold."""

HELP = N_("Send the lot number as it is printed. For another language add # and its code, such as #es.")
PICTURE = N_("Pictures cannot be read here. Send the lot number as it is printed.")
UNREADABLE = N_("We could not read that. Send only the lot number, as it is printed.")
TOO_MANY = N_("Too many messages. Try again in an hour. Until then, do not use it.")
TROUBLE = N_("No answer just now. Try again later. Until then, do not use it.")

_TELLS_NO_REASON = frozenset({Action.ACCEPT, Action.UNKNOWN})
"""Actions whose order says what the title would, and must not be read without."""

_NOT_ASKED = frozenset({NextQuestion.MARKET, NextQuestion.CODE})
_NOT_ADVISED = (Advice.GIVE_COUNTRY, Advice.SCAN_CODE)
"""What a page asks next, and a message cannot be answered with."""

_FULL_STOPS = {"zh": "。", "hi": "।"}
_ENDS = (".", "?", "!", "。", "？", "！", "।", "؟")
_LONGEST_LOT, _SHORT_LOT = 20, 8
"""Characters: of the longest lot that GS1 allows, and of the shortest piece of one that is still told."""


def verdict_message(answer: Answer, tr: NullTranslations) -> str:
    """Return the answer to a patient as one message, for a viewer without an account."""
    presented = answer.presented
    verdict = disclosed_verdict(answer.verdict, presented, answer.carton, whole=False)
    said = (_joined(parts, tr) for parts in _candidates(verdict, presented, tr))
    return next(filter(fits, said))


def other_message(sentence: str, tr: NullTranslations) -> str:
    """Return a sentence that is no verdict, such as `HELP`, as it is sent."""
    return plain(tr.gettext(sentence))


def orders(verdict: Verdict) -> bool:
    """Return whether the title of a verdict says itself that it must not be used."""
    return "do not use it" in verdict_title(verdict, Asker.PATIENT, NullTranslations()).casefold()


def _candidates(verdict: Verdict, presented: Presented, tr: NullTranslations) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the message, the fullest first; the last always fits."""
    action, title, steps = verdict.action, _title(verdict, tr), _steps(verdict, presented, tr)
    order, subject = tr.gettext(ORDERS[action]), _subject(presented, tr, _LONGEST_LOT)
    short = [tr.gettext(STEPS[action])] if action in STEPS else steps
    first = (title, subject) if orders(verdict) else (title, subject, order)
    if action not in _TELLS_NO_REASON:
        yield from ((*first, step) for step in (*steps, *short))
        yield first
    yield from ((order, subject, step) for step in short)
    yield (order, subject)
    yield (order, _subject(presented, tr, _SHORT_LOT))
    yield (order,)


def _title(verdict: Verdict, tr: NullTranslations) -> str:
    if _agrees_so_far(verdict):
        return tr.gettext(ORDERS[Action.ACCEPT])
    return verdict_title(verdict, Asker.PATIENT, tr)


def _steps(verdict: Verdict, presented: Presented, tr: NullTranslations) -> list[str]:
    """What to do next, of which one step is told: the first that fits. Without what only a page can ask."""
    lot = visible(presented.lot.printed) if presented.lot else ""
    if verdict.action is Action.ACCEPT:
        return []
    if _agrees_so_far(verdict):
        return [tr.gettext(STEPS[Action.ACCEPT])]
    match next_question(verdict):
        case NextQuestion.EXPIRY if lot:
            return [tr.gettext(SEND_BOTH).format(lot=lot)]
        case NextQuestion.LOT:
            return [tr.gettext(HELP)]
    left_out = {tr.gettext(ADVICE[each]) for each in _NOT_ADVISED}
    return [each for each in next_steps(verdict, Asker.PATIENT, "", tr, lot) if each not in left_out]


def _agrees_so_far(verdict: Verdict) -> bool:
    """Whether what was sent agrees, and a page would ask for more than a message can say."""
    return bool(open_title(verdict, NullTranslations())) and next_question(verdict) in _NOT_ASKED


def _subject(presented: Presented, tr: NullTranslations, most: int) -> str:
    """What was asked about: its lot, cut to `most` characters; else its GTIN."""
    if presented.lot is None:
        return presented.gtin.value if presented.gtin else ""
    lot = visible(presented.lot.printed)
    return tr.gettext("Lot {lot}").format(lot=lot if len(lot) <= most else f"{lot[: most - 1]}…")


def _joined(parts: tuple[str, ...], tr: NullTranslations) -> str:
    language = language_of(tr)
    stop = _FULL_STOPS.get(language, ".")
    ended = (part if part.endswith(_ENDS) else f"{part}{stop}" for part in parts if part)
    return plain(("" if language == "zh" else " ").join(ended))
