"""The audit: who changed what, from where, when and why, written in the transaction of the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from service.storage.models import AuditEntry

MOST_OF_AN_ID = 80


@dataclass(frozen=True, slots=True)
class AuditActor:
    """Who makes a change: a terminal command has only a name, a person also an account.

    `network`: the person's address cut to /24 (IPv6: /48). `pin_device`: the shared device on which the
    person signed in by PIN, empty for every other way.
    """

    name: str
    account_id: int | None = None
    organisation_id: int | None = None
    network: str = ""
    pin_device: str = ""

    def is_same(self, account_id: int | None, name: str) -> bool:
        """Whether an entry with this account and name is of this person.

        Compared by account where both have one; two people at a terminal are told apart by name alone.
        """
        if account_id is not None and self.account_id is not None:
            return account_id == self.account_id
        return name == self.name


@dataclass(frozen=True, slots=True)
class AuditChange:
    """One change of one object. `object_id`: its GTIN, `gtin/lot`, `gtin/serial`, name, number or reference.

    `before` and `after` are plain values; None where the object did not exist before, or does not exist
    after.
    """

    action: str
    object_type: str
    object_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def write_down(
    connection: Connection,
    changes: Iterable[AuditChange],
    *,
    who: AuditActor,
    at: datetime,
    reason: str,
    import_id: int | None = None,
) -> None:
    """Append the changes to the audit, within the caller's transaction."""
    common = {
        "at": at,
        "actor": who.name,
        "account_id": who.account_id,
        "organisation_id": who.organisation_id,
        "network": who.network,
        "pin_device": who.pin_device,
        "reason": reason,
        "import_id": import_id,
    }
    rows = [common | _row(change) for change in changes]
    if rows:
        connection.execute(insert(AuditEntry), rows)


def _row(change: AuditChange) -> dict[str, Any]:
    return {
        "action": change.action,
        "object_type": change.object_type,
        "object_id": change.object_id[:MOST_OF_AN_ID],
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Convert to values that JSON has; a date becomes YYYY-MM-DD."""
    if values is None:
        return None
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
