"""The clinic's own reference of a use: an appointment or file number. It names no patient.

A reference is refused where it looks like a name, a date of birth or a national number that begins with one:
only the clinic can then tell whom a use concerns, with its own files.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from service.errors import ErrorCode, RefusedError

MOST_CHARACTERS = 40

_ALLOWED = re.compile(r"[^\W_](?:[\w ./:#-]*[^\W_])?")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_CODE = 3
# Letters in a row that are a prefix (RX, KA, DRM); more are a word, and an unknown word may be a name.

_WORDS_TEXT = (
    "appt appointment appointments booking case chart consultation document encounter episode file fileno"
    " form invoice order patient record ref reference room session slot treatment visit"
    " akte aktennummer behandlung fall kartei karteinummer nummer patientennummer termin termine vorgang"
    " consulta cita dossier expediente fiche historia numero numéro número rendez séance turno visite"
    " appuntamento cartella pratica visita dosya protokol randevu seans wizyta karta"
    " afspraak dossiernummer besök journal ärende aika käynti"
)
_WORDS = frozenset(_WORDS_TEXT.split())
"""Words that say what kind of number it is."""

_MONTHS_TEXT = (
    "jan feb mar apr may jun jul aug sep oct nov dec mai okt dez ene abr ago dic fev avr jui gen mag giu lug"
    " set ott oca mrz"
)
_MONTHS = frozenset(_MONTHS_TEXT.split())
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[ ./-](\d{1,2})[ ./-](\d{1,2})(?!\d)")
_MONTH_NAMED = re.compile(r"(?<!\d)\d{1,2}[ ./-]*([^\W\d_]{3})[ ./-]*(?:\d{4}|\d{2})(?!\d)")
_EIGHT = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})(\d{2})(?!\d)")
_NATIONAL = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[-/]\d{3,5}(?!\d)")
# Nordic and Czech personal numbers: the day of birth, a mark, some more digits

_RECENT = timedelta(days=365)
# a date of the last year, or to come, is the day of an appointment


def checked_reference(text: str, today: date) -> str:
    """Return the reference as it is kept; empty for none.

    RefusedError(REFERENCE_INVALID) for characters that no number has, and without a digit;
    RefusedError(REFERENCE_PERSONAL) for what looks like a name or a date of birth. Neither repeats the text.
    """
    kept = " ".join(unicodedata.normalize("NFKC", text).split())
    if not kept:
        return ""
    if len(kept) > MOST_CHARACTERS or not _ALLOWED.fullmatch(kept):
        raise RefusedError(ErrorCode.REFERENCE_INVALID, field="reference")
    if _names_a_person(kept) or any(_is_birth(day, today) for day in _dates(kept, today)):
        raise RefusedError(ErrorCode.REFERENCE_PERSONAL, field="reference")
    if not any(each.isdecimal() for each in kept):
        raise RefusedError(ErrorCode.REFERENCE_INVALID, field="reference")
    return kept


def _names_a_person(text: str) -> bool:
    unknown = [each for each in _LETTERS.findall(text) if each.casefold() not in _WORDS]
    if any(len(each) > (_LONGEST_CODE if each.isascii() else 1) for each in unknown):
        return True
    words = [each.strip(".") for each in text.split()]
    return sum(each.isalpha() and each in unknown for each in words) > 1


def _dates(text: str, today: date) -> Iterator[date]:
    """Every date that may be meant, in whichever order its parts are written."""
    for first, second, year in _YEAR_LAST.findall(text):
        yield from _either_order(first, second, year, today)
    for year, month, day in _YEAR_FIRST.findall(text):
        yield from _either_order(day, month, year, today)
    for one, two, three, four in _EIGHT.findall(text):
        yield from _either_order(four, three, one + two, today)
        yield from _either_order(one, two, three + four, today)
    for one, two, three in _NATIONAL.findall(text):
        yield from _either_order(one, two, three, today)
        yield from _either_order(three, two, one, today)
    for month in _MONTH_NAMED.findall(text):
        if month.casefold() in _MONTHS:
            yield date(today.year - 50, 1, 1)  # which day does not matter


def _either_order(one: str, two: str, year: str, today: date) -> Iterator[date]:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= today.year % 100 + 1 else 1900
    for day, month in ((one, two), (two, one)):
        try:
            yield date(number, int(month), int(day))
        except ValueError:
            continue


def _is_birth(day: date, today: date) -> bool:
    return date(1900, 1, 1) <= day < today - _RECENT
