"""Strengths as packs print them and people write them, made comparable.

>>> strengths_agree("300 µg/mL", ["300 mcg/mL"]), strengths_agree("5.000 I.E.", ["5000 IU/mL"])
(True, True)
>>> strengths_agree("1,0 g", ["1000 mg"]), strengths_agree("150 units", ["100 units"])
(True, False)

A text is read to quantities: an amount in a base unit (`strength_units`), and the volume that it is in where
the text says one. Numbers are read in every way that their marks allow (`5,000` is five thousand or five): a
strength agrees where one reading does, because packs of all countries write both.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from service.authenticity.descriptions.accents import without_accents
from service.authenticity.descriptions.strength_units import (
    CONTAINERS,
    EQUIVALENTS,
    MULTIPLIERS,
    PER,
    UNIT_QUALIFIERS,
    UNITS,
    Dimension,
)

_LONGEST = 300
"""Characters of a text that are read; no strength takes more."""

_TOLERANCE = Decimal("0.01")
"""Two amounts of which one was divided by a volume agree within a hundredth: packs print rounded values."""

_LEAST_RATIO = 100
"""Millilitres from which on `1:…` is a strength."""

_GROUP = r"[0-9]{1,3}(?:[ '’][0-9]{3})+"
_NUMBER = rf"(?:{_GROUP}|[0-9]+)(?:[.,٫٬·][0-9]+)*|(?<![0-9])[.,][0-9]+"
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<word>ld50(?![0-9])|[^\W\d_]+(?:[³3](?![0-9]))?|[%٪])|(?P<mark>[^\s\w])"
)
_INVERSE = re.compile(r"(?<=[^\W\d_])[ ·⋅.*]+(ml|l)[-\u2212]1\b")
"""`300 µg·mL⁻¹`, as summaries of product characteristics write it."""
_ABBREVIATED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]\. ?){2,}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount of a dimension; `volume` (mL) is what it is in, None where the text says none.

    `amounts` are its readings, in base units, `printed` the same as the text has them. `dimension` is None
    for a number without a unit.
    """

    amounts: frozenset[Decimal]
    printed: frozenset[Decimal]
    dimension: Dimension | None
    volume: Decimal | None = None

    def per_volume(self) -> frozenset[Decimal]:
        """The amounts in one millilitre; empty where no volume is said."""
        if self.volume is None:
            return frozenset()
        return frozenset(amount / self.volume for amount in self.amounts)


@dataclass(slots=True)
class _Text:
    """What is read of a text: alternatives (`1 mg (1.34 mg/mL)`) of quantities that belong together."""

    alternatives: list[list[Quantity]] = field(default_factory=lambda: [[]])
    pending: list[frozenset[Decimal]] = field(default_factory=list)
    """Numbers whose unit is still to come: `500/125 mg`."""


def strengths_agree(presented: str, recorded: Iterable[str], substance: str = "") -> bool | None:
    """Whether a strength is one of those on record; None where either side says no amount to compare.

    A strength of several substances agrees where each of its parts does, or where their sum does.
    `substance`: the product's, for those whose packs print milligrams or units of activity.
    """
    shown = [each for each in quantities(presented) if each]
    parts = [part for text in recorded for alternative in quantities(text) for part in alternative]
    totals = [total for text in recorded for total in _sums(text)]
    if not shown or not (parts or totals):
        return None
    return any(
        all(any(_same(one, other, substance) for other in (*parts, *totals)) for one in alternative)
        for alternative in shown
    )


def named_strengths(name: str) -> tuple[Quantity, ...]:
    """The amounts with a unit that a product's name says; volumes are none.

    >>> [each.dimension.value for each in named_strengths("Grastavin 480 mcg/mL 1 mL")]
    ['mass']
    """
    found = (each for alternative in quantities(name) for each in alternative)
    return tuple(each for each in found if each.dimension is not None)


def name_strength_agrees(name: str, recorded: Iterable[str], substance: str = "") -> bool | None:
    """Whether a product's name says one of the strengths on record; None where it says none with a unit."""
    shown = named_strengths(name)
    parts = [part for text in (*recorded,) for part in (*named_strengths(text), *_sums(text))]
    if not shown or not parts:
        return None
    return any(_same(one, other, substance) for one in shown for other in parts)


@lru_cache(maxsize=4096)  # the same products are asked about on every check
def quantities(text: str) -> tuple[tuple[Quantity, ...], ...]:
    """The alternatives that a text gives, each the quantities that belong together."""
    tokens = list(_tokens(text[:_LONGEST]))
    read = _Text()
    at = 0
    while at < len(tokens):
        at = _step(tokens, at, read)
    _without_unit(read)
    return tuple(tuple(each) for each in read.alternatives if each)


_Token = tuple[str, str]


def _tokens(text: str) -> Iterator[_Token]:
    plain = "".join(_latin_digit(each) for each in unicodedata.normalize("NFKC", _without_marks(text)))
    plain = _ABBREVIATED.sub(lambda found: re.sub(r"[. ]", "", found[0]) + " ", plain.casefold())
    plain = _INVERSE.sub(r"/\1", without_accents(plain))
    for found in _TOKEN.finditer(plain):
        kind = found.lastgroup or ""
        if kind == "word":
            yield from (("word", word) for word in _split_word(found[0]))
        else:
            yield kind, found[0]


def _without_marks(text: str) -> str:
    return re.sub(r"[™®©℠]", " ", text)


def _latin_digit(character: str) -> str:
    if character.isascii() or not character.isdigit():
        return character
    return str(unicodedata.digit(character))


def _split_word(word: str) -> Iterator[str]:
    """A word as it is, or cut where a unit and what follows are glued (`mgproml`, `单位瓶`)."""
    if word in UNITS or word in MULTIPLIERS or word.isascii():
        yield word
        return
    for length in range(len(word) - 1, 0, -1):
        if word[:length] in UNITS or word[:length] in MULTIPLIERS:
            yield word[:length]
            yield from _split_word(word[length:])
            return
    yield word


def _step(tokens: Sequence[_Token], at: int, read: _Text) -> int:
    """Read what begins at `at`; where to go on."""
    kind, text = tokens[at]
    if kind == "number":
        return _number(tokens, at, read)
    if kind == "mark" and text in "(=":
        _without_unit(read)
        read.alternatives.append([])
    elif (kind == "mark" and text == "/") or (kind == "word" and text in PER):
        return _per(tokens, at + 1, read)
    elif (kind == "word" and text in ("x", "х")) or text in "×*":
        read.pending.clear()  # how many there are in the box
    elif kind == "word" and text not in UNIT_QUALIFIERS:
        _without_unit(read)
    return at + 1


def _number(tokens: Sequence[_Token], at: int, read: _Text) -> int:
    if _is_ratio(tokens, at):
        parts, whole = max(_readings(tokens[at][1])), max(_readings(tokens[at + 2][1]))
        grams = frozenset({parts * 1_000_000})
        read.alternatives[-1].append(Quantity(grams, frozenset({parts}), Dimension.MASS, whole))
        return at + 3
    amounts, (dimension, factor), after = _measured(tokens, at)
    if dimension is None:
        read.pending.append(amounts)
        return after
    if dimension is Dimension.VOLUME:
        read.pending.clear()  # a volume that stands alone says how much is in the pack
        return after
    if dimension is Dimension.PERCENT:  # grams in 100 millilitres
        dimension, factor, volume = Dimension.MASS, Decimal(10_000), Decimal(1)
    else:
        volume = None
    here = read.alternatives[-1]
    for each in (*read.pending, amounts):
        here.append(Quantity(frozenset(number * factor for number in each), each, dimension, volume))
    read.pending.clear()
    return after


def _is_ratio(tokens: Sequence[_Token], at: int) -> bool:
    """Whether grams in millilitres follow: `1:1000`, `1 in 10,000`."""
    if at + 2 >= len(tokens) or tokens[at + 1] not in (("mark", ":"), ("word", "in")):
        return False
    if tokens[at + 2][0] != "number" or (at + 3 < len(tokens) and tokens[at + 3][0] == "word"):
        return False
    parts, volumes = _readings(tokens[at][1]), _readings(tokens[at + 2][1])
    return max(volumes) >= _LEAST_RATIO > max(parts) > 0


def _measured(
    tokens: Sequence[_Token], at: int
) -> tuple[frozenset[Decimal], tuple[Dimension | None, Decimal], int]:
    """A number with the words that multiply it, its unit, and where to go on."""
    amounts = _readings(tokens[at][1])
    at += 1
    if at < len(tokens) and tokens[at] == ("mark", "."):
        at += 1
    words = at
    multiplied = Decimal(1)
    while words < len(tokens) and tokens[words][0] == "word":
        word = tokens[words][1]
        if word in UNITS and not (word in MULTIPLIERS and _unit_follows(tokens, words + 1)):
            dimension, factor = UNITS[word]
            return frozenset(each * multiplied for each in amounts), (dimension, factor), words + 1
        if word in MULTIPLIERS:
            multiplied *= MULTIPLIERS[word]
        elif word not in UNIT_QUALIFIERS:
            break
        words += 1
        if words < len(tokens) and tokens[words] in (("mark", "."), ("mark", "-")):
            words += 1
    if multiplied != 1 and words > at:
        return frozenset(each * multiplied for each in amounts), (None, Decimal(1)), words
    return amounts, (None, Decimal(1)), at


def _unit_follows(tokens: Sequence[_Token], at: int) -> bool:
    return at < len(tokens) and tokens[at][0] == "word" and tokens[at][1] in UNITS


def _per(tokens: Sequence[_Token], at: int, read: _Text) -> int:
    """What follows a slash or `per`: a volume, a container, or another amount of a combination."""
    amounts, start = frozenset({Decimal(1)}), at
    if at < len(tokens) and tokens[at][0] == "number":
        amounts, (dimension, factor), after = _measured(tokens, at)
        if dimension is Dimension.VOLUME:
            _put_into(read, min(amounts) * factor)
            return after
        if dimension is not None:
            return start  # another substance: read as a number of its own
        at = after
    if at < len(tokens) and tokens[at][0] == "word":
        word = tokens[at][1]
        if word in UNITS and UNITS[word][0] is Dimension.VOLUME:
            _put_into(read, UNITS[word][1])
            return at + 1
        if word in CONTAINERS:
            return at + 1
    return start


def _put_into(read: _Text, volume: Decimal) -> None:
    here = read.alternatives[-1]
    _without_unit(read)
    if volume > 0:
        for index, each in enumerate(here):
            if each.volume is None:
                here[index] = Quantity(each.amounts, each.printed, each.dimension, volume)


def _without_unit(read: _Text) -> None:
    """Numbers after which no unit came: amounts of a unit that is not said."""
    read.alternatives[-1] += [Quantity(each, each, None) for each in read.pending]
    read.pending.clear()


@lru_cache(maxsize=4096)
def _readings(text: str) -> frozenset[Decimal]:
    """Every amount that a number may be. A mark before three digits groups or divides, before others divides.

    >>> sorted(_readings("5,000")), sorted(_readings("1.000,5")), sorted(_readings("0.125"))
    ([Decimal('5.000'), Decimal('5000')], [Decimal('1000.5')], [Decimal('0.125')])
    """
    plain = re.sub(r"[ '’]", "", text).replace("٫", ".").replace("٬", ",").replace("·", ".")
    pieces = re.split(r"[.,]", plain)
    marks = re.findall(r"[.,]", plain)
    whole = "".join(pieces)
    if not marks:
        return frozenset({Decimal(whole)})
    last = Decimal("".join(pieces[:-1]) or "0") + Decimal(f"0.{pieces[-1]}")
    grouped = all(len(each) == 3 for each in pieces[1:]) and 1 <= len(pieces[0]) <= 3 and pieces[0] != "0"
    if len(set(marks)) > 1:
        return frozenset({last})  # 1.000,5: the last mark divides
    if len(marks) > 1:
        return frozenset({Decimal(whole)}) if grouped else frozenset({last})
    return frozenset({Decimal(whole), last}) if grouped else frozenset({last})


def _sums(text: str) -> Iterator[Quantity]:
    yield from filter(None, map(_sum, quantities(text)))


def _sum(parts: Sequence[Quantity]) -> Quantity | None:
    """Of a combination, what packs call it as a whole: 875/125 mg is 1000 mg."""
    if len(parts) < 2 or any(
        (one.dimension, one.volume) != (other.dimension, other.volume) for one, other in pairwise(parts)
    ):
        return None
    total = frozenset({sum((min(each.amounts) for each in parts), Decimal(0))})
    return Quantity(total, frozenset(), parts[0].dimension, parts[0].volume)


def _same(one: Quantity, other: Quantity, substance: str = "") -> bool:
    """Whether two quantities may be one: the same amount, or the same amount in a millilitre.

    People leave the volume off, so an amount without one agrees with the same number in a millilitre too.
    """
    if one.dimension is None or other.dimension is None:
        return bool(one.printed & other.printed)
    factor = _factor(one.dimension, other.dimension, substance)
    if factor is None:
        return False
    if one.volume is not None and other.volume is not None:
        if 1 not in (one.volume, other.volume) and one.volume != other.volume:
            return False  # both say what a whole pack holds: 4000 IU/0.4 mL is no 6000 IU/0.6 mL
        return _meet(one.per_volume(), other.per_volume(), factor, exact=False)
    return (
        _meet(one.amounts, other.amounts, factor, exact=factor == 1)
        or _meet(one.per_volume(), other.amounts, factor, exact=False)
        or _meet(one.amounts, other.per_volume(), factor, exact=False)
    )


def _factor(one: Dimension, other: Dimension, substance: str) -> Decimal | None:
    """By what amounts of one dimension are multiplied to be of the other; None where nothing is known."""
    if one is other:
        return Decimal(1)
    if {one, other} != {Dimension.MASS, Dimension.ACTIVITY} or not substance:
        return None
    words = re.findall(r"[^\W\d_]+", without_accents(substance.casefold()))
    units = next((EQUIVALENTS[word] for word in words if word in EQUIVALENTS), None)
    if units is None:
        return None
    return units if one is Dimension.MASS else 1 / units


def _meet(some: Iterable[Decimal], others: frozenset[Decimal], factor: Decimal, *, exact: bool) -> bool:
    tolerance = Decimal(0) if exact else _TOLERANCE
    return any(abs(each * factor - theirs) <= tolerance * theirs for each in some for theirs in others)
