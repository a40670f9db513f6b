"""Strengths and names of substances as packs print them, made comparable."""

import re
import unicodedata

_UNIT_WORDS = re.compile(
    r"(?<=[0-9])(?:allergan|speywood|botulinum|ld50)?(?:units?|unidades|unités|einheiten|iu|ui|ie|e|ua|us|u)"
    r"(?:allergan|speywood)?$"
)
_EACH = re.compile(r"(?:/|per|pro|par|por)1?(?:vial|ampoule|flacon|durchstechflasche|frasco|syringe|pen)s?$")
_NAMED_STRENGTH = re.compile(
    r"(?<![^\W_])([0-9]+(?:[.,][0-9]+)?)\s*(?:units?|iu|ui|e|u)(?![^\W_])", re.IGNORECASE
)


def normal_strength(text: str) -> str:
    """A strength as it can be compared: `100 Units`, `100U`, `100 E` and `100 IU/vial` are the same.

    >>> normal_strength("100 units/vial"), normal_strength("1,34 mg/mL")
    ('100u', '1.34mg/ml')
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(",", ".")
    folded = _EACH.sub("", "".join(folded.split()).replace("u.i.", "ui").replace("i.u.", "iu"))
    return _UNIT_WORDS.sub("u", folded)


def named_strength(name: str) -> str | None:
    """The strength in units that a product's name says; None where it says none, or several.

    >>> named_strength("Botox 150 Units"), named_strength("Ozempic 1 mg")
    ('150 units', None)
    """
    found = {number.replace(",", ".") for number in _NAMED_STRENGTH.findall(name)}
    return f"{found.pop()} units" if len(found) == 1 else None


def normal_name(text: str) -> str:
    """A substance's name as it can be compared: letters and digits, without the word `type`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", folded)
    return "".join(word for word in words if word != "type")
