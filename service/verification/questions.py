"""What somebody asks: the text of a scan, fields that were typed, or both, made into one `Presented`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from service.authenticity.evidence import Asker, Presented
from service.errors import ErrorCode, IdentifierError, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.countries import parse_country
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.languages import parse_language
from service.gs1.reading import Kind, Reading, read_typed

MOST_CHARACTERS = 200
"""Longer than any product's name or strength."""

T = TypeVar("T")


class Door(StrEnum):
    """Where a question came in."""

    WEB = "web"
    API = "api"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Pack:
    """One of the two things that a pack consists of, as it came: a scan of it, single fields, or both."""

    scan: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as it came. `scan` is anything scanned, typed or pasted; the rest are single fields.

    `carton` is what the box around the vial says, when both are at hand: the two have to agree.
    `nonce` is the asker's own mark, up to 64 characters: the same nonce again is the same check.
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
    no_lot: bool = False
    carton: Pack = Pack()
    asker: Asker = Asker.PATIENT
    nonce: str | None = None
    door: Door = Door.WEB


@dataclass(frozen=True, slots=True)
class Understood:
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


def understand(question: Question) -> Understood:
    """Read a question. InvalidFieldsError holds every field that could not be read, not just the first."""
    reader = _Reader()
    own = Pack(question.scan, question.gtin, question.lot, question.serial, question.expiry)
    reading, vial = reader.pack(own)
    carton_reading, carton = None, None
    if question.carton != _NOTHING:
        carton_reading, carton = reader.pack(question.carton, "carton.")
    presented = replace(
        _together(vial, carton),
        market=reader.read("market", question.market, parse_country),
        strength=reader.read("strength", question.strength, _STRENGTH),
        substance=reader.read("substance", question.substance, _SUBSTANCE),
        language=reader.read("language", question.language, parse_language),
        product=reader.read("product", question.product, _PRODUCT),
        no_lot=question.no_lot,
    )
    if reader.errors:
        raise InvalidFieldsError(tuple(reader.errors))
    if presented.gtin is None and presented.lot is None and presented.product is None:
        raise RefusedError(
            ErrorCode.NOTHING_PRESENTED, expected="a scan, a GTIN or a lot number", field="scan"
        )
    digits = question.scan.strip() if reading is not None and reading.kind is Kind.GTIN else None
    return Understood(presented, reading, digits, vial if carton else None, carton, carton_reading)


_NOTHING = Pack()


def _together(vial: Presented, carton: Presented | None) -> Presented:
    if carton is None or (vial.lot and carton.lot and not _same_lot(vial.lot, carton.lot)):
        return vial  # two packs: what one of them says is not said of the other
    return Presented(
        gtin=vial.gtin or carton.gtin,
        lot=vial.lot or carton.lot,
        serial=vial.serial or carton.serial,
        expiry=vial.expiry or carton.expiry,
    )


class _Reader:
    """Collects what cannot be read, so that a person mends it in one go."""

    def __init__(self) -> None:
        self.errors: list[VialcheckError] = []

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

    def pack(self, pack: Pack, prefix: str = "") -> tuple[Reading | None, Presented]:
        """What a vial or a carton says of itself; `prefix` tells their fields apart in errors."""
        reading = self.read(f"{prefix}scan", pack.scan, read_typed)
        code = reading.identifier if reading else None
        expiry = code.expiry if code else None
        return reading, Presented(
            gtin=self.field(f"{prefix}gtin", pack.gtin, Gtin.parse, code.gtin if code else None),
            lot=self.field(f"{prefix}lot", pack.lot, Lot.parse, code.lot if code else None, _same_lot),
            serial=self.field(f"{prefix}serial", pack.serial, Serial.parse, code.serial if code else None),
            expiry=self.field(f"{prefix}expiry", pack.expiry, Expiry.parse, expiry, Expiry.agrees_with),
        )

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
