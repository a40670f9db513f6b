"""Which units of a product are meant: one serial number, a range, or a list, perhaps of one lot alone.

Serial numbers are as printed, because the record tells `ab1` from `AB1`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, func, select

from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.identifiers import Lot, Serial
from service.registry.recalls.forms import MOST_SERIALS
from service.storage.database import by_character
from service.storage.models import Unit

AT_ONCE = 500
_BETWEEN = re.compile(r"[\s,;]+")
_NAMED = 10  # serials that an error names


@dataclass(frozen=True, slots=True)
class UnitSelection:
    """Serials from `first` to `last`, of equal length, or those of `serials`. `lot`: only units of it."""

    first: str = ""
    last: str = ""
    serials: tuple[str, ...] = ()
    lot: str = ""

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"first": self.first, "last": self.last, "serials": list(self.serials), "lot": self.lot}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["first"], values["last"], tuple(values["serials"]), values["lot"])

    @property
    def name(self) -> str:
        """How the units are called: the one serial number, or the range, or how many."""
        if self.first:
            return f"{self.first}–{self.last}"  # noqa: RUF001 (from … to)
        return self.serials[0] if len(self.serials) == 1 else f"{len(self.serials)} serials"

    def conditions(
        self, connection: Connection, product_id: int, batch_id: int | None
    ) -> Iterator[ColumnElement[bool]]:
        """Conditions on `Unit`; together they find each unit once. A long list becomes several."""
        own: ColumnElement[bool] = Unit.product_id == product_id
        if batch_id is not None:
            own &= Unit.batch_id == batch_id
        if self.first:
            within = by_character(connection, Unit.serial.expression).between(self.first, self.last)
            yield own & (func.length(Unit.serial) == len(self.first)) & within
        for at in range(0, len(self.serials), AT_ONCE):
            yield own & Unit.serial.in_(self.serials[at : at + AT_ONCE])

    def require_on_record(self, connection: Connection, product_id: int, batch_id: int | None) -> None:
        """Raise SERIALS_NOT_ON_RECORD where a listed serial is not, or nothing is in the range."""
        found: set[str] = set()
        for where in self.conditions(connection, product_id, batch_id):
            if self.first:
                if connection.scalar(select(Unit.serial).where(where).limit(1)) is None:
                    raise RefusedError(ErrorCode.SERIALS_NOT_ON_RECORD, given=self.name, field="serial_from")
                return
            found.update(connection.scalars(select(Unit.serial).where(where)))
        missing = [each for each in self.serials if each not in found]
        if missing:
            named = ", ".join(missing[:_NAMED]) + (
                f" (+{len(missing) - _NAMED})" if len(missing) > _NAMED else ""
            )
            raise RefusedError(ErrorCode.SERIALS_NOT_ON_RECORD, given=named, field="serials")


def read_selection(given: Mapping[str, str]) -> UnitSelection:
    """Read `which` (list or range), `serials`, `serial_from`, `serial_to`, `lot`.

    InvalidFieldsError lists all that is wrong.
    """
    errors: list[VialcheckError] = []

    def read(field: str, text: str) -> str:
        try:
            if not text:
                raise RefusedError(ErrorCode.VALUE_MISSING)
            return Serial.parse(text).printed
        except VialcheckError as error:
            error.field = field
            errors.append(error)
            return ""

    lot = given.get("lot", "").strip()
    try:
        lot = Lot.parse(lot).printed if lot else ""
    except VialcheckError as error:
        errors.append(error)
    if given.get("which") == "range":
        first, last = (read(name, given.get(name, "").strip()) for name in ("serial_from", "serial_to"))
        if first and last and (len(first) != len(last) or first > last):
            expected = "a serial number as long as the first one, and not before it"
            errors.append(
                RefusedError(ErrorCode.VALUE_INVALID, given=last, expected=expected, field="serial_to")
            )
        selection = UnitSelection(first=first, last=last, lot=lot)
    else:
        pieces = [each for each in _BETWEEN.split(given.get("serials", "")) if each]
        if len(pieces) > MOST_SERIALS:
            expected = f"at most {MOST_SERIALS:,} serial numbers at once"
            errors.append(
                RefusedError(ErrorCode.VALUE_INVALID, given=pieces[0], expected=expected, field="serials")
            )
            pieces = []
        elif not pieces:
            errors.append(RefusedError(ErrorCode.VALUE_MISSING, field="serials"))
        serials = tuple(sorted({read("serials", each) for each in pieces}))
        selection = UnitSelection(serials=serials, lot=lot)
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return selection
