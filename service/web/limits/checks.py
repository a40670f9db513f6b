"""`ask_check`: the one way from a view to a verdict, paid from the asker's budget.

A question costs the same whether it is recorded or not, by whichever channel it comes.
"""

from flask import request

from service.accounts.networks import network_of
from service.authenticity.reasons import Match, ReasonCode
from service.rate_limit.limiter import Payer
from service.verification.question import Question, RequestOrigin
from service.verification.service import Answer
from service.web.core.access import guest_or_actor
from service.web.core.concurrency import PAID, PAID_BEFORE
from service.web.core.flask_proxies import behind
from service.web.core.services import services

_MISSES = frozenset(
    {
        ReasonCode.SERIAL_NOT_ON_RECORD,
        ReasonCode.SERIAL_IN_OTHER_LOT,
        ReasonCode.EXPIRY_MISMATCH,
        ReasonCode.NOT_VERIFIED_ELSEWHERE,  # another registry's serials are not guessed through this one
    }
)


def ask_check(
    question: Question, origin: RequestOrigin, *, record: bool = True, payer: Payer | None = None
) -> Answer:
    """Answer a question of the current request; `record`: as a check on record; `payer`: None for the
    request's own.

    WaitError(RATE_LIMITED) where the asker's budget is spent, before anything is looked up; else what
    `VerificationService.verify` and `preview` raise.
    """
    ours = services()
    payer = payer or current_payer()
    _admit(payer)
    ask = ours.verification.verify if record else ours.verification.preview
    answer = ask(question, origin)
    if is_miss(answer):
        ours.rate_limiter.note_miss(payer)
    return answer


def _admit(payer: Payer) -> None:
    """Take a check from the budget, once: not again where the request begins anew in another pool.

    A request may ask several questions: `PAID_BEFORE` says how many of them were paid for before.
    """
    environ = behind(request).environ
    before = environ.get(PAID_BEFORE, 0)
    if before:
        environ[PAID_BEFORE] = before - 1
    else:
        services().rate_limiter.admit(payer)
    environ[PAID] = environ.get(PAID, 0) + 1


def is_miss(answer: Answer) -> bool:
    """Whether an answer tells a guesser that the serial or the expiry was guessed wrong.

    A near miss (`likely_misread` of a serial) tells more than a far one, and counts as well.
    """
    codes = {reason.code for reason in answer.verdict.reasons}
    if not codes.isdisjoint(_MISSES):
        return True
    misread = ReasonCode.LIKELY_MISREAD in codes and answer.presented.serial is not None
    return misread and answer.verdict.match is not Match.UNIT


def current_payer() -> Payer:
    """Whose budget the current request is paid from."""
    who = guest_or_actor()
    if who is not None:
        return Payer(who.network, who.organisation_id)
    return Payer(network_of(behind(request).environ.get("REMOTE_ADDR") or ""))
