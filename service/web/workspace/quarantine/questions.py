"""Questions of clinics about vials of the organisation's products that lie in quarantine, and the answers."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import OWNERS, Role
from service.clinics.quarantine.case_forms import read_text
from service.errors import RefusedError
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.formatting import date_words

questions = Blueprint("questions", __name__, url_prefix="/quarantine")
questions.after_request(set_language_headers)


@questions.get("")
@only_for(Role.VIEWER, kinds=OWNERS)
def listing() -> str:
    """List them: overdue ones first, answered ones last."""
    return _page()


@questions.post("/<int:event_id>")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def answer(event_id: int) -> Response | tuple[str, HTTPStatus]:
    """Answer one."""
    try:
        text = read_text(request.form.get("text", ""), "text")
    except RefusedError as error:
        wrong = FieldError(f"text-{event_id}", error_message(error, spoken()))
        return _page(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    services().quarantine_cases.answer(actor(), event_id, text, services().verification.now())
    return redirect(url_for("questions.listing"), HTTPStatus.SEE_OTHER)


def _page(wrong: FieldError | None = None) -> str:
    today, tr = services().verification.now().date(), spoken()
    return render_template(
        "workspace/quarantine_questions.html",
        asked=services().quarantine_cases.asked(actor(), today),
        today=today,
        day_words=lambda on: date_words(on.isoformat(), tr),
        may=actor().may(Role.RELEASER),
        given=request.form.get("text", ""),
        errors=[wrong] if wrong else [],
        by_box={wrong.box: wrong.message} if wrong else {},
    )
