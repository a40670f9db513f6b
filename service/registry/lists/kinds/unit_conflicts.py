"""Serials of one list that are on record otherwise, or that the list gives twice, each time otherwise."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from service.authenticity.dispositions import Disposition
from service.errors import ConflictError, ErrorCode, VialcheckError
from service.registry.lists.kinds.unit_targets import UnitRowGroup, UnitTarget, UnitTargets
from service.storage.database.commissioning import recorded

MOST = 100_000
"""A list with more contradictions than this is refused as a whole: it is another list than it seems."""

_ASKED_AT_ONCE = 20_000


class UnitKey(NamedTuple):
    """One unit."""

    product_id: int
    serial: str


class RecordedUnit(NamedTuple):
    """How a unit is on record."""

    batch_id: int
    lot: str
    disposition: Disposition


_Saying = tuple[int, Disposition | None]
"""Batch and disposition that a row gives to a serial."""


class UnitConflicts:
    """Found while putting in (`keys`), then examined against the record as it was before the list."""

    def __init__(self) -> None:
        self.keys: set[UnitKey] = set()
        self.examined = False
        self._records: dict[UnitKey, RecordedUnit] = {}
        self._said: dict[UnitKey, dict[_Saying, int]] = {}

    def add(self, keys: Iterable[UnitKey]) -> None:
        """Note serials that are on record otherwise. CONFLICT when there are more than `MOST`."""
        self.keys.update(keys)
        if len(self.keys) > MOST:
            raise ConflictError(
                ErrorCode.CONFLICT,
                expected="units that are new or as on record",
                found=f"more than {MOST:,} serials in other lots or dispositions",
                field="serial",
            )

    def examine(self, connection: Connection, places: UnitTargets, groups: Iterator[UnitRowGroup]) -> None:
        """Ask the record about each of them, and find the lines on which the list speaks of them."""
        for product_id in {key.product_id for key in self.keys}:
            serials = iter(sorted(key.serial for key in self.keys if key.product_id == product_id))
            while some := list(islice(serials, _ASKED_AT_ONCE)):
                for row in recorded(connection, json.dumps(some), product_id):
                    disposition = Disposition.from_number(row.disposition)
                    record = RecordedUnit(row.batch_id, places.lot_of(row.batch_id), disposition)
                    self._records[UnitKey(product_id, row.serial)] = record
        for group in groups:
            place = places.find(group.what)
            if isinstance(place, UnitTarget):
                for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
                    if (key := UnitKey(place.product_id, serial)) in self.keys:
                        saying = (place.batch_id, place.disposition)
                        self._said.setdefault(key, {}).setdefault(saying, line)
        self.examined = True

    def split(
        self, group: UnitRowGroup, place: UnitTarget
    ) -> tuple[UnitRowGroup, list[tuple[int, tuple[VialcheckError]]]]:
        """The group's rows that may go in, and the contradictory ones with their line and error."""
        kept: list[str] = []
        refused: list[tuple[int, tuple[VialcheckError]]] = []
        for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
            key = UnitKey(place.product_id, serial)
            error = self._judge(key, place) if key in self.keys else None
            if error is not None:
                refused.append((line, (error,)))
            elif not self._says_less(key, place):
                kept.append(serial)
        return group._replace(size=len(kept), serials=json.dumps(kept)), refused

    def _judge(self, key: UnitKey, place: UnitTarget) -> VialcheckError | None:
        """Why a row of the serial cannot be taken; None when it says what is on record."""
        record = self._records.get(key)
        if record is None:
            return None if self._consistent(key) else _other_row(key, self._other(key, place))
        if record.batch_id != place.batch_id:
            expected = f"lot {record.lot}, as on record for serial {key.serial}"
            return _conflict("lot", expected, place.lot)
        if place.disposition not in (None, record.disposition):
            expected = f"{record.disposition}, as on record for serial {key.serial}"
            return _conflict("disposition", expected, str(place.disposition))
        return None

    def _consistent(self, key: UnitKey) -> bool:
        """Whether the rows of a new serial agree after all: one names a disposition, another none."""
        said = self._said[key]
        return len({batch for batch, _ in said}) == 1 and len({how for _, how in said} - {None}) == 1

    def _other(self, key: UnitKey, place: UnitTarget) -> int:
        """The line of the first row that says something else of the serial."""
        own = (place.batch_id, place.disposition)
        return next(line for saying, line in self._said[key].items() if saying != own)

    def _says_less(self, key: UnitKey, place: UnitTarget) -> bool:
        """Whether the row is silent on the disposition of a new serial, which another row names."""
        return key in self.keys and key not in self._records and place.disposition is None


def _other_row(key: UnitKey, line: int) -> VialcheckError:
    expected = f"the same as on line {line} of this file, which says something else about it"
    return ConflictError(ErrorCode.CONFLICT, given=key.serial, expected=expected, field="serial")


def _conflict(field: str, expected: str, found: str) -> VialcheckError:
    return ConflictError(ErrorCode.CONFLICT, given=found, expected=expected, found=found, field=field)
