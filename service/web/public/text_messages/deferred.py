"""Answers that leave by a request of ours: asked at once, put into the outbox, and acknowledged.

A message that its provider delivers twice, or that is sent to us once more by another, is acknowledged and
not answered again: each answer costs the operator money.
"""

import re

from flask import Response
from werkzeug.exceptions import BadRequest

from service.outgoing.text_messages import OutgoingText, TextProvider
from service.web.core.services import services
from service.web.public.text_messages.conversation import TextMessage, answer_to, mark_of_message

_NUMBER = re.compile(r"\+?[0-9]{4,15}")
"""E.164, with or without its sign, and short codes. A name cannot be answered."""


def answer_later(provider: TextProvider, message: TextMessage, number: str, link: str = "") -> Response:
    """Have a message answered, from the number that it came to; return what its provider is told.

    UnavailableError(BUSY) where too many answers wait, and then nothing was asked; BadRequest for a message
    without an id. ConflictError: see `answer_to`.
    """
    ours = services()
    if not message.id:
        raise BadRequest
    if not (_NUMBER.fullmatch(message.sender) and number):
        return Response(status=200)
    ours.text_outbox.admit()
    message = message.of_provider(provider.name)
    if not ours.rate_limiter.is_first_message(mark_of_message(message.id)):
        return Response(status=200)
    answer = answer_to(message)
    if answer:
        ours.text_outbox.put(provider, OutgoingText(message.sender, number, answer, link))
    return Response(status=200)
