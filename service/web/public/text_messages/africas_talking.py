"""Africa's Talking's callback of incoming messages: a form comes in, the answer is sent by us.

The form is not signed. What stands for a signature is the end of the callback's address, which only the
operator and the provider know, and, where the operator sets them, the addresses that calls come from.
"""

import hmac

from flask import Blueprint, Response, request

from service.errors import ErrorCode, NotFoundError
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.flask_proxies import behind
from service.web.core.services import services
from service.web.public.text_messages.conversation import TextMessage
from service.web.public.text_messages.deferred import answer_later

africas_talking = Blueprint("africas_talking", __name__)


@africas_talking.post("/sms/africastalking/<path>")
@open_to_everyone
@runs_in(Pool.CHECKS)
def incoming(path: str) -> Response:
    """Have one message answered. 404 for every other address, and where no application is set."""
    settings = services().settings
    provider = settings.africastalking
    address = behind(request).environ.get("REMOTE_ADDR") or ""
    given, expected = path.encode("utf-8", "replace"), settings.africastalking_path.encode()
    if (
        provider is None
        or not hmac.compare_digest(given, expected)
        or not settings.africastalking_calls_from(address)
    ):
        raise NotFoundError(
            ErrorCode.NOT_FOUND, expected="an address that is open", field="africastalking_path"
        )
    form = request.form
    message = TextMessage(form.get("id", ""), form.get("from", ""), form.get("text", ""))
    return answer_later(provider, message, form.get("to", ""), form.get("linkId", ""))
