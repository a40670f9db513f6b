"""What the clinic's pages share: the access rule, the question of the scan field, answers in words."""

import secrets
from typing import TypedDict

from flask import Blueprint, request

from service.accounts.actors import OrganisationKind
from service.authenticity.evidence import Asker, Presented
from service.authenticity.verdicts import Verdict
from service.clinics.origin import clinic_origin
from service.errors import ErrorCode, NotFoundError, VialcheckError
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import Answer
from service.web.core.access import actor, sees_whole
from service.web.core.forms import FieldError, field_errors
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import own_hosts
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.clinic_text import BADGES, STATES, amount, moment_words, status_words
from service.web.text.formatting import date_words, from_visible, visible
from service.web.text.result_page import ResultPage, result_page

clinic = Blueprint("clinic", __name__)
clinic.after_request(set_language_headers)

CLINICS = frozenset({OrganisationKind.CLINIC})
"""Only a clinic has vials; these pages are closed to other organisations."""


class FormErrors(TypedDict):
    """What a page shows of an error: the summary's lines, and the message of each field."""

    errors: list[FieldError]
    by_box: dict[str, str]


def asked() -> Question:
    """Return the question of the scan field, in the clinic's country; its check is on disk before it is
    answered.
    """
    form = request.form
    return Question(
        scan=from_visible(form.get("scan", "")),
        gtin=form.get("gtin", ""),
        market=actor().country,
        asker=Asker.CLINIC,
        nonce=nonce(),
    )


def origin() -> RequestOrigin:
    """Return the origin of the clinic's checks."""
    return clinic_origin(actor(), Channel.WEB)


def clinics_answer(scan_id: str) -> Answer:
    """Return the answer to a check that a clinic made; NotFoundError for a patient's, which has other
    severities, and for another organisation's.
    """
    answer = services().verification.find_check(scan_id)
    if answer.asker is not Asker.CLINIC or answer.organisation_id not in {None, actor().organisation_id}:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=scan_id, expected="a clinic's check", field="check")
    return answer


def nonce() -> str | None:
    """Return the nonce of the form that was sent."""
    return request.form.get("nonce", "")[:64] or None


def in_words(answer: Answer) -> ResultPage:
    """Return an answer in the words for clinics."""
    return result_page(answer, spoken(), own_hosts=own_hosts(), whole=sees_whole(answer))


def verdict_in_words(verdict: Verdict, shown: Presented) -> ResultPage:
    """Return a verdict without a recorded check, in the words for clinics."""
    return in_words(Answer(None, verdict, shown, None, None, Asker.CLINIC))


def wrong(error: VialcheckError, box: str = "scan") -> FormErrors:
    """Return an error for a page whose fields differ from those of the first page."""
    known = {"reason", "units", "count", "hours", "supplier", "note_number", "reference"}
    if error.field in known:
        box = error.field or box
    elif box == "scan":
        lines = field_errors(error)
        return {"errors": lines, "by_box": {"scan": " ".join(line.message for line in lines)}}
    message = error_message(error, spoken(), technical=False)
    return {"errors": [FieldError(box, message)], "by_box": {box: message}}


@clinic.context_processor
def _words() -> dict[str, object]:
    tr = spoken()
    return {
        "moment": lambda at: moment_words(at, actor().country, tr),
        "day": lambda at: moment_words(at, actor().country, tr, time=False),
        "date_words": lambda text: date_words(text, tr),
        "amount": amount,
        "status": lambda verdict: status_words(verdict, tr),
        "state_words": lambda state: tr.gettext(STATES[state]),
        "badges": BADGES,
        "visible": visible,
        "nonce": secrets.token_urlsafe(18),
    }
