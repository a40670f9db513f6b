"""The part of a text that was not parsed, for a person to read: word for word and in order."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

from service.registry.alerts.code_info.tokens import Token, TokenKind

LINKING = frozenset(
    {
        "from",
        "between",
        "including",
        "includes",
        "include",
        "incl",
        "but",
        "not",
        "limited",
        "the",
        "following",
    }
    | {
        "are",
        "is",
        "of",
        "these",
        "with",
        "and",
        "respectively",
        "number",
        "numbers",
        "s",
        "code",
        "codes",
        "no",
    }
    | {"nos", "as", "follows", "all", "within"}
)
"""Words that only join the items of a list."""

_SAYS_NOTHING = frozenset(
    {
        TokenKind.LIST,
        TokenKind.END,
        TokenKind.OPEN,
        TokenKind.CLOSE,
        TokenKind.ENUMERATOR,
        TokenKind.LOT,
        TokenKind.EXPIRY,
    }
)


_OPENING = frozenset({TokenKind.LIST, TokenKind.OPEN, TokenKind.ENUMERATOR})


def leftovers(text: str, pieces: Sequence[Token], starts: Collection[int]) -> Iterator[str]:
    """Yield the pieces that did not become a lot or its expiry, with the labels beside them.

    `starts`: where the pieces begin that did.
    """
    used = sorted(starts)
    for group, before_used in _groups(pieces, used):
        while group and group[0].kind in (TokenKind.LIST, TokenKind.CLOSE):
            group.pop(0)
        while group and (
            group[-1].kind in _OPENING
            or (before_used and group[-1].kind in (TokenKind.LOT, TokenKind.EXPIRY))
        ):
            group.pop()
        if any(piece.kind not in _SAYS_NOTHING and piece.text.casefold() not in LINKING for piece in group):
            yield " ".join(text[group[0].start : group[-1].end].split())


def _groups(pieces: Sequence[Token], used: Sequence[int]) -> Iterator[tuple[list[Token], bool]]:
    """Yield runs of unused pieces, and whether a lot or expiry follows."""
    group: list[Token] = []
    for piece in pieces:
        place = bisect_left(used, piece.start)
        part_used = place < len(used) and used[place] < piece.end and piece.kind is not TokenKind.LOT
        if part_used or piece.kind is TokenKind.END:
            yield group, part_used
            group = []
        else:
            group.append(piece)
    yield group, False
