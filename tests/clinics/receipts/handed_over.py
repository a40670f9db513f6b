"""A receipt that was handed over, for the tests of receipts."""

from decimal import Decimal

from service.accounts.actors import Actor
from service.clinics.queries import RecordedStep
from service.clinics.receipts.day_uses import is_use
from service.clinics.receipts.service import ReceiptService
from service.clinics.usage import StepTaken
from service.clinics.vial_lifecycle import Step
from tests.factories.clinics import UNIT, Ward


def used(ward: Ward, who: Actor, serial: str = "SN0001") -> tuple[int, RecordedStep]:
    """A vial of which 40 units were used, under the clinic's own reference."""
    return used_pack(ward, who, UNIT + serial)


def used_pack(ward: Ward, who: Actor, text: str, reference: str = "A-1042") -> tuple[int, RecordedStep]:
    """The same of any code."""
    (vial_id,) = ward.received(who, text)
    step = StepTaken(Step.OPEN, units=Decimal(40), reference=reference)
    ward.hands.record_step(who, vial_id, step, ward.desk.now())
    traced, _ = ward.shelves.vial(who, vial_id)
    return vial_id, next(each for each in traced.events if is_use(each))


def issued(
    ward: Ward, who: Actor, receipts: ReceiptService, serial: str = "SN0001"
) -> tuple[str, RecordedStep]:
    """The token of its receipt, and the use."""
    vial_id, use = used(ward, who, serial)
    held = ward.shelves.vial(who, vial_id)[0].vial
    return receipts.issue(who, held, use, ward.desk.now()), use
