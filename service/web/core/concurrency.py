"""Which thread pool of a worker process runs a view, so that costly requests never hold up a check.

A view says so with `runs_in`; one that does not runs in `Pool.PAGES`. The front (`service.server`) has the
pools; a test client and the development server run every view in the thread that they have.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from flask import Flask, has_request_context, request

from service.web.core.flask_proxies import behind

View = TypeVar("View", bound=Callable[..., object])


class Pool(StrEnum):
    """A bounded thread pool with a bounded queue of its own."""

    CHECKS = "checks"
    """Checks, and nothing else: a millisecond each."""

    LOOKUPS = "lookups"
    """Recorded checks looked up by their id. They may wait until another process has written the check."""

    PAGES = "pages"
    """Every other page: workspace, clinic, accounts, information."""

    COSTLY = "costly"
    """Requests of guests that take a processor for long: label sheets."""

    SIGN_IN = "sign_in"
    """Sign-in with a password, whose hash is made to take long."""

    PICTURES = "pictures"
    """Requests that wait for a picture to be decoded in the picture process."""

    PROVIDER = "provider"
    """Requests that wait for an identity provider on the network."""

    OUTSIDE = "outside"
    """Checks that wait for another organisation's responder (`service.verification.outside`)."""


MAY_MOVE = "vialcheck.may_move"
"""In a request's environment: the front can begin the request again in another pool."""


PAID, PAID_BEFORE = "vialcheck.paid", "vialcheck.paid_before"
"""In the same place: how many checks were paid for, now and before the request began again."""


class PoolChange(BaseException):
    """Ends a view so that its request begins again in another pool. No handler of errors catches it."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.pool = pool


def wait_outside() -> None:
    """Call it before waiting for another organisation: raises PoolChange(OUTSIDE) in a thread of the front
    that others wait for. Nothing may have been recorded for the request yet.
    """
    if has_request_context() and behind(request).environ.get(MAY_MOVE):
        raise PoolChange(Pool.OUTSIDE)


_POOLS: dict[Callable[..., object], Pool] = {}


def runs_in(pool: Pool) -> Callable[[View], View]:
    """Declare the pool of a view."""

    def declare(view: View) -> View:
        _POOLS[view] = pool
        return view

    return declare


def pool_of(app: Flask, endpoint: str) -> Pool:
    """The pool of the view behind an endpoint. Static files are sent by the front: `Pool.CHECKS`."""
    if endpoint == "static":
        return Pool.CHECKS
    return _POOLS.get(app.view_functions[endpoint], Pool.PAGES)
