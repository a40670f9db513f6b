"""What single fields may have been meant to hold: labels, whole codes and tails get into them."""

from collections.abc import Iterator

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Gtin, Lot, Serial
from service.gs1.reading import Reading, ReadingKind
from service.gs1.readings.candidates import readings
from service.gs1.readings.clean_text import clean, in_latin
from service.gs1.readings.labelled_text import labelled, only_labels
from service.gs1.readings.pack_fields import Fields, is_placeholder, trimmed
from service.gs1.readings.typed_lots import hanging_lots, hanging_serials, is_sentence
from service.gs1.repairs import Repair

_MOST = 12


def lots(text: str) -> Iterator[Fields]:
    """What a field for a lot may hold, the best first: the lot, with an expiry that was typed beside it.

    Raises NOT_A_LOT for words, EMPTY, TOO_LONG or BAD_CHARACTER where nothing else fits either.
    """
    if text.isascii() and text.isalnum() and len(text) <= 20:
        if is_placeholder(text) or set(text) == {"0"}:
            raise _no_lot(text)
        lot = Lot.parse(text)
        yield Fields(lot=lot)
        others = readings(text, most=_MOST).all[1:]
        yield from (_fields(each) for each in others if each.identifier.lot is not None)
        yield from hanging_lots(text, usual=False)
        return
    cleaned = clean(text)
    refusal = None
    named = any(each.lot for each in labelled(cleaned.text))
    if not named and (only_labels(cleaned.text) or is_sentence(cleaned.text)):
        raise _no_lot(text)
    found = readings(text, most=_MOST)
    those = [_fields(each) for each in found.all if each.identifier.lot is not None]
    try:
        plain = Fields(lot=Lot.parse(cleaned.text), repairs=cleaned.repairs)
    except IdentifierError as error:
        refusal = error
    else:
        first = those[:1] if those and found.all[0].kind is not ReadingKind.LOT else []
        those = [*first, plain, *those]
    those += hanging_lots(cleaned.text.strip(), usual=False)
    if not those and refusal is not None:
        raise refusal
    yield from those


def _fields(reading: Reading) -> Fields:
    code = reading.identifier
    return Fields(code.gtin, code.lot, code.serial, code.expiry, (), reading.repairs, reading.problems)


def _no_lot(text: str) -> IdentifierError:
    return IdentifierError(
        ErrorCode.NOT_A_LOT, given=text, expected="the lot number as it is printed", field="lot"
    )


def serials(text: str) -> Iterator[tuple[Serial | None, frozenset[Repair]]]:
    """What a field for a serial may hold, the best first; None where it says that there is none.

    Raises EMPTY, TOO_LONG or BAD_CHARACTER where nothing fits.
    """
    cleaned = clean(text)
    if is_placeholder(cleaned.text) or set(cleaned.text.strip()) == {"0"}:
        yield None, frozenset()
        return
    found = list(_serials(cleaned.text))
    for serial, repairs in found:
        yield serial, repairs | cleaned.repairs
    if not found:
        yield Serial.parse(cleaned.text), cleaned.repairs


def _serials(text: str) -> Iterator[tuple[Serial, frozenset[Repair]]]:
    if not text.strip().isalnum():
        yield from ((each.serial, each.repairs) for each in labelled(text)[:2] if each.serial)
    for candidate in dict.fromkeys((text.strip().removeprefix("(21)").lstrip("#№").strip(), text)):
        serial = _serial(candidate)
        if serial is not None:
            yield serial, frozenset()
    grouped = "".join(text.split())
    together = _serial(grouped) if grouped != text.strip() else None
    if together is not None:  # as it is printed in groups
        yield together, frozenset({Repair.TYPOGRAPHY})
    yield from hanging_serials(trimmed(text))
    latin = _serial(in_latin(text) or "")
    if latin is not None:
        yield latin, frozenset({Repair.LOOK_ALIKE_LETTERS})


def _serial(text: str) -> Serial | None:
    try:
        return Serial.parse(text)
    except IdentifierError:
        return None


def gtins(text: str) -> Iterator[tuple[Gtin, frozenset[Repair]]]:
    """What a field for a product number may hold: a GTIN, with its label or AI, or a code that names one.

    Raises as `Gtin.parse` where nothing fits.
    """
    cleaned = clean(text)
    refusal: IdentifierError | None = None
    try:
        gtin = Gtin.parse(cleaned.text)
    except IdentifierError as error:
        refusal = error
    else:
        yield gtin, cleaned.repairs
        return
    found = [
        each for each in readings(text, most=4).all if each.identifier.gtin is not None and not each.tentative
    ]
    if not found:
        raise refusal
    for each in found:
        assert each.identifier.gtin is not None  # noqa: S101 (filtered above, for the type checker)
        yield each.identifier.gtin, each.repairs | ({Repair.BARE_ELEMENTS} if each.problems else set())
