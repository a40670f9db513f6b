"""The signed-in person's own account: name, password, factors, sessions."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.web.accounts.common import account_services, needs_proof, said, see, tried
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.text.formatting import N_

me = Blueprint("me", __name__, url_prefix="/account")
me.after_request(set_language_headers)

_DONE = {
    "name": N_("Your name was changed."),
    "password": N_("Your password was changed. Everywhere else you were signed out."),
    "ended": N_("That device was signed out."),
    "others": N_("All other devices were signed out."),
    "generator": N_("Your authenticator app is set up."),
    "generator_removed": N_("The authenticator app counts no longer."),
    "passkey": N_("Your passkey is set up."),
    "passkey_removed": N_("That passkey counts no longer."),
}


@me.get("")
@only_for()
def page() -> str:
    """Show the account, with a link to change each part."""
    return _page([])


@me.post("/name")
@only_for()
def rename() -> Response:
    """Change the name."""

    def act() -> Response:
        account_services().people.rename(actor(), request.form.get("name", ""))
        return see("me.page", done="name")

    return tried(act, _page, "name")


@me.get("/password")
@only_for()
def password() -> str:
    """Show the form for a new password."""
    return _password_form([])


@me.post("/password")
@only_for()
def change_password() -> Response:
    """Change the password; every other session ends."""

    def act() -> Response:
        needs_proof()
        account_services().people.change_password(
            actor(), request.form.get("old", ""), request.form.get("password", "")
        )
        return see("me.page", done="password")

    return tried(act, _password_form, "password")


@me.post("/sessions")
@only_for()
def end_session() -> Response:
    """End one session, or all others."""
    who, which = actor(), request.form.get("session", "")
    for each in account_services().sessions.open_sessions(who.person_id):
        if each.id != who.session and which in {each.id, "others"}:
            account_services().sign_in.end_session(who, each.id)
    return see("me.page", done="others" if which == "others" else "ended")


def done() -> str:
    """Return the sentence for what was just done, by the code in the address."""
    code = request.args.get("done", "")
    return spoken().gettext(_DONE[code]) if code in _DONE else ""


def _page(errors: list[FieldError]) -> str:
    who = actor()
    return render_template(
        "accounts/me.html",
        errors=errors,
        by_box=said(errors),
        done=done(),
        who=who,
        name=request.form.get("name", who.name),
        factors=account_services().factors.of(who.person_id),
        sessions=account_services().sessions.open_sessions(who.person_id),
        passkeys=account_services().passkeys.of(who.person_id),
    )


def _password_form(errors: list[FieldError]) -> str:
    return render_template("accounts/password.html", errors=errors, by_box=said(errors), who=actor())
