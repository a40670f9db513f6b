"""Cookies: HttpOnly, SameSite, and over https with the prefix `__Host-`.

A browser accepts `__Host-` cookies from this host alone (RFC 6265bis, 4.1.3.2), so that another host of the
same domain cannot set one.
"""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from service.web.core.flask_proxies import behind
from service.web.core.services import services

SESSION = "vialcheck_session"
STEP = "vialcheck_step"
"""Holds the token between the two steps of a sign-in."""

DEVICE = "vialcheck_device"
"""Holds the token of an enrolled device: a clinic's shared tablet."""

AWAY = "vialcheck_away"
"""Holds the token while a person is at their identity provider."""


def is_https() -> bool:
    """Whether the browser asks over https, as far as that can be known.

    A proxy that ends TLS and was not announced (VIALCHECK_PROXIES) is noticed by the public address, or by
    the header that it sets. A client that sends the header itself only has its own cookies kept for https.
    """
    environ = behind(request).environ
    if environ.get("wsgi.url_scheme") == "https" or services().settings.public_url.startswith("https://"):
        return True
    return str(environ.get("HTTP_X_FORWARDED_PROTO", "")).strip().lower() == "https"


def read_cookie(cookie: str) -> str:
    """Return the cookie's value; empty where there is none."""
    asked = behind(request)
    return asked.cookies.get(_named(cookie), "") if "HTTP_COOKIE" in asked.environ else ""


def set_cookie(response: Response, cookie: str, token: str, lasts: timedelta) -> None:
    """Set the cookie."""
    response.set_cookie(
        _named(cookie),
        token,
        max_age=int(lasts.total_seconds()),
        secure=is_https(),
        httponly=True,
        samesite="Lax",
    )


def delete_cookie(response: Response, cookie: str) -> None:
    """Delete the cookie."""
    response.delete_cookie(_named(cookie), secure=is_https(), httponly=True, samesite="Lax")


def _named(cookie: str) -> str:
    return f"__Host-{cookie}" if is_https() else cookie
