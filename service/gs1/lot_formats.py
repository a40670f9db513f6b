"""How a maker numbers its lots, learned from those on record: whether a near record is a misread or chance.

>>> formats = LotFormats([f"C{n:04}C3" for n in range(1000, 9000, 27)])
>>> formats.follows("C4321C3"), formats.follows("C43Z1C3")
(True, False)

A lot that breaks the format (a letter where digits stand, a character too many) was misread. One that follows
it may as well have been made up: the more of the format's numbers are taken, the likelier it is that some
record is a slip away from it by chance. `chance` says how many records that would be.

The model: lots of one shape (digits and letters place by place), and at each place the characters that occur
there, each as often as on record, independent of the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_SURE = 10
"""So many lots of a shape that all bear one character at a place make it a fixed one."""

_CLASS_SIZE = {"9": 10, "A": 26, "-": 10}


def shape(key: str) -> str:
    """The places of a lot: `9` a digit, `A` a letter, `-` another character.

    >>> shape("C3016C3")
    'A9999A9'
    """
    return "".join("9" if each.isdigit() else "A" if each.isalpha() else "-" for each in key)


class LotFormats:
    """The formats of a product's lots: `keys` (`Lot.key`), their `expiries` beside them where known."""

    def __init__(self, keys: Sequence[str], expiries: Sequence[object] = ()) -> None:
        self._taken: Counter[str] = Counter(map(shape, keys))
        self._places: dict[str, list[Counter[str]]] = {
            form: [Counter() for _ in form] for form in self._taken
        }
        for key in keys:
            for place, character in zip(self._places[shape(key)], key, strict=True):
                place[character] += 1
        self._expiries = Counter(expiries)
        self._lengths: dict[int, list[str]] = defaultdict(list)

    def follows(self, key: str) -> bool:
        """Whether a lot follows one of the formats: a known shape, with its fixed characters in place."""
        form = shape(key)
        if form not in self._taken:
            return False
        return all(
            character in place or len(place) > 1 or place.total() < _SURE
            for place, character in zip(self._places[form], key, strict=True)
        )

    def chance(self, spellings: Iterable[str]) -> float:
        """How many of these spellings are on record, were the lots on record drawn from their formats."""
        return sum(map(self._expected, spellings))

    def _expected(self, key: str) -> float:
        form = shape(key)
        taken = self._taken.get(form, 0)
        expected = float(taken)
        if not taken:
            return 0.0
        for kind, place, character in zip(form, self._places[form], key, strict=True):
            seen = place[character]
            if not seen and len(place) == 1 and taken >= _SURE:
                return 0.0
            # one more of each: what did not occur among few lots may yet occur
            rest = 1 if len(place) == 1 and taken >= _SURE else _CLASS_SIZE[kind]
            expected *= (seen + 1) / (taken + rest)
        return expected

    def share_expiring(self, expiry: object) -> float:
        """The part of the lots that have this expiry; one lot at least."""
        total = self._expiries.total()
        return max(self._expiries[expiry], 1) / total if total else 1.0
