"""A telephone on a page, for the operator's machine: what a text message would be answered, and recorded."""

import secrets

from flask import Blueprint, render_template, request

from service.errors import ConflictError, ErrorCode, NotFoundError
from service.settings import is_loopback
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.flask_proxies import behind
from service.web.core.services import services
from service.web.public.text_messages.conversation import TextMessage, answer_to
from service.web.text import visible
from service.web.text.text_messages.one_message import GSM_UNITS, UTF16_UNITS, units, utf16_units

text_simulator = Blueprint("text_simulator", __name__)

_SENDER = "+1 555 0100"
_MOST_CHARACTERS = 1600
"""The longest text that a provider passes on as one."""


@text_simulator.get("/sms/try")
@open_to_everyone
def show() -> str:
    """Return the empty telephone."""
    _of_this_machine()
    return _page("", _SENDER)


@text_simulator.post("/sms/try")
@open_to_everyone
@runs_in(Pool.CHECKS)
def send() -> str:
    """Answer a message as a provider's would be, and record the check. A form sent twice is one message."""
    _of_this_machine()
    text, sender = request.form.get("text", "")[:_MOST_CHARACTERS], request.form.get("sender", "")[:40]
    try:
        answer = answer_to(TextMessage(request.form.get("message_id", "")[:64], sender, text))
    except ConflictError:  # another text in a form that was sent before, by the browser's way back
        answer = answer_to(TextMessage(secrets.token_urlsafe(18), sender, text))
    return _page(text, sender, answer)


def _page(text: str, sender: str, answer: str | None = None) -> str:
    of_gsm = units(answer) if answer else None
    return render_template(
        "public/text_messages/simulator.html",
        text=visible(text, _MOST_CHARACTERS),
        sender=visible(sender),
        answer=answer,
        units=of_gsm if of_gsm is not None else utf16_units(answer or ""),
        most=GSM_UNITS if of_gsm is not None else UTF16_UNITS,
        message_id=secrets.token_urlsafe(18),
    )


def _of_this_machine() -> None:
    """NotFoundError where the operator has not set `text_simulator`, or another machine asks."""
    address = behind(request).environ.get("REMOTE_ADDR") or ""
    if not (services().settings.text_simulator and is_loopback(address)):
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="an address that is open", field="text_simulator")
