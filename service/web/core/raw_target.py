"""The path and query of a request as they were sent, percent-encoding included.

WSGI decodes the path, and then a lot's `%2F` looks like the border of two segments. Servers that hand the
sent form over (RAW_URI, REQUEST_URI) are believed. Granian does not; there the Digital Link is put together
again from what can only be its parts: /01/, /22/, /10/ and /21/ in this order.

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
    """Path and query of `request`, undecoded where the server says how they came."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if raw.startswith("/"):
        return raw
    if raw:  # the absolute form that proxies may send (RFC 9112, 3.2.2)
        parts = urlsplit(raw)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    query = request.query_string.decode("latin-1")
    return restored(request.path) + (f"?{query}" if query else "")


def restored(path: str) -> str:
    """A decoded path percent-encoded again, slashes inside a lot or serial too.

    A value that itself holds `/10/` or the like cannot be told from two values, and is read as those: so
    `digital_link.build` makes no link of one. One slash at the end is tolerated, as the resolver standard
    wants it.
    """
    match = _LINK.fullmatch(path.removesuffix("/"))
    if match is None:
        return quote(path, safe="/")
    before, *values = match.groups()
    parts = zip(("22", "10", "21"), values, strict=True)
    return quote(before, safe="/") + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in parts if value)
