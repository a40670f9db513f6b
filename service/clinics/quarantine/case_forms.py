"""What a person writes into the case of a quarantined vial, read and checked."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from service.clinics.plain_text import printable
from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError

MOST_CHARACTERS = 500
MOST_OF_A_NAME = 200
LONGEST = timedelta(days=365)


class Answerer(StrEnum):
    """Who has to answer whether the vial may be used."""

    CLINIC = "clinic"
    MAKER = "maker"
    AUTHORITY = "authority"


class CaseEntryKind(StrEnum):
    """What an entry of a case says: who answers by when, what was found, or the answer."""

    ASSIGNED = "assigned"
    FOUND = "found"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class CaseAssignment:
    """Who or which place holds the vial, who has to answer by the end of `due`, and the question."""

    holder: str
    answerer: Answerer
    due: date
    question: str = ""


def read_assignment(holder: str, answerer: str, due: str, question: str, today: date) -> CaseAssignment:
    """Return what the fields say. InvalidFieldsError with every field that is wrong."""
    errors: list[VialcheckError] = []
    holder, question = printable(holder), printable(question)
    if not holder:
        errors.append(RefusedError(ErrorCode.HOLDER_MISSING, field="holder"))
    for field, text, most in (("holder", holder, MOST_OF_A_NAME), ("question", question, MOST_CHARACTERS)):
        if len(text) > most:
            errors.append(
                RefusedError(
                    ErrorCode.TOO_LONG, given=text, expected=f"at most {most} characters", field=field
                )
            )
    if answerer not in set(Answerer):
        errors.append(RefusedError(ErrorCode.ANSWERER_MISSING, field="answerer"))
    if answerer == Answerer.MAKER and not question:
        errors.append(RefusedError(ErrorCode.CASE_TEXT_MISSING, field="question"))
    day = _day(due, today)
    if day is None:
        errors.append(RefusedError(ErrorCode.DUE_INVALID, given=due, field="due"))
    if errors or day is None:
        raise InvalidFieldsError(tuple(errors))
    return CaseAssignment(holder, Answerer(answerer), day, question)


def read_text(text: str, field: str) -> str:
    """Return what was found or answered. RefusedError where it is empty or too long."""
    text = printable(text)
    if not text:
        raise RefusedError(ErrorCode.CASE_TEXT_MISSING, field=field)
    if len(text) > MOST_CHARACTERS:
        expected = f"at most {MOST_CHARACTERS} characters"
        raise RefusedError(ErrorCode.TOO_LONG, given=text, expected=expected, field=field)
    return text


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if today <= day <= today + LONGEST else None
