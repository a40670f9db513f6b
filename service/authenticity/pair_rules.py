"""What a vial and the box around it say of each other: they left the manufacturer alike.

The FDA's case of 2013: a carton of lot C3016 C3 with a vial of lot C3121 C3 in it, each lot on record.
"""

from collections.abc import Iterator

from service.authenticity.descriptions.product_names import names_differ
from service.authenticity.evidence import Evidence, ProductRecord
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.gs1.identifiers import Lot
from service.gs1.national import same_number


def reasons(vial: Evidence, carton: Evidence) -> Iterator[Reason]:
    """One reason for each field in which the two disagree. What only one of them says is no disagreement."""
    one, two = vial.presented, carton.presented
    if one.lot and two.lot and not one.lot.marks_may_agree(two.lot):
        yield _disagree("lot", one.lot.printed, two.lot.printed)
    if one.expiry and two.expiry and not one.expiry.agrees_with(two.expiry):
        yield _disagree("expiry", one.expiry.printed_form, two.expiry.printed_form)
    if one.serial and two.serial and one.serial != two.serial:
        yield _disagree("serial", one.serial.printed, two.serial.printed)
    other = dict(two.national)
    for scheme, number in one.national:
        if not same_number(scheme, other.get(scheme, number), number):
            yield _disagree("national", f"{scheme} {number}", f"{scheme} {other[scheme]}")
    if vial.product and carton.product:
        relabelled = _relabelled(vial.product, carton.product)
        if relabelled or _lot_of_both(vial, vial.product, carton, carton.product):
            return
    if one.gtin and two.gtin and one.gtin != two.gtin:
        yield _disagree("gtin", one.gtin.value, two.gtin.value)
    elif vial.product and carton.product and vial.product.id != carton.product.id:
        yield _disagree("product", vial.product.name, carton.product.name)


def _relabelled(one: ProductRecord, other: ProductRecord) -> bool:
    """Whether one of them is a parallel importer's or relabeller's pack of the other."""
    return one.gtin in other.source_gtins or other.gtin in one.source_gtins


def _lot_of_both(vial: Evidence, its: ProductRecord, carton: Evidence, other: ProductRecord) -> bool:
    """Whether the record has this very lot under both GTINs: a relabelled pack of the same product."""
    one, two = vial.batch, carton.batch
    if one is None or two is None or one.id == two.id or one.expiry != two.expiry:
        return False
    same_lot = Lot.parse(one.lot).is_written_as(Lot.parse(two.lot))
    same_strength = not its.strengths or not other.strengths or set(its.strengths) == set(other.strengths)
    return same_lot and same_strength and not names_differ(its.name, other.name)


def _disagree(field: str, vial: str, carton: str) -> Reason:
    params = (("field", field), ("vial", vial), ("carton", carton))
    return Reason(ReasonCode.CARTON_VIAL_MISMATCH, Action.QUARANTINE, params)
