"""Nothing is put on record by a clock that is in doubt."""

from flask import Flask, request

from service.web.core.flask_proxies import behind
from service.web.core.services import services

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_ARRIVES_BY_GET = frozenset({"single_sign_on"})
"""Blueprints whose GET puts something on record: a person comes back from the provider's page."""


def init_app(app: Flask) -> None:
    """Refuse requests that put something on record while the clock is in doubt."""
    app.before_request(_believed)


def _believed() -> None:
    """UnavailableError(CLOCK_IN_DOUBT)."""
    asked = behind(request)
    if asked.method not in _CHANGES_NOTHING or asked.blueprint in _ARRIVES_BY_GET:
        services().verification.now()
