"""Looking at the pack: the questions about marks on the page of an answer, and how they are asked on."""

from flask import request
from msgspec.structs import replace

from service.authenticity.evidence import Seen
from service.authenticity.reasons import Action
from service.errors import ErrorCode, InvalidFieldsError
from service.verification.mark_guide import mark_guide
from service.verification.question import Question, RequestOrigin
from service.verification.service import Answer
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text.marks import LookPart, look_part

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


def look_at_pack(answer: Answer) -> LookPart:
    """The part of the page that asks to look at the pack."""
    return look_part(mark_guide(services().database, answer), answer.verdict.action, spoken())


def goes_on_looking(answer: Answer) -> str | None:
    """The place on the page where a person who has answered about a mark goes on; None: its beginning.

    A mark that differs, and an answer that stops, are read from the beginning.
    """
    form = request.form
    looking = form.get("seen") in (Seen.AGREES, Seen.NOT_VISIBLE) or form.get("looked")
    return "look" if looking and answer.verdict.action not in _STOP else None


def ask_with_marks(question: Question, origin: RequestOrigin, *, record: bool = True) -> Answer:
    """Ask; marks that are none of the product's are left out.

    A person who corrects the product's name has answered about another one, and a mark may be withdrawn
    while they look.
    """
    try:
        return ask_check(question, origin, record=record)
    except InvalidFieldsError as error:
        unknown = {each.given for each in error.errors if each.code is ErrorCode.MARK_UNKNOWN}
        if not unknown or any(each.code is not ErrorCode.MARK_UNKNOWN for each in error.errors):
            raise
    kept = tuple(pair for pair in question.marks if pair[0].strip().lower() not in unknown)
    return ask_check(replace(question, marks=kept), origin, record=record)
