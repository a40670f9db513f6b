"""What the pages of accounts share: services, the visitor, redirects, and errors beside their fields."""

from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus

from flask import Flask, g, make_response, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from service.accounts.services import AccountServices
from service.accounts.sign_in.service import Visitor
from service.errors import (
    ErrorCode,
    ForbiddenError,
    InvalidFieldsError,
    UnavailableError,
    VialcheckError,
    WaitError,
)
from service.web.core import cookies
from service.web.core.access import actor
from service.web.core.error_responses import status_of
from service.web.core.forms import FieldError
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.accounts.roles import role_names
from service.web.text.formatting import moment_words
from service.web.text.locales import country_name

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def account_services() -> AccountServices:
    """Return the account services."""
    return services().accounts


def visitor() -> Visitor:
    """Return where this request comes from."""
    device = device_of(request.headers.get("User-Agent", ""))
    return Visitor(request.remote_addr or "", device, cookies.read_cookie(cookies.DEVICE))


def device_of(user_agent: str) -> str:
    """Return browser and operating system in two words; nothing else of a user agent is stored.

    >>> device_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox, Linux'
    """
    found = [
        next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _MACHINES)
    ]
    return ", ".join(filter(None, found))


def said(errors: Iterable[FieldError]) -> dict[str, str]:
    """Return the first error of each field."""
    return {error.box: error.message for error in reversed(list(errors))}


def tried(
    act: Callable[[], Response], again: Callable[[list[FieldError]], str], box: str = "main"
) -> Response:
    """Return `act()`; where it is refused, the form `again` with each error beside its field.

    `box`: the field of errors that name none.
    """
    try:
        return act()
    except UnavailableError:
        raise
    except VialcheckError as error:
        each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
        errors = [
            FieldError(one.field or box, error_message(one, g.translation, technical=False)) for one in each
        ]
        response = make_response(again(errors), status_of(error))
        if isinstance(error, WaitError):
            response.headers["Retry-After"] = str(error.seconds)
        return response


def see(endpoint: str, **values: str | int | None) -> Response:
    """Redirect (303) after a form was carried out."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]  # values of an address


def _moment(at: datetime) -> Markup:
    words = moment_words(at, g.translation)
    return Markup('<time class="when" datetime="{}">{}</time>').format(at.isoformat(), words)


def init_app(app: Flask) -> None:
    """Add the texts of these pages to the templates."""
    app.jinja_env.globals.update(
        role_names=lambda roles: role_names(roles, g.translation),
        moment=_moment,
        country=lambda code: country_name(code, g.translation),
    )


def needs_proof() -> None:
    """ForbiddenError(SECOND_FACTOR_NEEDED) where a second factor is set up and was not verified in this
    session.
    """
    who = actor()
    if not who.strong and account_services().factors.of(who.person_id).any:
        raise ForbiddenError(ErrorCode.SECOND_FACTOR_NEEDED)
