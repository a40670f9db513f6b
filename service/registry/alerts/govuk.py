"""MHRA's medicines recalls as GOV.UK publishes them (Content API, JSON), as rows of a list of notices.

Format: https://content-api.publishing.service.gov.uk/ (`base_path`, `title`, `details.body` with the page's
HTML, `details.metadata.issued_date`). The lots are those of its tables. What cannot be read for certain (a
range of lots in one cell, a title that calls nothing back) refuses the notice: a person enters it by hand.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.registry.alerts.notice_rows import LABELS, LOT, is_expiry, parsed_json, uncertain
from service.registry.alerts.page_tables import NoticeTable, read_page
from service.registry.lists.cells import free_text

_PATH = "/drug-device-alerts/"
_SITE = "https://www.gov.uk"
_REFERENCE = re.compile(r"\b([A-Z]{2,6})\s?\(\s?([0-9]{2})\s?\)\s?A\s?/\s?([0-9]{1,3})\b")
_CLASS = re.compile(r"\bClass\s+([1-4])\b", re.IGNORECASE)
_RECALL = re.compile(r"\brecall", re.IGNORECASE)
_BATCH = re.compile(r"\b(batch|lot)\b", re.IGNORECASE)
_EXPIRY = re.compile(r"\bexp", re.IGNORECASE)
_PRODUCT = re.compile(r"\b(product|medicine|description|presentation|strength)\b", re.IGNORECASE)
_LOT = re.compile(rf"({LOT})\*{{0,2}}(?:\s*\(([^()]{{1,60}})\))?", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(various|multiple|several)\b", re.IGNORECASE)  # then only the headings name them
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(?:([0-9]{1,2})[/.\-])?([0-9]{1,2})[/.\-]([0-9]{4})")
_WORDS = re.compile(r"(?:([0-9]{1,2})(?:st|nd|rd|th)?[ \-])?([A-Za-z]{3,9})[ \-]([0-9]{4})")


def govuk_notices(content: bytes) -> list[Mapping[str, Any]]:
    """Return the notices in a file, one or several (a list, or `results`); none where it is another file."""
    parsed = parsed_json(content)
    if isinstance(parsed, dict) and "results" in parsed:
        parsed = parsed["results"]
    found: list[Any] = parsed if isinstance(parsed, list) else [parsed]
    theirs: list[Mapping[str, Any]] = [
        each for each in found if isinstance(each, dict) and _path(each).startswith(_PATH)
    ]
    return theirs if len(theirs) == len(found) else []


def rows_of(notice: Mapping[str, Any]) -> list[list[str]]:
    """Return a row under `LABELS` for each lot that the notice calls back. VALUE_INVALID names what is not
    certain.
    """
    title = _text(notice, "title")
    details = notice.get("details")
    if not _RECALL.search(title):
        raise uncertain(title, "a recall: its title calls nothing back")
    if notice.get("withdrawn_notice"):
        raise uncertain(title, "a notice that was not withdrawn")
    body = details.get("body") if isinstance(details, dict) else None
    tables = read_page(body if isinstance(body, str) else "", title).tables
    common = _common(notice, title)
    rows = [row for table in tables for row in _table_rows(table, common, title)]
    if not rows:
        raise uncertain(title, "a table with a column of batch numbers")
    return rows


def _common(notice: Mapping[str, Any], title: str) -> dict[str, str]:
    metadata = notice["details"].get("metadata") if isinstance(notice.get("details"), dict) else None
    issued = _text(metadata, "issued_date") if isinstance(metadata, dict) else ""
    reference, level = _REFERENCE.search(title), _CLASS.search(title)
    named = _REFERENCE.sub("", title.partition(":")[2] or title).strip(" ,-\N{EN DASH}")
    product = named.partition(", ")[2] or named
    return {
        "authority": "MHRA",
        "kind": "recalled",
        "product": "" if _SEVERAL.search(product) else product[:200],
        "recall_class": f"Class {level[1]}" if level else "",
        "reference": f"{reference[1]}({reference[2]})A/{reference[3]}" if reference else "",
        "reported": (issued or _text(notice, "first_published_at"))[:10],
        "source_url": _SITE + _path(notice),
        "detail": free_text(_text(notice, "description")[:3000], 4000),
    }


def _table_rows(table: NoticeTable, common: Mapping[str, str], title: str) -> Iterator[list[str]]:
    """The rows of one table; none where no column is of batches."""
    header, *body = table.rows or [[]]
    batch, expiry = _column(header, _BATCH), _column(header, _EXPIRY)
    if batch is None:
        return
    product = _column(header, _PRODUCT, but=(batch, expiry))
    for cells in body:
        if not any(cells):
            continue
        if len(cells) != len(header):
            raise uncertain(title, "rows as wide as their header", " | ".join(cells))
        found = _LOT.fullmatch(cells[batch])
        if found is None or not re.search(r"[0-9]", found[1]):
            raise uncertain(title, "one batch number in each cell", cells[batch])
        printed = cells[expiry] if expiry is not None else ""
        until = expiry_of(printed)
        said = [common["detail"], found[2] or "", f"Expiry as published: {printed}" if printed else ""]
        named = cells[product] if product is not None else table.heading
        row: dict[str, str] = {
            **common,
            # both, for a heading may name no product, and a name that is too narrow misses vials
            "product": ", ".join(filter(None, (named, common["product"])))[:200],
            "lot": str(found[1]),
            "expiry": until,
            "detail": "; ".join(filter(None, said)),
        }
        yield [row[label] for label in LABELS]


def expiry_of(text: str) -> str:
    """Return a date as British pages print it, as YYYY-MM-DD or YYYY-MM; empty for anything else, for the
    lot then counts whatever its expiry.

    >>> expiry_of("11/2027"), expiry_of("12/06/2018"), expiry_of("31 Jan 2020"), expiry_of("May 2017")
    ('2027-11', '2018-06-12', '2020-01-31', '2017-05')
    """
    if numbers := _NUMBERS.fullmatch(text):
        day, month, year = numbers.groups()
    elif (words := _WORDS.fullmatch(text)) and words[2][:3].lower() in _MONTHS:
        day, year = words[1], words[3]
        month = str(_MONTHS.index(words[2][:3].lower()) + 1)
    else:
        return ""
    until = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    return until if is_expiry(until) else ""


def _column(header: Sequence[str], named: re.Pattern[str], but: tuple[int | None, ...] = ()) -> int | None:
    return next((place for place, text in enumerate(header) if named.search(text) and place not in but), None)


def _path(notice: Mapping[str, Any]) -> str:
    return _text(notice, "base_path")


def _text(notice: Mapping[str, Any], name: str) -> str:
    value = notice.get(name)
    return value if isinstance(value, str) else ""
