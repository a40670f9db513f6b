"""Imports that a program began: what is decided without a person, and where one has to look after all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from service.errors import ErrorCode, RefusedError
from service.registry.import_jobs.inspect import SheetSummary
from service.registry.lists.columns import Layout, ListKind, guessed, laid_out


@dataclass(frozen=True, slots=True)
class UnattendedImport:
    """What a program said of its list.

    `apply`: put it on record, unless a row is refused or conflicts; else the import ends at its preview.
    `keep_good`: put the other rows on record then. `kind`: None where the headers say it. `sheet`: of a
    workbook with several.
    """

    apply: bool
    keep_good: bool = False
    kind: ListKind | None = None
    sheet: str = ""

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of_record(cls, kept: Mapping[str, Any]) -> Self:
        """From JSON."""
        kind = ListKind(kept["kind"]) if kept["kind"] else None
        return cls(kept["apply"], kept["keep_good"], kind, kept["sheet"])

    def layout(self, parts: Sequence[SheetSummary]) -> Layout:
        """What the columns mean, read off their headers, or said by a person of the same ones before.

        Raises SHEET_UNCLEAR for a workbook with several sheets of which none was named, COLUMN_MISSING and
        COLUMN_TWICE.
        """
        named = [part for part in parts if not self.sheet or part.sheet == self.sheet]
        if len(named) != 1:
            sheets = ", ".join(part.sheet for part in parts)
            raise RefusedError(ErrorCode.SHEET_UNCLEAR, given=self.sheet, found=sheets, field="sheet")
        part, kind = named[0], self.kind or named[0].kind
        columns = part.columns if kind is part.kind else guessed(kind, part.labels)
        layout = Layout(kind, columns, part.sheet, part.header_row, part.answers)
        laid_out(part.labels, layout)
        return layout

    def decides(self, seen: Mapping[str, Any]) -> bool:
        """Whether the list goes on record after this preview without a person."""
        return self.apply and (self.keep_good or not seen["refused"] + seen["conflicting"])
