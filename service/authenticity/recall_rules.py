"""Rules on the owner's recalls and holds in force.

A recall of some serials says nothing certain of a pack whose serial was not given: it may be one of them.
"""

from collections.abc import Iterator
from datetime import date
from enum import Enum, auto

from service.authenticity.evidence import BatchRecord, Evidence, RecallRecord, RecallScope
from service.authenticity.reasons import Action, Reason, ReasonCode, against
from service.gs1.identifiers import Expiry, Lot

Reasons = Iterator[Reason]


class Reach(Enum):
    """Whether a recall reaches what was presented. ALIKE: it names a lot that differs in its marks alone."""

    NOT = auto()
    ALIKE = auto()
    PERHAPS = auto()
    SURELY = auto()


def reasons(evidence: Evidence) -> Reasons:
    """One reason for each recall or hold that reaches what was presented, or may."""
    for recall in evidence.recalls:
        reach = reach_of(recall, evidence)
        if reach is Reach.SURELY:
            yield reason_of(recall)
        elif reach is Reach.ALIKE:
            yield against(ReasonCode.ALERT_CLOSE, scope="marks", lot=recall.lot)
        elif reach is Reach.PERHAPS and not recall.hold:
            scope = "window" if recall.scope is RecallScope.WINDOW else "unit"
            yield Reason(ReasonCode.RECALLED_IN_PART, Action.CHECK, _params(recall, scope))


def reason_of(recall: RecallRecord) -> Reason:
    """The reason of everything that the recall or hold surely reaches."""
    code = ReasonCode.ON_HOLD if recall.hold else ReasonCode.RECALLED
    severity = Action.QUARANTINE if recall.hold else Action.REJECT
    return Reason(code, severity, _params(recall, _SCOPES[recall.scope]))


def stops_batch(evidence: Evidence, batch: BatchRecord, *, hold: bool) -> bool:
    """Whether a record says why this batch is recalled (or on hold), so that its status need not."""
    return any(
        recall.hold is hold and recall.scope in _OF_BATCHES and reaches_batch(recall, batch)
        for recall in evidence.recalls
    )


_OF_BATCHES = frozenset({RecallScope.PRODUCT, RecallScope.LOT, RecallScope.WINDOW})
_SCOPES = {
    RecallScope.PRODUCT: "product",
    RecallScope.LOT: "lot",
    RecallScope.WINDOW: "window",
    RecallScope.RANGE: "unit",
    RecallScope.LIST: "unit",
}


def reach_of(recall: RecallRecord, evidence: Evidence) -> Reach:
    """Whether the recall reaches what was presented. In doubt about a date it does."""
    home = evidence.unit.batch if evidence.unit is not None else None
    batches = [each for each in (evidence.batch, home) if each is not None]
    match recall.scope:
        case RecallScope.PRODUCT:
            return Reach.SURELY
        case RecallScope.LOT:
            if recall.lot_key not in _lot_keys(evidence, batches):
                return Reach.NOT
            return Reach.ALIKE if _another_lot(recall, evidence) else Reach.SURELY
        case RecallScope.WINDOW:
            dates = [each for batch in batches for each in (batch.expiry, *batch.earlier_expiries)]
            dates += [evidence.presented.expiry] if evidence.presented.expiry is not None else []
            if not dates:
                return Reach.PERHAPS
            return Reach.SURELY if any(_in_window(recall, each) for each in dates) else Reach.NOT
        case RecallScope.RANGE | RecallScope.LIST:
            return _of_serials(recall, evidence, batches)


def _another_lot(recall: RecallRecord, evidence: Evidence) -> bool:
    """Whether the lot presented is on record as it is written, and the recall writes its marks elsewhere."""
    shown, batch = evidence.presented.lot, evidence.batch
    if shown is None or batch is None or not recall.lot or len(evidence.batches) > 1:
        return False
    own, recalled = Lot.parse(batch.lot), Lot.parse(recall.lot)
    return shown.written == own.written and not recalled.marks_may_agree(own)


def _of_serials(recall: RecallRecord, evidence: Evidence, batches: list[BatchRecord]) -> Reach:
    keys = _lot_keys(evidence, batches)
    if recall.lot_key and keys and recall.lot_key not in keys:
        return Reach.NOT
    if evidence.presented.serial is None:
        elsewhere = recall.owning_lots and keys and keys.isdisjoint(recall.owning_lots)
        return Reach.NOT if elsewhere else Reach.PERHAPS
    serial = evidence.presented.serial.printed.casefold()  # toward caution a serial's case does not matter
    if recall.scope is RecallScope.LIST:
        return Reach.SURELY if recall.listed else Reach.NOT
    return Reach.SURELY if in_range(serial, recall.serial_from, recall.serial_to) else Reach.NOT


def in_range(serial: str, first: str, last: str) -> bool:
    """Whether a serial stands between two of its own length, character by character.

    >>> in_range("a0042", "a0001", "a0100"), in_range("a42", "a0001", "a0100")
    (True, False)
    """
    return len(serial) == len(first) and first <= serial <= last


def reaches_batch(recall: RecallRecord, batch: BatchRecord) -> bool:
    """Whether a recall that is not about serials reaches this batch. In doubt about a date it does."""
    match recall.scope:
        case RecallScope.PRODUCT:
            return True
        case RecallScope.LOT:
            own = Lot.parse(batch.lot)
            if own.key != recall.lot_key:
                return False
            return not recall.lot or Lot.parse(recall.lot).marks_may_agree(own)
        case _:
            return any(_in_window(recall, each) for each in (batch.expiry, *batch.earlier_expiries))


def _lot_keys(evidence: Evidence, batches: list[BatchRecord]) -> set[str]:
    keys = {Lot.parse(each.lot).key for each in batches}
    return keys | ({evidence.presented.lot.key} if evidence.presented.lot is not None else set())


def _in_window(recall: RecallRecord, expiry: Expiry) -> bool:
    first = date(expiry.year, expiry.month, expiry.day or 1)
    start, end = recall.expiry_from, recall.expiry_to
    return start is not None and end is not None and first <= end and expiry.last_day >= start


def _params(recall: RecallRecord, scope: str) -> tuple[tuple[str, str], ...]:
    return (
        ("scope", scope),
        ("lot", recall.lot),
        ("from", recall.expiry_from.isoformat() if recall.expiry_from else ""),
        ("to", recall.expiry_to.isoformat() if recall.expiry_to else ""),
        ("class", recall.recall_class),
        ("reference", recall.reference),
        ("why", recall.reason),
        ("text", recall.public_text),
    )
