"""What the readers of authorities' notices share: the columns of a list of notices, and the lots of a cell.

A cell is read only where every word of it is understood. Ranges, dates, and two words with a space between
them (one lot that is printed with a space, or two) leave the notice to a person.
"""

import json
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from service.errors import ErrorCode, IdentifierError, RefusedError
from service.gs1.identifiers import Expiry
from service.registry.alerts.openfda import LARGEST

LABELS = (
    *("authority", "kind", "product", "lot", "expiry", "recall_class", "reference", "reported"),
    *("source_url", "detail"),
)

MOST_LOTS = 2_000
"""Lots of one notice; a notice that names more is a list, and comes as one."""

LOT = r"[0-9A-Z](?:[0-9A-Z/.\-]{0,18}[0-9A-Z])?"

_LONGEST_CELL = 8_000
_BETWEEN = re.compile(r"(?:[,;]|\s(?:and|und|et|e)\s)(?![^()]*\))")  # but not in brackets
_NAMED = re.compile(
    r"(?:(?:canadian\s+)?(?:lots?|lotes?|batch|batches|chargen?)\b\s*(?:#|no\.|number)?\s*:?\s*)?"
    rf"({LOT})\*{{0,2}}(?:\s*\(([^()]{{1,100}})\))?",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"[0-9]{1,2}[/.-](?:[0-9]{1,2}[/.-][0-9]{2,4}|[0-9]{4})|[0-9]{4}[/.-][0-9]{1,2}(?:[/.-][0-9]{1,2})?"
)
_TWO = re.compile(r"([0-9A-Z]{4,})[-/]([0-9A-Z]{4,})", re.IGNORECASE)


def lots_of(cell: str, title: str) -> list[tuple[str, str]]:
    """Return each lot of a cell with the remark in brackets after it. VALUE_INVALID: one is not certain.

    `title`: of the notice, for the error.
    """
    if not cell.strip() or len(cell) > _LONGEST_CELL:
        raise uncertain(title, "a cell with lot numbers", cell)
    found = []
    for part in _BETWEEN.split(cell):
        named = _NAMED.fullmatch(part.strip())
        if named is None or not _is_lot(named[1]):
            raise uncertain(title, "one lot number between two commas", part.strip() or cell)
        found.append((named[1], named[2] or ""))
    return found


def _is_lot(text: str) -> bool:
    """Whether it has a figure, is no date, and has not two halves of one length (a range, or two lots)."""
    two = _TWO.fullmatch(text)
    joined = two is not None and len(two[1]) == len(two[2])
    return re.search(r"[0-9]", text) is not None and _DATE.fullmatch(text) is None and not joined


def all_rows(rows: Iterable[list[str]], title: str, expected: str) -> list[list[str]]:
    """Return the rows of a notice. VALUE_INVALID: there are none (`expected` says what was), or too many."""
    found = list(islice(rows, MOST_LOTS + 1))
    if not found:
        raise uncertain(title, expected)
    if len(found) > MOST_LOTS:
        raise uncertain(title, f"at most {MOST_LOTS} lots in one notice")
    return found


def row(**said: str) -> list[str]:
    """Return a row of a list of notices under `LABELS`; what is not named stays empty."""
    return [said.get(label, "") for label in LABELS]


def is_expiry(text: str) -> bool:
    """Whether it is a date or a month that exists, as YYYY-MM-DD or YYYY-MM."""
    try:
        Expiry.parse(text)
    except IdentifierError:
        return False
    return True


def parsed_json(content: bytes) -> Any:
    """Return what a file of JSON holds; None for one that is too large, broken, or of nothing but null."""
    try:
        return json.loads(content.decode("utf-8-sig")) if len(content) <= LARGEST else None
    except (ValueError, RecursionError):
        return None


def uncertain(title: str, expected: str, found: str = "") -> RefusedError:
    """Return the refusal of a notice that a person has to enter."""
    return RefusedError(
        ErrorCode.VALUE_INVALID, given=title[:200], expected=expected, found=found[:200], field="notice"
    )
