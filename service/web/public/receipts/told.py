"""Told when a receipt changes: a browser subscribes and ends it; and the receipts that a telephone keeps.

Which receipts a telephone keeps is known to that telephone alone.
"""

from http import HTTPStatus

from flask import Blueprint, Response, render_template
from pydantic import BaseModel, Field

from service.errors import ErrorCode, NotFoundError
from service.outgoing.web_push import PushSubscription
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import set_language_headers
from service.web.core.json_body import read_body
from service.web.core.services import services
from service.web.limits.checks import current_payer

told = Blueprint("told", __name__)
told.after_request(set_language_headers)


class BrowserKeys(BaseModel):
    """The keys of a browser's subscription, in base64url."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=50)


class BrowserSubscription(BaseModel):
    """What `PushSubscription.toJSON()` of a browser gives."""

    endpoint: str = Field(max_length=2000)
    keys: BrowserKeys


class EndedSubscription(BaseModel):
    """A browser that is to be told no more."""

    endpoint: str = Field(max_length=2000)


@told.post("/r/<token>/subscription")
@open_to_everyone
@runs_in(Pool.CHECKS)
def subscribe(token: str) -> Response:
    """Have the browser told. The link alone entitles to it, as it does to reading."""
    services().rate_limiter.admit(current_payer())
    sent = read_body(BrowserSubscription)
    to = PushSubscription(sent.endpoint, sent.keys.p256dh, sent.keys.auth)
    services().receipt_subscriptions.subscribe(token, to)
    return Response(status=HTTPStatus.NO_CONTENT)


@told.delete("/r/<token>/subscription")
@open_to_everyone
def unsubscribe(token: str) -> Response:
    """Have it told no more."""
    services().rate_limiter.admit(current_payer())
    services().receipt_subscriptions.unsubscribe(token, read_body(EndedSubscription).endpoint)
    return Response(status=HTTPStatus.NO_CONTENT)


@told.get("/receipts/changed.jws")
@open_to_everyone
def changed() -> Response:
    """The list of the day, signed; the same for everyone. NotFoundError before the first was made."""
    signed = services().changed_receipts.latest()
    if not signed:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a list", field="list")
    response = Response(signed, mimetype="application/jose")
    response.headers["Cache-Control"] = "public, max-age=600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@told.get("/receipts/kept")
@open_to_everyone
def kept() -> str:
    """The receipts that this telephone keeps; the page finds them there, and sends them nowhere."""
    return render_template("public/receipts/kept.html")
