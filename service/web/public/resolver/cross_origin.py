"""Responses that scripts of other websites may read (CORS), and what a request accepts.

Never the page with an answer: a website could have its visitors' browsers try serial numbers, each from an
address of its own.
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from flask import Response, request

from service.errors import VialcheckError
from service.web.core.error_responses import answer_without_view, refusal

LINKSET_JSON = "application/linkset+json"

METHODS = ("GET", "HEAD", "OPTIONS")

_LONGEST_HEADER = 4096
"""Characters of an Accept header: several times what any browser or program sends."""

_ACCEPTS = ("Accept", "Accept-Language")

View = TypeVar("View", bound=Callable[..., Response])


def readable_elsewhere(view: View) -> View:
    """Let scripts of other websites read what the view answers with `share`, and its refusals."""

    @wraps(view)
    def shared(*args: object, **kwargs: object) -> Response:
        try:
            if any(len(request.headers.get(name, "")) > _LONGEST_HEADER for name in _ACCEPTS):
                return share(answer_without_view(431))
            return view(*args, **kwargs)
        except VialcheckError as error:
            return share(refusal(error))

    return cast(View, shared)


def share(response: Response) -> Response:
    """Mark a response as readable from every origin."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Expose-Headers"] = "Link, Location"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.update(_ACCEPTS)
    return response


def add_link(response: Response, address: str, parameters: str) -> None:
    """Add a link to the one Link header (RFC 8288): some readers take only the last of several headers."""
    links = [*response.headers.getlist("Link"), f"<{address}>; {parameters}"]
    response.headers["Link"] = ", ".join(links)


def preflight() -> Response:
    """Answer an OPTIONS request: the methods that the address takes."""
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language"
    response.headers["Access-Control-Max-Age"] = "86400"
    return share(response)


def wants_linkset() -> bool:
    """Whether the request prefers a linkset as JSON (RFC 9264) to a page."""
    own = _quality(LINKSET_JSON)
    return own > 0 and own >= _quality("text/html")


def wants_page() -> bool:
    """Whether the request names pages among what it accepts, as browsers do; `*/*` alone names none."""
    return max(_quality("text/html"), _quality("application/xhtml+xml")) > 0 and not wants_linkset()


def _quality(media_type: str) -> float:
    return max((quality for name, quality in request.accept_mimetypes if name == media_type), default=0)
