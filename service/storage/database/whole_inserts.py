"""Inserts of many rows in one statement of SQLite, which unpacks a JSON array.

With `executemany` the driver releases the interpreter's lock for each row and has to regain it from the
threads that answer checks: a thousand times for a second of scans.
"""

from typing import Any

from pydantic_core import to_json
from sqlalchemy import Dialect, Insert, LargeBinary
from sqlalchemy.types import TypeDecorator

from service.storage.hot.statements import PreparedInsert


class WholeInsert(PreparedInsert):
    """An INSERT whose rows are passed as one JSON array; rows whose key exists are ignored.

    JSON has no bytes: those of all rows are passed one after another as a second parameter, and the array
    holds where each begins (from 1, as `substr` counts) and how long it is.
    """

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        quoted = dialect.identifier_preparer
        types = [statement.table.columns[name].type for name, _ in self._converters]
        self._binary = [place for place, kind in enumerate(types) if _is_binary(kind)]
        columns = ", ".join(quoted.quote(name) for name, _ in self._converters)
        values = ", ".join(map(self._value, range(len(self._converters))))
        self._text = (
            f"INSERT INTO {quoted.quote(statement.table.name)} ({columns}) "  # noqa: S608 (names of our own)
            f"SELECT {values} FROM json_each(?1) AS each WHERE true ON CONFLICT DO NOTHING"
        )

    def _value(self, place: int) -> str:
        value = f"json_extract(each.value, '$[{place}]')"
        if place not in self._binary:
            return value
        return f"substr(?2, json_extract({value}, '$[0]'), json_extract({value}, '$[1]'))"

    def _insert(self, cursor: Any, given: list[list[Any]]) -> None:
        if not self._binary:
            cursor.execute(self._text, (to_json(given).decode(),))
            return
        together = bytearray()
        for row in given:
            for place in self._binary:
                if row[place] is not None:
                    begin = len(together) + 1
                    together += row[place]
                    row[place] = (begin, len(row[place]))
        cursor.execute(self._text, (to_json(given).decode(), bytes(together)))


def _is_binary(kind: Any) -> bool:
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, LargeBinary)
