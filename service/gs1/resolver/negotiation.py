"""Chooses among several links of one type by what a request prefers: context, language, media type.

GS1-Conformant Resolver 1.2 has a resolver use `Accept-Language`, and lets it use `Accept` and `context`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.gs1.resolver.statements import LinkStatement

_UNSAID = 0.0005
"""What a link without a language or media type is worth to a request that prefers some: less than the least
quality of a match (RFC 9110 allows three decimals), more than none.
"""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a request prefers: language tags and media types, each with a quality from 0 to 1, and a context.

    Empty: the request says nothing.
    """

    languages: tuple[tuple[str, float], ...] = ()
    media_types: tuple[tuple[str, float], ...] = ()
    context: str = ""


def best_of(links: Sequence[LinkStatement], preferences: Preferences) -> list[LinkStatement]:
    """Return the links that fit best, in their order: several where the request does not tell them apart."""
    worth = [_worth(each, preferences) for each in links]
    return [each for each, own in zip(links, worth, strict=True) if own == max(worth)]


def _worth(link: LinkStatement, preferences: Preferences) -> tuple[float, float, float]:
    return (
        _context(link.context, preferences.context),
        max(_language(each, preferences.languages) for each in link.languages)
        if link.languages
        else _without(preferences.languages),
        _media(link.media_type, preferences.media_types)
        if link.media_type
        else _without(preferences.media_types),
    )


def _context(own: str, asked: str) -> float:
    if own == "":
        return 0.5
    return 1.0 if own.casefold() == asked.casefold() else 0.0


def _without(preferred: tuple[tuple[str, float], ...]) -> float:
    """What a link is worth that does not say its language or media type."""
    particular = any(not tag.startswith("*") for tag, _ in preferred)
    return _UNSAID if particular else 1.0


def _language(own: str, preferred: tuple[tuple[str, float], ...]) -> float:
    """`de` fits `de`, `de-CH` and, less than those, `*`."""
    if not preferred:
        return 0.5
    fitting = [quality for tag, quality in preferred if tag.partition("-")[0].casefold() == own]
    anything = [quality / 2 for tag, quality in preferred if tag == "*"]
    return max(fitting or anything or [0.0])


def _media(own: str, preferred: tuple[tuple[str, float], ...]) -> float:
    """The most specific range of the header that fits counts (RFC 9110, 12.5.1)."""
    if not preferred:
        return 0.5
    qualities = dict(preferred)
    kind = own.partition("/")[0]
    for tag, share in ((own, 1.0), (f"{kind}/*", 1.0), ("*/*", 0.5)):
        if tag in qualities:
            return qualities[tag] * share
    return 0.0
