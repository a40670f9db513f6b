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

from service.authenticity.descriptions.product_names import folded_name, sound

_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=.{4})(?:um|us|ae|[aeou])$")
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
        *("kwas", "kyselina", "sav", "zuur", "asit", "syra", "syre", "happo", "kiselina"),
        *(
            "sul",
            "sol",
            "salt",
            "suola",
            "typa",
            "tipa",
            "tipas",
            "tipus",
            "tipusu",
            "tyypin",
            "tuupi",
            "van",
        ),
    ]
)
_SALTS = {
    _ENDING.sub("", name): names.split()[0]
    for names in (
        "sodium natrium natrii sodica sodico sodique sodic sodowa sodowy "
        "sodu sodna sodny sodnej natrijev natrijum natrij natrio natrija sodyum natriumsuola natriumsalz",
        "disodium dinatrium disodica disodique",
        "potassium kalium kalii potasica potassique potasowa potasu draselna draselny potasyum kalija kalio",
        "calcium calcii calcica calcique wapniowa wapnia vapenata vapenaty kalsiyum kalcij kalcio",
        "magnesium magnesii magnesica",
        "hydrochloride hydrochlorid hydrochlorure clorhidrato cloridrato chlorhydrate hcl chlorowodorek "
        "hidroklorid hidroklorur hydrokloridi hidrochloridas hydroklorid clorhidrat",
        "chloride chlorid chlorure cloruro cloreto",
        "phosphate phosphat fosfato fosforan fosfat foszfat fosfaat fosfaatti",
        "hydrate hydrat monohydrate monohydrat monohidrato dihydrate dihydrat trihydrate trihydrat "
        "hemihydrate anhydrous",
        "mesylate mesilate mesilat mesilato",
        "maleate maleat maleato maleinian maleaat",
        "tartrate tartrat tartrato",
        "succinate succinat succinato bursztynian sukcinat",
        "acetate acetat acetato octan asetat asetaatti acetaat",
        "sulfate sulphate sulfat sulfato solfato siarczan siran szulfat sulfaat sulfaatti",
        "besylate besilate besilat besilato",
        "citrate citrat citrato cytrynian citraat sitrat sitraatti",
        "fumarate fumarat fumarato",
        "tosylate tosilat",
        "bromide bromid bromure hydrobromide",
        "nitrate nitrat nitrato",
    )
    for name in names.split()
}
"""What a salt, an ester or a hydrate is called, without its ending, and the first name of each."""
# Words of the substances of this trade that differ in more than their endings and sounds.
_SAME = (
    (re.compile(r"botuli+[ncq]\w*"), "botulin"),
    (re.compile(r"(?:neuro)?to(?:x|ks|ss)i+n\w{0,3}"), "toxin"),
    (re.compile(r"h?[iy]aluron\w*"), "hyaluron"),
)
# Botulinumtoxin, botuliinitoksiini, BoNT: one word in some languages, an abbreviation in papers
_BOTULINUM_TOXIN = re.compile(r"\bbotuli+n\w*?(?=(?:neuro)?to(?:x|ks)i+n)|\bbont\b")
_LATIN = 0x250
"""Letters below are Latin ones (Unicode, to the end of Latin Extended-B's first block)."""


def substances_agree(presented: str, recorded: str) -> bool | None:
    """Whether a substance is the one on record (or one of several, with `;` or `/` between them).

    A name that says less than the record (`insulin` of `insulin glargine`) is no contradiction. None where
    the record names none, or where one of the two is in a script that the other is not in.

    >>> substances_agree("Цефтриаксон", "ceftriaxone")
    """
    held = [each for each in re.split("[;/]", recorded) if each.strip()]
    if not held or any(_same(presented, each) for each in held):
        return True if held else None
    comparable = [each for each in held if _in_latin(presented) == _in_latin(each)]
    return False if comparable else None


def _in_latin(text: str) -> bool:
    """Whether all letters of a name are Latin ones."""
    return all(ord(each) < _LATIN for each in folded_name(text) if each.isalpha())


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
    plain = _BOTULINUM_TOXIN.sub("botulin toxin ", folded_name(text).replace("bont/", "bont "))
    plain = _GLUED.sub(r"\1 ", plain)
    stems = {_ENDING.sub("", word) for word in _WORD.findall(plain) if word not in _BETWEEN}
    named = frozenset(sound(_in_trade(each)) for each in stems if each not in _SALTS)
    return named, frozenset(_SALTS[each] for each in stems if each in _SALTS)


def _in_trade(stem: str) -> str:
    """The word that a stem is one form of, where it is known."""
    return next((word for pattern, word in _SAME if pattern.fullmatch(stem)), stem)
