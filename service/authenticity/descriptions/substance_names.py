"""Names of active substances as packs of all languages print them, made comparable.

>>> substances_agree("sitagliptine", "Sitagliptin phosphate monohydrate")
True
>>> substances_agree("Botulinum toxin type A", "onabotulinumtoxinA")
False

International non-proprietary names differ between languages in their endings (`filgrastim`, `filgrastimum`;
`heparin`, `heparina`, `héparine`), and packs give the salt or leave it out. Another salt is another
substance.
"""

import re
from functools import lru_cache

from service.authenticity.descriptions.product_names import folded_name

_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=.{4})(?:um|us|ae|[aeo])$")
# `Botulinumtoxin Typ A`, `Natriumhyaluronat`; onabotulinumtoxinA is a name of its own
_GLUED = re.compile(r"(?<![^\W\d_])(botulinum|natrium|kalium|calcium|magnesium)(?=[^\W\d_])")
_BETWEEN = frozenset(
    [
        "type",
        "typ",
        "tipo",
        "tip",
        "typu",
        "with",
        "and",
        "und",
        "et",
        "y",
        "e",
        "de",
        "del",
        "di",
        "du",
        "da",
        "mit",
        "con",
        "com",
        "avec",
        "clostridium",
        "as",
        "the",
        "of",
        "acid",
        "acide",
        "acido",
        "saure",
        "acidum",
    ]
)
_SALTS = {
    _ENDING.sub("", name): names.split()[0]
    for names in (
        "sodium natrium natrii sodica sodico sodique sodic",
        "disodium dinatrium disodica disodique",
        "potassium kalium kalii potasica potassique",
        "calcium calcii calcica calcique",
        "magnesium magnesii magnesica",
        "hydrochloride hydrochlorid hydrochlorure clorhidrato cloridrato chlorhydrate hcl",
        "chloride chlorid chlorure cloruro cloreto",
        "phosphate phosphat fosfato",
        "hydrate hydrat monohydrate monohydrat monohidrato dihydrate dihydrat trihydrate trihydrat "
        "hemihydrate anhydrous",
        "mesylate mesilate mesilat mesilato",
        "maleate maleat maleato",
        "tartrate tartrat tartrato",
        "succinate succinat succinato",
        "acetate acetat acetato",
        "sulfate sulphate sulfat sulfato solfato",
        "besylate besilate besilat besilato",
        "citrate citrat citrato",
        "fumarate fumarat fumarato",
        "tosylate tosilat",
        "bromide bromid bromure hydrobromide",
        "nitrate nitrat nitrato",
    )
    for name in names.split()
}
"""What a salt, an ester or a hydrate is called, without its ending, and the first name of each."""
# Words of the substances of this trade that differ in more than their endings.
_SAME = {
    "botulinic": "botulin",
    "botuliniqu": "botulin",
    "botuliqu": "botulin",
    "neurotoxin": "toxin",
    "tossin": "toxin",
    "hyaluronat": "hyaluron",
    "hyaluronic": "hyaluron",
    "hyaluroniqu": "hyaluron",
    "hialuronat": "hyaluron",
    "hialuronic": "hyaluron",
    "ialuronat": "hyaluron",
    "ialuronic": "hyaluron",
    "hyaluronsaur": "hyaluron",
}


def substances_agree(presented: str, recorded: str) -> bool | None:
    """Whether a substance is the one on record (or one of several, with `;` or `/` between them).

    A name that says less than the record (`insulin` of `insulin glargine`) is no contradiction. None where
    the record names none.
    """
    held = [each for each in re.split("[;/]", recorded) if each.strip()]
    return any(_same(presented, each) for each in held) if held else None


def _same(one: str, other: str) -> bool:
    if _joined(one) == _joined(other):
        return True
    (base, salts), (held, held_salts) = _parts(one), _parts(other)
    if not base or not held:
        return False
    agreeing_salts = salts <= held_salts or held_salts <= salts
    return base <= held and agreeing_salts


def _joined(text: str) -> str:
    return "".join(word for word in _WORD.findall(folded_name(text)) if word != "type")


@lru_cache(maxsize=4096)  # the same products are asked about on every check
def _parts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that name a substance, and those of its salt, without their endings."""
    plain = _GLUED.sub(r"\1 ", folded_name(text))
    stems = {_ENDING.sub("", word) for word in _WORD.findall(plain) if word not in _BETWEEN}
    named = frozenset(_SAME.get(each, each) for each in stems if each not in _SALTS)
    return named, frozenset(_SALTS[each] for each in stems if each in _SALTS)
