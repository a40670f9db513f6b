"""Questions: scanned text, typed fields, or both, parsed into one `Presented`."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.evidence import Asker, Presented, Seen
from service.authenticity.scan_history.sightings import NOWHERE, Region, rounded
from service.errors import ErrorCode, IdentifierError, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.iso.countries import parse_country
from service.gs1.iso.languages import parse_language
from service.gs1.reading import Reading
from service.gs1.readings.clean_text import visible
from service.gs1.readings.pack_fields import is_placeholder, says_none
from service.verification.pack_readings import PackFields, PackReading, all_readings, best_reading, same_lot

MOST_CHARACTERS = 200
"""Longer than any product's name or strength."""

T = TypeVar("T")


class Channel(StrEnum):
    """Where a question came in."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    TEXT_MESSAGE = "sms"


class RequestOrigin(Struct, frozen=True):
    """Who asks and from where: every question to `VerificationService` comes with one.

    `country` (ISO 3166-1 alpha-2) and `region`: where it is asked from; empty: not known (then the question's
    `market` serves). `client`: an opaque mark of the device or the clinic. `trade`: a clinic or pharmacy that
    is signed in. `organisation_id`: the signed-in asker's organisation, None for guests.
    """

    channel: Channel
    country: str = ""
    region: str = ""
    client: str = ""
    trade: bool = False
    organisation_id: int | None = None


_NOTHING = PackFields()


class Question(Struct, frozen=True):
    """What was asked, as it came. `scan` is anything scanned, typed or pasted; the rest are single fields.

    `carton` is what the box around the vial says, when both are at hand: the two have to agree.
    `asker`: who the asking person says to be. `national`: a country's own number, `PZN:12345678`.
    `scanned_at`: when the code was read, where it could not be asked at once: ISO 8601 with its offset from
    UTC. `layout`: the keyboard that the scanner was found to type on (`gs1.keyboards`). `nonce`: the asker's
    own mark, up to 64 characters: the same nonce again is the same check. `marks`: codes of marks of the
    catalogue (`authenticity.marks`), each with what was seen of it (`Seen`).
    """

    scan: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    market: str = ""
    strength: str = ""
    substance: str = ""
    language: str = ""
    form: str = ""
    product: str = ""
    national: str = ""
    no_lot: bool = False
    carton: PackFields = _NOTHING
    scanned_at: str = ""
    layout: str = ""
    asker: Asker = Asker.PATIENT
    nonce: str | None = None
    marks: tuple[tuple[str, str], ...] = ()


class ParsedQuestion(Struct, frozen=True):
    """A question as it was read. With a carton, `vial` and `carton` are what each of the two says, and
    `presented` is the vial's with the carton's where the vial says nothing.

    `pack` is the reading that `presented` comes from, `carton_pack` the carton's; `question` is the question
    itself, of which there may be other readings (`other_readings`). `treated_on`: the day on which the pack
    was used, where the question is about a treatment that is past.
    """

    presented: Presented
    pack: PackReading
    question: Question
    vial: Presented | None = None
    carton: Presented | None = None
    carton_pack: PackReading | None = None
    scanned_at: datetime | None = None
    place: Region = NOWHERE
    client: str = ""
    trade: bool = False
    treated_on: date | None = None

    @property
    def reading(self) -> Reading | None:
        """How the scanned text was read; None where there was none."""
        return self.pack.reading


def parse_question(question: Question, origin: RequestOrigin) -> ParsedQuestion:
    """Read a question. InvalidFieldsError holds every field that could not be read, not just the first."""
    reader = _Reader()
    if question.lot and not question.no_lot and says_none(question.lot):
        question = replace(question, lot="", no_lot=True)
    vial = best_reading(fields_of(question), reader.errors, question.layout)
    carton: PackReading | None = None
    if question.carton is not _NOTHING and question.carton != _NOTHING:
        carton = best_reading(question.carton, reader.errors, question.layout, "carton.")
    pack = _together(vial, carton, no_lot=question.no_lot) if carton is not None else vial
    presented = Presented(
        pack.gtin,
        pack.lot,
        pack.serial,
        pack.expiry,
        market=reader.read("market", question.market, parse_country) if question.market else None,
        strength=reader.read("strength", question.strength, _STRENGTH) if question.strength else None,
        substance=reader.read("substance", question.substance, _SUBSTANCE) if question.substance else None,
        language=reader.read("language", question.language, parse_language) if question.language else None,
        product=reader.read("product", question.product, _PRODUCT) if question.product else None,
        no_lot=question.no_lot,
        national=pack.national,
        form=reader.read("form", question.form, _FORM) if question.form else None,
        expiry_readings=pack.expiry_readings,
        repairs=pack.sorted_repairs,
        marks=_seen_marks(question.marks, reader) if question.marks else (),
    )
    scanned_at = reader.read("scanned_at", question.scanned_at, _moment) if question.scanned_at else None
    country = reader.read("country", origin.country, parse_country) if origin.country else None
    region = reader.read("region", origin.region, _REGION) if origin.region else None
    if reader.errors:
        raise InvalidFieldsError(tuple(reader.errors))
    known = presented.gtin or presented.lot or presented.product or presented.national
    if not (known or presented.no_lot):
        raise RefusedError(
            ErrorCode.NOTHING_PRESENTED, expected="a scan, a GTIN or a lot number", field="scan"
        )
    return ParsedQuestion(
        presented,
        vial,
        question,
        vial.presented if carton else None,
        carton.presented if carton else None,
        carton,
        scanned_at,
        rounded(country or presented.market or "", region or ""),
        origin.client,
        origin.trade,
    )


def fields_of(question: Question) -> PackFields:
    """The fields that say what the vial says of itself."""
    return PackFields(
        question.scan, question.gtin, question.lot, question.serial, question.expiry, question.national
    )


def other_readings(parsed: ParsedQuestion) -> list[ParsedQuestion]:
    """What the question may mean besides, the likeliest first: readings of the vial's fields."""
    question, carton, fields = parsed.question, parsed.carton_pack, fields_of(parsed.question)
    found: list[ParsedQuestion] = []
    for pack in all_readings(fields, question.layout) if fields != _NOTHING else ():
        both = _together(pack, carton, no_lot=question.no_lot) if carton is not None else pack
        presented = replace(
            parsed.presented,
            gtin=both.gtin,
            lot=both.lot,
            serial=both.serial,
            expiry=both.expiry,
            national=both.national,
            expiry_readings=both.expiry_readings,
            repairs=both.sorted_repairs,
        )
        if pack != parsed.pack:
            vial = pack.presented if carton is not None else None
            found.append(replace(parsed, presented=presented, pack=pack, vial=vial))
    return found


def of_carton(parsed: ParsedQuestion) -> ParsedQuestion | None:
    """The question that the carton asks alone; None without a carton."""
    carton, question = parsed.carton_pack, parsed.question
    if carton is None:
        return None
    fields = question.carton
    alone = Question(
        fields.scan,
        fields.gtin,
        fields.lot,
        fields.serial,
        fields.expiry,
        national=fields.national,
        layout=question.layout,
    )
    shown = replace(carton.presented, market=parsed.presented.market)
    return ParsedQuestion(shown, carton, alone, scanned_at=parsed.scanned_at)


def with_carton(parsed: ParsedQuestion, carton: ParsedQuestion) -> ParsedQuestion:
    """The question with what the records chose among the readings of its carton."""
    if carton.pack == parsed.carton_pack:
        return parsed
    return replace(parsed, carton=carton.pack.presented, carton_pack=carton.pack)


def _together(vial: PackReading, carton: PackReading, *, no_lot: bool) -> PackReading:
    """What the two say together. `no_lot`: none is printed on the vial, whatever the box around it says."""
    if vial.lot and carton.lot and not same_lot(vial.lot, carton.lot):
        return vial  # two packs: what one of them says is not said of the other
    return replace(
        vial,
        gtin=vial.gtin or carton.gtin,
        lot=vial.lot or (None if no_lot else carton.lot),
        serial=vial.serial or carton.serial,
        expiry=vial.expiry or (None if vial.expiry_readings else carton.expiry),
        national=vial.national or carton.national,
        expiry_readings=vial.expiry_readings or (() if vial.expiry else carton.expiry_readings),
    )


_WORDED = frozenset({"strength", "substance", "product", "form"})
"""Fields of words, where `unknown` says as much as nothing."""


class _Reader:
    """Collects what cannot be read, so that a person mends it in one go."""

    def __init__(self) -> None:
        self.errors: list[VialcheckError] = []

    def read(self, field: str, text: str, parse: Callable[[str], T]) -> T | None:
        """The parsed text; None where there is none or it was refused."""
        if not text or text.isspace() or (field in _WORDED and is_placeholder(text)):
            return None
        try:
            return parse(text)
        except VialcheckError as error:
            if field != "scanned_at" and is_placeholder(text):  # `NO` is Norway, `N/A` is none
                return None
            error.field = field
            self.errors.append(error)
            return None


def _seen_marks(given: tuple[tuple[str, str], ...], reader: _Reader) -> tuple[tuple[str, Seen], ...]:
    """Each mark once, by its code; of two answers about one mark the one that speaks against the pack."""
    found: dict[str, Seen] = {}
    for mark, said in given:
        code = mark.strip().lower()
        seen = reader.read("marks", said, _seen)
        if code and seen is not None:
            found[code] = min(seen, found.get(code, seen), key=_WORST_FIRST.index)
    return tuple(sorted(found.items()))


_WORST_FIRST = (Seen.DIFFERS, Seen.AGREES, Seen.NOT_VISIBLE)


def _seen(text: str) -> Seen:
    if text not in set(Seen):
        expected = " or ".join(Seen)
        raise RefusedError(ErrorCode.VALUE_INVALID, given=text, expected=expected, field="marks")
    return Seen(text)


def _moment(text: str) -> datetime:
    """A moment of ISO 8601 that says how far it is from UTC. Whether it can be is for a clock to say."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RefusedError(
            ErrorCode.MOMENT_UNREADABLE,
            given=text,
            expected="ISO 8601 with Z or an offset, 2028-12-31T09:30:00Z",
            field="scanned_at",
        )
    return moment


def _words(field: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        words = " ".join(visible(text).split())
        if len(words) > MOST_CHARACTERS:
            raise IdentifierError(
                ErrorCode.TOO_LONG, given=text, expected=f"at most {MOST_CHARACTERS} characters", field=field
            )
        strange = next((each for each in words if not each.isprintable()), None)
        if strange is not None:
            raise IdentifierError(
                ErrorCode.BAD_CHARACTER,
                given=text,
                expected="letters, digits and punctuation",
                found=f"U+{ord(strange):04X}",
                field=field,
            )
        return words

    return parse


_STRENGTH, _SUBSTANCE, _PRODUCT = _words("strength"), _words("substance"), _words("product")
_FORM = _words("form")
_REGION = _words("region")
