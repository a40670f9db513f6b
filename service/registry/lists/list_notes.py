"""What is remarkable about how a list was read: named beside its counts, so that nothing happens silently."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from service.registry.lists.readers import Table


@dataclass(frozen=True, slots=True)
class ListNotes:
    """How a list was read.

    `header_row`: where the column headers stand, 0 for nowhere. `no_rows`: lines that are no rows, with their
    first text. `broken`: lines whose quotation marks do not match. `states`: how many rows a
    sheet hides or strikes, by state. `conventions`: how the cells of columns were read. `standing`: whether
    the fields stand below one another, so that each column was read as a record.
    """

    header_row: int = 1
    no_rows: tuple[tuple[int, str], ...] = ()
    broken: tuple[int, ...] = ()
    states: tuple[tuple[str, int], ...] = ()
    conventions: tuple[tuple[str, str], ...] = ()
    standing: bool = False

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, kept: dict[str, Any]) -> Self:
        """As `record` kept it."""
        return cls(
            kept["header_row"],
            tuple((line, text) for line, text in kept["no_rows"]),
            tuple(kept["broken"]),
            tuple((state, count) for state, count in kept["states"]),
            tuple((key, value) for key, value in kept["conventions"]),
            kept.get("standing", False),
        )


def notes_of(table: Table) -> ListNotes:
    """The notes of a list whose rows have been read."""
    return ListNotes(
        table.header_row,
        tuple(sorted(table.no_rows.items())),
        tuple(sorted(table.broken)),
        tuple((state, len(lines)) for state, lines in table.row_states().items()),
        tuple(
            sorted(each for each in table.header.conventions.items() if not each[0].startswith("six_digits:"))
        ),
        table.header.standing,
    )
