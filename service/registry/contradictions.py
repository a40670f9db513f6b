"""Serials of one list that are on record otherwise, or that the list gives twice, each time otherwise."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from service.authenticity.dispositions import Disposition
from service.errors import ConflictError, ErrorCode, RefusedError, VialcheckError
from service.registry.places import Group, Place, Places
from service.storage.commissioning import recorded

MOST = 100_000
"""A list with more contradictions than this is refused as a whole: it is another list than it seems."""

_ASKED_AT_ONCE = 20_000


class Key(NamedTuple):
    """One unit."""

    product_id: int
    serial: str


class Recorded(NamedTuple):
    """How a unit is on record."""

    batch_id: int
    lot: str
    disposition: Disposition


class Contradictions:
    """Found while putting in (`keys`), then examined against the record as it was before the list."""

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        self.examined = False
        self._records: dict[Key, Recorded] = {}
        self._lines: dict[Key, list[int]] = {}

    def add(self, keys: Iterable[Key]) -> None:
        """Note serials that are on record otherwise. CONFLICT when there are more than `MOST`."""
        self.keys.update(keys)
        if len(self.keys) > MOST:
            raise ConflictError(
                ErrorCode.CONFLICT,
                expected="units that are new or as on record",
                found=f"more than {MOST:,} serials in other lots or dispositions",
                field="serial",
            )

    def examine(self, connection: Connection, places: Places, groups: Iterator[Group]) -> None:
        """Ask the record about each of them, and find the lines on which the list speaks of them."""
        for product_id in {key.product_id for key in self.keys}:
            serials = iter(sorted(key.serial for key in self.keys if key.product_id == product_id))
            while some := list(islice(serials, _ASKED_AT_ONCE)):
                for row in recorded(connection, json.dumps(some), product_id):
                    disposition = Disposition.from_number(row.disposition)
                    record = Recorded(row.batch_id, places.lot_of(row.batch_id), disposition)
                    self._records[Key(product_id, row.serial)] = record
        for group in groups:
            place = places.find(group.what)
            if isinstance(place, Place):
                for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
                    if (key := Key(place.product_id, serial)) in self.keys:
                        self._lines.setdefault(key, []).append(line)
        self.examined = True

    def split(self, group: Group, place: Place) -> tuple[Group, list[tuple[int, tuple[VialcheckError]]]]:
        """The group without its contradictory rows, and these with their line and error."""
        kept: list[str] = []
        refused: list[tuple[int, tuple[VialcheckError]]] = []
        for line, serial in zip(json.loads(group.lines), json.loads(group.serials), strict=True):
            key = Key(place.product_id, serial)
            error = self._judge(key, line, place) if key in self.keys else None
            if error is None:
                kept.append(serial)
            else:
                refused.append((line, (error,)))
        return group._replace(size=len(kept), serials=json.dumps(kept)), refused

    def _judge(self, key: Key, line: int, place: Place) -> VialcheckError | None:
        """Why the row on `line` cannot be taken; None when it says what is on record."""
        record = self._records.get(key)
        if record is None:
            other = next((each for each in self._lines[key] if each != line), line)
            expected = f"the same as on line {other} of this file, which says something else about it"
            return RefusedError(ErrorCode.CONFLICT, given=key.serial, expected=expected, field="serial")
        if record.batch_id != place.batch_id:
            expected = f"lot {record.lot}, as on record for serial {key.serial}"
            return _conflict("lot", expected, place.lot)
        if place.disposition not in (None, record.disposition):
            expected = f"{record.disposition}, as on record for serial {key.serial}"
            return _conflict("disposition", expected, str(place.disposition))
        return None


def _conflict(field: str, expected: str, found: str) -> VialcheckError:
    return ConflictError(ErrorCode.CONFLICT, given=found, expected=expected, found=found, field=field)
