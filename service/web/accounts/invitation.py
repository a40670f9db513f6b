"""The page that an invitation's link opens: who invites, and a name and a password to choose."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from service.web.accounts.common import account_services, said, tried, visitor
from service.web.accounts.session_responses import enter
from service.web.core.access import open_to_everyone
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers

invitation = Blueprint("invitation", __name__)
invitation.after_request(set_language_headers)


@invitation.get("/invitation/<token>")
@open_to_everyone
def page(token: str) -> str:
    """Show the form. Opening it does not use the link up: mail programs open every link."""
    return _form(token, [])


@invitation.post("/invitation/<token>")
@open_to_everyone
def accept(token: str) -> Response:
    """Create the account, and sign its person in."""

    def act() -> Response:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        account_id = account_services().invitations.accept(token, name=name, password=password)
        return enter(account_services().sign_in.go_on(account_id, visitor(), how="invitation"))

    return tried(act, lambda errors: _form(token, errors), "password")


def _form(token: str, errors: list[FieldError]) -> str:
    return render_template(
        "accounts/invitation.html",
        errors=errors,
        by_box=said(errors),
        invited=account_services().invitations.show(token),
        token=token,
        name=request.form.get("name", ""),
    )
