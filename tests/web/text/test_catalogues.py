"""Every catalogue says every sentence, with its gaps filled alike, and promises nothing."""

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from scripts import catalogues
from service.web.core import i18n
from tests.factories.wording import BANNED

LANGUAGES = catalogues.languages()


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.extracted()


def test_the_languages_of_the_service_are_those_of_the_catalogues() -> None:
    assert i18n.available() == ("en", *LANGUAGES)
    assert {"es", "de", "ar", "zh"} <= set(LANGUAGES)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_whole(language: str, template: Catalog) -> None:
    """Mend with `make translations`, which says what is missing; docs/translation/README.md says how."""
    assert list(catalogues.faults(catalogues.catalogue_of(language), template)) == []


@pytest.mark.slow
def test_the_template_of_the_catalogues_is_up_to_date(template: Catalog) -> None:
    """Otherwise a translator would never see a new sentence: `make translations`."""
    with catalogues.TEMPLATE.open("rb") as file:
        written = {message.id for message in read_po(file)}
    assert written == {message.id for message in template}


@pytest.mark.parametrize(
    ("id_", "said", "fault"),
    [
        ("Lot {lot}", "", "missing: Lot {lot}"),
        ("Lot {lot}", "Charge", "placeholders differ: Lot {lot} -> Charge"),
        ("Lot {lot}", "Charge {charge}", "placeholders differ: Lot {lot} -> Charge {charge}"),
        ("<strong>Hold</strong> it", "Halten", "placeholders differ: <strong>Hold</strong> it -> Halten"),
        ("It matches", "Es ist echt", "promises: It matches -> Es ist echt"),
        ("That is no sign that it is genuine", "Das heißt nicht: Es ist echt", None),  # a denial
        (("{count} day", "{count} days"), ("{count} Tag",), "1 plural forms, not 2: {count} day"),
        (("{count} day", "{count} days"), ("ein Tag", "{count} Tage"), None),  # one needs no number
        (
            ("{count} day", "{count} days"),
            ("Tag", "{days} Tage"),
            "placeholders differ: {count} day -> {days} Tage",
        ),
        ("Old", "Alt", "stale: Old"),
    ],
)
def test_a_fault_is_found(id_: str | tuple[str, str], said: str | tuple[str, ...], fault: str | None) -> None:
    template, catalogue = Catalog(), Catalog(locale="de")
    if id_ != "Old":
        template.add(id_)
    catalogue.add(id_, said)
    assert list(catalogues.faults(catalogue, template)) == ([fault] if fault else [])


def test_a_fuzzy_sentence_is_a_fault() -> None:
    template, catalogue = Catalog(), Catalog(locale="de")
    template.add("Lot")
    catalogue.add("Lot", "Charge", flags=["fuzzy"])
    assert list(catalogues.faults(catalogue, template)) == ["fuzzy: Lot"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_lists_what_it_must_not_say(language: str) -> None:
    found = catalogues.forbidden_words(language)
    assert found is not None
    assert found.pattern.count("|") >= 8


def test_the_english_words_are_those_of_the_english_test() -> None:
    english = catalogues.forbidden_words("en")
    assert english is not None
    for word in ("genuine", "authentic", "safely", "really", "guaranteed", "100 %"):
        assert BANNED.search(word)
        assert english.search(word)
