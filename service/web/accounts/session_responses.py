"""Responses that begin a session, or lead to its second step: cookies, and where to go next."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from service.accounts.sign_in import pending_actions, sessions
from service.accounts.sign_in.service import SecondStep, SignedInAs
from service.web.accounts.common import account_services, see
from service.web.core import cookies
from service.web.core.access import guest_or_actor
from service.web.core.i18n import available
from service.web.core.language_choice import keep_language
from service.web.core.navigation import own_path


def enter(outcome: SignedInAs | SecondStep, wanted: str | None = None) -> Response:
    """Set the cookie and redirect to `wanted`, or to where the form says."""
    wanted = next_page() if wanted is None else wanted
    if isinstance(outcome, SecondStep):
        response = see("account.second_step", next=wanted or None)
        cookies.set_cookie(response, cookies.STEP, outcome.token, pending_actions.LASTS)
        return response
    before = guest_or_actor()
    if before is not None:
        account_services().sessions.end(before.session)
    response = redirect(way_on(outcome, wanted), HTTPStatus.SEE_OTHER)
    hand_over(response, outcome)
    return response


def hand_over(response: Response, outcome: SignedInAs) -> None:
    """Set the session's cookie and that of the person's language, and delete that of the first step."""
    cookies.delete_cookie(response, cookies.STEP)
    cookies.set_cookie(response, cookies.SESSION, outcome.token, sessions.LONGEST)
    if outcome.language in available():
        keep_language(response, outcome.language)


def way_on(outcome: SignedInAs, wanted: str) -> str:
    """Return where to go after signing in: to the set-up of a second factor where the roles need one."""
    if outcome.lacks_factor:
        return url_for("factors.choose", next=wanted or None)
    return wanted or url_for("pages.ask")


def next_page() -> str:
    """The page of ours that the request asks to go to after signing in; empty where it names none."""
    return own_path(request.values.get("next"))
