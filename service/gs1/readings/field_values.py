"""What single fields may have been meant to hold: people and scanners put labels, whole codes or tails into them."""

from collections.abc import Iterator
from itertools import islice

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Gtin, Lot, Serial
from service.gs1.reading import Reading, ReadingKind
from service.gs1.readings.candidates import hanging_lots, hanging_serials, is_sentence, readings
from service.gs1.readings.clean_text import clean, in_latin
from service.gs1.readings.labelled_text import labelled, only_labels
from service.gs1.readings.pack_fields import Fields, is_placeholder, trimmed
from service.gs1.repairs import Repair

_MOST = 12


def lots(text: str) -> Iterator[Fields]:
    """What a field for a lot may hold, the best first: the lot, with an expiry that was typed beside it.

    Raises NOT_A_LOT for words, EMPTY, TOO_LONG or BAD_CHARACTER where nothing else fits either.
    """
    if text.isascii() and text.isalnum() and len(text) <= 20:
        if is_placeholder(text):
            raise _no_lot(text)
        lot = Lot.parse(text)
        yield Fields(lot=lot)
        found = islice(readings(text, most=_MOST).all, 1, None)
        yield from (_fields(each) for each in found if each.identifier.lot is not None)
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
    if is_placeholder(cleaned.text):
        yield None, frozenset()
        return
    refusal, count = None, 0
    if not cleaned.text.strip().isalnum():
        for each in labelled(cleaned.text)[:2]:
            if each.serial is not None:
                count += 1
                yield each.serial, each.repairs | cleaned.repairs
    for candidate in dict.fromkeys((_bracketless(cleaned.text), cleaned.text)):
        try:
            serial = Serial.parse(candidate)
        except IdentifierError as error:
            refusal = refusal or error
        else:
            count += 1
            yield serial, cleaned.repairs
    bare = trimmed(cleaned.text)
    for serial, repairs in hanging_serials(bare):
        count += 1
        yield serial, repairs | cleaned.repairs
    latin = in_latin(cleaned.text)
    if latin is not None and latin.isascii() and len(latin) <= 20:
        count += 1
        yield Serial.parse(latin), cleaned.repairs | {Repair.LOOK_ALIKE_LETTERS}
    if not count and refusal is not None:
        raise refusal


def _bracketless(text: str) -> str:
    return text.strip().removeprefix("(21)")


def gtins(text: str) -> Iterator[tuple[Gtin, frozenset[Repair]]]:
    """What a field for a product number may hold: a GTIN, with its label or AI, or a code that names one.

    Raises as `Gtin.parse` where nothing fits.
    """
    cleaned = clean(text)
    try:
        yield Gtin.parse(cleaned.text), cleaned.repairs
        return
    except IdentifierError as error:
        refusal = error
    found = [
        each for each in readings(text, most=4).all if each.identifier.gtin is not None and not each.tentative
    ]
    if not found:
        raise refusal
    for each in found:
        assert each.identifier.gtin is not None  # noqa: S101 (filtered above, for the type checker)
        yield each.identifier.gtin, each.repairs | ({Repair.BARE_ELEMENTS} if each.problems else set())
