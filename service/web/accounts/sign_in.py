"""Signing in and out: password, second factor; and proving a second factor again."""

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.web.accounts.common import account_services, said, see, tried, visitor
from service.web.accounts.session_responses import enter, next_page
from service.web.core import cookies
from service.web.core.access import actor, guest_or_actor, only_for, open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers
from service.web.core.navigation import own_path

account = Blueprint("account", __name__)
account.after_request(set_language_headers)


@account.get("/sign-in")
@open_to_everyone
def sign_in() -> str | Response:
    """Show the form; redirect a person who is signed in already, unless with a PIN alone."""
    who = guest_or_actor()
    if who is not None and not who.by_pin:
        return redirect(own_path(request.args.get("next")) or url_for("me.page"), HTTPStatus.SEE_OTHER)
    return _form([])


@account.post("/sign-in")
@open_to_everyone
@runs_in(Pool.SIGN_IN)
def check_password() -> Response:
    """Verify a password: sign in, or continue with the second step. An earlier session of this
    browser ends.
    """

    def act() -> Response:
        email, password = request.form.get("email", ""), request.form.get("password", "")
        return enter(account_services().sign_in.with_password(email, password, visitor()))

    return tried(act, _form, "email")


@account.get("/sign-in/code")
@open_to_everyone
def second_step() -> str | Response:
    """Ask for a second factor."""
    if account_services().sign_in.waiting(cookies.read_cookie(cookies.STEP)) is None:
        return see("account.sign_in", next=next_page() or None)
    return _second_form([])


@account.post("/sign-in/code")
@open_to_everyone
def check_code() -> Response:
    """Verify the code and sign in."""

    def act() -> Response:
        step = cookies.read_cookie(cookies.STEP)
        return enter(account_services().sign_in.with_code(step, request.form.get("code", ""), visitor()))

    return tried(act, _second_form, "code")


@account.post("/sign-out")
@only_for(pin=True)
def sign_out() -> Response:
    """End the session in the browser and on the server; on a shared tablet the next person signs in."""
    who = actor()
    account_services().sign_in.sign_out(who)
    response = see("tablet.people" if who.device else "pages.ask")
    cookies.delete_cookie(response, cookies.SESSION)
    return response


@account.get("/account/prove")
@only_for()
def prove() -> str | Response:
    """Ask for a second factor; redirect to its set-up where the account has none."""
    if not account_services().factors.of(actor().person_id).any:
        return see("factors.choose", next=next_page() or None)
    return _prove_form([])


@account.post("/account/prove")
@only_for()
def check_proof() -> Response:
    """Verify the factor; the session continues under a new token and is strong."""

    def act() -> Response:
        return enter(account_services().sign_in.prove(actor(), request.form.get("code", ""), visitor()))

    return tried(act, _prove_form, "code")


def _form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/sign_in.html",
        errors=errors,
        by_box=said(errors),
        email=request.form.get("email", ""),
        next=next_page(),
        by_pin=(who := guest_or_actor()) is not None and who.by_pin,
        single_sign_on=account_services().single_sign_on is not None,
    )


def _second_form(errors: list[FieldError]) -> str:
    account_id = account_services().sign_in.waiting(cookies.read_cookie(cookies.STEP))
    factors = account_services().factors.of(account_id or 0)
    return render_template(
        "accounts/second_step.html",
        errors=errors,
        by_box=said(errors),
        factors=factors,
        proving=False,
        next=next_page(),
    )


def _prove_form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/second_step.html",
        errors=errors,
        by_box=said(errors),
        factors=account_services().factors.of(actor().person_id),
        proving=True,
        next=next_page(),
    )
