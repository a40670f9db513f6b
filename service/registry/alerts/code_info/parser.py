"""Parses free text into lots with their expiries, and the rest for a person.

>>> found = cut("Lot #: 69403A, 69403B, Exp 10/15; 69404A, Exp 11/15; all within 24 months")
>>> [(each.lot, str(each.expiry)) for each in found.lots], found.rest
([('69403A', '2015-10'), ('69403B', '2015-10'), ('69404A', '2015-11')], ('all within 24 months',))

Nothing is guessed: a lot is a piece of the text, letter for letter. The ends of a range are lots; the lots
between them are not enumerated, because each manufacturer numbers its lots in its own way.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from service.gs1.identifiers import Expiry
from service.registry.alerts.code_info.leftovers import LINKING, leftovers
from service.registry.alerts.code_info.tokens import Token, TokenKind, date_after_label, tokens


@dataclass(frozen=True, slots=True)
class CutLot:
    """A lot as it is written, and the expiry that the text gives for it."""

    lot: str
    expiry: Expiry | None = None


@dataclass(frozen=True, slots=True)
class CutRange:
    """The ends of a range of lots, both named in the text (and among its lots)."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The result. `all_lots`: the text speaks of all lots (of some time); `rest`: what a person has to read.

    `rest` holds, verbatim and in order, every piece of the text that did not become a lot or its expiry.
    """

    text: str
    lots: tuple[CutLot, ...]
    ranges: tuple[CutRange, ...]
    all_lots: bool
    rest: tuple[str, ...]


class _Listening(Enum):
    """What a code means at this place of the text."""

    LOTS = auto()  # after "Lot #"
    BARE = auto()  # at the start of a text that has no labels
    ALIKE = auto()  # after other words: only what looks like the lots before
    ELSE = auto()  # after "Serial #", "Exp", "NDC"


@dataclass(slots=True)
class _Found:
    token: Token
    expiry: Expiry | None = None


@dataclass(slots=True)
class _State:
    listening: _Listening
    before: _Listening = _Listening.ALIKE
    found: list[_Found] = field(default_factory=list)
    pending: list[_Found] = field(default_factory=list)
    dates: list[tuple[Token, Expiry]] = field(default_factory=list)
    leading: Expiry | None = None
    dates_expire: bool = True
    window: bool = False
    headed: bool = False  # the word before was a lot label, perhaps with "and" after it
    expiring: bool = False
    shapes: set[str] = field(default_factory=set)
    stack: list[_Listening] = field(default_factory=list)
    ranges: list[tuple[Token, Token]] = field(default_factory=list)
    range_from: Token | None = None
    used: list[tuple[int, int]] = field(default_factory=list)


def cut(text: str) -> Cut:
    """Parse one text."""
    pieces = list(tokens(text))
    table = _table(pieces)
    state = _walk(pieces) if table is None else table
    lots: dict[tuple[str, Expiry | None], None] = {}
    for each in state.found:
        lots[each.token.text, each.expiry] = None
    named = {lot for lot, expiry in lots if expiry is not None}
    ranges = tuple(CutRange(first.text, last.text) for first, last in state.ranges)
    return Cut(
        text=text,
        lots=tuple(CutLot(*each) for each in lots if each[1] is not None or each[0] not in named),
        ranges=tuple(dict.fromkeys(ranges)),
        all_lots=any(piece.kind is TokenKind.ALL for piece in pieces),
        rest=tuple(dict.fromkeys(leftovers(text, pieces, _made_use_of(state)))),
    )


def _made_use_of(state: _State) -> set[int]:
    """Return where the pieces begin that became lots and expiries; a range is in the rest all the same."""
    return {start for start, _ in state.used} - {each.start for pair in state.ranges for each in pair}


def _walk(pieces: Sequence[Token]) -> _State:
    labelled = any(piece.kind in (TokenKind.LOT, TokenKind.OTHER, TokenKind.NUMBER) for piece in pieces)
    state = _State(_Listening.ALIKE if labelled else _Listening.BARE)
    # "Exp 10/15: lots A, B": a date before the first lot belongs to the lots after it
    kinds = [
        piece.kind for piece in pieces if piece.kind in (TokenKind.CODE, TokenKind.DATE, TokenKind.EXPIRY)
    ]
    date_first = kinds[:2] == [TokenKind.EXPIRY, TokenKind.DATE] and TokenKind.CODE in kinds
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        _step(state, piece, pieces[at - 1] if at else None, after, date_first=date_first)
    _settle(state)
    return state


def _step(  # noqa: C901, PLR0912 (one arm for each kind of word, like the grammar itself)
    state: _State, piece: Token, before: Token | None, after: Token | None, *, date_first: bool
) -> None:
    linking = piece.kind is TokenKind.LIST or (
        piece.kind is TokenKind.WORD and piece.text.casefold() in LINKING
    )
    headed, state.headed = state.headed, piece.kind is TokenKind.LOT or (state.headed and linking)
    match piece.kind:
        case TokenKind.LOT:
            _settle_if(state, state.dates)
            state.listening, state.dates_expire, state.window = _Listening.LOTS, True, False
            state.used.append((piece.start, piece.end))
        case TokenKind.ALL:
            # "All lots: 123, 456" is a list; "all lots made in 2012" is not
            listed = after is not None and after.kind is TokenKind.CODE and after.start - piece.end <= 2
            state.listening = _Listening.LOTS if listed else _Listening.ALIKE
        case TokenKind.EXPIRY:
            state.dates_expire, state.window = True, False
            if headed:
                return  # "Lot numbers and exp dates:" heads two columns, and the codes are still lots
            if state.listening is not _Listening.ELSE:
                state.before = state.listening
            state.listening, state.expiring = _Listening.ELSE, True
        case TokenKind.MADE:
            state.dates_expire = False
            _weaken(state)
        case TokenKind.OTHER:
            state.listening, state.expiring = _Listening.ELSE, False
            state.before = _Listening.ALIKE
        case TokenKind.DATE:
            _take_date(state, piece, before, after, date_first=date_first)
        case TokenKind.CODE:
            _take_code(state, piece, before, after)
        case TokenKind.RANGE:
            state.range_from = before if before is not None and before.kind is TokenKind.CODE else None
        case TokenKind.END:
            if state.listening is _Listening.ELSE:
                state.listening = state.before
            state.window = False
            state.dates_expire = True
        case TokenKind.OPEN:
            state.stack.append(state.listening)
        case TokenKind.CLOSE:
            state.listening = state.stack.pop() if state.stack else state.listening
        case TokenKind.BEGINNING:
            state.listening = state.before = _Listening.ELSE
        case TokenKind.WORD:
            _hear(state, piece, before)
        case TokenKind.LIST | TokenKind.NUMBER | TokenKind.QUANTITY | TokenKind.ENUMERATOR:
            pass


def _hear(state: _State, piece: Token, before: Token | None) -> None:
    word = piece.text.casefold()
    if word in ("from", "between"):
        state.window = True
    if word in LINKING:
        return
    named = state.listening is _Listening.LOTS and before is not None and before.kind is TokenKind.LOT
    if named and before is not None and before.text.rstrip().endswith((":", "#")) and _is_letters(piece.text):
        _add(state, piece)  # Lot #: BTJK
    else:
        _weaken(state)


def _weaken(state: _State) -> None:
    if state.listening in (_Listening.LOTS, _Listening.BARE):
        state.listening = _Listening.ALIKE
    if state.before is _Listening.LOTS:
        state.before = _Listening.ALIKE


_NO_LOTS = frozenset(
    {"ALL", "ANY", "EXP", "NDC", "UPC", "NONE", "NOT", "LOT", "LOTS", "BATCH", "NUMBER", "NUMBERS", "THE"}
    | {"UNKNOWN", "VARIOUS"}
)


def _is_letters(text: str) -> bool:
    return text.isascii() and text.isupper() and len(text) >= 3 and text not in _NO_LOTS


def _take_code(state: _State, piece: Token, before: Token | None, after: Token | None) -> None:
    if state.listening is _Listening.ELSE:
        expiry = date_after_label(piece) if before is not None and before.kind is TokenKind.EXPIRY else None
        if expiry is not None:
            _take_date(state, replace(piece, date=expiry), before, after, date_first=False)
        return
    if not _may_be_lot(state, piece):
        state.range_from = None
        return
    _settle_if(state, state.dates)
    if state.found and before is state.found[-1].token and _is_suffix(before, piece):
        _join(state, piece)
        return
    ends = _ends_of_range(piece)
    for each in ends:
        _add(state, each)
    if len(ends) == 2 and _counts_up(*ends):
        state.ranges.append((ends[0], ends[1]))
    elif (
        state.range_from is not None
        and len(state.found) > 1
        and state.found[-2].token.end == state.range_from.end
    ):
        state.ranges.append((state.found[-2].token, piece))
    state.range_from = None


def _add(state: _State, token: Token) -> None:
    found = _Found(token, state.leading)
    state.found.append(found)
    state.shapes.add(_shape(token.text))
    state.used.append((token.start, token.end))
    if state.leading is None:
        state.pending.append(found)


_SUFFIX = re.compile(r"[A-Z][0-9][A-Z0-9]?")


def _is_suffix(before: Token, piece: Token) -> bool:
    """Return whether it belongs to the lot before: `C3016 C3` (some manufacturers put a space into their
    lots).
    """
    return len(before.text) >= 4 and piece.start - before.end == 1 and bool(_SUFFIX.fullmatch(piece.text))


def _join(state: _State, piece: Token) -> None:
    last = state.found[-1]
    last.token = Token(TokenKind.CODE, f"{last.token.text} {piece.text}", last.token.start, piece.end)
    state.used.append((piece.start, piece.end))


def _may_be_lot(state: _State, piece: Token) -> bool:
    if len(piece.text) > _LONGEST:
        return False
    match state.listening:
        case _Listening.LOTS:
            return True
        case _Listening.BARE:
            return len(piece.text) >= 4 and not _YEAR.fullmatch(piece.text)
        case _:
            return len(piece.text) >= 5 and _shape(piece.text) in state.shapes


_LONGEST = 40
_YEAR = re.compile(r"(?:19|20)\d\d")


def _shape(text: str) -> str:
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "9", text))


_HALVES = re.compile(r"([A-Za-z0-9.]+)([-/])([A-Za-z0-9.]+)")


def _ends_of_range(piece: Token) -> tuple[Token, ...]:
    """Return the ends: `4087202-4087203` and `A123/A124` are two lots; `84-008-BN` and
    `439605-01` are one.
    """
    match = _HALVES.fullmatch(piece.text)
    if match is None or _shape(match[1]) != _shape(match[3]) or len(match[1]) < 4 or match[1] == match[3]:
        return (piece,)
    if match[2] == "-" and match[1] > match[3]:
        return (piece,)
    middle = piece.start + match.start(2)
    return (
        Token(TokenKind.CODE, match[1], piece.start, middle),
        Token(TokenKind.CODE, match[3], middle + 1, piece.end),
    )


def _counts_up(first: Token, last: Token) -> bool:
    return last.start - first.end == 1 and first.text < last.text


def _take_date(
    state: _State, piece: Token, before: Token | None, after: Token | None, *, date_first: bool
) -> None:
    between = (before is not None and before.kind is TokenKind.RANGE) or (
        after is not None and after.kind is TokenKind.RANGE
    )
    if between or state.window or not state.dates_expire or piece.date is None:
        return
    if date_first:
        state.leading = piece.date
        state.used.append((piece.start, piece.end))
    else:
        state.dates.append((piece, piece.date))
    if state.listening is _Listening.ELSE and state.expiring:
        state.listening = state.before  # "Exp 10/12, L123": what follows the expiry is the next lot


def _settle_if(state: _State, dates: Iterable[object]) -> None:
    if dates:
        _settle(state)


def _settle(state: _State) -> None:
    """Give the lots since the last expiry this one; as many expiries as lots are matched in order."""
    dates, lots = state.dates, state.pending
    if dates and lots:
        if len(dates) == 1 or len({date for _, date in dates}) == 1:
            pairs = [(each, dates[0][1]) for each in lots]
        elif len(dates) == len(lots):
            pairs = [(each, date) for each, (_, date) in zip(lots, dates, strict=True)]
        else:
            pairs = []  # the assignment is unknown: both are left for a person
        for each, date in pairs:
            each.expiry = date
        if pairs:
            state.used += [(token.start, token.end) for token, _ in dates]
        state.pending = []
    state.dates = []


_FEWEST_ROWS = 3


def _table(pieces: Sequence[Token]) -> _State | None:
    """Parse rows of codes that each end with a date and have no labels: the lot is the column before the
    date.

    `513602 00-001-BN 4/1/2014 513602 73-007-BB 10/1/2011 …`; None for any other text.
    """
    if any(
        piece.kind not in (TokenKind.CODE, TokenKind.DATE, TokenKind.END, TokenKind.LIST) for piece in pieces
    ):
        return None
    rows: list[list[Token]] = [[]]
    for piece in pieces:
        if piece.kind in (TokenKind.CODE, TokenKind.DATE):
            rows[-1].append(piece)
        if piece.kind is TokenKind.DATE:
            rows.append([])
    full = [row for row in rows if row]
    widths = Counter(map(len, full))
    if len(full) < _FEWEST_ROWS or len(widths) != 1 or len(full[0]) < 3:
        return None
    state = _State(_Listening.BARE)
    for row in full:
        lot, day = row[-2], row[-1]
        state.found.append(_Found(lot, day.date))
        state.used += [(lot.start, lot.end), (day.start, day.end)]
    return state
