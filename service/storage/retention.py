"""Retention of personal data: how long it is kept, and how it is removed.

The page `/privacy` is made from `RULES`, and a test holds that every column of every table is either in
`PERSONAL` or known to hold nothing about a person. Each rule works in short transactions, so that other
writers wait for milliseconds, and may be stopped and started again at any moment.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from service.storage.database import Database
from service.storage.models import (
    Account,
    CodeGenerator,
    DeviceMarkKey,
    Digest,
    Invitation,
    Organisation,
    Passkey,
    RecoveryCode,
    Report,
    ReportPhoto,
    Scan,
    SightingRow,
    SignedIn,
    SingleSignOn,
    TreatmentReceipt,
)

PIECE = 500
"""Rows of one transaction: some milliseconds on either database."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """One kind of data that is removed. `code` finds its sentence, in which `after` is given.

    `apply` handles up to `PIECE` rows and returns how many; fewer than `PIECE` means done.
    """

    code: str
    after: timedelta
    apply: Callable[[Connection, datetime], int]


def apply_retention(database: Database, now: datetime) -> dict[str, int]:
    """Remove everything that is due at `now` (aware). Return how many rows each rule handled."""
    done = {}
    for rule in RULES:
        done[rule.code] = 0
        while True:
            with database.transaction() as connection:
                touched = rule.apply(connection, now - rule.after)
            done[rule.code] += touched
            if touched < PIECE:
                break
    database.refresh_statistics()
    return done


def _coarsen_checks(connection: Connection, due: datetime) -> int:
    """Reduce the time of a check to its hour, and replace its id by one that tells no more than that.

    A check's id begins with its millisecond (RFC 9562, 5.7), so its page closes. The new id is of version 8,
    which marks the row as done.
    """
    exact = func.substr(Scan.id, 15, 1) == "7"
    query = select(Scan.id, Scan.at, Scan.scanned_at, Scan.verdict)
    rows = connection.execute(query.where(Scan.at < due, exact).limit(PIECE)).all()
    if not rows:
        return 0
    changes = [
        {
            "old": row.id,
            "new": _coarse_id(_hour(row.at)),
            "hour": _hour(row.at),
            "scanned": _hour(row.scanned_at) if row.scanned_at else None,
            "said": {**row.verdict, "as_of": _hour(row.at).isoformat()},
        }
        for row in rows
    ]
    connection.execute(
        update(Scan)
        .where(Scan.id == bindparam("old"))
        .values(
            id=bindparam("new"),
            at=bindparam("hour"),
            scanned_at=bindparam("scanned"),
            verdict=bindparam("said"),
            nonce=None,
            client=None,
        ),
        changes,
    )
    connection.execute(update(Report).where(Report.scan_id.in_([row.id for row in rows])).values(scan_id=""))
    return len(rows)


def _delete_checks(connection: Connection, due: datetime) -> int:
    return _delete(connection, Scan, Scan.id, Scan.at < due)


def _forget_marks(connection: Connection, due: datetime) -> int:
    """Remove the client's mark of checks and reports; the key that it was made with is already destroyed."""
    touched = _blank(connection, Scan, Scan.client.is_not(None), Scan.at < due, client=None)
    return max(touched, _blank(connection, Report, Report.client != "", Report.at < due, client=""))


def _forget_guessers(connection: Connection, due: datetime) -> int:
    gone = delete(SightingRow).where(SightingRow.scope == "guesser", SightingRow.last < int(due.timestamp()))
    connection.execute(gone)
    return 0


def _destroy_keys(connection: Connection, due: datetime) -> int:
    """Destroy keys of past periods. Needed only where no check came since: otherwise the next key replaced it
    already.
    """
    week = int(timedelta(days=7).total_seconds())
    connection.execute(delete(DeviceMarkKey).where(DeviceMarkKey.period < int(due.timestamp()) // week))
    return 0


def _end_sessions(connection: Connection, due: datetime) -> int:
    ended = or_(SignedIn.ends < due, SignedIn.last_seen < due)
    return _delete(connection, SignedIn, SignedIn.token_hash, ended)


def _forget_invitations(connection: Connection, due: datetime) -> int:
    """Remove the address of an invitation; a person who accepted it has an account by then."""
    return _delete(connection, Invitation, Invitation.id, Invitation.ends < due)


def _forget_reporters(connection: Connection, due: datetime) -> int:
    """Remove contact details and photos of reports some time after they were settled."""
    return _strip_reports(connection, Report.settled < due)


def _forget_unsettled(connection: Connection, due: datetime) -> int:
    """Remove contact details and photos of reports that were never settled."""
    return _strip_reports(connection, Report.settled.is_(None), Report.at < due)


def _strip_reports(connection: Connection, *where: Any) -> int:
    photos = select(ReportPhoto.report_id).where(ReportPhoto.report_id == Report.id).exists()
    held = or_(Report.contact != "", photos)
    numbers = connection.scalars(select(Report.id).where(held, *where).limit(PIECE)).all()
    if numbers:
        connection.execute(delete(ReportPhoto).where(ReportPhoto.report_id.in_(numbers)))
        connection.execute(update(Report).where(Report.id.in_(numbers)).values(contact=""))
    return len(numbers)


def _erase_people(connection: Connection, due: datetime) -> int:
    """Erase the people of organisations that have left: names, addresses and what they signed in with."""
    gone = select(Organisation.id).where(Organisation.left < due)
    people = select(Account.id).where(Account.organisation_id.in_(gone), ~Account.email.like(f"%{_ERASED}"))
    numbers = connection.scalars(people.limit(PIECE)).all()
    for model in (CodeGenerator, Passkey, RecoveryCode, SingleSignOn) if numbers else ():
        connection.execute(delete(model).where(model.account_id.in_(numbers)))
    for number in numbers:
        values = {"name": "Erased", "email": f"{number}{_ERASED}", "password_hash": ""}
        connection.execute(update(Account).where(Account.id == number).values(values))
    connection.execute(delete(Digest).where(Digest.organisation_id.in_(gone)))
    return len(numbers)


def _delete_receipts(connection: Connection, due: datetime) -> int:
    """Delete receipts whose whole month of issue is past by that long."""
    month = (due - timedelta(days=31)).date()
    return _delete(connection, TreatmentReceipt, TreatmentReceipt.token_hash, TreatmentReceipt.month <= month)


_ERASED = "@erased.invalid"  # RFC 2606: no mail goes there

RULES: Sequence[RetentionRule] = (
    RetentionRule("keys", timedelta(days=7), _destroy_keys),
    RetentionRule("marks", timedelta(days=7), _forget_marks),
    RetentionRule("guessers", timedelta(days=14), _forget_guessers),
    RetentionRule("check_times", timedelta(days=30), _coarsen_checks),
    RetentionRule("checks", timedelta(days=90), _delete_checks),
    RetentionRule("sessions", timedelta(days=7), _end_sessions),
    RetentionRule("invitations", timedelta(days=30), _forget_invitations),
    RetentionRule("reporters", timedelta(days=180), _forget_reporters),
    RetentionRule("receipts", timedelta(days=5 * 365), _delete_receipts),
    RetentionRule("people", timedelta(days=30), _erase_people),
    RetentionRule("unsettled", timedelta(days=730), _forget_unsettled),
)


def _delete(connection: Connection, table: Any, key: Any, *where: Any) -> int:
    keys = connection.scalars(select(key).where(*where).limit(PIECE)).all()
    if keys:
        connection.execute(delete(table).where(key.in_(keys)))
    return len(keys)


def _blank(connection: Connection, table: Any, *where: Any, **values: str | None) -> int:
    keys = connection.scalars(select(table.id).where(*where).limit(PIECE)).all()
    if keys:
        connection.execute(update(table).where(table.id.in_(keys)).values(values))
    return len(keys)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _coarse_id(hour: datetime) -> str:
    """Return a UUID of version 8 (RFC 9562, 5.8): the hour in milliseconds, and random bits."""
    value = int(hour.timestamp() * 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x8 << 76
    return str(UUID(int=value & ~(0b11 << 62) | 0b10 << 62))
