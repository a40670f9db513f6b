"""Resolves a request: from link statements and preferences to a redirect, a linkset, or several choices.

GS1-Conformant Resolver 1.2, section 4: walking up from the most granular identifier, link types, defaults.
A redirect depends on the link statements alone: never on what the records say of the lot or the unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.errors import ErrorCode, NotFoundError
from service.gs1.application_identifiers import Element
from service.gs1.identifiers import Lot
from service.gs1.resolver.link_types import RECALL_STATUS, VERIFICATION_SERVICE
from service.gs1.resolver.negotiation import Preferences, best_of
from service.gs1.resolver.request import ResolverRequest, path_of
from service.gs1.resolver.statements import LinkStatement

Level = tuple[Element, ...]
"""A key with some of its qualifiers, as one anchor of a linkset names it."""

_OWN = {VERIFICATION_SERVICE: "Check this pack against the record", RECALL_STATUS: "Recalls of this pack"}


@dataclass(frozen=True, slots=True)
class ResolvedItem:
    """What is known of the product that a request names. `description`: its name.

    `result_page`: the address before `/01/…` under which this service answers for a pack.
    """

    description: str
    statements: tuple[LinkStatement, ...]
    result_page: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Lead to `location`. `own`: it is this service's result page for what the request names."""

    location: str
    own: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Several links of one type that the request does not tell apart."""

    links: tuple[LinkStatement, ...]


def resolve(asked: ResolverRequest, item: ResolvedItem, preferences: Preferences) -> Redirect | Choices:
    """Answer a request that does not ask for the linkset.

    NotFoundError(LINK_TYPE_ABSENT) where no level has a link of the type that is asked for.
    """
    levels = levels_of(asked.path)
    if asked.wants_default:
        defaults = default_links(levels, item)
        chosen = best_of(defaults, preferences)
        # of defaults that the request does not tell apart, the one that the linkset names
        return _redirect(chosen[0] if len(chosen) == 1 else defaults[0], asked, item)
    for level in levels:
        links = [each for each in links_at(level, asked.path, item) if each.link_type == asked.link_type]
        if links:
            chosen = best_of(links, preferences)
            return _redirect(chosen[0], asked, item) if len(chosen) == 1 else Choices(tuple(chosen))
    raise NotFoundError(
        ErrorCode.LINK_TYPE_ABSENT, given=asked.link_type or "", expected="a link type of its linkset"
    )


def levels_of(path: Level) -> list[Level]:
    """Return the most granular level first, the primary key alone last."""
    return [path[:length] for length in range(len(path), 0, -1)]


def links_at(level: Level, path: Level, item: ResolvedItem) -> list[LinkStatement]:
    """Return the links of one level of a request's `path`.

    At the request's own level, this service adds its result page under the types that it serves, where the
    manufacturer registered no target of its own for them at any level.
    """
    found = registered(level, item.statements)
    if level != path:
        return found
    registered_types = {
        each.link_type for higher in levels_of(path) for each in registered(higher, item.statements)
    }
    return found + [
        LinkStatement(link_type, item.result_page + path_of(path), title, ("en",), "text/html")
        for link_type, title in _OWN.items()
        if link_type not in registered_types
    ]


def registered(level: Level, statements: Sequence[LinkStatement]) -> list[LinkStatement]:
    """Return what the manufacturer registered for exactly this level: a product, or one of its lots."""
    ai, value = level[-1]
    if ai == "01":
        return [each for each in statements if each.lot_key == ""]
    key = Lot.parse(value).key if ai == "10" else None
    return [each for each in statements if each.lot_key == key]


def default_links(levels: Sequence[Level], item: ResolvedItem) -> list[LinkStatement]:
    """Return the defaults of the first of `levels`, from there upwards: the manufacturer's, or one link to
    this service's result page.
    """
    for level in levels:
        found = [each for each in registered(level, item.statements) if each.default]
        if found:
            return found
    title = _OWN[VERIFICATION_SERVICE]
    return [LinkStatement(VERIFICATION_SERVICE, item.result_page + path_of(levels[0]), title)]


def _redirect(link: LinkStatement, asked: ResolverRequest, item: ResolvedItem) -> Redirect:
    own = item.result_page + path_of(asked.path)
    return Redirect(with_query(link.href, asked.query), own=link.href == own)


def with_query(href: str, query: str) -> str:
    """Return a target with the key=value pairs of the request added to its own (section 4.5)."""
    if not query:
        return href
    address, mark, fragment = href.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{mark}{fragment}"
