"""What a text says of a pack, as fields; and the values that single fields may have been meant to hold."""

# ruff: noqa: RUF001 - words of many scripts

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, product

from msgspec import Struct

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.gs1.national import SCHEMES, National, parse_national
from service.gs1.printed_dates import printed_date_readings
from service.gs1.reading import Problem, Reading, ReadingKind
from service.gs1.readings.labels import NUMBER_WORDS, fold
from service.gs1.repairs import Repair

MOST_OPTIONS = 12
"""Combinations of what the fields may mean that are looked at."""

_NONE = frozenset[Repair]()


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(each) for line in words.split("\n") for each in line.split("|") if each)


_LONGEST_PLACEHOLDER = 20

_PLACEHOLDERS = _folded("""
n/a|none|no|nil|null|unknown|unk|not available|not applicable|not known|not legible|illegible|tbd
tba|missing|no lot|no batch|without|keine|keiner|ohne|unbekannt|unleserlich|nicht bekannt|aucun
aucune|sans|sans lot|inconnu|illisible|ninguno|ninguna|sin|sin lote|desconocido|no tiene|nessuno
senza|sconosciuto|nenhum|sem lote|desconhecido|geen|onbekend|ingen|okänd|ukendt|ukjent|ei ole
tuntematon|brak|nieznany|není|žádný|neznámý|nincs|ismeretlen|yok|bilinmiyor|нет|неизвестно
не указано|немає|невідомо|няма|непознат|nema|ni|δεν υπάρχει|άγνωστο|لا يوجد|غير معروف|غير متوفر
ندارد|نامعلوم|אין|לא ידוע|नहीं|अज्ञात|ไม่มี|ไม่ทราบ|无|没有|未知|無|なし|不明|없음|모름|không có|tidak ada|tiada
lipsă|necunoscut|nan|undefined|blank|empty|unreadable|not readable|not printed|not visible
saknas|mangler|puuttuu|puudub|ontbreekt|chybí|hiányzik|lipseşte|lipsește|λείπει|manca|mancante|falta|nedostaje|trūksta|nav
отсутствует|відсутній|липсва|חסר|ناموجود|مفقود|غير موجود|ไม่ระบุ|không ghi
nicht lesbar|nicht angegeben|non lisible|ilegible|illeggibile|ilegível
""")
_NONE_PRINTED = _folded("""
none|no lot|no batch|no lot number|missing|without|without lot|blank|empty|not printed|no number
absent|keine|ohne|ohne charge|keine charge|fehlt|aucun|aucune|sans|sans lot|ninguno|sin lote
no tiene|nessuno|senza lotto|nenhum|sem lote|geen|ingen|brak|yok|нет|ไม่มี|无|没有|なし|없음
""")

_MONTHS = r"[^\W\d_]{3,10}\.?"
_DATE = (
    r"(?:(?:19|20)\d\d[-/. ]?(?:0?[1-9]|1[0-2])(?:[-/. ]?(?:0?[1-9]|[12]\d|3[01]))?"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:20)?\d\d|(?:0?[1-9]|1[0-2])[-/. ]20\d\d|(?:0?[1-9]|1[0-2])[-/.]\d\d"
    rf"|(?:\d{{1,2}}[-/. ]?)?{_MONTHS}[-/. ]?(?:20)?\d\d|20\d\d[-/. ]?{_MONTHS})"
)
_DATE_BEHIND = re.compile(rf"(.*?)[\s,;/|(]+({_DATE})[\s.)]*")
_DATE_BEFORE = re.compile(rf"({_DATE})[\s,;/|]+(.*)")
_EAST_ASIAN = str.maketrans({"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " "})
_BEHIND_DATE = re.compile(r"[\s.\-]*(?:г|р|року|года|г\.)?[\s.\-]*$")
_ENDS = " \t\r\n.,;:|*'\"=&>~•·●▪⇒➜→…"
_AROUND = _ENDS + "#-№°"


class Fields(Struct, frozen=True):
    """What a text says of a pack."""

    gtin: Gtin | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    expiry: Expiry | None = None
    national: National = ()
    repairs: frozenset[Repair] = _NONE
    problems: tuple[Problem, ...] = ()

    def reading(self, *, tentative: bool = False) -> Reading | None:
        """The same as a reading; None where neither a product nor a lot is named."""
        if not (self.gtin or self.lot or self.national):
            return None
        ais = {scheme: ai for ai, scheme in SCHEMES.items()}
        national = tuple((ais[scheme], number) for scheme, number in self.national)
        elements: list[Element] = []
        if self.gtin:
            elements.append(("01", self.gtin.value))
        if self.expiry:
            elements.append(("17", self.expiry.yymmdd))
        if self.lot:
            elements.append(("10", self.lot.printed))
        if self.serial:
            elements.append(("21", self.serial.printed))
        code = ProductIdentifier(self.gtin, self.lot, self.serial, self.expiry, None, national)
        return Reading(
            ReadingKind.LABELLED,
            code,
            (*elements, *national),
            repairs=self.repairs,
            problems=self.problems,
            tentative=tentative,
        )


class Option(Struct, frozen=True):
    """One thing that a value may mean: some fields, to be put together with those of other values."""

    fields: Fields
    repairs: frozenset[Repair] = _NONE


def combined(options: list[list[Option]]) -> Iterator[Fields]:
    """One option of each value together, the first of each first; what contradicts is left out."""
    for those in islice(product(*options), MOST_OPTIONS):
        found: dict[str, object] = {}
        repairs: set[Repair] = set()
        problems: list[Problem] = []
        for each in those:
            repairs |= each.repairs | each.fields.repairs
            problems += each.fields.problems
            for name in ("gtin", "lot", "serial", "expiry", "national"):
                value = getattr(each.fields, name)
                if value and not found.get(name):
                    found[name] = value
        yield Fields(**found, repairs=frozenset(repairs), problems=tuple(sorted(problems, key=str)))  # type: ignore[arg-type]


def trimmed(text: str) -> str:
    """A value without the signs around it: quotes, the colon before, the full stop behind, a lone bracket."""
    plain = text.strip(_AROUND).rstrip("/\\?")
    if plain.isalnum():
        return plain
    while plain.endswith((")", "]", "}")) and plain.count("(") + plain.count("[") + plain.count("{") < sum(
        map(plain.count, ")]}")
    ):
        plain = plain[:-1].rstrip(_ENDS)
    while plain.startswith(("(", "[", "{", ")", "]", "}")) and sum(map(plain.count, "([{")) != sum(
        map(plain.count, ")]}")
    ):
        plain = plain[1:].lstrip(_ENDS)
    while plain.endswith(("(", "[", "{")):
        plain = plain[:-1].rstrip(_ENDS)
    if len(plain) > 1 and plain[0] + plain[-1] in ("()", "[]", "{}"):
        plain = plain[1:-1].strip(_ENDS)
    return plain.strip()


def is_placeholder(text: str) -> bool:
    """Whether a text says that there is nothing: `N/A`, `-`, `unknown`, in many languages.

    Pictures say nothing of the kind: they are refused.
    """
    if any(map(str.isdigit, text)):
        return False
    folded = fold(text)
    if (
        (not folded and not any(unicodedata.category(each) == "So" for each in text))
        or folded in _PLACEHOLDERS
        or (set(folded) == {"x"} and len(folded) <= _LONGEST_PLACEHOLDER)
    ):
        return True
    return folded in NUMBER_WORDS and not folded.isascii()


def says_none(text: str) -> bool:
    """Whether a text says that nothing is printed; `is_placeholder` may mean that it could not be told."""
    return fold(text) in _NONE_PRINTED


def expiry_options(text: str) -> list[Option]:
    """The dates that an expiry may mean; a problem where it means none."""
    plain = _BEHIND_DATE.sub("", text.translate(_EAST_ASIAN).strip()).strip(" -")
    try:
        dates = printed_date_readings(plain)
        found = [Expiry(*each) for each in dates]
    except IdentifierError as error:
        if is_placeholder(text):
            return [Option(Fields())]
        return [Option(Fields(problems=(Problem("17", text, error.code, error.expected),)))]
    repairs = frozenset({Repair.DATE_AMBIGUOUS}) if len(found) > 1 else _NONE
    return [Option(Fields(expiry=each), repairs) for each in found]


def gtin_options(text: str, *, certain: bool) -> list[Option]:
    """A GTIN; where it is not `certain` that one was meant (a code of the maker's own), nothing."""
    digits = (
        text.split(maxsplit=1)[0]
        if text.split() and text.split(maxsplit=1)[0].isdigit() and len(text.split(maxsplit=1)[0]) > 7
        else text
    )
    try:
        return [Option(Fields(gtin=Gtin.parse(digits)))]
    except IdentifierError as error:
        known = error.code is ErrorCode.GTIN_CHECK_DIGIT
        if not (certain or known) or is_placeholder(text):
            return [Option(Fields())]
        return [Option(Fields(problems=(Problem("01", text, error.code, error.expected),)))]


def national_options(scheme: str, text: str) -> list[Option]:
    """A country's own number; nothing where it cannot be one."""
    try:
        return [Option(Fields(national=parse_national(f"{scheme}:{text.replace(' ', '')}")))]
    except IdentifierError as error:
        return [Option(Fields(problems=(Problem(scheme, text, error.code, error.expected),)))]


def serial_options(text: str) -> list[Option]:
    """A serial; with a space inside, its first word."""
    if is_placeholder(text):
        return [Option(Fields())]
    try:
        return [Option(Fields(serial=Serial.parse(text)))]
    except IdentifierError as error:
        first = text.split(maxsplit=1)[0] if text.split() else ""
        if first and first != text:
            joined = "".join(text.split())
            those = [each for each in (first, joined) if len(each) <= 20 and each.isascii()]
            found = [
                Option(Fields(serial=Serial.parse(each)), frozenset({Repair.WORDS_BESIDE})) for each in those
            ]
            if found:
                return found
        return [Option(Fields(problems=(Problem("21", text, error.code, error.expected),)))]


def lot_options(text: str) -> list[Option]:
    """The lots that a value may mean: all of it, what stands beside a date, its first word with a digit."""
    if is_placeholder(text) or fold(text) in NUMBER_WORDS:
        return [Option(Fields())]  # `OVA2618 Lotto n.`: the number stands before its label
    found: list[Option] = []
    wrong: IdentifierError | None = None
    try:
        found.append(Option(Fields(lot=Lot.parse(text))))
    except IdentifierError as error:
        wrong = error
    beside = lots_beside_dates(text)
    full = any(each.fields.expiry and re.search(r"20\d\d", text) for each in beside)
    found = beside + found if full else found + beside  # a year of four digits is no part of a lot
    parts = text.split()
    if len(parts) > 1:
        named = [each for each in map(trimmed, parts) if any(map(str.isdigit, each)) and not is_date(each)]
        those = [
            Option(Fields(lot=lot), frozenset({Repair.WORDS_BESIDE}))
            for each in named[:2]
            if (lot := lot_of(each)) is not None
        ]
        wordy = any(each.isalpha() and (each.islower() or len(each) > 4) for each in parts)
        found = those + found if wordy else found + those
        if wordy and not named:
            found = []
    if not found and wrong is not None:
        return [Option(Fields(problems=(Problem("10", text, wrong.code, wrong.expected),)))]
    return found


def lots_beside_dates(text: str) -> list[Option]:
    """A lot with a date before or behind it: `OVA2618 04/2028`."""
    found: list[Option] = []
    for pattern, lot_at, date_at in ((_DATE_BEHIND, 1, 2), (_DATE_BEFORE, 2, 1)):
        match = pattern.fullmatch(text)
        lot = lot_of(trimmed(match[lot_at])) if match else None
        if match is None or lot is None:
            continue
        beside = frozenset({Repair.WITHOUT_LABEL})
        found += [
            Option(Fields(lot=lot, expiry=each.fields.expiry), each.repairs | beside)
            for each in expiry_options(match[date_at])
            if each.fields.expiry is not None
        ]
    return found


def is_date(text: str) -> bool:
    """Whether a text is a date with its signs: `04/2028`."""
    return not text.isalnum() and re.fullmatch(_DATE, text) is not None


def lot_of(text: str) -> Lot | None:
    """The lot that a text is; None where it cannot be one, or says that there is none."""
    if is_placeholder(text):
        return None
    try:
        return Lot.parse(text)
    except IdentifierError:
        return None
