"""A clinic's shared tablet: who is at it, switched by PIN; the lock after its idle time; setting a PIN.

What a person had typed into a form when the lock came is sent along with the PIN, and shown to the same
person before it is recorded. It is kept in the page and nowhere else; secrets and files are left out.
"""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.accounts.devices.enrolment import COOKIE_LASTS, SHARES_DEVICES, SharedDevice
from service.accounts.sign_in.service import SignedInAs
from service.accounts.sign_in.sessions import LockedSession, hash_of
from service.errors import ErrorCode, ForbiddenError
from service.web.accounts.common import account_services, needs_proof, said, see, tried, visitor
from service.web.accounts.session_responses import hand_over, next_page
from service.web.core import cookies
from service.web.core.access import (
    actor,
    csrf_token_of,
    guest_or_actor,
    is_csrf_token,
    only_for,
    open_to_everyone,
)
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import wants_json
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.navigation import own_path
from service.web.text.accounts.kept_fields import kept_words
from service.web.text.formatting import N_

tablet = Blueprint("tablet", __name__)
tablet.after_request(set_language_headers)

_SECRET = frozenset({"csrf", "password", "old", "pin", "code", "secret", "credential"})
_MOST_FIELDS = 60
_MOST_CHARACTERS = 20_000
_KEPT = "kept-"
_DONE = {
    "pin": N_("Your PIN for this tablet is set. “Switch person” ends your session here."),
    "pin_removed": N_("Your PIN on this tablet was removed."),
}


@tablet.get("/switch")
@open_to_everyone
def people() -> str | Response:
    """Show who has a PIN on this tablet; redirect to the sign-in page where it is not enrolled."""
    device = _device()
    if device is None:
        return see("account.sign_in", next=next_page() or None)
    return _page(device, [])


@tablet.post("/switch/locked")
@open_to_everyone
def locked() -> Response:
    """Ask for the PIN after the idle lock, and keep what the form that was sent held.

    ForbiddenError(FORM_EXPIRED) for a form of another site, or of another session than this browser's last.
    """
    device = _device()
    if device is None or not is_csrf_token(request.form.get("csrf", "")):
        raise ForbiddenError(ErrorCode.FORM_EXPIRED)
    kept = [(name, text) for name, text in request.form.items(multi=True) if name not in _SECRET]
    return make_response(_page(device, [], kept=_bounded(kept), back=own_path(request.args.get("back"))))


@tablet.post("/switch")
@open_to_everyone
@runs_in(Pool.SIGN_IN)
def switch() -> Response:
    """Verify a PIN and begin that person's session; an earlier one of this browser ends."""
    device, before = _device(), _locked_session()
    kept, back = _kept(), own_path(request.form.get("back"))

    def act() -> Response:
        outcome = _begun()
        if back and before is not None and before.account_id == _person():
            return _entered(make_response(_carry_on(outcome, kept, back)), outcome)
        way = next_page() or url_for("clinic.first")
        return _entered(redirect(way, HTTPStatus.SEE_OTHER), outcome)

    if device is None:
        raise ForbiddenError(ErrorCode.DEVICE_NOT_ENROLLED)
    if wants_json():  # the page that covered itself: it goes on as it stands
        outcome = _begun()
        return _entered(jsonify(csrf=csrf_token_of(outcome.token)), outcome)
    return tried(act, lambda errors: _page(device, errors, kept=kept, back=back), "pin")


@tablet.get("/account/pin")
@only_for(Role.CLINIC, kinds=SHARES_DEVICES, pin=False)
def pin_form() -> str:
    """Show the form that sets one's PIN on this tablet."""
    return _pin_form([])


@tablet.post("/account/pin")
@only_for(Role.CLINIC, kinds=SHARES_DEVICES, pin=False)
@runs_in(Pool.SIGN_IN)
def set_pin() -> Response:
    """Set one's PIN on this tablet, with the password."""

    def act() -> Response:
        needs_proof()
        account_services().people.confirm_password(
            actor(), request.form.get("password", ""), field="password"
        )
        account_services().pins.set(actor(), cookies.read_cookie(cookies.DEVICE), request.form.get("pin", ""))
        return see("tablet.pin_form", done="pin")

    return tried(act, _pin_form, "pin")


@tablet.post("/account/pin/remove")
@only_for(Role.CLINIC, kinds=SHARES_DEVICES, pin=False)
def remove_pin() -> Response:
    """Remove one's PIN on this tablet."""
    account_services().pins.remove(actor(), cookies.read_cookie(cookies.DEVICE))
    return see("tablet.pin_form", done="pin_removed")


def _person() -> int:
    """The account of the person who was chosen; 0 for none."""
    chosen = request.form.get("person", "")
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0


def _begun() -> SignedInAs:
    """Verify the PIN and begin the session."""
    session, device = cookies.read_cookie(cookies.SESSION), cookies.read_cookie(cookies.DEVICE)
    return account_services().pins.sign_in(
        device, _person(), request.form.get("pin", ""), visitor(), instead_of=hash_of(session)
    )


def _device() -> SharedDevice | None:
    return account_services().devices.find(cookies.read_cookie(cookies.DEVICE))


def _locked_session() -> LockedSession | None:
    session, device = cookies.read_cookie(cookies.SESSION), cookies.read_cookie(cookies.DEVICE)
    return account_services().sessions.locked(session, device) if session and device else None


def _entered(response: Response, outcome: SignedInAs) -> Response:
    hand_over(response, outcome)
    cookies.set_cookie(response, cookies.DEVICE, cookies.read_cookie(cookies.DEVICE), COOKIE_LASTS)
    return response


def _kept() -> list[tuple[str, str]]:
    """What an earlier form held, as the page of the lock sends it along."""
    return _bounded(
        (name.removeprefix(_KEPT), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(_KEPT) and name.removeprefix(_KEPT) not in _SECRET
    )


def _bounded(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields where they are as few and short as a person's; else none of them."""
    kept = list(fields)
    size = sum(len(name) + len(text) for name, text in kept)
    return kept if len(kept) <= _MOST_FIELDS and size <= _MOST_CHARACTERS else []


def _page(
    device: SharedDevice,
    errors: list[FieldError],
    *,
    kept: list[tuple[str, str]] | None = None,
    back: str = "",
) -> str:
    before = _locked_session() if guest_or_actor() is None else None
    chosen = request.form.get("person", "") or (str(before.account_id) if before else "")
    return render_template(
        "accounts/devices/switch.html",
        device=device,
        errors=errors,
        by_box=said(errors),
        chosen=chosen,
        before=before,
        kept=kept or [],
        prefix=_KEPT,
        back=back,
        next=next_page(),
    )


def _carry_on(outcome: SignedInAs, kept: list[tuple[str, str]], back: str) -> str:
    """What the person had typed, and the form that sends it now."""
    return render_template(
        "accounts/devices/carry_on.html",
        kept=kept,
        words=kept_words(kept, spoken()),
        back=back,
        page=urlsplit(back).path,
        token=csrf_token_of(outcome.token),
    )


def _pin_form(errors: list[FieldError]) -> str:
    device, who = _device(), actor()
    own = device is not None and device.organisation_id == who.organisation_id
    code = request.args.get("done", "")
    return render_template(
        "accounts/devices/pin.html",
        errors=errors,
        by_box=said(errors),
        device=device if own else None,
        has_pin=device is not None and any(each.account_id == who.account_id for each in device.people),
        done=spoken().gettext(_DONE[code]) if code in _DONE else "",
    )
