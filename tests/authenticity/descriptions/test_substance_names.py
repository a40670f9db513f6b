"""Names of substances in the words of packs, beside the one on record."""

import doctest

import pytest

from service.authenticity.descriptions import substance_names
from service.authenticity.descriptions.substance_names import substances_agree

TOXIN, HEPARIN = "botulinum toxin type A", "heparin sodium"


@pytest.mark.parametrize(
    ("presented", "recorded", "same"),
    [
        # other languages, and the salt left out
        ("Botulinumtoxin Typ A", TOXIN, True),
        ("toxine botulique de type A", TOXIN, True),
        ("toxina botulínica tipo A", TOXIN, True),
        ("Clostridium botulinum neurotoxin type A", TOXIN, True),
        ("sitagliptine", "sitagliptin phosphate monohydrate", True),
        ("filgrastimum", "filgrastim", True),
        ("ceftriaxona", "ceftriaxone", True),
        ("Heparin-Natrium", HEPARIN, True),
        ("héparine sodique", HEPARIN, True),
        ("heparin", HEPARIN, True),
        ("ácido hialurónico", "sodium hyaluronate", True),
        ("Natriumhyaluronat", "sodium hyaluronate", True),
        ("onabotulinumtoxin A", "onabotulinumtoxinA", True),
        ("artemether", "artemether; lumefantrine", True),
        # another substance, another type, another salt, and the name that the FDA's cases were found by
        ("Botulinum Toxin Type A", "onabotulinumtoxinA", False),
        ("abobotulinumtoxinA", TOXIN, False),
        ("botulinum toxin type B", TOXIN, False),
        ("heparin calcium", HEPARIN, False),
        ("sodium chloride", "potassium chloride", False),
        ("pegfilgrastim", "filgrastim", False),
        ("insulin aspart", "insulin glargine", False),
        ("metformin", "sitagliptin", False),
        ("metformin", "", None),
    ],
)
def test_a_substance_in_other_words(presented: str, recorded: str, same: bool | None) -> None:
    assert substances_agree(presented, recorded) is same


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(substance_names).failed == 0


@pytest.mark.parametrize(
    ("presented", "recorded", "same"),
    [
        # languages differ in endings, in sounds (`x` and `ks`, `y` and `i`), and in the words for salts
        *(
            (each, "botulinum toxin type A", True)
            for each in (
                "toksyna botulinowa typu A", "botulinový toxin typu A", "A típusú botulinum toxin",
                "A-tyypin botuliinitoksiini", "botulinetoxine type A", "toxină botulinică de tip A",
                "botulinum toksin tipa A", "botulinum toksini tip A", "A tipo botulino toksinas", "BoNT-A",
                "BoNT/A", "Botulinum Neurotoxin Typ A",
            )
        ),
        ("heparyna sodowa", "heparin sodium", True),
        ("sodná sůl heparinu", "heparin sodium", True),
        ("ceftriakson", "ceftriaxone", True),
        ("hialuronian sodu", "sodium hyaluronate", True),
        ("lidokaina", "lidocaine", True),
        # a script that the record is not in can be held against nothing: it neither agrees nor contradicts
        ("ботулинический токсин типа А", "botulinum toxin type A", None),
        ("Цефтриаксон", "ceftriaxone", None),
        ("اوناپوتولینوم", "botulinum toxin type A", None),
        ("инсулин", "семаглутид", False),
        # and what is another one stays another one
        ("toksyna botulinowa typu B", "botulinum toxin type A", False),
        ("heparyna wapniowa", "heparin sodium", False),
        ("semaglutyd", "botulinum toxin type A", False),
        ("botulinum toxin type A", "onabotulinumtoxinA", False),
    ],
)  # fmt: skip
def test_a_substance_in_other_languages(presented: str, recorded: str, same: bool | None) -> None:
    assert substances_agree(presented, recorded) is same
