"""Regulators' notices that name serials of a lot."""

from typing import Any

import pytest

from service.authenticity.evidence import AlertKind, UnitRecord
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.verdicts import judge
from service.gs1.identifiers import Lot, Serial
from tests.factories.evidence import UNIT, alert, evidence


@pytest.mark.parametrize(
    ("presented", "unit", "code", "action"),
    [
        # which packs of the lot are meant, only the serial shows
        ({"serial": None}, None, ReasonCode.RECALLED_IN_PART, Action.CHECK),
        # a serial that is not on record is not known to be another pack
        ({"serial": Serial.parse("X9")}, None, ReasonCode.RECALLED_IN_PART, Action.QUARANTINE),
        ({"serial": Serial.parse("rec1")}, None, ReasonCode.RECALLED, Action.REJECT),
        ({}, UNIT, None, Action.ACCEPT),
    ],
)
def test_a_notice_that_recalls_serials_leaves_the_others_of_the_lot(
    presented: dict[str, Any], unit: UnitRecord | None, code: ReasonCode | None, action: Action
) -> None:
    notice = alert(kind=AlertKind.RECALLED, lot="VX-2401", serial="REC1")
    verdict = judge(evidence(presented, unit=unit, alerts=(notice,)))
    assert {ReasonCode.RECALLED, ReasonCode.RECALLED_IN_PART} & {each.code for each in verdict.reasons} == (
        {code} if code else set()
    )
    assert verdict.action is action


def test_a_made_up_serial_softens_no_warning_of_a_lot_that_is_not_on_record() -> None:
    notice = alert(lot="ZZ-1", serial="FAKE1", lot_issued=True)
    shown = {"lot": Lot.parse("ZZ-1"), "serial": Serial.parse("99")}
    verdict = judge(evidence(shown, product=None, batch=None, unit=None, alerts=(notice,)))
    warned = next(each for each in verdict.reasons if each.code is ReasonCode.ALERT_LOT_COUNTERFEITED)
    assert warned.severity is Action.QUARANTINE
