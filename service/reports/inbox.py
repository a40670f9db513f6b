"""Reports of suspicious products, handled by the organisation that owns the product, and by regulators.

A report about another organisation's product is answered with NotFoundError. Regulators see all reports, also
about products without records.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, true, update

from service.accounts.actors import Actor, OrganisationKind
from service.errors import ConflictError, ErrorCode, NotFoundError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Report, ReportPhoto, ReportStep

NEXT = {
    "new": ("looking", "confirmed", "cleared"),
    "looking": ("confirmed", "cleared"),
    "confirmed": ("looking",),
    "cleared": ("looking",),
}
"""The states that may follow each state; a settled report can be opened again."""

SETTLED = frozenset({"confirmed", "cleared"})
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in a list."""

    id: int
    reference: str
    at: datetime
    status: str
    product: str
    gtin: str
    lot: str
    country: str
    harmed: bool
    what: str
    photos: int
    queued: bool


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """One step in handling a report. `note` is internal, `said` was told to the reporter."""

    at: datetime
    actor: str
    status: str
    note: str
    said: str


@dataclass(frozen=True, slots=True)
class ReportDetails:
    """A whole report, for the people who handle it."""

    line: ReportLine
    serial: str
    expiry: str
    bought: str
    contact: str
    asker: str
    action: str
    scan_id: str
    steps: tuple[ReportEvent, ...]
    photos: tuple[int, ...]
    same_lot: int


class ReportInbox:
    """What an organisation's people do about reports."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def listing(self, actor: Actor, status: str = "") -> list[ReportLine]:
        """Return the reports of this organisation's products: unsettled ones first, those with harm before
        others.
        """
        urgent = case((Report.status == "new", 0), (Report.status == "looking", 1), else_=2)
        query = _LINES.where(_theirs(actor)).order_by(
            urgent, Report.queued, Report.harmed.desc(), Report.id.desc()
        )
        if status:
            query = query.where(Report.status == status)
        with self._database.reading() as connection:
            return [_line(row) for row in connection.execute(query.limit(MOST_LISTED))]

    def counts(self, actor: Actor) -> dict[str, int]:
        """Return how many reports are in each state."""
        query = (
            select(Report.status, func.count().label("many")).where(_theirs(actor)).group_by(Report.status)
        )
        with self._database.reading() as connection:
            found = {row.status: row.many for row in connection.execute(query)}
        return {status: found.get(status, 0) for status in NEXT}

    def open(self, actor: Actor, number: int) -> ReportDetails:
        """Return one whole report; NotFoundError."""
        with self._database.reading() as connection:
            row = _one(connection, actor, number)
            line = _line(row)
            steps = connection.execute(
                select(ReportStep.at, ReportStep.actor, ReportStep.status, ReportStep.note, ReportStep.said)
                .where(ReportStep.report_id == number)
                .order_by(ReportStep.id.desc())
            )
            photos = connection.scalars(
                select(ReportPhoto.number).where(ReportPhoto.report_id == number).order_by(ReportPhoto.number)
            )
            same = select(func.count()).where(_theirs(actor), Report.lot == row.lot, Report.id != number)
            return ReportDetails(
                line=line,
                serial=row.serial,
                expiry=row.expiry,
                bought=row.bought,
                contact=row.contact,
                asker=row.asker,
                action=row.action,
                scan_id=row.scan_id,
                steps=tuple(ReportEvent(*step) for step in steps),
                photos=tuple(photos),
                same_lot=(connection.scalar(same) or 0) if row.lot else 0,
            )

    def photo(self, actor: Actor, number: int, photo: int) -> bytes:
        """Return one photograph of a report (JPEG); NotFoundError."""
        with self._database.reading() as connection:
            _one(connection, actor, number)
            content = connection.scalar(
                select(ReportPhoto.content).where(
                    ReportPhoto.report_id == number, ReportPhoto.number == photo
                )
            )
        if content is None:
            raise _no_report(number)
        return content

    def decide(self, actor: Actor, number: int, status: str, *, note: str, said: str) -> None:
        """Take a step. ConflictError where it does not follow from the report's present state."""
        with self._step(actor, number, status, note=note, said=said):
            pass

    @contextmanager
    def _step(self, actor: Actor, number: int, status: str, *, note: str, said: str) -> Iterator[Connection]:
        now = self._clock()
        with self._database.transaction() as connection:
            before = _one(connection, actor, number)
            if status not in NEXT[before.status]:
                raise ConflictError(
                    ErrorCode.REPORT_STEP_INVALID,
                    given=status,
                    expected=" or ".join(NEXT[before.status]),
                    found=before.status,
                )
            values = {"status": status, "settled": now if status in SETTLED else None}
            connection.execute(update(Report).where(Report.id == number).values(values))
            step = {"report_id": number, "at": now, "actor": actor.name, "status": status}
            connection.execute(insert(ReportStep).values(step | {"note": note, "said": said}))
            change = AuditChange(
                f"report_{status}",
                "report",
                before.reference,
                {"status": before.status},
                {"status": status, "said": said},
            )
            write_down(connection, [change], who=actor.who, at=now, reason=note or said or status)
            yield connection


_PHOTOS = (
    select(func.count())
    .select_from(ReportPhoto)
    .where(ReportPhoto.report_id == Report.id)
    .scalar_subquery()
    .label("photos")
)
_LINES = select(
    Report.id,
    Report.reference,
    Report.at,
    Report.status,
    Report.product,
    Report.gtin,
    Report.lot,
    Report.country,
    Report.harmed,
    Report.what,
    Report.queued,
    _PHOTOS,
)


def _theirs(actor: Actor) -> ColumnElement[bool]:
    if actor.kind is OrganisationKind.REGULATOR:
        return true()
    return Report.organisation_id == actor.organisation_id


def _one(connection: Connection, actor: Actor, number: int) -> Any:
    query = _LINES.add_columns(
        Report.serial,
        Report.expiry,
        Report.bought,
        Report.contact,
        Report.asker,
        Report.action,
        Report.scan_id,
    )
    row = connection.execute(query.where(Report.id == number, _theirs(actor))).first()
    if row is None:
        raise _no_report(number)
    return row


def _line(row: Any) -> ReportLine:
    return ReportLine(**{name: getattr(row, name) for name in ReportLine.__dataclass_fields__})


def _no_report(number: int) -> NotFoundError:
    return NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected="the number of a report")
