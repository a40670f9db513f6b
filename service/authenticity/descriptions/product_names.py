"""Names of products as packs print them and people write them, made comparable.

>>> names("Testavox™ 100 units") == names("TÉSTAVOX 100 Einheiten") == {"testavox"}
True
>>> nearly("Testovax", "Testavox"), nearly("Botox", "Dysport")
(True, False)
"""

import re
import unicodedata
from functools import lru_cache

from service.authenticity.descriptions.accents import without_accents
from service.authenticity.descriptions.strength_units import CONTAINERS, MULTIPLIERS, UNIT_QUALIFIERS, UNITS

_MARKS = re.compile(r"[™®©℠]|\((?:tm|r|c|sm)\)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_SHARED = (
    "and capsules cosmetic for inc infusion injection injections ltd pharma powder prefilled "
    "solution syringe "
    "tablets the type unit units vial vials with lyophilized lyophilised pre filled injectable "
    "suspension gel cream "
    "und fur zur zum mit herstellung einer injektionslosung infusionslosung pulver losung einheiten "
    "pour poudre solute injectables avec preparation para con polvo solucion inyectable por polvere "
    "soluzione "
    "iniettabile per injetavel dla roztwor proszek wstrzykiwan gmbh llc limited corp company laboratories"
)
_FORM_WORDS = frozenset(_SHARED.split()) | {*CONTAINERS, *UNITS, *MULTIPLIERS, *UNIT_QUALIFIERS} - {"toxin"}
"""Words that names of all products share: forms, containers, units, kinds of companies."""

_SHORTEST = 4
"""Letters of a brand from which on one letter may be another and it is still recognised."""

_HEARD = (
    *(("ph", "f"), ("th", "t"), ("ck", "k"), ("x", "ks"), ("qu", "k"), ("c", "k"), ("q", "k")),
    *(("y", "i"), ("z", "s"), ("w", "v"), ("ou", "u"), ("oo", "u"), ("ee", "i")),
)
_DOUBLED = re.compile(r"(.)\1+")

_LONG = 8
"""Letters from which on two may be."""


@lru_cache(maxsize=4096)  # the same notices and products are asked about on every check
def folded_name(text: str) -> str:
    """A name in lower case without accents, trade marks and doubled spaces: `Téstavox™` is `testavox`."""
    plain = unicodedata.normalize("NFKC", _MARKS.sub(" ", text)).casefold()
    return " ".join(without_accents(plain).split())


@lru_cache(maxsize=4096)
def names(text: str) -> frozenset[str]:
    """The words of a product's name that tell it from others, folded."""
    return frozenset(_WORD.findall(folded_name(text))) - _FORM_WORDS


def names_differ(name: str, other: str) -> bool:
    """Whether two descriptions cannot be of one product: both say something, and share no word that names.

    >>> names_differ("Allergan BOTOX 100U", "Botox Cosmetic"), names_differ("Botox 100U", "Dysport 100U")
    (False, True)
    """
    one, two = names(name), names(other)
    return bool(one) and bool(two) and not one & two


def nearly(name: str, other: str) -> bool:
    """Whether two names share no word that names, and a word of one is a slip away from one of the other.

    A slip is a letter lost, added, changed, or two the wrong way round; two of them in long words. Words that
    are pronounced alike are a slip apart too: `Dispport` for `Dysport`.
    """
    one, two = names(name), names(other)
    return not one & two and any(_a_slip_apart(mine, theirs) for mine in one for theirs in two)


@lru_cache(maxsize=4096)
def _a_slip_apart(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST or one == other:
        return False
    most = 2 if shorter >= _LONG else 1
    if abs(len(one) - len(other)) <= most and _distance(one, other) <= most:
        return True
    return sound(one) == sound(other)


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """A word in letters that are pronounced alike in most languages, doubled ones once."""
    for written, heard in _HEARD:
        word = word.replace(written, heard)
    return _DOUBLED.sub(r"\1", word)


def _distance(one: str, other: str) -> int:
    """Letters lost, added, changed or exchanged with their neighbour (optimal string alignment)."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for i, mine in enumerate(one, start=1):
        earlier, before, line = before, line, [i]
        for j, theirs in enumerate(other, start=1):
            cost = min(before[j] + 1, line[j - 1] + 1, before[j - 1] + (mine != theirs))
            if i > 1 and j > 1 and mine == other[j - 2] and one[i - 2] == theirs:
                cost = min(cost, earlier[j - 2] + 1)
            line.append(cost)
    return line[-1]
