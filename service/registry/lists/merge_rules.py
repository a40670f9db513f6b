"""Compares what a file says with what is on record: the same, a blank filled in, or a contradiction.

An empty cell says nothing, so it never contradicts. A contradiction is named with both values and never
settled: overwriting a record is a person's decision.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from service.errors import ConflictError, ErrorCode, VialcheckError

CONTRADICTION: Final = object()

Rule = Callable[[Any, Any], Any]
"""What is on record and what the file says → what shall be on record, or CONTRADICTION."""

BLANKS: tuple[Any, ...] = (None, "", ())


def merge(
    record: Mapping[str, Any], stated: Mapping[str, Any], rules: Mapping[str, Rule]
) -> tuple[dict[str, Any], list[VialcheckError]]:
    """The fields that the file changes, with their new values, and its contradictions."""
    changes: dict[str, Any] = {}
    conflicts: list[VialcheckError] = []
    for field, value in stated.items():
        if value in BLANKS:
            continue
        kept = rules.get(field, equal)(record[field], value)
        if kept is CONTRADICTION:
            conflicts.append(
                ConflictError(
                    ErrorCode.CONFLICT,
                    given=shown(value),
                    expected=f"{shown(record[field])}, as on record",
                    found=shown(value),
                    field=field,
                )
            )
        elif kept != record[field]:
            changes[field] = kept
    return changes, conflicts


def equal(old: Any, new: Any) -> Any:
    """The same value, or a blank that is filled in."""
    if old == new:
        return old
    return new if old in BLANKS else CONTRADICTION


def same_words(old: str, new: str) -> Any:
    """As `equal` for text; neither case nor spacing makes another name."""
    return old if folded(old) == folded(new) else equal(old, new)


def same_members(old: tuple[str, ...], new: tuple[str, ...]) -> Any:
    """As `equal` for several values, whatever their order."""
    return old if sorted(map(folded, old)) == sorted(map(folded, new)) else equal(old, new)


def joined(old: tuple[str, ...], new: tuple[str, ...]) -> Any:
    """All that either says."""
    return tuple(sorted({*old, *new}))


def only_on(old: bool, new: bool) -> Any:
    """`no` may become `yes`, after which more speaks against an unknown vial; never the other way."""
    return CONTRADICTION if old and not new else new


def only_later(old: date | None, new: date) -> Any:
    """A day that may move on and not back."""
    return CONTRADICTION if old is not None and new < old else new


def folded(text: str) -> str:
    """Text as it is compared: composed, without case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def shown(value: Any) -> str:
    """A value as a reason names it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(map(shown, value)) if isinstance(value, tuple) else str(value)
