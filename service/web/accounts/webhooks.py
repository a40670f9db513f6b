"""Webhooks of an organisation: set, tried, removed; the log of what each was sent, and sending again."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.registry.webhooks.endpoints import PAGE, Webhooks, topics_for
from service.web.accounts.common import said, see, tried
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text.accounts.webhook_words import STATE_WORDS, TOPIC_WORDS
from service.web.text.formatting import N_

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")
webhooks.after_request(set_language_headers)

_DONE = {
    "removed": N_("Nothing is sent there any more."),
    "tested": N_("A test is on its way. It is in the log within a minute or two."),
    "again": N_("It is sent again within a minute or two, under the same number."),
}


def _webhooks() -> Webhooks:
    return services().webhooks


@webhooks.get("")
@only_for(Role.ADMIN, strong=True)
def page() -> str:
    """List the webhooks in use."""
    return render_template(
        "accounts/webhooks/list.html",
        done=_done(),
        webhooks=_webhooks().of(actor().organisation_id),
        words=_words(TOPIC_WORDS),
    )


@webhooks.get("/new")
@only_for(Role.ADMIN, strong=True)
def form() -> str:
    """Show the form for a new webhook."""
    return _form([])


@webhooks.post("/new")
@only_for(Role.ADMIN, strong=True)
def make() -> Response:
    """Set a webhook and show its secret; it cannot be read again."""

    def act() -> Response:
        given = request.form
        number, secret = _webhooks().add(
            actor(), url=given.get("webhook", ""), topics=given.getlist("topics")
        )
        return make_response(render_template("accounts/webhooks/secret.html", number=number, secret=secret))

    return tried(act, _form, "webhook")


@webhooks.get("/<int:number>")
@only_for(Role.ADMIN, strong=True)
def one(number: int) -> str:
    """Show one webhook with its log."""
    text = request.args.get("page", "1")
    current = max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    entries, many = _webhooks().log(actor().organisation_id, number, current)
    return render_template(
        "accounts/webhooks/log.html",
        done=_done(),
        webhook=_webhooks().one(actor().organisation_id, number),
        entries=entries,
        page=current,
        pages=max(-(-many // PAGE), 1),
        words=_words(TOPIC_WORDS),
        states=_words(STATE_WORDS),
    )


@webhooks.post("/<int:number>/test")
@only_for(Role.ADMIN, strong=True)
def test(number: int) -> Response:
    """Queue a test message."""
    _webhooks().test(actor(), number)
    return see("webhooks.one", number=number, done="tested")


@webhooks.post("/<int:number>/deliveries/<int:delivery>/again")
@only_for(Role.ADMIN, strong=True)
def again(number: int, delivery: int) -> Response:
    """Send one message again."""
    _webhooks().replay(actor(), number, delivery)
    return see("webhooks.one", number=number, done="again")


@webhooks.post("/<int:number>/remove")
@only_for(Role.ADMIN, strong=True)
def remove(number: int) -> Response:
    """Send nothing there any more."""
    _webhooks().remove(actor(), number)
    return see("webhooks.page", done="removed")


def _done() -> str:
    told = _DONE.get(request.args.get("done", ""))
    return spoken().gettext(told) if told else ""


def _words(texts: Mapping[Any, str]) -> dict[Any, str]:
    return {key: spoken().gettext(text) for key, text in texts.items()}


def _form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/webhooks/new.html",
        errors=errors,
        by_box=said(errors),
        given=request.form,
        chosen=request.form.getlist("topics"),
        topics=topics_for(actor().kind),
        words=_words(TOPIC_WORDS),
    )
