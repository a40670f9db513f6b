"""The record of checks: a clinic's is on disk before it is answered, a stranger's soon after.

Strangers' scans are gathered and written together by a thread of this process, at the latest
`window` seconds after they were answered. That window is what a crash may lose, and no more.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from service.authenticity.evidence import Asker, Presented
from service.authenticity.verdicts import Verdict
from service.errors import ErrorCode, UnavailableError
from service.storage.database import Database
from service.storage.models import AuditEntry, Scan
from service.verification.questions import Door
from service.verification.snapshots import (
    presented_from_plain,
    presented_to_plain,
    verdict_from_plain,
    verdict_to_plain,
)

_log = logging.getLogger(__name__)

MOST_WAITING = 10_000
"""So many scans may wait for the disk; one more, and its asker is told to try again."""


@dataclass(frozen=True, slots=True)
class RecordedScan:
    """One check and its answer, as they are kept."""

    id: str
    at: datetime
    nonce: str | None
    door: Door
    asker: Asker
    presented: Presented
    verdict: Verdict
    host: str | None = None
    kind: str | None = None
    vial: Presented | None = None
    carton: Presented | None = None
    scanned_at: datetime | None = None


class ScanLog:
    """Appends scans and finds them again, by id or by the asker's nonce."""

    def __init__(self, database: Database, *, window: float = 1.0) -> None:
        self._database = database
        self._insert = database.prepared_insert(Scan)
        # Half of the window is for gathering, the other half for the writing itself.
        self._gather = window / 2
        self._waiting: dict[str, RecordedScan] = {}
        self._by_nonce: dict[str, str] = {}
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None
        self._closed = False

    def append(self, scan: RecordedScan, *, durable: bool) -> RecordedScan:
        """Record a scan; the one that is kept: an earlier one when its nonce was already used.

        Durable: on disk when this returns. Otherwise within the window. UnavailableError when it can't be.
        """
        if durable:
            return self._write_now(scan)
        with self._changed:
            earlier = self._by_nonce.get(scan.nonce) if scan.nonce else None
            if earlier is not None:
                return self._waiting[earlier]
            if len(self._waiting) >= MOST_WAITING or self._closed:
                raise UnavailableError(ErrorCode.BUSY, found=f"{len(self._waiting)} checks wait for the disk")
            self._waiting[scan.id] = scan
            if scan.nonce:
                self._by_nonce[scan.nonce] = scan.id
            self._start_writer()
            if (
                len(self._waiting) == 1
            ):  # the writer gathers, once there is something: it needs no second call
                self._changed.notify_all()
        return scan

    def find(self, scan_id: str) -> RecordedScan | None:
        """The scan with this id, also while it still waits for the disk."""
        with self._changed:
            waiting = self._waiting.get(scan_id)
        return waiting or self._select(Scan.id == scan_id)

    def find_nonce(self, nonce: str) -> RecordedScan | None:
        """The scan that this nonce was used for."""
        with self._changed:
            waiting = self._by_nonce.get(nonce)
            if waiting is not None:
                return self._waiting[waiting]
        return self._select(Scan.nonce == nonce)

    def latest_moment(self) -> datetime | None:
        """The latest moment that any record here bears."""
        with self._database.reading() as connection:
            moments = [
                connection.scalar(select(func.max(Scan.at))),
                connection.scalar(select(func.max(AuditEntry.at))),
            ]
        return max((moment for moment in moments if moment is not None), default=None)

    def flush(self) -> None:
        """Write all that waits, now."""
        with self._changed:
            batch = list(self._waiting.values())
        if not batch:
            return
        with self._database.transaction(durable=False) as connection:
            self._insert.rows(connection, map(_to_row, batch))
        with self._changed:
            for scan in batch:
                self._waiting.pop(scan.id, None)
                if scan.nonce:
                    self._by_nonce.pop(scan.nonce, None)

    def close(self) -> None:
        """Take no more, write what waits, end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            writer = self._writer
        if writer is not None:
            writer.join()
        self.flush()

    def _write_now(self, scan: RecordedScan) -> RecordedScan:
        with self._database.transaction() as connection:
            inserted = self._insert.rows(connection, [_to_row(scan)])
        if not inserted and scan.nonce is not None:
            return self.find_nonce(scan.nonce) or scan
        return scan

    def _start_writer(self) -> None:
        if self._writer is None:
            # A daemon: a process that dies without `close` loses what the window allows.
            self._writer = threading.Thread(target=self._write_for_ever, name="scan-writer", daemon=True)
            self._writer.start()

    def _write_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._changed.wait_for(lambda: self._closed, timeout=self._gather)
            try:
                self.flush()
            except UnavailableError as error:
                # They stay in `_waiting` and are tried again; past `MOST_WAITING` askers are told.
                _log.warning("checks wait for the database: %s", error)

    def _select(self, where: ColumnElement[bool]) -> RecordedScan | None:
        with self._database.reading() as connection:
            row = connection.execute(select(Scan.__table__).where(where)).mappings().first()
        return _from_row(dict(row)) if row is not None else None


def _to_row(scan: RecordedScan) -> dict[str, Any]:
    record = scan.verdict.record
    return {
        "id": scan.id,
        "at": scan.at,
        "scanned_at": scan.scanned_at,
        "nonce": scan.nonce,
        "door": scan.door,
        "asker": scan.asker,
        "product_id": record.product.id if record else None,
        "batch_id": record.batch.id if record and record.batch else None,
        "action": scan.verdict.action,
        "match": scan.verdict.match,
        "presented": presented_to_plain(scan.presented)
        | {"host": scan.host, "kind": scan.kind}
        | _halves_to_plain(scan),
        "verdict": verdict_to_plain(scan.verdict),
    }


def _from_row(row: Mapping[str, Any]) -> RecordedScan:
    return RecordedScan(
        id=row["id"],
        at=row["at"],
        nonce=row["nonce"],
        door=Door(row["door"]),
        asker=Asker(row["asker"]),
        presented=presented_from_plain(row["presented"]),
        verdict=verdict_from_plain(row["verdict"]),
        host=row["presented"].get("host"),
        kind=row["presented"].get("kind"),
        vial=_half_from_plain(row["presented"].get("vial")),
        carton=_half_from_plain(row["presented"].get("carton")),
        scanned_at=row["scanned_at"],
    )


def _halves_to_plain(scan: RecordedScan) -> dict[str, Any]:
    halves = {"vial": scan.vial, "carton": scan.carton}
    return {name: presented_to_plain(half) for name, half in halves.items() if half is not None}


def _half_from_plain(plain: dict[str, Any] | None) -> Presented | None:
    return presented_from_plain(plain) if plain is not None else None
