"""Search parameters of FHIR R4 (hl7.org/fhir/R4/search.html): tokens, their escapes, and what is not known.

Between the commas of one parameter is "or", between two parameters of one name is "and". A modifier or prefix
that is not known is refused. A parameter that is not known is left out and named in the answer, or refused
where the request says `Prefer: handling=strict`.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.web.api.fhir.systems import Plain

PAGE, MOST = 50, 200
"""Resources of a page where the request does not say, and at most."""

_PAGING = frozenset({"_count", "_after"})
_IGNORED = frozenset({"_format", "_pretty", "_summary", "_elements", "_total"})
"""Parameters of every request that change nothing of what is found."""

_PIECES = re.compile(r"\\.|[^\\]", re.DOTALL)
_MOST_VALUES = 100
_LONGEST = 4096
_LARGEST = 2**62

T = TypeVar("T")


class SearchToken(Struct, frozen=True):
    """One value of a token parameter. `system`: None for any, empty for codes without one."""

    system: str | None
    code: str


class TokenSearch(Struct, frozen=True):
    """A search as it was understood. `tokens`: for each parameter its "and"s of "or"s."""

    tokens: Mapping[str, tuple[tuple[SearchToken, ...], ...]]
    used: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    count: int
    after: int

    def alternatives(self, name: str, system: str, parse: Callable[[str], T]) -> set[T] | None:
        """The values that satisfy every parameter of that name; None where there is none of it.

        Codes of another system match nothing; VialcheckError for one of `system` itself that cannot be read.
        """
        found: set[T] | None = None
        for each in self.tokens.get(name, ()):
            own = set(_parsed(each, system, parse))
            found = own if found is None else found & own
        return found

    def links(self, address: str, after: int | None) -> dict[str, str]:
        """The links of a page: itself, and the next one, which begins behind `after`; None: the last."""
        own = [*self.used, ("_count", str(self.count))]
        links = {"self": _url(address, [*own, *([("_after", str(self.after))] if self.after else [])])}
        if after is not None:
            links["next"] = _url(address, [*own, ("_after", str(after))])
        return links

    def notes(self) -> list[Plain]:
        """An issue for each parameter that was left out."""
        return [
            {
                "severity": "warning",
                "code": "not-supported",
                "details": {"text": f"The search parameter {name} is not known and was left out."},
            }
            for name in self.unknown
        ]


def read_search(
    parameters: Iterable[tuple[str, str]], known: Collection[str], *, strict: bool
) -> TokenSearch:
    """Read the parameters of a search. RefusedError(VALUE_INVALID) for what cannot be read."""
    tokens: dict[str, list[tuple[SearchToken, ...]]] = {}
    used: list[tuple[str, str]] = []
    unknown: list[str] = []
    paging = {"_count": PAGE, "_after": 0}
    for name, value in parameters:
        plain, _, modifier = name.partition(":")
        if plain in _PAGING:
            paging[plain] = _number(plain, value)
        elif plain in known:
            if modifier:
                raise _invalid(name, modifier, "no modifier")
            tokens.setdefault(plain, []).append(read_tokens(plain, value))
            used.append((plain, value))
        elif plain not in _IGNORED:
            if strict:
                raise _invalid(plain, value, f"one of {', '.join(sorted(known))}")
            unknown.append(plain[:60])
    found = {name: tuple(each) for name, each in tokens.items()}
    count = min(paging["_count"], MOST)
    return TokenSearch(found, tuple(used), tuple(dict.fromkeys(unknown)), count, paging["_after"])


def read_tokens(name: str, value: str) -> tuple[SearchToken, ...]:
    r"""Read the values of a token parameter: `code`, `system|code`, `|code`, several with commas between.

    >>> read_tokens("lot-number", r"AB\,12,|C3")
    (SearchToken(system=None, code='AB,12'), SearchToken(system='', code='C3'))
    """
    if len(value) > _LONGEST:
        raise _invalid(name, value, f"at most {_LONGEST} characters")
    found = []
    for piece in _split(value, ","):
        parts = _split(piece, "|")
        if len(parts) > 2 or not parts[-1]:
            raise _invalid(name, piece, "code, system|code or |code")
        system = _plain(parts[0]) if len(parts) == 2 else None
        found.append(SearchToken(system, _plain(parts[-1])))
    if len(found) > _MOST_VALUES:
        raise _invalid(name, value, f"at most {_MOST_VALUES} values")
    return tuple(found)


def is_strict(prefer: str) -> bool:
    """Whether a header Prefer asks that unknown parameters are refused.

    >>> is_strict("return=minimal; handling=strict"), is_strict("handling=lenient")
    (True, False)
    """
    return "handling=strict" in re.split(r"[\s;,]+", prefer)


def page_of(found: Sequence[T], count: int) -> tuple[Sequence[T], bool]:
    """The page of at most `count`, of what was asked for with one more; and whether there is a next one."""
    return found[:count], len(found) > count


def _parsed(tokens: Iterable[SearchToken], system: str, parse: Callable[[str], T]) -> Iterable[T]:
    for token in tokens:
        if token.system not in (None, system):
            continue
        try:
            yield parse(token.code)
        except VialcheckError:
            if token.system == system and system:
                raise


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that no backslash stands before."""
    parts = [""]
    for piece in _PIECES.findall(text):
        if piece == mark:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _plain(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)


def _number(name: str, value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 20 and int(value) < _LARGEST:
        return int(value)
    raise _invalid(name, value, "a whole number")


def _url(address: str, parameters: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(parameters)}"


def _invalid(name: str, given: str, expected: str) -> RefusedError:
    return RefusedError(ErrorCode.VALUE_INVALID, given=given[:80], expected=expected, field=name[:80])
