"""The language of a response, and the catalogue with its sentences.

English is in the code. Another language is a folder `translations/<code>/LC_MESSAGES/messages.po`; it is
offered as soon as it exists, and compiled in memory when its first sentence is asked for (0.15 s a process).
Nothing here needs a request: the terminal uses the same sentences.

>>> best_language("xx, en-GB;q=0.8")
'en'
>>> translation("en").gettext("Lot number")
'Lot number'
"""

import gettext
import re
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Response, g
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from service.web.text import date_words
from service.web.text.locales import SOURCE_LANGUAGE, direction, own_name

CATALOGUES = Path(__file__).parents[1] / "translations"
_DOMAIN = "messages"
_VALUE = re.compile(r"%\(\w+\)[sd]|\{(?!number\})\w*\}|[0-9]+(?:-[0-9][0-9:TZ]*)+")
"""A placeholder, or a date as 2027-12-31, whose parts would change places.

Not `{number}`: digits in one group, with brackets and the space before them, which belong to the sentence.
"""

_TAG = re.compile(r"(<[^>]*>)")
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_compiling = Lock()


@cache
def available() -> tuple[str, ...]:
    """Return the languages with a catalogue as BCP 47 codes, English first."""
    found = (path.parts[-3].replace("_", "-") for path in CATALOGUES.glob(f"*/LC_MESSAGES/{_DOMAIN}.po"))
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


def translation(language: str = SOURCE_LANGUAGE) -> gettext.NullTranslations:
    """Return the catalogue of a language from `available`; the English one for any other."""
    return catalogue_of(language if language in available() else SOURCE_LANGUAGE)


@cache
def catalogue_of(language: str) -> gettext.NullTranslations:
    """Return the compiled catalogue of a language that has one; the empty one for English."""
    if language == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    with _compiling:  # two threads compile one after the other; the later result is the same
        path = CATALOGUES / language.replace("-", "_") / "LC_MESSAGES" / f"{_DOMAIN}.po"
        return compiled(path, isolating=direction(language) == "rtl")


def compiled(path: Path, *, isolating: bool) -> gettext.GNUTranslations:
    """Compile the catalogue at `path`, in memory: an installed package may lie where nothing can be written.

    `isolating`: each value that is put into a sentence is isolated (Unicode Standard Annex 9, 2.4.2), so that
    a lot or a serial number keeps its order within a sentence that runs from right to left.
    """
    with path.open("rb") as file:
        catalogue = read_po(file)
    if isolating:
        for message in catalogue:
            said = message.string
            if message.id and isinstance(said, str):
                message.string = isolate_values(said)
            elif message.id and said:
                message.string = tuple(isolate_values(each) for each in said if each)
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def isolate_values(sentence: str) -> str:
    """Return the sentence with an isolate around each placeholder and date that is not part of a tag.

    >>> isolate_values("Lot {lot}") == "Lot " + chr(0x2068) + "{lot}" + chr(0x2069)
    True
    """
    return "".join(
        part if part.startswith("<") else _VALUE.sub(_isolated, part) for part in _TAG.split(sentence)
    )


def _isolated(found: re.Match[str]) -> str:
    return f"{_FIRST_STRONG_ISOLATE}{found[0]}{_POP_ISOLATE}"


def spoken() -> gettext.NullTranslations:
    """Return the catalogue of the current request's language."""
    catalogue: gettext.NullTranslations = g.translation
    return catalogue


def day(moment: datetime) -> str:
    """Return the UTC day of a moment, in words."""
    return date_words(moment.date().isoformat(), spoken())


def template_words() -> dict[str, object]:
    """Return what templates need of the language: its code (`lang`), direction, own name, and `day`."""
    language = g.language if "language" in g else SOURCE_LANGUAGE
    return {"lang": language, "direction": direction(language), "own_name": own_name, "day": day}


def set_language_headers(response: Response) -> Response:
    """Set Content-Language, and Vary: Accept-Language, Cookie."""
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers.setdefault("Content-Language", g.language)
    return response
