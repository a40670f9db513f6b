"""Forms in the words of packs and people, beside the form on record."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.descriptions import dosage_forms
from service.authenticity.descriptions.dosage_forms import forms_agree, named_form

POWDER = "powder for solution for injection"
GEL = "gel in a pre-filled syringe"
SOLUTION = "solution for injection"


@pytest.mark.parametrize(
    ("presented", "recorded", "same"),
    [
        # the same in other words and languages
        ("Pulver zur Herstellung einer Injektionslösung", POWDER, True),
        ("poudre pour solution injectable", POWDER, True),
        ("polvo para solución inyectable", POWDER, True),
        ("polvere per soluzione iniettabile", POWDER, True),
        ("proszek do sporządzania roztworu do wstrzykiwań", POWDER, True),
        ("порошок для приготовления раствора", POWDER, True),
        ("注射用粉末", POWDER, True),
        ("lyophilised powder", POWDER, True),
        ("liquid", POWDER, False),  # the powder is for a solution, and is none
        ("solution for injection", POWDER, False),
        ("oral solution", SOLUTION, False),
        ("oral solution", POWDER, False),
        ("Augentropfen", SOLUTION, False),
        ("solution for infusion", SOLUTION, True),
        ("freeze-dried", POWDER, True),
        ("injection", POWDER, True),  # it leaves open which
        # what it is in
        ("vial", POWDER, True),
        ("Durchstechflasche", POWDER, True),
        ("ampoule", POWDER, True),
        ("syringe", POWDER, False),
        ("pre-filled pen", POWDER, False),
        ("vial", GEL, False),
        ("Fertigspritze", GEL, True),
        ("syringe", SOLUTION, True),  # the record does not say what it is in
        ("vial", SOLUTION, True),
        ("syringe", "solution for injection in pre-filled pen", False),
        # another form
        ("tablets", POWDER, False),
        ("Tabletten", POWDER, False),
        ("comprimés", SOLUTION, False),
        ("capsules", POWDER, False),
        ("cream", POWDER, False),
        ("gel", POWDER, False),
        ("powder", SOLUTION, False),
        ("vial", "film-coated tablets", False),
        ("tablet", "film-coated tablets; powder for oral suspension", True),  # one of several
        # nothing to compare
        ("something new", POWDER, None),
        ("vial", "", None),
    ],
)
def test_forms_are_compared_by_what_they_are_and_are_in(
    presented: str, recorded: str, same: bool | None
) -> None:
    assert forms_agree(presented, recorded) is same


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Testavox tablets", False),
        ("Testavox cream", False),
        ("Testavox 100 units powder", True),
        ("Testavox 100 units/vial", None),  # of most containers in a name nothing is concluded
        ("Testavox pre-filled syringe", False),  # a powder is in none
        ("Testavox pen", False),
        ("Testavox vial and syringe", None),
        ("Testavox", None),
    ],
)
def test_a_name_may_say_the_form(name: str, same: bool | None) -> None:
    assert named_form(name, POWDER) is same


@given(st.text(max_size=60))
def test_no_text_is_too_much_and_every_form_is_itself(text: str) -> None:
    assert forms_agree(text, POWDER) in (True, False, None)
    assert forms_agree(text, text) in (True, None)


def test_the_examples_in_the_documentation() -> None:
    assert doctest.testmod(dosage_forms).failed == 0


# EDQM's standard term for the powder, and what people call it and its vial, language by language
_POWDERS = """
Прах за инжекционен разтвор|Prášek pro injekční roztok|Pulver til injektionsvæske, opløsning|Süstelahuse pulber
Κόνις για ενέσιμο διάλυμα|ΚΟΝΙΣ ΓΙΑ ΕΝΕΣΙΜΟ ΔΙΑΛΥΜΑ|Prašak za otopinu za injekciju|Stungulyfsstofn, lausn
Pulveris injekciju šķīduma pagatavošanai|Milteliai injekciniam tirpalui|Por oldatos injekcióhoz
Trab għal soluzzjoni għall-injezzjoni|Poeder voor oplossing voor injectie|Pó para solução injetável
Pulver til injeksjonsvæske, oppløsning|Pulbere pentru soluţie injectabilă|Prášok na injekčný roztok
Prašek za raztopino za injiciranje|Injektiokuiva-aine, liuosta varten|Pulver till injektionsvätska, lösning
Enjeksiyonluk çözelti için toz|Прашак за раствор за инјекцију|Порошок для розчину для ін'єкцій|注射用冻干粉针
주사용 동결건조분말|Bột pha dung dịch tiêm|ผงสำหรับเตรียมสารละลายเพื่อฉีด|אבקה להכנת תמיסה להזרקה
مسحوق لمحلول للحقن|پودر برای محلول تزریقی|Serbuk untuk larutan injeksi|इंजेक्शन के लिए पाउडर
liyofilize|inj.|Hettuglas|injekčná liekovka|bočica|фиолка|viaal|flakonas|lọ bột|ขวดยา|בקבוקון|قارورة|ویال
"""
_NO_POWDERS = """
טבליות|أقراص|ยาเม็ด|viên nén|töflur|pilloli|kaplet|kapsułki|kapsle|kapszula|כמוסות|แคปซูล|κρέμα|ครีม|szirup|siirappi
ampułko-strzykawka|ampulko-strzykawka|naplnená injekčná striekačka|užpildytas švirkštas|pilnšļirce|napunjen špric
napolnjena injekcijska brizga|предварително напълнена спринцовка|kullanıma hazır dolu enjektör|מזרק|سرنگ|bơm tiêm
Enjeksiyonluk çözelti|Injekční roztok|Oldatos injekció|Injektioneste, liuos|Oplossing voor injectie|Ενέσιμο διάλυμα
"""


def _each(text: str) -> list[str]:
    return [each for line in text.strip().split("\n") for each in line.split("|")]


@pytest.mark.parametrize("term", _each(_POWDERS))
def test_a_powder_is_one_in_every_language(term: str) -> None:
    assert forms_agree(term, POWDER) is True


@pytest.mark.parametrize("term", _each(_NO_POWDERS))
def test_what_is_no_powder_is_none_in_any_language(term: str) -> None:
    assert forms_agree(term, POWDER) is False
