"""What a vial and the box around it say of each other: they left the manufacturer alike.

The FDA's case of 2013: a carton of lot C3016 C3 with a vial of lot C3121 C3 in it, each lot on record.
"""

from collections.abc import Iterator

from service.authenticity.evidence import Evidence, ProductRecord
from service.authenticity.reasons import Action, Reason, ReasonCode
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
    if vial.product and carton.product and _relabelled(vial.product, carton.product):
        return
    if one.gtin and two.gtin and one.gtin != two.gtin:
        yield _disagree("gtin", one.gtin.value, two.gtin.value)
    elif vial.product and carton.product and vial.product.id != carton.product.id:
        yield _disagree("product", vial.product.name, carton.product.name)


def _relabelled(one: ProductRecord, other: ProductRecord) -> bool:
    """Whether one of them is a parallel importer's or relabeller's pack of the other."""
    return one.gtin in other.source_gtins or other.gtin in one.source_gtins


def _disagree(field: str, vial: str, carton: str) -> Reason:
    params = (("field", field), ("vial", vial), ("carton", carton))
    return Reason(ReasonCode.CARTON_VIAL_MISMATCH, Action.QUARANTINE, params)
