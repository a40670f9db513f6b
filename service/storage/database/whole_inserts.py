"""Inserts of many rows in one statement of SQLite, which unpacks a JSON array.

With `executemany` the driver releases the interpreter's lock for each row and has to regain it from the
threads that answer checks: a thousand times for a second of scans.
"""

from typing import Any

from pydantic_core import to_json
from sqlalchemy import Dialect, Insert

from service.storage.hot.statements import PreparedInsert


class WholeInsert(PreparedInsert):
    """An INSERT whose rows are passed as one JSON array; rows whose key exists are ignored."""

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        quoted = dialect.identifier_preparer
        columns = ", ".join(quoted.quote(name) for name, _ in self._converters)
        values = ", ".join(
            f"json_extract(each.value, '$[{place}]')" for place in range(len(self._converters))
        )
        self._text = (
            f"INSERT INTO {quoted.quote(statement.table.name)} ({columns}) "  # noqa: S608 (names of our own)
            f"SELECT {values} FROM json_each(?) AS each WHERE true ON CONFLICT DO NOTHING"
        )

    def _insert(self, cursor: Any, given: list[list[Any]]) -> None:
        cursor.execute(self._text, (to_json(given).decode(),))
