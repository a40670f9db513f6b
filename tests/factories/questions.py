"""Questions with their origin, from one table of fields."""

from typing import Any

from service.verification.question import Channel, Question, RequestOrigin

_OF_ORIGIN = ("country", "region", "client", "trade", "organisation_id")

Asked = tuple[Question, RequestOrigin]


def make_question(channel: Channel = Channel.API, **fields: Any) -> Asked:
    """What `VerificationService.verify` and `preview` take; fields of the origin and of the question mixed."""
    origin = {name: fields.pop(name) for name in _OF_ORIGIN if name in fields}
    return Question(**fields), RequestOrigin(channel, **origin)
