"""Swissmedic's batch recalls, one page each (HTML, in German or French), as rows of a list of notices.

Form: a table of two columns, what is named and what it is: preparation, number of the authorisation,
active substances, its holder, "Rückzug der Charge" (French "Retrait du lot"); the day above the title (a
heading of the fifth level). Another row about lots, or two of one name, leaves the page to a person.
"""

import re

from service.registry.alerts.notice_rows import all_rows, is_expiry, lots_of, row, uncertain
from service.registry.alerts.page_tables import NoticePage, NoticeTable
from service.registry.lists.cells import free_text

_HOSTS = ("www.swissmedic.ch", "swissmedic.ch")
_FOLDER = "/chargenrueckrufe/"
_PRODUCT = re.compile(r"präparate?|préparations?", re.IGNORECASE)
_LOT = re.compile(r"rückzug\s+der\s+chargen?|retrait\s+(?:du\s+lot|des\s+lots)", re.IGNORECASE)
_ABOUT_LOTS = re.compile(r"charge|\blots?\b", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def is_swissmedic(page: NoticePage) -> bool:
    """Whether the address of the page is that of a batch recall of Swissmedic's."""
    host, path = page.place
    return host in _HOSTS and _FOLDER in path


def rows_of_page(page: NoticePage) -> list[list[str]]:
    """Return a row for each lot that the page calls back. VALUE_INVALID names what is not certain."""
    rows = (made for table in page.tables for made in _rows(table, page))
    expected = "a table with Rückzug der Charge or Retrait du lot"
    return all_rows(rows, page.title or page.address, expected)


def _rows(table: NoticeTable, page: NoticePage) -> list[list[str]]:
    title = page.title or page.address
    said = [cells for cells in table.rows if any(cells)]
    if not any(_ABOUT_LOTS.search(cells[0]) for cells in said):
        return []
    if table.spans or any(len(cells) != 2 for cells in said):
        raise uncertain(title, "rows of two cells", " | ".join(next(iter(said))))
    named = {name.rstrip(" :"): value for name, value in said}
    products = [value for name, value in named.items() if _PRODUCT.fullmatch(name)]
    lots = [(name, value) for name, value in named.items() if _ABOUT_LOTS.search(name)]
    if len(named) != len(said) or len(products) != 1 or len(lots) != 1 or not _LOT.fullmatch(lots[0][0]):
        found = " | ".join(name for name, _ in said)
        raise uncertain(title, "one preparation and one row with its lots", found)
    more = [f"{name}: {value}" for name, value in named.items() if value not in (products[0], lots[0][1])]
    return [
        row(
            authority="Swissmedic",
            kind="recalled",
            product=products[0][:200],
            lot=lot,
            reported=_published(page),
            source_url=page.address,
            detail=free_text("; ".join(filter(None, (page.title, *more, remark)))[:1000], 4000),
        )
        for lot, remark in lots_of(lots[0][1], title)
    ]


def _published(page: NoticePage) -> str:
    days = [found for said in page.headings["h5"] if (found := _DAY.fullmatch(said))]
    day = f"{days[0][3]}-{int(days[0][2]):02}-{int(days[0][1]):02}" if days else ""
    return day if day and is_expiry(day) else ""
