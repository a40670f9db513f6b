"""The language of a response, and the catalogue with its sentences.

English is in the code. Another language is a folder `translations/<code>/LC_MESSAGES/messages.mo`, compiled
from `messages.pot`; it is offered as soon as it exists. Nothing here needs a request: the terminal uses the
same sentences.

>>> best_language("xx, en-GB;q=0.8")
'en'
>>> translation("en").gettext("Lot number")
'Lot number'
"""

import gettext
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from flask import Response, g
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from service.web.text import date_words

SOURCE_LANGUAGE = "en"
CATALOGUES = Path(__file__).parents[1] / "translations"
_DOMAIN = "messages"


@cache
def available() -> tuple[str, ...]:
    """Return the languages with a catalogue as BCP 47 codes, English first."""
    found = (path.parts[-3].replace("_", "-") for path in CATALOGUES.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *sorted(set(found) - {SOURCE_LANGUAGE}))


def best_language(accept_language: str) -> str:
    """Return the language to answer an `Accept-Language` header with; English where it is empty or
    unreadable.
    """
    return _best_language(accept_language[:400])


@lru_cache(maxsize=256)
def _best_language(accept_language: str) -> str:
    """Kept: browsers and programs send few different headers."""
    wanted = parse_accept_header(accept_language, LanguageAccept)
    return wanted.best_match(available()) or SOURCE_LANGUAGE


@cache
def translation(language: str = SOURCE_LANGUAGE) -> gettext.NullTranslations:
    """Return the catalogue of a language from `available`; the English one for any other."""
    if language == SOURCE_LANGUAGE or language not in available():
        return gettext.NullTranslations()
    return gettext.translation(_DOMAIN, CATALOGUES, [language.replace("-", "_")], fallback=True)


def spoken() -> gettext.NullTranslations:
    """Return the catalogue of the current request's language."""
    catalogue: gettext.NullTranslations = g.translation
    return catalogue


def day(moment: datetime) -> str:
    """Return the UTC day of a moment, in words."""
    return date_words(moment.date().isoformat(), spoken())


def template_words() -> dict[str, object]:
    """Return what templates need of the language: its code (`lang`) and `day`."""
    return {"lang": g.language if "language" in g else SOURCE_LANGUAGE, "day": day}


def set_language_headers(response: Response) -> Response:
    """Set Content-Language and Vary: Accept-Language."""
    response.vary.add("Accept-Language")
    response.headers.setdefault("Content-Language", g.language)
    return response
