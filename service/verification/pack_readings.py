"""What a vial, or the box around it, says of itself: a scan of it and single fields, put together."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.evidence import Presented
from service.errors import ErrorCode, IdentifierError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.national import National, named, parse_national, same_number
from service.gs1.reading import Problem, Reading, read_usual
from service.gs1.readings import field_values
from service.gs1.readings.candidates import readings
from service.gs1.readings.cases import is_case, pack_gtin
from service.gs1.readings.clean_text import clean
from service.gs1.readings.labelled_text import labelled
from service.gs1.readings.pack_fields import Fields, is_placeholder
from service.gs1.repairs import Repair

_NDC = re.compile(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")

MOST = 24
"""Readings of one question that the records are asked about."""

T = TypeVar("T")


class PackFields(Struct, frozen=True):
    """One of the two things that a pack consists of, as it came: a scan of it, single fields, or both."""

    scan: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    national: str = ""


class PackReading(Struct, frozen=True):
    """One reading of all that was presented of a vial or a box.

    `refusal`: why the text cannot be read as it came, where so much was guessed that only a record lends it
    weight.
    """

    gtin: Gtin | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    expiry: Expiry | None = None
    national: National = ()
    expiry_readings: tuple[Expiry, ...] = ()
    reading: Reading | None = None
    repairs: frozenset[Repair] = frozenset()
    problems: tuple[Problem, ...] = ()
    case: bool = False
    refusal: VialcheckError | None = None

    @property
    def presented(self) -> Presented:
        """The same as it is shown."""
        return Presented(
            self.gtin,
            self.lot,
            self.serial,
            self.expiry,
            national=self.national,
            expiry_readings=self.expiry_readings,
            repairs=self.sorted_repairs,
        )

    @property
    def sorted_repairs(self) -> tuple[Repair, ...]:
        """The repairs as `Presented` has them; impossible elements are one."""
        found = self.repairs | {Repair.ELEMENT_IMPOSSIBLE} if self.problems else self.repairs
        return tuple(sorted(found)) if found else ()

    @staticmethod
    def of(presented: Presented) -> "PackReading":
        """The reading of what was read before."""
        return PackReading(
            presented.gtin,
            presented.lot,
            presented.serial,
            presented.expiry,
            presented.national,
            presented.expiry_readings,
            repairs=frozenset(presented.repairs),
        )

    @property
    def given(self) -> bool:
        """Whether all of it was read as it came."""
        return not (self.repairs or self.problems or self.case or self.refusal)


class _Values(Struct, frozen=True):
    """One value for each field that was filled in; None for those that were not."""

    scan: Reading | None = None
    gtin: tuple[Gtin, frozenset[Repair]] | None = None
    lot: Fields | None = None
    serial: tuple[Serial | None, frozenset[Repair]] | None = None
    expiry: tuple[Expiry, ...] = ()
    national: National = ()


class _DisagreeError(Exception):
    """A field contradicts what the scan says."""

    def __init__(self, field: str, typed: object, scanned: object) -> None:
        super().__init__(field)
        self.field, self.typed, self.scanned = field, typed, scanned


def best_reading(
    pack: PackFields, errors: list[VialcheckError], layout: str, prefix: str = ""
) -> PackReading:
    """The likeliest reading of a vial or a carton; what cannot be read is added to `errors`.

    `prefix` tells the fields of vial and carton apart in errors.
    """
    before = len(errors)
    scan, refusal = _scan(pack.scan, errors, layout, prefix) if pack.scan else (None, None)
    if not (pack.gtin or pack.lot or pack.serial or pack.expiry or pack.national):
        return _of_scan(scan, refusal) if scan is not None else PackReading()

    def field(name: str, text: str, read: Callable[[str], T]) -> T | None:
        if not text or text.isspace() or (name != "lot" and is_placeholder(text)):
            return None  # `unknown` for an expiry is none; for a lot it is asked about
        try:
            return read(text)
        except VialcheckError as error:
            error.field = prefix + name
            errors.append(error)
            return None

    pack = _with_national(pack)
    values = _Values(
        scan,
        field("gtin", pack.gtin, lambda text: next(field_values.gtins(text))),
        field("lot", pack.lot, lambda text: next(field_values.lots(text))),
        field("serial", pack.serial, lambda text: next(field_values.serials(text))),
        field("expiry", pack.expiry, _expiry) or (),
        field("national", pack.national, lambda text: parse_national(clean(text).text)) or (),
    )
    try:
        return _together(values, refusal)
    except _DisagreeError as disagreement:
        others = all_readings(pack, layout) if len(errors) == before else []
        if others:
            return others[0]
        errors.append(
            RefusedError(
                ErrorCode.FIELDS_DISAGREE,
                given=str(disagreement.typed),
                expected=f"{disagreement.scanned}",
                found=f"{disagreement.typed}",
                field=prefix + disagreement.field,
            )
        )
        return PackReading()


def _with_national(pack: PackFields) -> PackFields:
    """A country's own number that was written where a GTIN is asked for stands in its own field."""
    if not pack.gtin or pack.national or pack.gtin.replace(" ", "").isdigit():
        return pack
    plain = clean(pack.gtin).text.strip()
    try:
        parse_national(f"NDC {plain}" if _NDC.fullmatch(plain) else plain)
    except VialcheckError:
        return pack
    return replace(pack, gtin="", national=f"NDC {plain}" if _NDC.fullmatch(plain) else plain)


def _expiry(text: str) -> tuple[Expiry, ...]:
    """The dates that a typed expiry may be: which of them, the code or the record says."""
    plain = clean(text).text
    try:
        return Expiry.readings(plain)
    except IdentifierError:
        found = tuple(each.expiry for each in labelled(plain) if each.expiry)  # `verwendbar bis 10/2028`
        if not found:
            raise
        return tuple(dict.fromkeys(found))


def _scan(
    text: str, errors: list[VialcheckError], layout: str, prefix: str
) -> tuple[Reading | None, IdentifierError | None]:
    if text.isspace():
        return None, None
    usual = None if layout else read_usual(text)
    if usual is not None:
        return usual, None
    found = readings(text, layout=layout, most=1)
    if found.all:
        return found.all[0], found.refusal
    if found.refusal is not None:
        found.refusal.field = f"{prefix}scan"
        errors.append(found.refusal)
    return None, None


def all_readings(pack: PackFields, layout: str) -> list[PackReading]:
    """The readings of all fields that do not contradict each other, the likeliest first; at most `MOST`."""
    pack = _with_national(pack)
    found = readings(pack.scan, layout=layout) if pack.scan and not pack.scan.isspace() else None
    options = (
        found.all if found is not None else (),
        _some(field_values.gtins, pack.gtin, 2),
        _some(field_values.lots, pack.lot, MOST),
        _some(field_values.serials, pack.serial, MOST),
        _some(_expiries, pack.expiry, 1),
        _some(_nationals, pack.national, 1),
    )
    numbers = sorted(
        itertools.product(*(range(max(1, min(len(each), MOST))) for each in options)), key=_how_unlikely
    )
    together: dict[PackReading, None] = {}
    for chosen in numbers[: 4 * MOST]:
        values = [each[number] if each else None for each, number in zip(options, chosen, strict=True)]
        try:
            reading = _together(_values(values), found.refusal if found is not None else None)
        except _DisagreeError:
            continue
        together.setdefault(reading)
        if len(together) >= MOST:
            break
    of_cases = filter(None, map(_of_case, together))
    return list(dict.fromkeys((*together, *of_cases)))


def _of_case(reading: PackReading) -> PackReading | None:
    """The packs in a shipping case whose GTIN was typed; None where it is no case's."""
    gtin = reading.gtin
    if gtin is None or reading.case or not is_case(gtin):
        return None
    return replace(reading, gtin=pack_gtin(gtin), serial=None, case=True)


def _values(chosen: list[Any]) -> _Values:
    scan, gtin, lot, serial, expiry, national = chosen
    return _Values(scan, gtin, lot, serial, expiry or (), national or ())


def _how_unlikely(chosen: tuple[int, ...]) -> int:
    return sum(chosen)


def _some(read: Callable[[str], Iterable[Any]], text: str, most: int) -> tuple[Any, ...]:
    """The first readings of one field; none for an empty field, or for one that cannot be read."""
    if not text or text.isspace():
        return ()
    try:
        return tuple(dict.fromkeys(islice(read(text), most)))
    except VialcheckError:
        return ()


def _expiries(text: str) -> Iterator[tuple[Expiry, ...]]:
    yield _expiry(text)


def _nationals(text: str) -> Iterator[National]:
    yield parse_national(clean(text).text)


def _of_scan(scan: Reading, refusal: VialcheckError | None) -> PackReading:
    code = scan.identifier
    # What a lost separator was guessed before is no number that names a product in a GTIN's stead.
    guessed = code.gtin is None and Repair.SEPARATOR_LOST in scan.repairs
    return PackReading(
        code.gtin,
        code.lot,
        code.serial,
        code.expiry,
        named(code.national) if code.national and not guessed else (),
        (),
        scan,
        scan.repairs,
        scan.problems,
        scan.case,
        refusal if scan.tentative else None,
    )


def _together(values: _Values, refusal: VialcheckError | None) -> PackReading:
    """What scan and fields say together. Raises _DisagreeError."""
    scan, lot = values.scan, values.lot or Fields()
    code = _of_scan(scan, refusal) if scan is not None else PackReading()
    gtin, gtin_repairs = values.gtin or (None, frozenset[Repair]())
    serial, serial_repairs = values.serial or (None, frozenset[Repair]())
    expiry, expiry_readings = _date(values.expiry, code.expiry)
    return PackReading(
        _one("gtin", gtin, code.gtin) or lot.gtin,
        _one("lot", lot.lot, code.lot, same_lot),
        _one("serial", serial, code.serial) or lot.serial,
        expiry or (None if expiry_readings else lot.expiry),
        _one("national", values.national, code.national, _same_numbers) or (),
        expiry_readings,
        scan,
        code.repairs | gtin_repairs | lot.repairs | serial_repairs,
        (*code.problems, *lot.problems),
        code.case,
        code.refusal,
    )


def _date(typed: tuple[Expiry, ...], scanned: Expiry | None) -> tuple[Expiry | None, tuple[Expiry, ...]]:
    """The expiry, or the several dates that a typed one may be where the code has none."""
    if len(typed) > 1 and scanned is None:
        return None, typed
    agreeing = next((each for each in typed if scanned and each.agrees_with(scanned)), None)
    return _one("expiry", agreeing or (typed[0] if typed else None), scanned, Expiry.agrees_with), ()


def _one(
    name: str, typed: T | None, scanned: T | None, same: Callable[[T, T], bool] | None = None
) -> T | None:
    """The value of a field beside what the scan says: the scan's where there is one."""
    if not typed or not scanned:
        return scanned or typed or None
    if not (same(typed, scanned) if same else typed == scanned):
        raise _DisagreeError(name, typed, scanned)
    return scanned


def same_lot(one: Lot, other: Lot) -> bool:
    """Whether two lots may be one, case, spaces and marks that were left out aside."""
    return one.marks_may_agree(other)


def _same_numbers(one: National, other: National) -> bool:
    numbers = dict(other)
    return all(same_number(scheme, number, numbers.get(scheme, number)) for scheme, number in one)
