"""Health Canada's recalls of health products, one page each (HTML, English), as rows of a list of notices.

Form: https://recalls-rappels.canada.ca/en/alert-recall/…: a table of affected products with a header
(Product, DIN, Lot, Expiry; or Brand, Product Name, Manufacturer, Lot Number). The list that Health Canada
publishes as open data (HCRSAMOpenData.json) names no lots: it says which pages there are.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from service.registry.alerts.notice_rows import all_rows, is_expiry, lots_of, row, uncertain
from service.registry.alerts.page_tables import NoticePage, NoticeTable
from service.registry.lists.cells import free_text

_HOST = "recalls-rappels.canada.ca"
_FOLDER = "/en/alert-recall/"
_RECALL = re.compile(r"\brecall(?:s|ed|ing)?\b", re.IGNORECASE)
_TYPE = "health product recall"
_NO_RECALL = re.compile(r"\b(?:unauthori[sz]ed|counterfeit|stolen|fake|warn(?:s|ing)?)\b", re.IGNORECASE)
_LOT = re.compile(r"\b(?:lots?|batch)\b", re.IGNORECASE)
_EXPIRY = re.compile(r"\bexp", re.IGNORECASE)
_PRODUCT = re.compile(r"\bproduct\b", re.IGNORECASE)
_NUMBER = re.compile(r"tablefield-node-([0-9]{1,12})-field_affected_products-[0-9]{1,3}")
_SUFFIX = re.compile(
    r"\s+exp(?:iry|iration|\.)?(?:\s+date)?\s*:?\s*([0-9][0-9/.\-]{3,9}|[A-Z][A-Z0-9 ,]{5,18})", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/-]([0-9]{2})(?:[/-]([0-9]{2}))?")
_MONTH_FIRST = re.compile(r"([A-Z]{3,9})\.?(?:\s+([0-9]{1,2}),)?\s+([0-9]{4})", re.IGNORECASE)


def is_health_canada(page: NoticePage) -> bool:
    """Whether the address of the page is that of a notice of Health Canada's, in English."""
    host, path = page.place
    return host == _HOST and path.startswith(_FOLDER)


def is_open_data(parsed: Any) -> bool:
    """Whether it is Health Canada's list of all notices, which names no lots."""
    first = parsed[0] if isinstance(parsed, list) and parsed else None
    return isinstance(first, dict) and "NID" in first and "Recall class" in first


def rows_of_page(page: NoticePage) -> list[list[str]]:
    """Return a row for each lot that the page calls back. VALUE_INVALID names what is not certain."""
    title = page.title or page.address
    is_recall = _RECALL.search(page.title) or any(said.lower() == _TYPE for said in page.said)
    if not is_recall or _NO_RECALL.search(page.title):
        raise uncertain(title, "a health product recall")
    rows = (made for table in page.tables for made in _rows(table, page))
    return all_rows(rows, title, "a table with a column of lot numbers")


def _rows(table: NoticeTable, page: NoticePage) -> Iterator[list[str]]:
    """The rows of one table; none where no column is of lots."""
    title = page.title or page.address
    header, *body = table.rows or [[]]
    lot, expiry = _column(header, _LOT), _column(header, _EXPIRY)
    if lot is None:
        return
    if table.spans or sum(1 for text in header if _LOT.search(text)) > 1:
        raise uncertain(title, "one column of lot numbers", " | ".join(header))
    product = _column(header, _PRODUCT)
    number = _NUMBER.fullmatch(table.id)
    for cells in body:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise uncertain(title, "rows as wide as their header", " | ".join(cells))
        others = [
            f"{name}: {value}"
            for place, (name, value) in enumerate(zip(header, cells, strict=True))
            if value and place not in (lot, product)
        ]
        printed, until = _expiry(cells[lot], cells[expiry] if expiry not in (None, lot) else "", title)
        for found, remark in lots_of(printed, title):
            yield row(
                authority="Health Canada",
                kind="recalled",
                product=(cells[product] if product is not None and cells[product] else title)[:200],
                lot=found,
                expiry=until,
                reference=number[1] if number else "",
                source_url=page.address,
                detail=free_text("; ".join(filter(None, (page.title, *others, remark)))[:1000], 4000),
            )


def _expiry(printed: str, column: str, title: str) -> tuple[str, str]:
    """The cell of lots without an expiry at its end, and the expiry, from there or its column; empty: any."""
    suffix = _SUFFIX.search(printed)
    if suffix is None:
        return printed, expiry_of(column)
    if suffix.end() != len(printed.rstrip()) or column or not (until := expiry_of(suffix[1])):
        raise uncertain(title, "one expiry after the lots", printed)
    return printed[: suffix.start()], until


def expiry_of(text: str) -> str:
    """Return a date as these pages print it, as YYYY-MM-DD or YYYY-MM; empty for anything else, for the lot
    then counts whatever its expiry. Days and months in figures alone are not told apart.

    >>> expiry_of("January 31, 2029"), expiry_of("2029/04/19"), expiry_of("May 2029"), expiry_of("04/05/2029")
    ('2029-01-31', '2029-04-19', '2029-05', '')
    """
    if figures := _YEAR_FIRST.fullmatch(text.strip()):
        year, month, day = figures[1], figures[2], figures[3]
    elif (words := _MONTH_FIRST.fullmatch(text.strip())) and words[1][:3].lower() in _MONTHS:
        year, day = words[3], words[2]
        month = str(_MONTHS.index(words[1][:3].lower()) + 1)
    else:
        return ""
    until = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    return until if is_expiry(until) else ""


def _column(header: Sequence[str], named: re.Pattern[str]) -> int | None:
    return next((place for place, text in enumerate(header) if named.search(text)), None)
