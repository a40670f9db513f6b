"""Names of months and countries in the languages of lists, from Babel's copy of the Unicode CLDR."""

import unicodedata
from functools import cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "pl", "tr", "ru", "ko", "ja", "zh", "zh_TW", "nl")
"""The languages whose headers, dates and status words are read."""

_MORE_LANGUAGES = (
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "sk",
    "hu",
    "ro",
    "bg",
    "el",
    "uk",
    "ar",
    "he",
    "th",
    "vi",
    "id",
)
"""Further languages whose names packs are told to be in."""

_MORE_MONTHS = {  # abbreviations in use that CLDR does not list
    "mrz": 3,
    "maerz": 3,
    "set": 9,
    "sept": 9,
    "aug": 8,
    "abr": 4,
    "jun": 6,
    "jul": 7,
    "sep": 9,
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "oct": 10,
    "nov": 11,
    "dec": 12,
    "fev": 2,
    "avr": 4,
    "ağu": 8,
    "eyl": 9,
    "sen": 9,
    "мая": 5,
    "май": 5,
    "сен": 9,
    "ноя": 11,
    "фев": 2,
}
_ROMAN = "I II III IV V VI VII VIII IX X XI XII"  # 31.XII.2027, as Polish packs have it
_WITHOUT_DECOMPOSITION = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d"})


def plain(text: str) -> str:
    """A word without accents, case, spaces and punctuation: `Lot No.` → `lotno`, `Şarj-Nr` → `sarjnr`."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_WITHOUT_DECOMPOSITION))
    return "".join(each for each in text.casefold() if each.isalnum())


@cache
def months() -> dict[str, int]:
    """The number of each month by its name or abbreviation, as `plain` writes it."""
    found = {plain(name): number for name, number in _MORE_MONTHS.items()}
    found |= {roman.casefold(): number for number, roman in enumerate(_ROMAN.split(), start=1)}
    for language in LANGUAGES:
        names = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in names[context][width].items():
                    word = plain(name)
                    if word and not word[0].isdigit():
                        found.setdefault(word, number)
    return found


@cache
def weekdays() -> frozenset[str]:
    """Names and abbreviations of the days of the week, as `plain` writes them."""
    return frozenset(
        plain(name)
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for name in Locale.parse(language).days["format"][width].values()
    )


@cache
def language_codes() -> dict[str, str]:
    """The ISO 639-1 code of each language by its name in every language of lists, as `plain` writes it."""
    found: dict[str, str] = {}
    for language in (*LANGUAGES, *_MORE_LANGUAGES):
        for code, name in Locale.parse(language).languages.items():
            if len(code) == 2:
                found.setdefault(plain(name), code)
    return found


@cache
def country_codes() -> dict[str, str]:
    """The ISO 3166-1 code of each country by its name in every language, as `plain` writes it."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"):
                found.setdefault(plain(name), code)
    return found
