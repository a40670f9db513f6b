"""Path and query of a request as they were sent, percent-encoding included.

WSGI decodes the path, after which a lot's `%2F` looks like a separator. Where the server passes the sent form
(RAW_URI, REQUEST_URI), it is used. Granian does not; there the Digital Link is rebuilt from the only parts
that it can have: /01/, /22/, /10/ and /21/ in this order.

>>> restored("/01/09506000134352/10/A/7/21/x%")
'/01/09506000134352/10/A%2F7/21/x%25'
"""

import re
from urllib.parse import quote, urlsplit

from werkzeug.wrappers import Request

_VALUE = r"(?:(?!/(?:22|10|21)/).)+"
_LINK = re.compile(
    rf"(.*?/01/[^/]+)(?:/22/({_VALUE}))?(?:/10/({_VALUE}))?(?:/21/({_VALUE}))?",
    re.DOTALL,
)


def raw_target(request: Request) -> str:
    """Return path and query of `request`, undecoded where the server passes them."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if raw.startswith("/"):
        return raw
    if raw:  # the absolute form that proxies may send (RFC 9112, 3.2.2)
        parts = urlsplit(raw)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    query = request.query_string.decode("latin-1")
    return restored(request.path) + (f"?{query}" if query else "")


def is_as_sent(request: Request) -> bool:
    """Whether the server passes path and query undecoded, so that a slash inside a value is certain."""
    return bool(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI"))


def restored(path: str) -> str:
    """Return a decoded path percent-encoded again, slashes inside a lot or serial too.

    A value that contains `/10/` or the like cannot be distinguished from two values and is read as two; so
    `digital_link.build` refuses such a value. One slash at the end is accepted, as GS1-Conformant Resolver
    asks.
    """
    match = _LINK.fullmatch(path.removesuffix("/"))
    if match is None:
        return quote(path, safe="/")
    before, *values = match.groups()
    parts = zip(("22", "10", "21"), values, strict=True)
    return quote(before, safe="/") + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in parts if value)
