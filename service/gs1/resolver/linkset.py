"""Linksets as JSON (RFC 9264, section 4.2), valid by GS1's schema (GS1-Conformant Resolver 1.2, 4.4)."""

from collections.abc import Iterable
from typing import Any

from service.gs1.resolver.link_types import DEFAULT_LINK, DEFAULT_LINK_MULTI, link_type_uri
from service.gs1.resolver.request import ResolverRequest, path_of
from service.gs1.resolver.resolution import (
    Level,
    ResolvedItem,
    default_links,
    levels_of,
    links_at,
)
from service.gs1.resolver.statements import LinkStatement

CONTEXT = "https://ref.gs1.org/standards/resolver/1.2.0/linkset-context"
"""The JSON-LD context file that GS1 publishes for linksets (immutable)."""

_NAMES = {"10": "lot", "21": "serial number", "22": "variant", "235": "third party serial number"}


def linkset(asked: ResolverRequest, item: ResolvedItem, origin: str) -> dict[str, Any]:
    """Return the links of every level of a request, the most granular first.

    `origin`: scheme and host of the anchors. A level without links of its own is left out, but for the
    request's own and the primary key.
    """
    levels = levels_of(asked.path)
    found = []
    for number, level in enumerate(levels):
        links = links_at(level, asked.path, item)
        if links or len(level) == 1:
            found.append(_context_object(origin, level, links, default_links(levels[number:], item), item))
    return {"linkset": found}


def choices(asked: ResolverRequest, item: ResolvedItem, links: Iterable[LinkStatement], origin: str) -> Any:
    """Return a linkset of some links alone, for a response of 300 (Multiple Choices)."""
    return {"linkset": [_of_links(origin, asked.path, links, item)]}


def _context_object(
    origin: str, level: Level, links: list[LinkStatement], defaults: list[LinkStatement], item: ResolvedItem
) -> dict[str, Any]:
    entry = _of_links(origin, level, links, item)
    # The default link has no attribute but its title; what it is stands under its own type.
    entry[link_type_uri(DEFAULT_LINK)] = [{"href": defaults[0].href, "title": defaults[0].title}]
    if len(defaults) > 1:
        entry[link_type_uri(DEFAULT_LINK_MULTI)] = [_target(each) for each in defaults]
    return entry


def _of_links(
    origin: str, level: Level, links: Iterable[LinkStatement], item: ResolvedItem
) -> dict[str, Any]:
    entry: dict[str, Any] = {"anchor": origin + path_of(level), "itemDescription": _described(level, item)}
    for each in links:
        entry.setdefault(link_type_uri(each.link_type), []).append(_target(each))
    return entry


def _target(link: LinkStatement) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.media_type:
        target["type"] = link.media_type
    if link.languages:
        target["hreflang"] = list(link.languages)
    if link.context:
        target["context"] = [link.context]
    return target


def _described(level: Level, item: ResolvedItem) -> str:
    return ", ".join([item.description, *(f"{_NAMES[ai]} {value}" for ai, value in level[1:])])
