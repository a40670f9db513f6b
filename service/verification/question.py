"""What somebody asks: the text of a scan, fields that were typed, or both, made into one `Presented`."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from msgspec import Struct

from service.authenticity.evidence import Asker, Presented
from service.authenticity.scan_history.sightings import NOWHERE, Region, rounded
from service.errors import ErrorCode, IdentifierError, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.iso.countries import parse_country
from service.gs1.iso.languages import parse_language
from service.gs1.national import National, named, parse_national
from service.gs1.reading import Reading, ReadingKind, read_typed

MOST_CHARACTERS = 200
"""Longer than any product's name or strength."""

T = TypeVar("T")


class Channel(StrEnum):
    """Where a question came in."""

    WEB = "web"
    API = "api"
    CLI = "cli"


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


class PackFields(Struct, frozen=True):
    """One of the two things that a pack consists of, as it came: a scan of it, single fields, or both."""

    scan: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    national: str = ""


_NOTHING = PackFields()


class Question(Struct, frozen=True):
    """What was asked, as it came. `scan` is anything scanned, typed or pasted; the rest are single fields.

    `carton` is what the box around the vial says, when both are at hand: the two have to agree.
    `asker`: who the asking person says to be. `national`: a country's own number, `PZN:12345678`.
    `scanned_at`: when the code was read, where it could not be asked at once: ISO 8601 with its offset from
    UTC. `layout`: the keyboard that the scanner was found to type on (`gs1.keyboards`). `nonce`: the asker's
    own mark, up to 64 characters: the same nonce again is the same check.
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
    product: str = ""
    national: str = ""
    no_lot: bool = False
    carton: PackFields = _NOTHING
    scanned_at: str = ""
    layout: str = ""
    asker: Asker = Asker.PATIENT
    nonce: str | None = None


class ParsedQuestion(Struct, frozen=True):
    """A question that could be read. `typed_digits`: the text could be a GTIN or just as well a lot.

    With a carton, `vial` and `carton` are what each of the two says, and `presented` is the vial's with the
    carton's where the vial says nothing.
    """

    presented: Presented
    reading: Reading | None
    typed_digits: str | None
    vial: Presented | None = None
    carton: Presented | None = None
    carton_reading: Reading | None = None
    scanned_at: datetime | None = None
    place: Region = NOWHERE
    client: str = ""
    trade: bool = False


def parse_question(question: Question, origin: RequestOrigin) -> ParsedQuestion:
    """Read a question. InvalidFieldsError holds every field that could not be read, not just the first."""
    reader = _Reader(question.layout)
    reading, vial = reader.pack(question)
    carton_reading, carton, pack = None, None, vial
    if question.carton is not _NOTHING and question.carton != _NOTHING:
        carton_reading, carton = reader.pack(question.carton, "carton.")
        pack = _together(vial, carton)
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
    )
    scanned_at = reader.read("scanned_at", question.scanned_at, _moment) if question.scanned_at else None
    country = reader.read("country", origin.country, parse_country) if origin.country else None
    region = reader.read("region", origin.region, _REGION) if origin.region else None
    if reader.errors:
        raise InvalidFieldsError(tuple(reader.errors))
    if not (presented.gtin or presented.lot or presented.product or presented.national):
        raise RefusedError(
            ErrorCode.NOTHING_PRESENTED, expected="a scan, a GTIN or a lot number", field="scan"
        )
    digits = question.scan.strip() if reading is not None and reading.kind is ReadingKind.GTIN else None
    return ParsedQuestion(
        presented,
        reading,
        digits,
        vial.presented if carton else None,
        carton.presented if carton else None,
        carton_reading,
        scanned_at,
        rounded(country or presented.market or "", region or ""),
        origin.client,
        origin.trade,
    )


class _Says(NamedTuple):
    """What a vial or a carton says of itself. A tuple, for it is made anew into `Presented`."""

    gtin: Gtin | None
    lot: Lot | None
    serial: Serial | None
    expiry: Expiry | None
    national: National

    @property
    def presented(self) -> Presented:
        """The same as it is shown."""
        return Presented(self.gtin, self.lot, self.serial, self.expiry, national=self.national)


def _together(vial: _Says, carton: _Says) -> _Says:
    if vial.lot and carton.lot and not _same_lot(vial.lot, carton.lot):
        return vial  # two packs: what one of them says is not said of the other
    return _Says(
        vial.gtin or carton.gtin,
        vial.lot or carton.lot,
        vial.serial or carton.serial,
        vial.expiry or carton.expiry,
        vial.national or carton.national,
    )


class _Reader:
    """Collects what cannot be read, so that a person mends it in one go."""

    def __init__(self, layout: str) -> None:
        self.errors: list[VialcheckError] = []
        self._layout = layout

    def read(self, field: str, text: str, parse: Callable[[str], T]) -> T | None:
        """The parsed text; None where there is none or it was refused."""
        if not text or text.isspace():
            return None
        try:
            return parse(text)
        except VialcheckError as error:
            error.field = field
            self.errors.append(error)
            return None

    def pack(self, pack: PackFields | Question, prefix: str = "") -> tuple[Reading | None, _Says]:
        """What a vial or a carton says of itself; `prefix` tells their fields apart in errors."""
        reading = self.read(f"{prefix}scan", pack.scan, self._scan) if pack.scan else None
        code = reading.identifier if reading else None
        if code is not None and not (pack.gtin or pack.lot or pack.serial or pack.expiry or pack.national):
            national = named(code.national) if code.national else ()
            return reading, _Says(code.gtin, code.lot, code.serial, code.expiry, national)
        expiry = code.expiry if code else None
        return reading, _Says(
            gtin=self.field(f"{prefix}gtin", pack.gtin, Gtin.parse, code.gtin if code else None),
            lot=self.field(f"{prefix}lot", pack.lot, Lot.parse, code.lot if code else None, _same_lot),
            serial=self.field(f"{prefix}serial", pack.serial, Serial.parse, code.serial if code else None),
            expiry=self.field(f"{prefix}expiry", pack.expiry, Expiry.parse, expiry, Expiry.agrees_with),
            national=self.field(
                f"{prefix}national", pack.national, parse_national, named(code.national) if code else None
            )
            or (),
        )

    def _scan(self, text: str) -> Reading:
        return read_typed(text, layout=self._layout)

    def field(
        self,
        name: str,
        text: str,
        parse: Callable[[str], T],
        scanned: T | None,
        same: Callable[[T, T], bool] | None = None,
    ) -> T | None:
        """A typed field beside what the code said; the two must not contradict each other."""
        if not text:
            return scanned
        typed = self.read(name, text, parse)
        if typed is None or scanned is None:
            return scanned if typed is None else typed
        if not (same(typed, scanned) if same else typed == scanned):
            self.errors.append(
                RefusedError(
                    ErrorCode.FIELDS_DISAGREE, given=text, expected=f"{scanned}", found=f"{typed}", field=name
                )
            )
        return scanned


def _same_lot(one: Lot, other: Lot) -> bool:
    return one.key == other.key


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
        words = " ".join(text.split())
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
_REGION = _words("region")
