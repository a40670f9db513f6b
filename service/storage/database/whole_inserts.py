"""Many rows in one statement of SQLite's, which it takes apart itself.

The driver lets go of the interpreter's lock for each row of an `executemany`, and has to win it back from
those who answer checks: a second of scans would take a thousand turns of theirs.
"""

from typing import Any

from pydantic_core import to_json
from sqlalchemy import Dialect, Insert

from service.storage.hot.statements import PreparedInsert


class WholeInsert(PreparedInsert):
    """The rows go in as one JSON array; of those that are there already none is touched."""

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        super().__init__(statement, dialect)
        quoted = dialect.identifier_preparer
        columns = ", ".join(quoted.quote(name) for name, _ in self._turns)
        values = ", ".join(f"json_extract(each.value, '$[{place}]')" for place in range(len(self._turns)))
        self._text = (
            f"INSERT INTO {quoted.quote(statement.table.name)} ({columns}) "  # noqa: S608 (names of our own)
            f"SELECT {values} FROM json_each(?) AS each WHERE true ON CONFLICT DO NOTHING"
        )

    def _put_in(self, cursor: Any, given: list[list[Any]]) -> None:
        cursor.execute(self._text, (to_json(given).decode(),))
