"""Where a page of records begins, and how long it is."""

from flask import request

from service.errors import ErrorCode, RefusedError

LIMIT = 100
"""Rows of a page, where the request does not say."""

MOST = 500

QUERY = {
    "after": "Where the page begins: `next` of the page before.",
    "limit": f"Rows of the page, 1 to {MOST}; {LIMIT} where it is left out.",
}

_LONGEST = 40


def page_limit() -> int:
    """Rows of the page that is asked for. VALUE_INVALID."""
    return number_of("limit", LIMIT, least=1, most=MOST)


def number_of(name: str, otherwise: int, *, least: int = 0, most: int = 10**15) -> int:
    """A number of the query; `otherwise` where it is left out. VALUE_INVALID."""
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most:
        return int(text)
    expected = f"a number from {least} to {most}"
    raise RefusedError(ErrorCode.VALUE_INVALID, given=text[:_LONGEST], expected=expected, field=name)


def place() -> str:
    """Where the page begins, as a text; empty for the first."""
    return request.args.get("after", "").replace("\0", "")[:_LONGEST]
