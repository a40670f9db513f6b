"""Parsing of a recall or hold from a form or a command line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from service.authenticity.evidence import RecallScope
from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.registry.lists.cells import free_text

CLASSES = ("I", "II", "III")
"""The severity: I may cause death or lasting harm, II passing harm, III no harm is expected (21
CFR 7.3(m)).
"""

MOST_SERIALS = 20_000
MOST_LOTS = 100
_BETWEEN = re.compile(r"[\s,;]+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RecallForm:
    """A recall (or a hold) that is not issued yet. Serials are in lower case, as they are compared.

    `lots`: the lots that are recalled; beside serials, the one that they are of, if any.
    """

    hold: bool
    gtin: Gtin
    scope: RecallScope
    reason: str
    lots: tuple[Lot, ...] = ()
    expiry_from: date | None = None
    expiry_to: date | None = None
    serial_from: str = ""
    serial_to: str = ""
    serials: tuple[str, ...] = ()
    recall_class: str = ""
    reference: str = ""
    public_text: str = ""

    @property
    def lot(self) -> Lot | None:
        """The first lot; None where none is named."""
        return self.lots[0] if self.lots else None


class _Fields:
    """Parses fields and collects their errors, so that a person can correct all of them together."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.errors: list[VialcheckError] = []

    def read(self, field: str, parse: Callable[[str], T], *, needed: bool = False) -> T | None:
        raw = self._given.get(field, "").strip()
        try:
            if not raw:
                if needed:
                    raise RefusedError(ErrorCode.VALUE_MISSING)
                return None
            return parse(raw)
        except VialcheckError as error:
            error.field = field
            self.errors.append(error)
            return None

    def text(self, field: str, longest: int, *, needed: bool = False) -> str:
        return self.read(field, lambda raw: free_text(raw, longest), needed=needed) or ""

    def refuse(self, field: str, expected: str) -> None:
        given = self._given.get(field, "")
        self.errors.append(RefusedError(ErrorCode.VALUE_INVALID, given=given, expected=expected, field=field))


def read_recall_form(given: Mapping[str, str], *, hold: bool = False) -> RecallForm:
    """Parse `gtin scope lot expiry_from expiry_to serial_from serial_to serials recall_class reference reason
    public_text`. InvalidFieldsError names every invalid field.
    """
    fields = _Fields(given)
    gtin = fields.read("gtin", Gtin.parse, needed=True)
    scope = fields.read("scope", _scope, needed=True)
    lots = fields.read("lot", _lots, needed=scope is RecallScope.LOT) or ()
    if len(lots) > 1 and scope in (RecallScope.RANGE, RecallScope.LIST):
        fields.refuse("lot", "the one lot that all of these serial numbers are of, or nothing")
    window = scope is RecallScope.WINDOW
    first = fields.read("expiry_from", _first_day, needed=window) if window else None
    last = fields.read("expiry_to", _last_day, needed=window) if window else None
    if first and last and first > last:
        fields.refuse("expiry_to", "a date that is not before the first one")
    ranged, listed = scope is RecallScope.RANGE, scope is RecallScope.LIST
    start = (fields.read("serial_from", _serial, needed=True) if ranged else None) or ""
    end = (fields.read("serial_to", _serial, needed=True) if ranged else None) or ""
    if start and end and (len(start) != len(end) or start > end):
        fields.refuse("serial_to", "a serial number as long as the first one, and not before it")
    serials = fields.read("serials", _serials, needed=True) if listed else ()
    order = RecallForm(
        hold=hold,
        gtin=gtin or Gtin("0" * 14),
        scope=scope or RecallScope.PRODUCT,
        reason=fields.text("reason", 500, needed=True),
        lots=lots if scope in (RecallScope.LOT, RecallScope.RANGE, RecallScope.LIST) else (),
        expiry_from=first,
        expiry_to=last,
        serial_from=start,
        serial_to=end,
        serials=serials or (),
        recall_class="" if hold else fields.read("recall_class", _class, needed=True) or "",
        reference=fields.text("reference", 200),
        public_text=fields.text("public_text", 280),
    )
    if fields.errors:
        raise InvalidFieldsError(tuple(fields.errors))
    return order


def _scope(raw: str) -> RecallScope:
    try:
        return RecallScope(raw)
    except ValueError:
        raise RefusedError(
            ErrorCode.VALUE_INVALID, given=raw, expected="product, lot, window, range or list"
        ) from None


def _lots(raw: str) -> tuple[Lot, ...]:
    """Lots with commas, semicolons or line ends between them; a space may be part of one."""
    found = [Lot.parse(each) for each in re.split(r"[,;\n\r]+", raw) if each.strip()]
    if len(found) > MOST_LOTS:
        expected = f"at most {MOST_LOTS} lots at once"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=found[0].printed, expected=expected)
    if not found:
        raise RefusedError(ErrorCode.VALUE_MISSING)
    return tuple({lot.written: lot for lot in found}.values())


def _class(raw: str) -> str:
    bare = raw.casefold().removeprefix("class").strip().upper()
    bare = {"1": "I", "2": "II", "3": "III"}.get(bare, bare)
    if bare not in CLASSES:
        raise RefusedError(ErrorCode.VALUE_INVALID, given=raw, expected="I, II or III")
    return bare


def _first_day(raw: str) -> date:
    """Return the first day of a month or the day itself."""
    expiry = Expiry.parse(raw)
    return date(expiry.year, expiry.month, expiry.day or 1)


def _last_day(raw: str) -> date:
    return Expiry.parse(raw).last_day


def _serial(raw: str) -> str:
    return Serial.parse(raw).printed.casefold()


def _serials(raw: str) -> tuple[str, ...]:
    pieces = [each for each in _BETWEEN.split(raw) if each]
    if len(pieces) > MOST_SERIALS:
        expected = f"at most {MOST_SERIALS:,} serial numbers at once"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=pieces[0], expected=expected)
    return tuple(sorted({_serial(each) for each in pieces}))
