"""Second factors: choosing one, authenticator app, passkeys, recovery codes."""

from typing import Annotated
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from service.accounts.credentials.passkeys import PasskeyOptions, RelyingParty
from service.accounts.credentials.second_factor import NewGenerator
from service.accounts.sign_in.service import SignedInAs
from service.errors import ErrorCode, ForbiddenError
from service.web.accounts.common import account_services, needs_proof, said, see, tried, visitor
from service.web.accounts.session_responses import hand_over, way_on
from service.web.charts.qr_code import drawn_qr
from service.web.core import cookies
from service.web.core.access import actor, only_for, open_to_everyone
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers
from service.web.core.json_body import read_body
from service.web.core.navigation import own_path
from service.web.core.question_form import own_origin

factors = Blueprint("factors", __name__)
factors.after_request(set_language_headers)


class PasskeyAnswer(BaseModel):
    """A browser's answer to a passkey challenge, and the challenge's token."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(max_length=100)]
    credential: Annotated[str, Field(max_length=20_000)]
    name: Annotated[str, Field(max_length=80)] = ""
    next: Annotated[str, Field(max_length=2000)] = ""


@factors.get("/account/second-factor")
@only_for()
def choose() -> str:
    """Explain second factors, and offer both kinds."""
    return render_template(
        "accounts/factors/choose.html",
        who=actor(),
        factors=account_services().factors.of(actor().person_id),
        next=own_path(request.args.get("next")),
    )


@factors.get("/account/authenticator")
@only_for()
def generator() -> str:
    """Show a new TOTP secret, as a QR code and as text."""
    needs_proof()
    return _generator_form(account_services().factors.begin_generator(actor().person_id, actor().email), [])


@factors.post("/account/authenticator")
@only_for()
def set_up_generator() -> Response:
    """Complete the set-up with a first code; the session becomes strong."""
    token = request.form.get("token", "")

    def act() -> Response:
        needs_proof()
        account_services().factors.finish_generator(actor(), token, request.form.get("code", ""))
        outcome = account_services().sign_in.strengthen(actor(), visitor(), how="code generator set up")
        return _set_up(outcome, "generator")

    def again(errors: list[FieldError]) -> str:
        begun = account_services().factors.pending_generator(actor().person_id, actor().email, token)
        if begun is None:
            raise ForbiddenError(ErrorCode.FORM_EXPIRED)
        return _generator_form(begun, errors)

    return tried(act, again, "code")


@factors.post("/account/authenticator/remove")
@only_for(strong=True)
def remove_generator() -> Response:
    """Remove the authenticator app."""
    account_services().factors.remove_generator(actor(), needed=actor().needs_second_factor)
    return see("me.page", done="generator_removed")


@factors.post("/account/recovery-codes")
@only_for(strong=True)
def recovery_codes() -> str:
    """Show ten new recovery codes; they cannot be read again."""
    return _codes_page()


@factors.post("/account/passkeys/options")
@only_for()
def new_passkey_options() -> Response:
    """Return the options with which the browser creates a passkey."""
    needs_proof()
    return _asked(account_services().passkeys.ask_for_new(actor(), site()))


@factors.post("/account/passkeys")
@only_for()
def add_passkey() -> Response:
    """Register the passkey that the browser created."""
    needs_proof()
    given = read_body(PasskeyAnswer)
    account_services().passkeys.add(actor(), site(), given.token, given.credential, given.name)
    outcome = account_services().sign_in.strengthen(actor(), visitor(), how="passkey set up")
    response = jsonify(next=own_path(given.next) or url_for("me.page", done="passkey"))
    hand_over(response, outcome)
    return response


@factors.post("/account/passkeys/<int:number>/remove")
@only_for(strong=True)
def remove_passkey(number: int) -> Response:
    """Remove a passkey."""
    account_services().passkeys.remove(actor(), number)
    return see("me.page", done="passkey_removed")


@factors.post("/sign-in/passkey/options")
@open_to_everyone
def passkey_options() -> Response:
    """Return the options with which the browser signs in: for the account of the second step, or for any
    account.
    """
    waiting = account_services().sign_in.waiting(cookies.read_cookie(cookies.STEP))
    return _asked(account_services().passkeys.ask(site(), waiting))


@factors.post("/sign-in/passkey")
@open_to_everyone
def passkey_sign_in() -> Response:
    """Sign in with a passkey alone, or complete the second step with it."""
    given = read_body(PasskeyAnswer)
    outcome = account_services().sign_in.with_passkey(
        account_services().passkeys, site(), given.token, given.credential, visitor()
    )
    response = jsonify(next=way_on(outcome, own_path(given.next)))
    hand_over(response, outcome)
    return response


@factors.post("/account/prove/passkey/options")
@only_for()
def proof_options() -> Response:
    """Return the options with which the browser proves a passkey of this account."""
    return _asked(account_services().passkeys.ask(site(), actor().person_id))


@factors.post("/account/prove/passkey")
@only_for()
def passkey_proof() -> Response:
    """Complete the proof; the session continues under a new token and is strong."""
    given = read_body(PasskeyAnswer)
    if account_services().passkeys.check(site(), given.token, given.credential) != actor().person_id:
        raise ForbiddenError(ErrorCode.NOT_ALLOWED)
    outcome = account_services().sign_in.strengthen(actor(), visitor(), how="passkey")
    response = jsonify(next=own_path(given.next) or url_for("me.page"))
    hand_over(response, outcome)
    return response


def site() -> RelyingParty:
    """Return the relying party: the operator's public URL where it is set, else the request's host."""
    origin = own_origin()
    return RelyingParty(origin, urlsplit(origin).hostname or "")


def _asked(question: PasskeyOptions) -> Response:
    return jsonify(options=question.options, token=question.token)


def _set_up(outcome: SignedInAs, done: str) -> Response:
    """Continue after an app was set up: show recovery codes, unless there are some already."""
    if account_services().factors.of(actor().person_id).recovery_codes:
        response: Response = see("me.page", done=done)
    else:
        response = make_response(_codes_page())
    hand_over(response, outcome)
    return response


def _codes_page() -> str:
    return render_template(
        "accounts/factors/recovery_codes.html", codes=account_services().factors.new_recovery_codes(actor())
    )


def _generator_form(new: NewGenerator, errors: list[FieldError]) -> str:
    side, path = drawn_qr(new.link)
    grouped = " ".join(new.secret[at : at + 4] for at in range(0, len(new.secret), 4))
    return render_template(
        "accounts/factors/generator.html",
        errors=errors,
        by_box=said(errors),
        side=side,
        path=path,
        secret=grouped,
        token=new.token,
        link=new.link,
    )
