"""What the locale data of Babel (CLDR) says in a catalogue's language: names of countries and languages,
dates, lists.

English is said by our own tables: ISO's short names, and days as 31 December 2024.

>>> from gettext import NullTranslations
>>> listed(["France", "Italy"], NullTranslations())
'France, Italy'
>>> own_name("pt"), direction("ar")
('Português', 'rtl')
"""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations

from babel import Locale
from babel.dates import format_date, format_skeleton

from service.gs1.iso.countries import countries
from service.gs1.iso.languages import LANGUAGES

SOURCE_LANGUAGE = "en"


def language_of(tr: NullTranslations) -> str:
    """Return the BCP 47 code of a catalogue's language; the one without sentences of its own is English."""
    return tr.info().get("language", SOURCE_LANGUAGE).replace("_", "-")


@cache
def locale_of(language: str) -> Locale:
    """Return Babel's locale of a BCP 47 code."""
    return Locale.parse(language, sep="-")


@cache
def direction(language: str) -> str:
    """Return `ltr` or `rtl`, as the attribute `dir` has it."""
    return str(locale_of(language).text_direction)


@cache
def own_name(language: str) -> str:
    """Return what a language calls itself, as it stands alone: Deutsch, Español."""
    name = _OWN_NAMES.get(language) or str(locale_of(language).language_name)
    return name[:1].upper() + name[1:]


_OWN_NAMES = {"id": "Bahasa Indonesia"}
"""Where CLDR has the country's name alone."""


def country_name(code: str, tr: NullTranslations) -> str:
    """Return the name of an ISO 3166-1 code; the code itself where it has none."""
    return _country_names(language_of(tr)).get(code, code)


def country_choices(tr: NullTranslations) -> list[tuple[str, str]]:
    """Return code and name of every country, in the order of their names."""
    return list(_country_choices(language_of(tr)))


def language_name(code: str, tr: NullTranslations) -> str:
    """Return the name of an ISO 639-1 code; the code itself where it has none."""
    return _language_names(language_of(tr)).get(code, code)


def language_choices(tr: NullTranslations) -> list[tuple[str, str]]:
    """Return code and name of every language that a box may be printed in, in the order of their names."""
    return sorted(_language_names(language_of(tr)).items(), key=lambda pair: _order(pair[1]))


@cache
def _country_names(language: str) -> Mapping[str, str]:
    if language == SOURCE_LANGUAGE:
        return countries()
    names = locale_of(language).territories
    return {code: names.get(code, name) for code, name in countries().items()}


@cache
def _country_choices(language: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(_country_names(language).items(), key=lambda pair: _order(pair[1])))


@cache
def _language_names(language: str) -> Mapping[str, str]:
    if language == SOURCE_LANGUAGE:
        return LANGUAGES
    names = locale_of(language).languages
    return {code: names.get(code, name) for code, name in LANGUAGES.items()}


def _order(name: str) -> str:
    """Names sort by their letters, accents apart: Ägypten beside Albanien."""
    return unicodedata.normalize("NFKD", name).casefold()


@lru_cache(maxsize=4096)
def day_words(on: date, language: str, *, whole: bool = True) -> str:
    """Return a day in words, its month named where the language names months; `whole`: False for month and
    year alone. Digits are always 0 to 9, as packs bear them.
    """
    if language == SOURCE_LANGUAGE:
        return format_date(on, "d MMMM y" if whole else "LLLL y", SOURCE_LANGUAGE)
    locale = locale_of(language)
    return format_date(on, "long", locale) if whole else format_skeleton("yMMMM", on, locale=locale)


def listed(names: Iterable[str], tr: NullTranslations) -> str:
    """Return names in a row within a sentence, with the commas of the language."""
    return _COMMAS.get(language_of(tr), ", ").join(names)


_COMMAS = {"ar": "، ", "zh": "、"}
