"""Single sign-on: to the organisation's identity provider and back, where one is configured.

It starts with a link, not a form: our Content-Security-Policy (`form-action 'self'`) lets no form lead to
another host, not by a redirect either.
"""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from service.accounts.sign_in import pending_actions
from service.accounts.sign_in.single_sign_on import SingleSignOn
from service.web.accounts.common import account_services, visitor
from service.web.accounts.session_responses import enter
from service.web.core import cookies
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import set_language_headers
from service.web.core.navigation import own_path
from service.web.core.question_form import own_origin
from service.web.core.services import services

single_sign_on = Blueprint("single_sign_on", __name__, url_prefix="/sign-in/organisation")
single_sign_on.after_request(set_language_headers)


@single_sign_on.get("")
@open_to_everyone
@runs_in(Pool.PROVIDER)
def begin() -> Response:
    """Redirect to the identity provider."""
    departure = _service().begin(_return_address(), own_path(request.args.get("next")))
    response = redirect(departure.address, HTTPStatus.SEE_OTHER)
    cookies.set_cookie(response, cookies.AWAY, departure.token, pending_actions.LASTS)
    return response


@single_sign_on.get("/back")
@open_to_everyone
@runs_in(Pool.PROVIDER)
def back() -> Response:
    """Handle the return: sign in, or ask for the account's second factor."""
    token = cookies.read_cookie(cookies.AWAY)
    account_id, wanted = _service().finish(
        token, state=request.args.get("state", ""), code=request.args.get("code", "")
    )
    response = enter(account_services().sign_in.go_on(account_id, visitor(), how="single sign-on"), wanted)
    cookies.delete_cookie(response, cookies.AWAY)
    return response


def _return_address() -> str:
    return own_origin() + url_for("single_sign_on.back")


def _service() -> SingleSignOn:
    service = services().accounts.single_sign_on
    if service is None:
        abort(404)
    return service
