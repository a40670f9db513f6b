"""Renders the page of one answer."""

import secrets

from flask import render_template

from service.authenticity.evidence import Asker
from service.verification.service import Answer
from service.web.core.i18n import spoken
from service.web.core.question_form import own_hosts
from service.web.core.services import services
from service.web.text.result_page import asked_fields, places, result_page


def answer_page(answer: Answer, fields: dict[str, str] | None = None, *, save_at_once: bool = False) -> str:
    """The page as HTML. `fields`: what its forms ask again, from the answer itself where None is given."""
    return render_template(
        "public/result.html",
        page=result_page(answer, spoken(), own_hosts=own_hosts()),
        release_tests=_release_tests(answer),
        saved=answer.id is not None,
        check_id=answer.id,
        save_at_once=save_at_once,
        # What the forms on the page ask again: to save it, or to ask it of one of several products.
        fields=fields or asked_fields(answer, answer.asker),
        other=Asker.PATIENT if answer.asker is Asker.CLINIC else Asker.CLINIC,
        nonce=secrets.token_urlsafe(18),
        places=places(),
    )


def _release_tests(answer: Answer) -> list[tuple[str, str, str]]:
    record = answer.verdict.record
    return services().verification.release_tests(record.batch.id) if record and record.batch else []
