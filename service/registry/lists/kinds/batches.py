"""Imports lists of batches: `gtin`, `lot`, `expiry` and what else is known of each.

Whether a batch counts as released, where the list has no word on it: a list that has neither a status nor a
release date column names what was issued, so its batches are released. Where there is such a column and a
batch's cell is empty, the list tells of other releases, not of this one: it is pending, and vials are held.
A release date without a status says released.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, tuple_, update

from service.authenticity.evidence import BatchRecord, BatchStatus
from service.errors import VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry.lists.cells import Cells, count, free_text, invalid, markets, yes_or_no
from service.registry.lists.conventions.value_words import status_of
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.kinds.plausible_cells import listed_expiry, listed_lot, made_on, released_on
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.merge_rules import (
    CONTRADICTION,
    Rule,
    equal,
    joined,
    merge,
    same_members,
    same_words,
)
from service.registry.lists.ownership import no_product
from service.registry.recalls.batch_status import status_of_new
from service.registry.recalls.queries import standing
from service.storage.models import Batch, Manufacturer, Product, QualityResult

_CAUTION = list(BatchStatus)
_RECALL = ("recall_class", "recall_reference", "recall_reason")


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One row. None, empty: the file does not say. `presumed`: the status if nothing else is said of it.

    Case and spaces make no other lot, so that the text of the lot is not compared.
    """

    gtin: str
    lot: Lot = field(compare=False)
    expiry: Expiry
    status: BatchStatus | None
    presumed: BatchStatus
    made: date | None
    released: date | None
    markets: tuple[str, ...]
    quantity: int | None
    quality: tuple[tuple[str, str, str], ...]
    earlier_expiries: tuple[str, ...]
    recall_class: str
    recall_reference: str
    recall_reason: str


def _may_become(old: BatchStatus, new: BatchStatus) -> Any:
    """What waited may be released, anything held or recalled; lifting that is for a person to decide."""
    released_at_last = (old, new) == (BatchStatus.PENDING, BatchStatus.RELEASED)
    return new if released_at_last or _CAUTION.index(new) >= _CAUTION.index(old) else CONTRADICTION


def _agreeing(old: Expiry, new: Expiry) -> Any:
    """The same date; a day may be added to a month, and a month alone takes no day away."""
    if not old.agrees_with(new):
        return CONTRADICTION
    return new if old.day is None else old


_RULES: dict[str, Rule] = {
    "expiry": _agreeing,
    "status": _may_become,
    "made": equal,
    "released": equal,
    "markets": same_members,
    "quantity": equal,
    "quality": equal,
    "earlier_expiries": joined,
    "recall_class": same_words,
    "recall_reference": same_words,
    "recall_reason": same_words,
}


class Batches:
    """Reads and stores the rows of lists of batches."""

    def parse(self, cells: Cells) -> BatchFacts | None:
        """Read one row."""
        gtin = cells.need("gtin", Gtin.parse)
        lot = cells.need("lot", listed_lot)
        expiry = cells.need("expiry", listed_expiry)
        status = cells.read("status", _status, None)
        made = cells.read("made", made_on, None)
        released = cells.read("released", _released, None)
        if isinstance(released, bool):  # a column that answers whether, and not when
            status = status or (BatchStatus.RELEASED if released else BatchStatus.PENDING)
            released = None
        recall = {
            field: cells.text(field, longest) for field, longest in zip(_RECALL, (40, 200, 2000), strict=True)
        }
        if any(recall.values()) and status is not BatchStatus.RECALLED and not cells.problems:
            cells.refuse("status", "recalled, because a column about the recall is filled in")
        if made and expiry and made > expiry.last_day:
            cells.refuse("made", f"a day before the expiry {expiry.printed_form}")
        if made and released and released < made:
            cells.refuse("released", f"a day not before the manufacture {made}")
        quantity = cells.read("quantity", count, None)
        quality = cells.read("quality", _results, ())
        earlier = cells.read("earlier_expiries", _earlier, ())
        if expiry and any(Expiry.parse(each).last_day >= expiry.last_day for each in earlier):
            cells.refuse("earlier_expiries", f"dates before the expiry {expiry.printed_form}")
        where = cells.read("markets", markets, ())
        if gtin is None or lot is None or expiry is None or cells.problems:
            return None
        unsaid = cells.has("status") or cells.has("released")
        return BatchFacts(
            gtin=gtin.value,
            lot=lot,
            expiry=expiry,
            status=BatchStatus.RELEASED if status is None and released else status,
            presumed=BatchStatus.PENDING if unsaid else BatchStatus.RELEASED,
            made=made,
            released=released,
            markets=where,
            quantity=quantity,
            quality=quality,
            earlier_expiries=earlier,
            **recall,
        )

    def key(self, facts: BatchFacts) -> Hashable:
        """A lot of a product is one batch, whatever its case and spaces."""
        return facts.gtin, facts.lot.written

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, BatchFacts]], journal: ImportJournal
    ) -> Refused:
        """Merge the rows into the record."""
        products = _products(connection, distinct(facts.gtin for _, facts in rows), journal)
        known = [(products[facts.gtin].id, facts.lot.written) for _, facts in rows if facts.gtin in products]
        records = _recorded(connection, known)
        created: list[dict[str, Any]] = []
        refused: Refused = {}
        for line, facts in rows:
            product = products.get(facts.gtin)
            if product is None:
                refused[line] = [no_product(facts.gtin, journal.owner)]
                continue
            stated = {name: getattr(facts, name) for name in _RULES}
            record = records.get((product.id, facts.lot.written))
            if record is None:
                status = facts.status or facts.presumed
                if product.two_person_release and status is BatchStatus.RELEASED:
                    status = BatchStatus.PENDING  # until a second person has released it
                record = stated | {"status": status, "product_id": product.id}
                record |= {"lot": facts.lot, "gtin": facts.gtin}
                surprise = journal.row(line, RowOutcome.NEW, after=_readable(record))
                if surprise:
                    refused[line] = surprise
                    continue
                records[product.id, facts.lot.written] = record
                created.append(record)
            else:
                stated = _still_said(record, stated, waits=product.two_person_release)
                changes, conflicts = merge(record, stated, _RULES)
                before = _readable({name: record[name] for name in changes})
                became = RowOutcome.CHANGED if changes else RowOutcome.UNCHANGED
                conflicts = conflicts or journal.row(line, became, before=before, after=_readable(changes))
                if conflicts:
                    refused[line] = conflicts
                    continue
                if changes:
                    _change(connection, record, changes, journal)
            journal.counts.waiting += product.two_person_release and record["status"] is BatchStatus.PENDING
        _create(connection, created, journal)
        taken = {facts.gtin for line, facts in rows if line not in refused}
        _received(connection, [(gtin, products[gtin]) for gtin in sorted(taken)], journal)
        return refused


def _status(raw: str) -> BatchStatus:
    status = status_of(raw)
    if status is None:
        raise invalid(raw, "released, pending, on hold or recalled")
    return status


def _released(raw: str) -> date | bool:
    """The day of release, or whether it is released at all."""
    try:
        return yes_or_no(raw)
    except VialcheckError:
        return released_on(raw)


def _earlier(raw: str) -> tuple[str, ...]:
    """Expiries that stand on packs too because they were put later, separated by a space."""
    return tuple(sorted({Expiry.parse(each).printed_form for each in raw.split()}))


def _results(raw: str) -> tuple[tuple[str, str, str], ...]:
    """`test | method | result; …`, or `test | result` where no method is named."""
    results: dict[str, tuple[str, str, str]] = {}
    for piece in raw.split(";"):
        if not piece.strip():
            continue
        parts = [free_text(part, 200) for part in piece.split("|")]
        test, method, result = parts[0], "".join(parts[1:-1]), parts[-1]
        if len(parts) not in (2, 3) or not test or not result or test in results:
            raise invalid(raw, "test | method | result; … with each test once")
        results[test] = (test, method, result)
    return tuple(sorted(results.values()))


def _still_said(record: dict[str, Any], stated: dict[str, Any], *, waits: bool) -> dict[str, Any]:
    """What a list says, without what persons have decided since it was written.

    The status under a recall or hold, the expiry before it was put later, a release that waits for a second
    person: the same list again is no contradiction.
    """
    said = dict(stated)
    earlier = (Expiry.parse(each) for each in record.get("earlier_expiries") or ())
    if any(stated["expiry"].agrees_with(each) for each in earlier):
        said["expiry"] = None
    if stated["status"] is not None and str(stated["status"]) == record.get("status_before"):
        said["status"] = None
    if waits and (record["status"], stated["status"]) == (BatchStatus.PENDING, BatchStatus.RELEASED):
        said["status"] = None
    return said


class _Product(NamedTuple):
    """`two_person_release`: a batch put in by one person counts once another has released it."""

    id: int
    two_person_release: bool
    lists_received: tuple[str, ...]


_MOST_DAYS = 12
"""Days on which lists came that are kept: a rhythm of a year of monthly lists."""


def _received(connection: Connection, products: list[tuple[str, _Product]], journal: ImportJournal) -> None:
    """Note that lists of these products came today: until then their lots are complete by default."""
    today = journal.at.astimezone(UTC).date().isoformat()
    for gtin, product in products:
        if today in product.lists_received:
            continue
        days = tuple(sorted({*product.lists_received, today})[-_MOST_DAYS:])
        connection.execute(update(Product).where(Product.id == product.id).values(lists_received=days))
        before, after = {"lists_received": product.lists_received}, {"lists_received": days}
        journal.note("change", "product", gtin, before=before, after=after)


def _products(connection: Connection, gtins: list[str], journal: ImportJournal) -> dict[str, _Product]:
    """Those of the products that are on record and may be touched."""
    statement = (
        select(
            Product.gtin,
            Product.id,
            Manufacturer.two_person_release,
            Product.lists_received,
            Manufacturer.organisation_id,
        )
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin.in_(gtins))
    )
    return {
        gtin: _Product(number, two, lists)
        for gtin, number, two, lists, organisation_id in connection.execute(statement)
        if journal.owner.owns(organisation_id)
    }


def _recorded(connection: Connection, keys: list[tuple[int, str]]) -> dict[tuple[int, str], dict[str, Any]]:
    """The batches on record under these keys (product, `Lot.written`), locked until the transaction ends."""
    statement = (
        select(Batch.__table__, Product.gtin)
        .join(Product, Product.id == Batch.product_id)
        .where(tuple_(Batch.product_id, Batch.lot_written).in_(keys))
        .with_for_update(of=Batch)
    )
    records = {}
    for row in connection.execute(statement).mappings():
        record = dict(row)
        record["expiry"] = Expiry.from_record(row["expiry"], row["expiry_month_only"])
        record["status"] = BatchStatus(row["status"])
        record["lot"] = Lot(row["lot"], row["lot_key"], row["lot_folded"])
        record["quality"] = ()
        records[row["product_id"], row["lot_written"]] = record
    by_id = {record["id"]: record for record in records.values()}
    results = select(QualityResult.batch_id, QualityResult.test, QualityResult.method, QualityResult.result)
    for batch_id, *result in connection.execute(
        results.where(QualityResult.batch_id.in_(by_id)).order_by(QualityResult.test)
    ):
        by_id[batch_id]["quality"] = tuple(sorted((*by_id[batch_id]["quality"], tuple(result))))
    return records


def _create(connection: Connection, created: list[dict[str, Any]], journal: ImportJournal) -> None:
    if not created:
        return
    rows = [
        _columns(record)
        | {
            "product_id": record["product_id"],
            "lot": record["lot"].printed,
            "lot_key": record["lot"].key,
            "lot_folded": record["lot"].folded,
            "lot_written": record["lot"].written,
        }
        for record in created
    ]
    ids = connection.scalars(insert(Batch).returning(Batch.id, sort_by_parameter_order=True), rows)
    results = []
    for record, batch_id in zip(created, ids, strict=True):
        record["id"] = batch_id
        results += _result_rows(batch_id, record["quality"])
        said = {name: record[name] for name in _RULES} | {"lot": record["lot"].printed}
        journal.note("create", "batch", _name(record), after=_readable(said))
    _stop(connection, created, journal)
    if results:
        connection.execute(insert(QualityResult), results)


def _stop(connection: Connection, created: list[dict[str, Any]], journal: ImportJournal) -> None:
    """A recall of a product or of a window reaches also what comes on record later."""
    for product_id in distinct(record["product_id"] for record in created):
        stands = standing(connection, product_id)
        for record in created if stands else ():
            if record["product_id"] != product_id:
                continue
            batch = BatchRecord(record["id"], record["lot"].printed, record["expiry"], record["status"])
            values = status_of_new(stands, batch)
            if values:
                connection.execute(update(Batch).where(Batch.id == batch.id).values(values))
                before, after = {"status": batch.status}, {"status": values["status"]}
                journal.note("recall", "batch", _name(record), before=before, after=after)


def _change(
    connection: Connection, record: dict[str, Any], changes: dict[str, Any], journal: ImportJournal
) -> None:
    columns = _columns(changes)
    if columns:
        connection.execute(update(Batch).where(Batch.id == record["id"]).values(columns))
    if "quality" in changes:
        connection.execute(insert(QualityResult), _result_rows(record["id"], changes["quality"]))
    before = {name: record[name] for name in changes}
    action = "recall" if changes.get("status") is BatchStatus.RECALLED else "change"
    journal.note(action, "batch", _name(record), before=_readable(before), after=_readable(changes))
    record.update(changes)


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as the table's columns keep them."""
    columns = {
        field: fields[field] for field in _RULES if field in fields and field not in ("expiry", "quality")
    }
    if "status" in columns:
        columns["status"] = str(columns["status"])
    if "expiry" in fields:
        columns |= {
            "expiry": fields["expiry"].last_day,
            "expiry_month_only": fields["expiry"].day is None,
        }
    return columns


def _result_rows(batch_id: int, quality: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    return [
        {"batch_id": batch_id, "test": test, "method": method, "result": result}
        for test, method, result in quality
    ]


def _name(record: dict[str, Any]) -> str:
    return f"{record['gtin']}/{record['lot'].key}"


def _readable(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as the audit keeps them."""
    return {
        field: value.printed_form if isinstance(value, Expiry) else value
        for field, value in fields.items()
        if field not in ("product_id", "gtin") and not isinstance(value, Lot)
    }
