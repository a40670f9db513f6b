"""Puts what scans make stand out on the list of suspects, in the transaction that records the scans.

Most scans make nothing stand out and cost nothing here. Where one does, or several scans of one subject are
written together, none of which knew of the others, its history is computed again within the transaction.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from service.authenticity.evidence import Evidence
from service.authenticity.scan_history.history import SeenBefore
from service.authenticity.scan_history.sightings import NOWHERE
from service.authenticity.scan_history.suspects import StandingOut, of_neighbours, of_record, of_unknown_lot
from service.storage import suspects
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import Subject, SubjectScope
from service.storage.hot.statements import Snapshot, within
from service.verification.scan_history import HistoryUpdate, as_the_maker_has_it


class SuspectRecorder:
    """Looks at the histories that scans changed, before they are committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, connection: Connection, scans: Iterable[tuple[HistoryUpdate, datetime]]) -> None:
        """Add what these scans make stand out to the list; their sightings are already written."""
        due = _due(scans)
        snapshot = within(connection) if due else None
        # One order for all processes, as for the sightings: no deadlocks.
        for subject in sorted(due):
            evidence, at = due[subject]
            standing = _standing_out(snapshot, subject, evidence) if snapshot else None
            if standing is not None:
                suspects.write_suspect(self._database, connection, subject, standing, at)


def _due(scans: Iterable[tuple[HistoryUpdate, datetime]]) -> dict[Subject, tuple[Evidence, datetime]]:
    touched: set[Subject] = set()
    due: dict[Subject, tuple[Evidence, datetime]] = {}
    for traces, at in scans:
        for subject in {each.subject for each in traces.seen}:
            # A client is never listed: it is a person's device.
            if subject.scope is SubjectScope.GUESSER or traces.evidence is None:
                continue
            if traces.telling or subject in touched:
                due[subject] = traces.evidence, at
            touched.add(subject)
    return due


def _standing_out(snapshot: Snapshot, subject: Subject, evidence: Evidence) -> StandingOut | None:
    lines = kept.seen_before(snapshot, (subject,))[subject.scope]
    if subject.scope is SubjectScope.UNKNOWN_LOT:
        return of_unknown_lot(lines)
    if subject.scope is SubjectScope.NEIGHBOURS:
        return of_neighbours(lines, kept.judged_by(snapshot, subject.product_id, "")[0])
    history = SeenBefore(NOWHERE, before=(), every=lines, of_unit=subject.scope is SubjectScope.UNIT)
    history = as_the_maker_has_it(snapshot, evidence, history)
    return of_record(replace(evidence, history=history))
