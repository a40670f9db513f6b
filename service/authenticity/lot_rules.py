"""What the record says of the numbers presented: lot and serial, on record or not, misread or ambiguous."""

from collections.abc import Iterator

from service.authenticity.evidence import Evidence, ProductRecord
from service.authenticity.lots.completeness import complete_until, may_be_younger
from service.authenticity.reasons import Action, Reason, ReasonCode, against
from service.gs1.identifiers import Lot

Reasons = Iterator[Reason]


def serial_in_other_lot(evidence: Evidence) -> Reasons:
    """The unit is on record in another lot; other marks in the same lot make no other one."""
    unit, lot, batch = evidence.unit, evidence.presented.lot, evidence.batch
    if unit is None or lot is None or (batch is not None and batch.id == unit.batch.id):
        return
    if unit.batch in evidence.alike and lot.marks_may_agree(Lot.parse(unit.batch.lot)):
        return
    yield against(ReasonCode.SERIAL_IN_OTHER_LOT, lot=lot.printed)


def lot_not_on_record(evidence: Evidence) -> Reasons:
    """The maker's lots are all on record, and this is none; or it is another product's."""
    product, lot = evidence.product, evidence.presented.lot
    if lot is None or evidence.batch is not None:
        return
    if product is None:
        if not _excused(evidence, "lot"):
            yield from _none_of_the_named(evidence, lot)
        return
    if any(other.id != product.id for other in evidence.same_lot):
        yield against(ReasonCode.PRODUCT_MISMATCH, lot=lot.printed, product=product.name)
    if product.complete and not (_excused(evidence, "lot") or _written_without_marks(evidence)):
        yield _missing(evidence, product, lot)


def _none_of_the_named(evidence: Evidence, lot: Lot) -> Reasons:
    """Which of the presentations of a name it is does not matter where none of them has the lot."""
    makers = {each.manufacturer for each in evidence.named}
    if len(makers) == 1 and all(each.complete for each in evidence.named):
        younger = [each for each in evidence.named if may_be_younger(evidence, each)]
        yield _missing(evidence, (younger or evidence.named)[0], lot)


def _missing(evidence: Evidence, product: ProductRecord, lot: Lot) -> Reason:
    maker = product.manufacturer
    if not may_be_younger(evidence, product):
        return against(ReasonCode.LOT_NOT_ON_RECORD, lot=lot.printed, manufacturer=maker)
    until = complete_until(product)
    params = (("lot", lot.printed), ("manufacturer", maker), ("until", until.isoformat() if until else ""))
    return Reason(ReasonCode.RECORDS_OVERDUE, Action.CHECK, params)


def serial_not_on_record(evidence: Evidence) -> Reasons:
    """The maker's units are all on record, and this is none."""
    product, serial = evidence.product, evidence.presented.serial
    if product is None or serial is None or evidence.unit is not None:
        return
    if not (product.complete and product.serialised) or _excused(evidence, "serial"):
        return
    lot_is_missing = evidence.batch is None and evidence.presented.lot is not None
    if lot_is_missing and may_be_younger(evidence, product):
        return  # units of a lot that the list does not have yet
    yield against(ReasonCode.SERIAL_NOT_ON_RECORD, serial=serial.printed, manufacturer=product.manufacturer)


def product_not_on_record(evidence: Evidence) -> Reasons:
    """No product has this GTIN, and its holder's products, or the lot's product, are on record."""
    gtin = evidence.presented.gtin
    if evidence.product is not None or gtin is None:
        return
    if evidence.prefix_holder:
        # The number belongs to a company whose whole catalogue is here, and this is not in it.
        yield against(ReasonCode.PRESENTATION_UNKNOWN, what=gtin.value, manufacturer=evidence.prefix_holder)
    if evidence.same_lot and evidence.presented.lot is not None:
        yield against(ReasonCode.PRODUCT_MISMATCH, lot=evidence.presented.lot.printed, product=gtin.value)


def misread(evidence: Evidence) -> Reasons:
    """A date reads two ways, or a number resembles one on record: where to look again."""
    if len(evidence.presented.expiry_readings) > 1:
        readings = " / ".join(each.printed_form for each in evidence.presented.expiry_readings)
        params = (("scope", "date"), ("field", "expiry"), ("readings", readings))
        yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, params)
    for near in evidence.near:
        if near.alerted:
            yield against(ReasonCode.ALERT_CLOSE, scope="similar", field=near.field)
        if near.excuses:
            params = (
                ("field", near.field),
                ("presented", near.presented),
                ("positions", " ".join(str(place + 1) for place in near.differing)),
            )
            yield Reason(ReasonCode.LIKELY_MISREAD, Action.CHECK, params)


def ambiguous(evidence: Evidence) -> Reasons:
    """Several products, or several lots of the product, may be meant."""
    lot = evidence.presented.lot
    if lot is None:
        return
    unnamed = evidence.product is None and evidence.presented.gtin is None
    if unnamed and len(evidence.same_lot) > 1:
        params = (("lot", lot.printed), ("count", str(len(evidence.same_lot))))
        yield Reason(ReasonCode.LOT_AMBIGUOUS, Action.CHECK, params)
    if evidence.any_same_lot_stopped and evidence.batch is None:
        yield against(ReasonCode.ALERT_CLOSE, scope="other_product", field="lot")
    if not unnamed and _written_without_marks(evidence):
        count = str(len(evidence.alike))
        marks = (("scope", "marks"), ("lot", lot.printed), ("count", count))
        yield Reason(ReasonCode.LOT_AMBIGUOUS, Action.CHECK, marks)


def _written_without_marks(evidence: Evidence) -> bool:
    """Whether marks were left out that tell several lots of the product apart."""
    lot = evidence.presented.lot
    if lot is None or evidence.batch is not None:
        return False
    return any(lot.is_written_as(Lot.parse(each.lot)) for each in evidence.alike)


def _excused(evidence: Evidence, field: str) -> bool:
    return any(near.field == field and near.excuses for near in evidence.near)
