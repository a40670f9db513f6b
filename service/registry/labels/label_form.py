"""Parsing of an order of labels: one product, one lot, several serials."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.registry.labels.layout import Label
from service.registry.labels.text import check_name

T = TypeVar("T")


def read_label_form(
    gtin: str, *, lot: str = "", expiry: str = "", serials: Sequence[str] = (), name: str = ""
) -> list[Label]:
    """Return a label for each serial, or one for the lot or product where there is none. Empty texts are
    ignored.

    Raises InvalidFieldsError with every invalid field (gtin, lot, expiry, serial, name); a serial given twice
    is invalid, because no two units share one.
    """
    errors: list[VialcheckError] = []

    def parsed(parse: Callable[[str], T], text: str) -> T | None:
        try:
            return parse(text) if text.strip() else None
        except VialcheckError as error:
            errors.append(error)
            return None

    if not gtin.strip():
        errors.append(RefusedError(ErrorCode.VALUE_MISSING, expected="a product number", field="gtin"))
    product = parsed(Gtin.parse, gtin)
    batch = parsed(Lot.parse, lot)
    last_day = parsed(Expiry.parse, expiry)
    printed_name = parsed(check_name, name)
    units = [unit for unit in (parsed(Serial.parse, serial) for serial in serials) if unit]
    seen: set[str] = set()
    for unit in units:
        if unit.printed in seen:
            errors.append(
                RefusedError(
                    ErrorCode.VALUE_INVALID, given=unit.printed, expected="each one only once", field="serial"
                )
            )
        seen.add(unit.printed)
    if errors:
        raise InvalidFieldsError(tuple(errors))
    for_each: Sequence[Serial | None] = units or [None]
    return [Label(ProductIdentifier(product, batch, unit, last_day), printed_name) for unit in for_each]
