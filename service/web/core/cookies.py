"""Cookies that only this host sets and reads, that no script sees, and that other sites' forms do not bring.

Over https they bear the prefix `__Host-`: a browser then takes them from this very host alone (RFC 6265bis,
4.1.3.2), so that a neighbour under the same domain cannot plant one.
"""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

SESSION = "vialcheck_session"
STEP = "vialcheck_step"
"""Of a sign-in between its two steps."""


AWAY = "vialcheck_away"
"""Of somebody who is at their organisation's own sign-in page."""


def held(cookie: str) -> str:
    """What the browser has in this cookie; empty where there is none."""
    return request.cookies.get(_named(cookie), "")


def give(response: Response, cookie: str, token: str, lasts: timedelta) -> None:
    """Have the browser keep a token."""
    response.set_cookie(
        _named(cookie),
        token,
        max_age=int(lasts.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response, cookie: str) -> None:
    """Have the browser forget it."""
    response.delete_cookie(_named(cookie), secure=request.is_secure, httponly=True, samesite="Lax")


def _named(cookie: str) -> str:
    return f"__Host-{cookie}" if request.is_secure else cookie
