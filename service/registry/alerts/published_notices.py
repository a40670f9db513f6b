"""What an authority published, in whichever of the forms that are read, as rows of lists of notices."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.errors import ErrorCode, RefusedError
from service.registry.alerts.anvisa import anvisa_notices, rows_of_dossier
from service.registry.alerts.govuk import govuk_notices, rows_of
from service.registry.alerts.health_canada import is_health_canada, is_open_data
from service.registry.alerts.health_canada import rows_of_page as rows_of_health_canada
from service.registry.alerts.notice_rows import parsed_json
from service.registry.alerts.openfda import LARGEST, looks_like_json
from service.registry.alerts.page_tables import LARGEST_PAGE, looks_like_page, read_page
from service.registry.alerts.swissmedic import is_swissmedic
from service.registry.alerts.swissmedic import rows_of_page as rows_of_swissmedic

NoticeReader = Callable[[], list[list[str]]]
"""Reads one notice: its rows under `LABELS`, or VALUE_INVALID for what is not certain."""


def published_notices(path: Path) -> list[NoticeReader]:
    """Return a reader for each notice of the file; none where it is a list, or openFDA's reports.

    FILE_UNREADABLE: a page of another authority, or Health Canada's list of notices, which names no lots.
    """
    if looks_like_json(path):
        return _of_json(path)
    with path.open("rb") as source:
        content = source.read(LARGEST_PAGE + 1)
    return [_of_page(content, path)] if looks_like_page(content) else []


def _of_json(path: Path) -> list[NoticeReader]:
    if path.stat().st_size > LARGEST:
        return []
    content = path.read_bytes()
    if mhra := govuk_notices(content):
        return [partial(rows_of, each) for each in mhra]
    if anvisa := anvisa_notices(content):
        return [partial(rows_of_dossier, each) for each in anvisa]
    if is_open_data(parsed_json(content)):
        expected = "the pages of the notices, for the list of them names no lots"
        raise RefusedError(ErrorCode.FILE_UNREADABLE, given=path.name, expected=expected)
    return []


def _of_page(content: bytes, path: Path) -> NoticeReader:
    try:
        html = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        expected = "a page in UTF-8"
        raise RefusedError(ErrorCode.FILE_UNREADABLE, given=path.name, expected=expected) from error
    page = read_page(html, path.name)
    if is_swissmedic(page):
        return partial(rows_of_swissmedic, page)
    if is_health_canada(page):
        return partial(rows_of_health_canada, page)
    expected = "a page that says by its canonical link that it is a recall of Swissmedic or Health Canada"
    raise RefusedError(
        ErrorCode.FILE_UNREADABLE,
        given=path.name,
        expected=expected,
        found=page.address[:200] or "no address",
    )
