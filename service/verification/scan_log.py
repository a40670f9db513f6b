"""The record of checks: a clinic's is on disk before it is answered, a stranger's soon after.

Strangers' scans are gathered and written together by a thread of this process, at the latest
`window` seconds after they were answered. That window is what a crash may lose, and no more.
"""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, select

from service.authenticity.evidence import Asker, Presented
from service.authenticity.reasons import Action
from service.authenticity.scan_history.sightings import NOWHERE, Region
from service.authenticity.verdicts import Record, Verdict
from service.errors import ErrorCode, UnavailableError
from service.storage.database import Database
from service.storage.hot.sightings import HistoryWriter
from service.storage.models import Manufacturer, Product, Scan
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox
from service.verification.question import Channel
from service.verification.scan_history import NO_HISTORY_UPDATE, HistoryUpdate
from service.verification.suspect_recorder import SuspectRecorder
from service.verification.verdict_codec import (
    presented_from_plain,
    presented_to_plain,
    verdict_from_plain,
    verdict_to_plain,
)

_log = logging.getLogger(__name__)

_BUSY_SECONDS = 10.0
"""For so long after a busy database strangers' checks are gathered, also those that others may ask for."""

_RED = frozenset({Action.QUARANTINE, Action.REJECT})

MOST_WAITING = 10_000
"""So many scans may wait for the disk; one more, and its asker is told to try again."""


class RecordedScan(Struct, frozen=True):
    """One check and its answer, as they are kept."""

    id: str
    at: datetime
    nonce: str | None
    door: Channel
    asker: Asker
    presented: Presented
    verdict: Verdict
    host: str | None = None
    kind: str | None = None
    vial: Presented | None = None
    carton: Presented | None = None
    scanned_at: datetime | None = None
    organisation_id: int | None = None
    place: Region = NOWHERE
    client: str = ""
    history_update: HistoryUpdate = NO_HISTORY_UPDATE


class ScanLog:
    """Appends scans and finds them again, by id or by the asker's nonce."""

    def __init__(self, database: Database, *, window: float = 1.0) -> None:
        self._database = database
        self._insert = database.prepared_insert(Scan)
        self._history = HistoryWriter(database)
        self._watch = SuspectRecorder(database)
        # Half of the window is for gathering, the other half for the writing itself.
        self._gather = window / 2
        self._waiting: dict[str, RecordedScan] = {}
        self._by_nonce: dict[str, str] = {}
        self._guesses: list[tuple[HistoryUpdate, datetime]] = []
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._unsure = False
        self._writer: threading.Thread | None = None
        self._closed = False
        self._busy_until = 0.0
        self._written_at = time.monotonic()

    def append(self, scan: RecordedScan, *, durable: bool, shared: bool = False) -> RecordedScan:
        """Record a scan; the one that is kept: an earlier one when its nonce was already used.

        Durable: on disk when this returns. Otherwise within the window. UnavailableError when it can't be.
        `shared`: other processes may be asked with the same nonce, or for this very check, before that: they
        can read it when this returns, unless the database is busy.
        """
        if durable:
            return self._write_now(scan, durable=True)
        if shared and scan.nonce is not None and time.monotonic() >= self._busy_until:
            try:
                return self._write_now(scan, durable=False)
            except UnavailableError:
                # A long import holds the lock: a stranger's check need not wait for it, nor the next ones.
                self._busy_until = time.monotonic() + _BUSY_SECONDS
        with self._changed:
            earlier = self._by_nonce.get(scan.nonce) if scan.nonce else None
            if earlier is not None:
                return self._waiting[earlier]
            if len(self._waiting) >= MOST_WAITING or self._closed:
                raise UnavailableError(ErrorCode.BUSY, found=f"{len(self._waiting)} checks wait for the disk")
            if not self._waiting:
                self._written_at = time.monotonic()
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

    def unwritten(self) -> tuple[int, float]:
        """How many scans wait for the disk, and for how many seconds none of them was written."""
        with self._changed:
            return len(self._waiting), time.monotonic() - self._written_at if self._waiting else 0.0

    def note_guess(self, guess: HistoryUpdate, at: datetime) -> None:
        """Count a guess that was answered without being recorded, within the window."""
        with self._changed:
            if len(self._guesses) < MOST_WAITING and not self._closed:
                self._guesses.append((guess, at))
                self._start_writer()
                self._changed.notify_all()

    def flush(self) -> None:
        """Write all that waits, now."""
        with self._writing:
            with self._changed:
                batch = list(self._waiting.values())
                guesses = tuple(self._guesses)
            if not batch and not guesses:
                return
            tried_before, self._unsure = self._unsure, True
            with self._database.transaction(durable=False) as connection:
                # What failed may have been committed all the same: it is in the history by then.
                written = self._on_record(connection, batch) if tried_before else set()
                new = [scan for scan in batch if scan.id not in written]
                if self._insert.rows(connection, map(_to_row, new)) < len(new):
                    # Another process had used the nonce of some: those are not on record, and not counted.
                    written = self._on_record(connection, new)
                    new = [scan for scan in new if scan.id in written]
                self._trace(connection, new, guesses)
            self._unsure = False
            # Before the next `flush` may begin: it would count what is on record once more.
            with self._changed:
                self._written_at = time.monotonic()
                del self._guesses[: len(guesses)]
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

    def _write_now(self, scan: RecordedScan, *, durable: bool) -> RecordedScan:
        with self._database.transaction(durable=durable) as connection:
            inserted = self._insert.rows(connection, [_to_row(scan)])
            if inserted:
                self._trace(connection, [scan])
        if not inserted and scan.nonce is not None:
            return self.find_nonce(scan.nonce) or scan
        return scan

    def _trace(
        self,
        connection: Connection,
        scans: list[RecordedScan],
        guesses: tuple[tuple[HistoryUpdate, datetime], ...] = (),
    ) -> None:
        """Add the scans to the history of what they found, in the transaction that records them.

        What stands out by then goes on the list of suspects. `guesses`: of checks that are not recorded.
        """
        updates = [*[(scan.history_update, scan.at) for scan in scans], *guesses]
        seen = [each for update, _ in updates for each in update.seen]
        self._history.add(connection, seen, {each for update, _ in updates for each in update.crowded})
        self._watch.note(connection, updates)
        _tell_makers(connection, scans)

    @staticmethod
    def _on_record(connection: Connection, scans: list[RecordedScan]) -> set[str]:
        return set(connection.scalars(select(Scan.id).where(Scan.id.in_([scan.id for scan in scans]))))

    def _start_writer(self) -> None:
        if self._writer is None:
            # A daemon: a process that dies without `close` loses what the window allows.
            self._writer = threading.Thread(target=self._write_for_ever, name="scan-writer", daemon=True)
            self._writer.start()

    def _write_for_ever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._guesses or self._closed)
                if self._closed:
                    return
                self._changed.wait_for(lambda: self._closed, timeout=self._gather)
            try:
                self.flush()
            except UnavailableError as error:
                # They stay in `_waiting` and are tried again; past `MOST_WAITING` askers are told.
                _log.warning("checks wait for the database: %s", error)
            except Exception:
                # So do these. Were the thread to end, no later check would ever be written down.
                _log.exception("checks could not be written down")

    def _select(self, where: ColumnElement[bool]) -> RecordedScan | None:
        with self._database.reading() as connection:
            row = connection.execute(select(Scan.__table__).where(where)).mappings().first()
        return _from_row(dict(row)) if row is not None else None


def _tell_makers(connection: Connection, scans: list[RecordedScan]) -> None:
    """Queue a message for the webhooks of the owner of each product of which a check found something wrong.

    What was presented and when, and the country: nothing of who asked.
    """
    red = [scan for scan in scans if scan.verdict.action in _RED and scan.verdict.record is not None]
    told = organisations_told(connection, WebhookTopic.RED_VERDICT) if red else {}
    if not told:
        return
    products = {scan.verdict.record.product.id for scan in red if scan.verdict.record is not None}
    owned = select(Product.id, Manufacturer.organisation_id).join(
        Manufacturer, Manufacturer.id == Product.manufacturer_id
    )
    rows = connection.execute(owned.where(Product.id.in_(products)))
    owners = {each.id: each.organisation_id for each in rows}
    messages = []
    for scan in red:
        record = scan.verdict.record
        owner = owners.get(record.product.id) if record is not None else None
        if record is not None and owner is not None:
            content = _red_content(scan, record)
            messages.append(WebhookMessage(WebhookTopic.RED_VERDICT, owner, f"check {scan.id}", content))
    # one order for all processes: two of them may count what a full queue leaves out
    messages.sort(key=lambda each: each.organisation_id)
    put_in_outbox(connection, messages, max(scan.at for scan in red), told)


def _red_content(scan: RecordedScan, record: Record) -> dict[str, Any]:
    shown = scan.presented
    return {
        "action": str(scan.verdict.action),
        "reasons": [str(each.code) for each in scan.verdict.reasons],
        "gtin": record.product.gtin,
        "product": record.product.name,
        "lot": shown.lot.printed if shown.lot else "",
        "serial": shown.serial.printed if shown.serial else "",
        "country": scan.place.country,
        "checked_at": scan.at.isoformat(),
        "page": "/watch",
    }


def _to_row(scan: RecordedScan) -> dict[str, Any]:
    record = scan.verdict.record
    return {
        "id": scan.id,
        "at": scan.at,
        "scanned_at": scan.scanned_at,
        "country": scan.place.country or None,
        "region": scan.place.region or None,
        "client": scan.client or None,
        "nonce": scan.nonce,
        "door": scan.door,
        "asker": scan.asker,
        "product_id": record.product.id if record else None,
        "lot_key": scan.presented.lot.key if scan.presented.lot else None,
        "batch_id": record.batch.id if record and record.batch else None,
        "action": scan.verdict.action,
        "match": scan.verdict.match,
        "presented": presented_to_plain(scan.presented)
        | {"host": scan.host, "kind": scan.kind}
        | _halves_to_plain(scan),
        "verdict": verdict_to_plain(scan.verdict),
        "organisation_id": scan.organisation_id,
    }


def _from_row(row: Mapping[str, Any]) -> RecordedScan:
    return RecordedScan(
        id=row["id"],
        at=row["at"],
        nonce=row["nonce"],
        door=Channel(row["door"]),
        asker=Asker(row["asker"]),
        presented=presented_from_plain(row["presented"]),
        verdict=verdict_from_plain(row["verdict"]),
        host=row["presented"].get("host"),
        kind=row["presented"].get("kind"),
        vial=_half_from_plain(row["presented"].get("vial")),
        carton=_half_from_plain(row["presented"].get("carton")),
        scanned_at=row["scanned_at"],
        organisation_id=row["organisation_id"],
        place=Region(row["country"] or "", row["region"] or ""),
        client=row["client"] or "",
    )


def _halves_to_plain(scan: RecordedScan) -> dict[str, Any]:
    halves = {"vial": scan.vial, "carton": scan.carton}
    return {name: presented_to_plain(half) for name, half in halves.items() if half is not None}


def _half_from_plain(plain: dict[str, Any] | None) -> Presented | None:
    return presented_from_plain(plain) if plain is not None else None
