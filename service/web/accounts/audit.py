"""The audit of an organisation, for its admins: searched, read, and exported as CSV."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from pydantic_core import to_json

from service.accounts.actors import Role
from service.accounts.audit_trail import AuditFilter, AuditLine
from service.errors import ErrorCode, RefusedError
from service.registry.lists.typed_cells import quoted_for_spreadsheets
from service.web.accounts.common import account_services, said
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.text import error_message, visible
from service.web.text.workspace.audit_actions import event_words
from service.web.text.workspace.object_names import object_words

audit = Blueprint("audit", __name__)
audit.after_request(set_language_headers)

_COLUMNS = (
    *("at", "actor", "network", "action", "object_type", "object_id", "reason", "before", "after"),
    "pin_device",
)
_INTERNAL = frozenset(
    {
        *("change", "request", "extension", "alert", "kept"),
        *("fingerprint", "lot_key", "lot_folded", "serial_folded"),
    }
)
"""Values by which programs find records again; people find them by their names."""
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_NOTHING = "–"  # noqa: RUF001 (a dash, as in every table)
_TEXTS = ("object_type", "object_id", "actor")
_DAYS = ("since", "until")


@audit.get("/audit")
@only_for(Role.ADMIN, strong=True)
def page() -> tuple[str, int]:
    """Show the newest entries, fifty on each page."""
    wanted, errors = _wanted()
    before = request.args.get("before", type=int)
    entries, more = account_services().audit.page(actor(), wanted, before=before)
    fields = {name: request.args.get(name, "") for name in (*_TEXTS, *_DAYS)}
    asked = {name: text for name, text in fields.items() if text}
    shown = render_template(
        "accounts/audit/list.html",
        errors=errors,
        by_box=said(errors),
        entries=entries,
        more=more,
        before=before,
        given=fields,
        asked=asked,
        types=[
            (each, object_words(each, spoken())) for each in account_services().audit.object_types(actor())
        ],
    )
    return shown, 422 if errors else 200


@audit.get("/audit.csv")
@only_for(Role.ADMIN, strong=True)
def export() -> Response:
    """Export everything that the page with the same filter shows, as CSV without formulas."""
    wanted, errors = _wanted()
    if errors:
        raise RefusedError(ErrorCode.VALUE_INVALID, field=errors[0].box, expected="YYYY-MM-DD")
    response = Response(_csv(account_services().audit.all(actor(), wanted)), mimetype="text/csv")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="audit-{datetime.now(UTC).date().isoformat()}.csv"'
    )
    return response


def init_words(values: dict[str, Any]) -> None:
    """Add the texts for audit entries to the templates' globals."""
    values.update(
        audit_words=lambda action: event_words(action, g.translation),
        object_words=lambda object_type: object_words(object_type, g.translation),
        audit_changes=changes,
        audit_name=named,
        audit_of=_audit_of,
    )


def _audit_of(object_type: str, object_id: str) -> list[AuditLine]:
    return account_services().audit.audit_of(object_type, object_id)


def changes(entry: AuditLine) -> list[tuple[str, str, str]]:
    """Return the values that differ: name, before, after."""
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(name for name in after if name not in before)]
    pairs = [(name, before.get(name), after.get(name)) for name in names]
    return [
        (name.replace("_", " "), _shown(old), _shown(new))
        for name, old, new in pairs
        if (old or None) != (new or None) and name not in _INTERNAL
    ]


def named(entry: AuditLine) -> str:
    """Return what the entry is about: its id, or the lot of a notice, whose id is a fingerprint."""
    if not _FINGERPRINT.fullmatch(entry.object_id):
        return entry.object_id
    return visible(str({**(entry.before or {}), **(entry.after or {})}.get("lot") or ""), 200)


def _shown(value: object) -> str:
    if value in (None, "", []):
        return _NOTHING
    return visible(", ".join(map(str, value)) if isinstance(value, list) else str(value), 200)


def _csv(entries: Iterator[AuditLine]) -> Iterator[str]:
    """Yield CSV line by line, so that a long export is not held in memory."""
    yield ",".join(_COLUMNS) + "\r\n"
    for entry in entries:
        line = io.StringIO()
        csv.writer(line).writerow([_cell(getattr(entry, name)) for name in _COLUMNS])
        yield line.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    plain = to_json(value).decode() if isinstance(value, dict) else str(value)
    return quoted_for_spreadsheets(plain)


def _wanted() -> tuple[AuditFilter, list[FieldError]]:
    texts = {name: request.args.get(name, "").strip() for name in _TEXTS}
    days: dict[str, date] = {}
    errors: list[FieldError] = []
    for name in _DAYS:
        given = request.args.get(name, "").strip()
        try:
            if given:
                days[name] = date.fromisoformat(given)
        except ValueError:
            refused = RefusedError(ErrorCode.EXPIRY_UNREADABLE, given=given, field=name)
            errors.append(FieldError(name, error_message(refused, spoken(), technical=False)))
    return AuditFilter(**texts, since=days.get("since"), until=days.get("until")), errors
