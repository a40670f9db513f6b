"""What the rows of a list say is found before the transaction, in which others wait."""

from pathlib import Path

import pytest

from service.registry.lists import list_importer
from service.registry.lists.cells import Cells
from service.registry.lists.kinds.batches import Batches, BatchFacts
from service.registry.lists.list_importer import ListImporter
from service.registry.lists.readers import Table
from service.registry.lists.rejected_rows import RejectedRows
from tests.factories.lists import GTIN, written

LIST = f"gtin,lot,expiry\n{GTIN},A1,2028-04-30\n\n{GTIN},A2,soon\n{GTIN},A3,2028-05-31\n"


class Counted(Batches):
    """Counts the rows that are read."""

    read = 0

    def parse(self, cells: Cells) -> BatchFacts | None:
        self.read += 1
        return super().parse(cells)


@pytest.mark.parametrize(("kept", "read"), [(3, 3), (2, 6)], ids=["kept", "too long to be kept"])
def test_every_row_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int, read: int
) -> None:
    monkeypatch.setattr(list_importer, "MOST_KEPT", kept)
    handler, told = Counted(), list[int]()
    with Table(written(tmp_path, LIST)) as table, RejectedRows(table.header) as refusals:
        importer = ListImporter(table, handler)
        importer.prepare(refusals, told.append)
        rows = [
            (line, "refused" if isinstance(said, Cells) else said.lot.printed)
            for chunk in importer.chunks(told.append)
            for line, _, said in chunk
        ]
        assert rows == [(2, "A1"), (4, "refused"), (5, "A3")]
        assert handler.read == read
        assert told[-1] == table.size
