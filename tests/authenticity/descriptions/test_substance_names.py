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
