"""A clinic's shared tablets, for its admins: enrolling one, its idle time, revoking it, lifting locks of
PINs.
"""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.accounts.devices.enrolment import COOKIE_LASTS, IDLE_CHOICES, SHARES_DEVICES, SharedDevice
from service.web.accounts.common import account_services, said, see, tried
from service.web.core import cookies
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.text.formatting import N_

devices = Blueprint("devices", __name__, url_prefix="/devices")
devices.after_request(set_language_headers)

_DONE = {
    "enrolled": N_("This tablet is enrolled. Now each person signs in on it once and sets a PIN."),
    "revoked": N_("That tablet opens nothing any more, and its PINs are deleted."),
    "idle": N_("The time was changed. It counts at once."),
    "lifted": N_("That person can try the PIN again."),
}


@devices.get("")
@only_for(Role.ADMIN, kinds=SHARES_DEVICES, strong=True)
def page() -> str:
    """List the tablets, and offer to enrol this one."""
    return _page([])


@devices.post("")
@only_for(Role.ADMIN, kinds=SHARES_DEVICES, strong=True)
def enrol() -> Response:
    """Enrol the browser that the admin uses; one that is enrolled already stays what it is."""

    def act() -> Response:
        if _this_one() is not None:
            return see("devices.page")
        form = request.form
        token = account_services().devices.enrol(actor(), form.get("name", ""), form.get("idle", ""))
        response = see("devices.page", done="enrolled")
        cookies.set_cookie(response, cookies.DEVICE, token, COOKIE_LASTS)
        return response

    return tried(act, _page, "name")


@devices.post("/<int:number>/revoke")
@only_for(Role.ADMIN, kinds=SHARES_DEVICES, strong=True)
def revoke(number: int) -> Response:
    """Revoke a tablet, such as one that was lost."""
    account_services().devices.revoke(actor(), number)
    return see("devices.page", done="revoked")


@devices.post("/<int:number>/idle")
@only_for(Role.ADMIN, kinds=SHARES_DEVICES, strong=True)
def set_idle(number: int) -> Response:
    """Set the idle time of a tablet."""

    def act() -> Response:
        account_services().devices.set_idle(actor(), number, request.form.get("idle", ""))
        return see("devices.page", done="idle")

    return tried(act, _page, "idle")


@devices.post("/<int:number>/pins/<int:account_id>/lift")
@only_for(Role.ADMIN, kinds=SHARES_DEVICES, strong=True)
def lift(number: int, account_id: int) -> Response:
    """Lift the lock of a person's PIN."""
    account_services().devices.lift_lock(actor(), number, account_id)
    return see("devices.page", done="lifted")


def _this_one() -> SharedDevice | None:
    """This browser's device, where it is one of the admin's organisation."""
    here = account_services().devices.find(cookies.read_cookie(cookies.DEVICE))
    return here if here is not None and here.organisation_id == actor().organisation_id else None


def _page(errors: list[FieldError]) -> str:
    code = request.args.get("done", "")
    return render_template(
        "accounts/devices/list.html",
        errors=errors,
        by_box=said(errors),
        done=spoken().gettext(_DONE[code]) if code in _DONE else "",
        here=_this_one(),
        devices=account_services().devices.of(actor().organisation_id),
        choices=IDLE_CHOICES,
        given=request.form,
    )
