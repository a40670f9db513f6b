"""Lists of recalls and holds as `vialcheck export` writes them: a record of each, with its lift.

They restore what an organisation has taken away with it, so they are put in at a terminal alone. A recall is
known again by what it names and when it was issued; a lift of one that is on record is added.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.authenticity.evidence import RecallScope
from service.errors import ConflictError, ErrorCode, InvalidFieldsError, VialcheckError
from service.registry.lists.cells import Cells, invalid
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.ownership import no_product
from service.registry.recalls.batch_status import settle
from service.registry.recalls.clinic_messages import tell_clinics
from service.registry.recalls.forms import RecallForm, read_recall_form
from service.registry.recalls.owning_lots import find_owning_lots
from service.registry.recalls.queries import standing
from service.storage.models import Manufacturer, Product, Recall, RecalledSerial, RecallLift

_FORM = (
    *("gtin", "scope", "lot", "expiry_from", "expiry_to", "serial_from", "serial_to", "serials"),
    *("recall_class", "reference", "reason", "public_text"),
)
_KINDS = {"recall": False, "hold": True}
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class LiftFacts:
    """The lift of a recall."""

    at: datetime
    actor: str
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class RecallFacts:
    """One row. `issued`: None where the list does not say when, or `issued_by`: empty, it is the import's."""

    form: RecallForm
    issued: datetime | None
    issued_by: str
    lift: LiftFacts | None


class Recalls:
    """Reads and stores the rows of lists of recalls."""

    def parse(self, cells: Cells) -> RecallFacts | None:
        """Read one row."""
        hold = cells.need("kind", _hold)
        for field in ("gtin", "scope", "reason"):
            cells.need(field, str)
        issued, lifted = (cells.read(field, _moment, None) for field in ("issued", "lifted"))
        lift = None
        if lifted is not None:
            cells.need("lift_reason", str)
            lift = LiftFacts(
                lifted,
                cells.text("lifted_by", _LONGEST_NAME),
                cells.text("lift_reason", 500),
                cells.text("lift_reference", _LONGEST_NAME),
            )
            if issued and lifted < issued:
                cells.refuse("lifted", f"a moment not before {issued.isoformat()}")
        issued_by = cells.text("issued_by", _LONGEST_NAME)
        if cells.problems:
            return None
        try:
            form = read_recall_form({field: cells.raw(field) for field in _FORM}, hold=bool(hold))
        except InvalidFieldsError as error:
            cells.problems += error.errors
            return None
        return RecallFacts(form, issued, issued_by, lift)

    def key(self, facts: RecallFacts) -> Hashable:
        """What a recall names, and when."""
        return replace(facts.form, reason="", reference="", public_text="", recall_class=""), facts.issued

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, RecallFacts]], journal: ImportJournal
    ) -> Refused:
        """Put in what is not on record yet, and settle the status of the batches."""
        gtins = distinct(facts.form.gtin.value for _, facts in rows)
        found = connection.execute(
            select(Product.gtin, Product.id, Manufacturer.organisation_id)
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin.in_(gtins))
        )
        products = {row.gtin: row.id for row in found if journal.owner.owns(row.organisation_id)}
        before = {number: standing(connection, number) for number in products.values()}
        refused: Refused = {}
        for line, facts in rows:
            number = products.get(facts.form.gtin.value)
            if number is None:
                refused[line] = [no_product(facts.form.gtin.value, journal.owner)]
                continue
            problems = _store(connection, line, facts, number, journal)
            if problems:
                refused[line] = problems
        for number in products.values():
            _put_together(connection, number)
            find_owning_lots(connection, number)
            after = standing(connection, number)
            connection.execute(update(Product).where(Product.id == number).values(stopped=bool(after)))
            settled = settle(connection, number, before=before[number], after=after, action="recall")
            tell_clinics(connection, number, before=before[number], after=after, at=journal.at)
            for each in settled:
                journal.note(
                    each.action, each.object_type, each.object_id, before=each.before, after=each.after
                )
        return refused


def _store(
    connection: Connection, line: int, facts: RecallFacts, product_id: int, journal: ImportJournal
) -> Sequence[VialcheckError]:
    """Put one recall in, or its lift, or nothing where both are on record."""
    known = _known(connection, facts, product_id)
    if known is not None:
        number, lifted, recall_class = known
        if recall_class != facts.form.recall_class or (lifted and facts.lift is None):
            found = f"class {recall_class}" if recall_class != facts.form.recall_class else "lifted"
            expected = f"the recall as on record ({found})"
            return [ConflictError(ErrorCode.CONFLICT, expected=expected, field="kind")]
        became = RowOutcome.CHANGED if facts.lift and not lifted else RowOutcome.UNCHANGED
        if problems := journal.row(line, became):
            return problems
        if became is RowOutcome.CHANGED and facts.lift:
            _lift(connection, number, facts.lift, journal)
        return ()
    said = _columns(facts.form)
    shown = {name: value for name, value in said.items() if value not in (None, "")}
    if problems := journal.row(line, RowOutcome.NEW, after=shown):
        return problems
    actor = facts.issued_by or journal.actor
    values = said | {"product_id": product_id, "at": facts.issued or journal.at, "actor": actor}
    number = connection.execute(insert(Recall).values(values).returning(Recall.id)).scalar_one()
    if facts.form.serials:
        rows = [{"recall_id": number, "serial": serial} for serial in facts.form.serials]
        connection.execute(insert(RecalledSerial), rows)
    action = "hold" if facts.form.hold else "recall"
    journal.note(action, "recall", str(number), after=shown | {"gtin": facts.form.gtin.value})
    if facts.lift is not None:
        _lift(connection, number, facts.lift, journal)
    return ()


def _put_together(connection: Connection, product_id: int) -> None:
    """Put lots that were recalled at one moment for one reason under one order, as they were issued."""
    statement = select(Recall.id, Recall.kind, Recall.at, Recall.actor, Recall.reason, Recall.reference)
    alone = Recall.product_id == product_id, Recall.scope == str(RecallScope.LOT), Recall.order_id.is_(None)
    orders: dict[Hashable, list[int]] = {}
    for number, *same in connection.execute(statement.where(*alone).order_by(Recall.id)):
        orders.setdefault(tuple(same), []).append(number)
    for numbers in orders.values():
        if len(numbers) > 1:
            connection.execute(update(Recall).where(Recall.id.in_(numbers)).values(order_id=numbers[0]))


def _lift(connection: Connection, number: int, lift: LiftFacts, journal: ImportJournal) -> None:
    values = {"recall_id": number, "at": lift.at, "reason": lift.reason, "reference": lift.reference}
    connection.execute(insert(RecallLift).values(values | {"actor": lift.actor or journal.actor}))
    journal.note("lift", "recall", str(number), after={"reason": lift.reason, "reference": lift.reference})


def _known(
    connection: Connection, facts: RecallFacts, product_id: int
) -> tuple[int, datetime | None, str] | None:
    """Number, lift and class of the same recall on record; None where there is none."""
    form = facts.form
    columns = _columns(form)
    names = ("kind", "scope", "lot_key", "expiry_from", "expiry_to", "serial_from", "serial_to")
    where = [getattr(Recall, name) == columns[name] for name in names]
    where += [Recall.product_id == product_id]
    where += [Recall.at == facts.issued] if facts.issued else [Recall.reason == form.reason]
    query = select(Recall.id, RecallLift.at, Recall.recall_class).join(
        RecallLift, RecallLift.recall_id == Recall.id, isouter=True
    )
    for row in connection.execute(query.where(*where).order_by(Recall.id)).all():
        listed = select(RecalledSerial.serial).where(RecalledSerial.recall_id == row[0])
        if form.scope is not RecallScope.LIST or set(connection.scalars(listed)) == set(form.serials):
            return row[0], row[1], row[2]
    return None


def _columns(form: RecallForm) -> dict[str, Any]:
    kept = ("expiry_from", "expiry_to", "serial_from", "serial_to", "recall_class", "reference", "reason")
    return {name: getattr(form, name) for name in (*kept, "public_text")} | {
        "kind": "hold" if form.hold else "recall",
        "scope": str(form.scope),
        "lot": form.lot.printed if form.lot else "",
        "lot_key": form.lot.key if form.lot else "",
    }


def _hold(raw: str) -> bool:
    if raw.casefold() not in _KINDS:
        raise invalid(raw, "recall or hold")
    return _KINDS[raw.casefold()]


def _moment(raw: str) -> datetime:
    """A moment with its offset from UTC, or a day, which counts from its beginning in UTC (ISO 8601)."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise invalid(raw, "a moment such as 2026-11-27T09:30:00+00:00, or a day") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
