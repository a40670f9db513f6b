"""What scanners and people get wrong in a lot or serial number: spellings to look up, places to look again.

>>> "OVA2714" in lot_keys(Lot.parse("OVA2741")), "J38Q" in serials(Serial.parse("j38q"))
(True, True)
>>> places("OVA2741", "OVA2714")
(5, 6)

One slip each: a key beside the right one, two characters the wrong way round, one lost or doubled, a
look-alike, a case flipped, the fields of a scan run together because a separator was lost. A record under
such a spelling says "look again", never "found": the spelling itself is never shown.
"""

import itertools
import re
from collections.abc import Iterator

from service.errors import IdentifierError
from service.gs1.identifiers import Expiry, Lot, Serial

MOST = 1600
"""Most spellings of one number: 62 for each of 20 gaps (letters of both cases, digits), and the rest."""

SHORTEST = 4
"""Fewer characters than this are one slip away from too many others to mean anything."""

SHORTEST_START = 2
"""How much of a lot must be left for its end to be missed, among the lots of one product."""

SHORTEST_CUT = 6
"""How much of a serial must be left for its end to be missed: shorter ones begin too many others."""

_MOST_LETTERS = 7
"""Letters of a serial of which every case is tried: 128 spellings."""

_MOST_ZEROS = 6
"""Zeros before a number that a spreadsheet may have left out."""

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOK_ALIKES = ("0OQD", "1ILJ", "5S", "8B", "2Z", "6G")
_OTHER_COUNTRIES = ("YZ", "AQ", "WZ")  # letters that change places on German and French keyboards

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_GLUED = re.compile(r"(?=(17[0-9]{6}|11[0-9]{6}|21|10|71[0-7]|240))")


def _beside() -> dict[str, str]:
    """What each character is taken for: the keys around it, look-alikes, other countries' letters."""
    found: dict[str, set[str]] = {each: set() for each in _DIGITS + _LETTERS}
    rows = [row.upper() for row in _ROWS]
    for number, row in enumerate(rows):
        for at, key in enumerate(row):
            around = {*row[max(at - 1, 0) : at + 2]}
            if number:  # the row above begins half a key to the left
                around |= {*rows[number - 1][at : at + 2]}
            for other in around - {key}:
                found[key].add(other)
                found[other].add(key)
    for group in (*_LOOK_ALIKES, *_OTHER_COUNTRIES):
        for one in group:
            found[one] |= set(group) - {one}
    return {key: "".join(sorted(others)) for key, others in found.items()}


_BESIDE = _beside()


def look_alike(character: str) -> str:
    """The digit that a letter is taken for, or the first letter that a digit is; empty for none."""
    group = next((each for each in _LOOK_ALIKES if character and character.upper() in each), "")
    return next((other for other in group if other.isdigit() != character.isdigit()), "")


def lot_keys(lot: Lot, *, of_one_product: bool = True) -> tuple[str, ...]:
    """The keys (`Lot.key`) of lots that may have been meant, sorted; without the lot's own.

    Among the lots of all products too many are a slip apart: there only fields run together count.
    """
    meant = set(_slips(lot.key)) if of_one_product and len(lot.key) >= SHORTEST else set()
    meant |= unglued_keys(lot, of_one_product=of_one_product)
    return tuple(sorted(meant - {lot.key, ""}))[:MOST]


def unglued_keys(lot: Lot, *, of_one_product: bool = True) -> frozenset[str]:
    """The keys of what stands before an element that a lost separator may have left inside the lot.

    Among the lots of one product the beginning may be short: what follows it is an element.
    """
    shortest = 1 if of_one_product else SHORTEST - 1
    parts = (part for part in _unglued(lot.printed) if len(part) >= shortest)
    return frozenset(Lot.parse(part).key for part in parts)


def serials(serial: Serial, *, whole: bool = False) -> tuple[str, ...]:
    """The serials, in their exact spelling, that may have been meant, sorted; without the serial itself.

    `whole`: it came in a code that corrects its errors, where no character is taken for another.
    """
    printed = serial.printed
    meant = {printed.upper(), printed.lower(), printed.swapcase()}
    if len(printed) >= SHORTEST:
        meant |= set() if whole else {*_slips(printed), *_in_mixed_case(printed)}
        meant |= {part for part in _unglued(printed) if len(part) >= SHORTEST}
    return tuple(sorted(meant - {printed, ""}))[:MOST]


def _in_mixed_case(text: str) -> Iterator[str]:
    """A serial of mixed case that was typed in one: every case of its letters, if these are few."""
    letters = [at for at, each in enumerate(text) if each.isalpha()]
    if not 1 < len(letters) <= _MOST_LETTERS or not (text.isupper() or text.islower()):
        return
    for cases in itertools.product((str.lower, str.upper), repeat=len(letters)):
        mixed = list(text)
        for at, case in zip(letters, cases, strict=True):
            mixed[at] = case(mixed[at])
        yield "".join(mixed)


def _swapping(one: str, other: str) -> dict[int, str]:
    pairs = ((one, other), (other, one), (one.lower(), other.lower()), (other.lower(), one.lower()))
    return {ord(each): meant for each, meant in pairs}


_THROUGHOUT = [_swapping(pair[0], pair[1]) for pair in _OTHER_COUNTRIES]
_THROUGHOUT += [{ord(each): group[0] for each in group[1:] + group[1:].lower()} for group in _LOOK_ALIKES]
_THROUGHOUT += [{ord(group[0]): group[1]} for group in _LOOK_ALIKES]


def _slips(text: str) -> Iterator[str]:
    """Every text of which `text` is one slip, or which one habit (O for every 0) makes `text` of."""
    yield from (text.translate(each) for each in _THROUGHOUT)
    yield from _with_zeros(text)
    lower = any(map(str.islower, text))
    alphabet = _DIGITS + _LETTERS + (_LETTERS.lower() if lower else "")  # the only letter may be the lost one
    for at, character in enumerate(text):
        before, after = text[:at], text[at + 1 :]
        others = _BESIDE.get(character.upper(), "")
        if character.islower() or (lower and character.isdigit()):
            others = others.lower() + ("" if character.islower() else others)
        for other in others:
            yield before + other + after
        yield before + character.swapcase() + after
        if text[at - 1 : at] == character:
            yield before + after  # doubled
        elif len(text) > SHORTEST:
            yield before + after  # a character too many
        if after and after[0] != character:
            yield before + after[0] + character + after[1:]
    if len(text) < 20:
        for gap in range(len(text) + 1):
            for lost in alphabet:
                yield text[:gap] + lost + text[gap:]


def _with_zeros(text: str) -> Iterator[str]:
    """Digits with the zeros before them that a spreadsheet left out when it took them for a number."""
    if text.isdigit():
        yield from ("0" * zeros + text for zeros in range(2, _MOST_ZEROS + 1))
        yield text.lstrip("0")


def _unglued(text: str) -> Iterator[str]:
    """What stands before an AI that a lost separator may have left inside: `ABC21XY` may be lot ABC."""
    for found in _GLUED.finditer(text):
        date = found[1][2:] if found[1][:2] in ("17", "11") else ""
        if found.start() and (not date or _is_date(date)):
            yield text[: found.start()]


def _is_date(yymmdd: str) -> bool:
    try:
        Expiry.from_yymmdd(yymmdd)
    except IdentifierError:
        return False
    return True


def places(presented: str, meant: str) -> tuple[int, ...]:
    """Where to look again, as places in `presented`: what differs from the spelling on record.

    Where a character is missing, its neighbours on both sides are marked.
    """
    if len(presented) == len(meant):
        return tuple(at for at, (one, two) in enumerate(zip(presented, meant, strict=True)) if one != two)
    shorter = min(len(presented), len(meant))
    start = next((at for at in range(shorter) if presented[at] != meant[at]), shorter)
    end = next((at for at in range(shorter - start) if presented[-1 - at] != meant[-1 - at]), shorter - start)
    marked = range(start, len(presented) - end)
    return tuple(marked or range(max(start - 1, 0), min(start + 1, len(presented))))


def mark_places(lot: Lot) -> tuple[int, ...]:
    """Where the marks of a lot stand, as places in the lot as it was printed."""
    return tuple(at for at, each in enumerate(lot.printed) if not (each.isalnum() or each == " "))


def lot_places(presented: Lot, meant_key: str) -> tuple[int, ...]:
    """As `places`, in the lot as it was printed: its key lacks the separators."""
    kept = [at for at, character in enumerate(presented.printed) if character.isalnum()]
    if len(kept) != len(presented.key):
        return ()
    return tuple(kept[at] for at in places(presented.key, meant_key))
