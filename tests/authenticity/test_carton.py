"""What is wrong with the box alone, and with vial and box."""

from msgspec.structs import replace

from service.authenticity.evidence import BatchStatus
from service.authenticity.reasons import OF_CARTON, ReasonCode
from service.authenticity.verdicts import judge
from service.gs1.identifiers import Lot
from tests.factories.evidence import BATCH, OTHER_BATCH, evidence


def test_what_is_wrong_with_the_box_alone_is_marked() -> None:
    recalled = replace(OTHER_BATCH, status=BatchStatus.RECALLED)
    box = evidence({"lot": Lot.parse("VX2402"), "serial": None}, batch=recalled, unit=None)
    found = {
        each.code: each.params for each in judge(evidence({"serial": None}, unit=None, carton=box)).reasons
    }
    assert OF_CARTON in found[ReasonCode.RECALLED]
    assert OF_CARTON not in found[ReasonCode.CARTON_VIAL_MISMATCH]


def test_what_is_true_of_vial_and_box_is_said_once_and_of_both() -> None:
    recalled = replace(BATCH, status=BatchStatus.RECALLED)
    one = evidence({"serial": None}, batch=recalled, unit=None)
    found = [each for each in judge(replace(one, carton=one)).reasons if each.code is ReasonCode.RECALLED]
    assert [OF_CARTON in each.params for each in found] == [False]
