"""Cases of quarantined vials: of a clinic's own, and what clinics ask the owner of the product.

Every vial in quarantine is a case, from its quarantine on; until the clinic says otherwise the clinic itself
has to answer, within `DEFAULT_TIME`. A case ends when the vial leaves quarantine. Entries are added and never
changed. The owner of the product reads the question, the number and the clinic's name, and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.accounts.actors import Actor
from service.clinics import queries
from service.clinics.quarantine.case_forms import Answerer, CaseAssignment, CaseEntryKind
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ConflictError, ErrorCode, NotFoundError
from service.gs1.iso.countries import zone_of
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Product, QuarantineEntry, Vial, VialEvent

DEFAULT_TIME = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """One entry. `text`: the question, what was found, or the answer. `of_owner`: written by the product's
    owner.
    """

    at: datetime
    actor: str
    kind: CaseEntryKind
    text: str
    of_owner: bool
    assignment: CaseAssignment | None = None


@dataclass(frozen=True, slots=True)
class QuarantineCase:
    """The case of one vial, as it stands. `answered`: an answer came after the question was put last."""

    vial: HeldVial
    quarantined: RecordedStep
    assignment: CaseAssignment
    entries: tuple[CaseEntry, ...]
    answered: bool

    def is_overdue(self, today: date) -> bool:
        """Whether the answer is late on that day, of the clinic."""
        return not self.answered and self.assignment.due < today


@dataclass(frozen=True, slots=True)
class AskedCase:
    """What a clinic asks the owner of a product about one vial. `answer`: the owner's, None for none yet."""

    event_id: int
    clinic: str
    product: str
    gtin: str
    lot: str
    serial: str
    asked: datetime
    due: date
    question: str
    answer: str | None

    def is_overdue(self, today: date) -> bool:
        """Whether the answer is late on that day."""
        return self.answer is None and self.due < today


class QuarantineCases:
    """Reads cases and adds entries to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, actor: Actor, today: date) -> list[QuarantineCase]:
        """Return the cases of the clinic: overdue ones first, then by the day on which the answer is due."""
        with self._database.reading() as connection:
            found = _cases(connection, actor, Vial.state == VialState.QUARANTINED)
        return sorted(
            found, key=lambda each: (not each.is_overdue(today), each.answered, each.assignment.due)
        )

    def one(self, actor: Actor, vial_id: int) -> QuarantineCase:
        """Return the case of one vial. NotFoundError where it is another clinic's, or in no quarantine."""
        with self._database.reading() as connection:
            return _case(connection, actor, vial_id)

    def assign(self, actor: Actor, vial_id: int, assignment: CaseAssignment, now: datetime) -> None:
        """Put down who holds the vial, who has to answer, by when, and the question. NotFoundError."""
        values = {
            "kind": CaseEntryKind.ASSIGNED,
            "holder": assignment.holder,
            "answerer": assignment.answerer,
            "due": assignment.due,
            "text": assignment.question,
        }
        with self._database.transaction() as connection:
            case = _case(connection, actor, vial_id)
            _add(connection, actor, case.vial.id, case.quarantined.id, values, now)

    def note(self, actor: Actor, vial_id: int, kind: CaseEntryKind, text: str, now: datetime) -> None:
        """Put down what was found, or the answer that came. NotFoundError."""
        with self._database.transaction() as connection:
            case = _case(connection, actor, vial_id)
            _add(connection, actor, case.vial.id, case.quarantined.id, {"kind": kind, "text": text}, now)

    def asked(self, actor: Actor, today: date) -> list[AskedCase]:
        """Return what clinics ask the owner of their products: overdue ones first, answered ones last."""
        with self._database.reading() as connection:
            found = _asked(connection, actor)
        return sorted(found, key=lambda each: (not each.is_overdue(today), each.answer is not None, each.due))

    def answer(self, actor: Actor, event_id: int, text: str, now: datetime) -> None:
        """Answer a clinic's question, as the owner of the product. NotFoundError for what was not asked of
        this owner; ConflictError where it was answered.
        """
        with self._database.transaction() as connection:
            vial_id = connection.scalar(
                select(VialEvent.vial_id).where(VialEvent.id == event_id).with_for_update()
            )
            asked = {each.event_id: each for each in _asked(connection, actor)}.get(event_id)
            if asked is None or vial_id is None:
                raise NotFoundError(
                    ErrorCode.NOT_FOUND, given=str(event_id), expected="a question to you", field="question"
                )
            if asked.answer is not None:
                raise ConflictError(ErrorCode.VIAL_MOVED_ON, given=asked.serial or asked.lot)
            _add(connection, actor, vial_id, event_id, {"kind": CaseEntryKind.ANSWER, "text": text}, now)


def _add(
    connection: Connection, actor: Actor, vial_id: int, event_id: int, values: dict[str, Any], now: datetime
) -> None:
    row = {"vial_id": vial_id, "event_id": event_id, "organisation_id": actor.organisation_id, "at": now}
    row |= {"actor": actor.name, "account_id": actor.account_id}
    connection.execute(insert(QuarantineEntry).values(row | values))
    after: dict[str, Any] = {name: values[name] for name in ("kind", "answerer", "due") if name in values}
    change = AuditChange("quarantine_case", "vial", str(vial_id), after=after)
    write_down(connection, [change], who=actor.who, at=now, reason=str(values["kind"]))


def _case(connection: Connection, actor: Actor, vial_id: int) -> QuarantineCase:
    found = _cases(connection, actor, Vial.id == vial_id, Vial.state == VialState.QUARANTINED)
    if not found:
        expected = "a vial of yours in quarantine"
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(vial_id), expected=expected, field="vial")
    return found[0]


def _cases(connection: Connection, actor: Actor, *where: Any) -> list[QuarantineCase]:
    held = queries.vials(connection, actor.organisation_id, *where)
    began: dict[int, RecordedStep] = {}
    for step in queries.events(connection, actor.organisation_id, *where):
        if step.counts and step.step is Step.QUARANTINE:
            began[step.vial_id] = step
    entries = _entries(connection, [each.id for each in began.values()], actor)
    return [
        _as_it_stands(vial, began[vial.id], entries.get(began[vial.id].id, []), actor)
        for vial in held
        if vial.id in began
    ]


def _as_it_stands(
    vial: HeldVial, quarantined: RecordedStep, entries: list[CaseEntry], actor: Actor
) -> QuarantineCase:
    zone = zone_of(actor.country or None, quarantined.at.date())
    due = quarantined.at.astimezone(zone).date() + DEFAULT_TIME
    assignment, answered = CaseAssignment(quarantined.actor, Answerer.CLINIC, due), False
    for each in entries:
        if each.assignment is not None:
            assignment, answered = each.assignment, False
        elif each.kind is CaseEntryKind.ANSWER:
            answered = True
    return QuarantineCase(vial, quarantined, assignment, tuple(entries), answered)


def _entries(connection: Connection, event_ids: Iterable[int], actor: Actor) -> dict[int, list[CaseEntry]]:
    statement = select(QuarantineEntry.__table__).where(QuarantineEntry.event_id.in_(list(event_ids)))
    found: dict[int, list[CaseEntry]] = {}
    for row in connection.execute(statement.order_by(QuarantineEntry.id)):
        kind, of_owner = CaseEntryKind(row.kind), row.organisation_id != actor.organisation_id
        assignment = None
        if kind is CaseEntryKind.ASSIGNED:
            assignment = CaseAssignment(row.holder, Answerer(row.answerer), row.due, row.text)
        entry = CaseEntry(row.at, row.actor, kind, row.text, of_owner, assignment)
        found.setdefault(row.event_id, []).append(entry)
    return found


def _asked(connection: Connection, actor: Actor) -> list[AskedCase]:
    """The questions whose latest assignment asks this owner, of vials that are still in that quarantine."""
    standing = (
        select(func.max(VialEvent.id))
        .where(VialEvent.vial_id == Vial.id, VialEvent.step == Step.QUARANTINE, ~queries.UNDONE)
        .correlate(Vial)
        .scalar_subquery()
    )
    statement = (
        select(QuarantineEntry.__table__, Vial.product_name, Vial.gtin, Vial.lot, Vial.serial)
        .add_columns(Organisation.name.label("clinic"))
        .join(Vial, Vial.id == QuarantineEntry.vial_id)
        .join(Organisation, Organisation.id == Vial.organisation_id)
        .join(Product, Product.id == Vial.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Manufacturer.organisation_id == actor.organisation_id)
        .where(Vial.state == VialState.QUARANTINED, QuarantineEntry.event_id == standing)
        .order_by(QuarantineEntry.id)
    )
    found: dict[int, AskedCase | None] = {}
    for row in connection.execute(statement):
        asked = found.get(row.event_id)
        if row.kind == CaseEntryKind.ASSIGNED:
            found[row.event_id] = _question(row) if row.answerer == Answerer.MAKER else None
        elif row.kind == CaseEntryKind.ANSWER and asked is not None:
            # the clinic's own note of an answer settles the question, and is the clinic's to read
            own = row.organisation_id == actor.organisation_id
            found[row.event_id] = replace(asked, answer=row.text) if own else None
    return [each for each in found.values() if each is not None]


def _question(row: Any) -> AskedCase:
    return AskedCase(
        event_id=row.event_id,
        clinic=row.clinic,
        product=row.product_name,
        gtin=row.gtin,
        lot=row.lot,
        serial=row.serial,
        asked=row.at,
        due=row.due,
        question=row.text,
        answer=None,
    )
