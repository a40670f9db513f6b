"""The page where a person chooses the language: one large button each, in the language's own name."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.errors import ErrorCode, RefusedError
from service.web.core.access import guest_or_actor, open_to_everyone
from service.web.core.i18n import available, set_language_headers
from service.web.core.language_choice import keep_language
from service.web.core.navigation import own_path
from service.web.core.services import services

language = Blueprint("language", __name__, url_prefix="/language")
language.after_request(set_language_headers)


_TYPED = "typed."


@language.get("")
@open_to_everyone
def choose() -> str:
    """Show the languages. `next`: the page to come back to."""
    return render_template("public/language/choose.html", next=own_path(request.args.get("next")))


@language.post("/again")
@open_to_everyone
def again() -> str:
    """Show the languages to a person whose form has errors: each sends the form again, with what was typed.

    `next`: where it was sent; `typed.…`: its fields.
    """
    fields = [
        (name.removeprefix(_TYPED), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(_TYPED)
    ]
    return render_template(
        "public/language/choose.html", next=own_path(request.form.get("next")), fields=fields
    )


@language.post("")
@open_to_everyone
def chosen() -> Response:
    """Keep the language, with the account of a person who is signed in, and go back to `next`."""
    wanted = request.form.get("language", "")
    if wanted not in available():
        raise RefusedError(ErrorCode.NOT_FOUND, given=wanted, expected="a language of this service")
    who = guest_or_actor()
    if who is not None and not who.is_program:
        services().accounts.people.choose_language(who, wanted)
    back = own_path(request.form.get("next")) or url_for("pages.ask")
    response = redirect(back, HTTPStatus.SEE_OTHER)
    keep_language(response, wanted)
    return response
