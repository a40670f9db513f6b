"""The handler of each kind of list: one table for imports at a terminal and in a browser.

Lists of units are read by `kinds.units` instead: a million rows have no handler for each.
"""

from collections.abc import Callable, Mapping
from typing import Any

from service.registry.lists.columns import ListKind
from service.registry.lists.kinds.alerts import Alerts
from service.registry.lists.kinds.batches import Batches
from service.registry.lists.kinds.links import Links
from service.registry.lists.kinds.marks import Marks
from service.registry.lists.kinds.products import Products
from service.registry.lists.kinds.recalls import Recalls
from service.registry.lists.kinds.statements import Statements
from service.registry.lists.list_importer import ListImporter
from service.registry.lists.readers import Table

HANDLERS: Mapping[ListKind, Callable[[], Any]] = {
    ListKind.PRODUCTS: Products,
    ListKind.BATCHES: Batches,
    ListKind.RECALLS: Recalls,
    ListKind.ALERTS: Alerts,
    ListKind.LINKS: Links,
    ListKind.STATEMENTS: Statements,
    ListKind.MARKS: Marks,
}
"""What reads and stores the rows of a list that is not of units."""


def list_importer(table: Table) -> ListImporter[Any]:
    """The importer of a list that is not of units."""
    return ListImporter(table, HANDLERS[table.header.kind]())
