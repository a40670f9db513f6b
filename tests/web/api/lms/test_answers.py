"""What LMS says of a verdict: one row for each cause, and the laws of `verified`."""

from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import AlertKind, BatchStatus, Evidence, RecallScope
from service.authenticity.reasons import Action, Match, ReasonCode
from service.authenticity.scan_history.score import Thresholds
from service.authenticity.scan_history.sightings import Region
from service.authenticity.verdicts import judge
from service.gs1.identifiers import Expiry, Lot, Serial
from service.web.api.lms.answers import (
    AdditionalInfo,
    VerificationData,
    VerificationFailureReason,
    verification_data,
)
from tests.factories.evidence import (
    BATCH,
    EXPIRY,
    LOT,
    OTHER_BATCH,
    SERIAL,
    UNIT,
    alert,
    evidence,
    history,
    recall,
    scan,
)
from tests.factories.evidence_strategies import evidences

R: TypeAlias = VerificationFailureReason
More: TypeAlias = AdditionalInfo
D: TypeAlias = Disposition


def said(found: Evidence, *, recalled: bool = False) -> VerificationData:
    """LMS's answer to exactly what the evidence presents; of a missing field the matching one."""
    shown = found.presented
    return verification_data(
        judge(found),
        shown.lot or LOT,
        shown.serial or SERIAL,
        shown.expiry or EXPIRY,
        verifies_recalled=recalled,
    )


def unit(disposition: Disposition, **of_batch: Any) -> dict[str, Any]:
    batch = replace(BATCH, **of_batch)
    return {"batch": batch, "unit": replace(UNIT, disposition=disposition, batch=batch)}


OTHER_LOT, OTHER_DAY = Lot.parse("VX-2402"), Expiry(2029, 1, 31)
COPIED = history(
    *(scan(Region("FR", f"Town {number}"), number, f"d{number}") for number in range(6)),
    scan(Region("FR", "Town 5"), 9.5, "d5"),
    thresholds=Thresholds(),
)

ROWS: dict[str, tuple[Evidence, bool, R | None, More | None]] = {
    "all four match": (evidence(), True, None, None),
    "small letters and spaces of a lot": (evidence({"lot": Lot.parse("vx-2401")}), True, None, None),
    "month only on the pack": (evidence({"expiry": Expiry(2028, 12, None)}), True, None, None),
    # what does not match
    "no such unit": (evidence(unit=None), False, R.SERIAL, None),
    "no such unit, and another lot: the serial stops it": (evidence({"lot": OTHER_LOT}, unit=None), False, R.SERIAL, None),
    "a serial in small letters is another": (evidence({"serial": Serial.parse("9kq4t7m2")}), False, R.SERIAL, None),
    "another lot": (evidence({"lot": OTHER_LOT}, batch=OTHER_BATCH), False, R.LOT, None),
    "a lot that is not on record": (evidence({"lot": Lot.parse("NONE")}, batch=None), False, R.LOT, None),
    "another expiry": (evidence({"expiry": OTHER_DAY}), False, R.EXPIRY, None),
    "another day of the month": (evidence({"expiry": Expiry(2028, 12, 30)}), False, R.EXPIRY, None),
    "another lot and expiry": (evidence({"lot": OTHER_LOT, "expiry": OTHER_DAY}, batch=OTHER_BATCH), False, R.LOT_AND_EXPIRY, None),
    # what may not be sold on
    "decommissioned": (evidence(**unit(D.INACTIVE)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "destroyed": (evidence(**unit(D.DESTROYED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "disposed of": (evidence(**unit(D.DISPOSED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "dispensed": (evidence(**unit(D.DISPENSED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "exported": (evidence(**unit(D.EXPORTED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "a sample": (evidence(**unit(D.SAMPLE)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "locked": (evidence(**unit(D.LOCKED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "damaged": (evidence(**unit(D.DAMAGED)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "its lot on hold": (evidence(**unit(D.ACTIVE, status=BatchStatus.ON_HOLD)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "its lot not released": (evidence(**unit(D.ACTIVE, status=BatchStatus.PENDING)), False, R.NOT_FOR_REDISTRIBUTION, None),
    "stolen": (evidence(**unit(D.STOLEN)), False, R.NOT_FOR_REDISTRIBUTION, More.ILLEGITIMATE),
    "falsified": (evidence(alerts=(alert(serial="9KQ4T7M2"),)), False, R.NOT_FOR_REDISTRIBUTION, More.ILLEGITIMATE),
    "its lot was counterfeited, and it matches": (evidence(alerts=(alert(lot="VX-2401"),)), False, R.NOT_FOR_REDISTRIBUTION, More.SUSPECT),
    "some of its lot was stolen": (evidence(alerts=(alert(kind=AlertKind.STOLEN, lot="VX-2401"),)), False, R.NOT_FOR_REDISTRIBUTION, More.SUSPECT),
    "scanned in six towns by six devices": (evidence(history=COPIED), False, R.NOT_FOR_REDISTRIBUTION, More.SUSPECT),
    # said beside the match
    "expired": (evidence({"expiry": Expiry(2020, 12, 31)}, **unit(D.ACTIVE, expiry=Expiry(2020, 12, 31))), True, None, More.EXPIRED),
    "expired by its disposition": (evidence(**unit(D.EXPIRED)), True, None, More.EXPIRED),
    "extended": (evidence(**unit(D.ACTIVE, expiry=OTHER_DAY, earlier_expiries=(EXPIRY,))), True, None, More.EXPIRATION_EXTENDED),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_an_answer(name: str) -> None:
    found, verified, reason, info = ROWS[name]
    for recalled in (False, True):  # the policy is about recalls alone
        assert said(found, recalled=recalled) == VerificationData(verified=verified, reason=reason, info=info)


RECALLED: dict[str, Evidence] = {
    "its lot": evidence(**unit(D.ACTIVE, status=BatchStatus.RECALLED)),
    "its lot, by an order": evidence(recalls=(recall(RecallScope.LOT, lot="VX-2401", lot_key=LOT.key),)),
    "the unit": evidence(**unit(D.RECALLED)),
    "by a regulator": evidence(alerts=(alert(kind=AlertKind.RECALLED, lot="VX-2401"),)),
    "and expired": evidence({"expiry": Expiry(2020, 12, 31)}, **unit(D.ACTIVE, status=BatchStatus.RECALLED, expiry=Expiry(2020, 12, 31))),
}  # fmt: skip


@pytest.mark.parametrize("name", RECALLED)
def test_a_recall_is_answered_by_the_manufacturers_policy(name: str) -> None:
    strict = VerificationData(verified=False, reason=R.MANUFACTURER_POLICY, info=More.RECALLED)
    assert said(RECALLED[name]) == strict
    assert said(RECALLED[name], recalled=True) == VerificationData(verified=True, info=More.RECALLED)


def test_a_recalled_unit_that_was_destroyed_is_never_verified() -> None:
    gone = evidence(**unit(D.DESTROYED, status=BatchStatus.RECALLED))
    assert said(gone, recalled=True) == VerificationData(verified=False, reason=R.NOT_FOR_REDISTRIBUTION)


@given(evidences, st.booleans())
def test_laws_of_verified(found: Evidence, recalled: bool) -> None:
    """True only for one unit on record that agrees in all, may be sold on, and that nothing else stops."""
    verdict, data = judge(found), said(found, recalled=recalled)
    stops = {each.code for each in verdict.reasons if each.severity in (Action.QUARANTINE, Action.REJECT)}
    assert data.verified is (data.reason is None)
    if data.verified:
        assert verdict.match is Match.UNIT
        assert verdict.record is not None
        assert verdict.record.unit is not None
        assert verdict.record.unit.disposition in IN_CIRCULATION | {D.EXPIRED, D.RECALLED}
        assert stops <= {ReasonCode.EXPIRED, *([ReasonCode.RECALLED] if recalled else [])}
    if stops & {ReasonCode.DESTROYED, ReasonCode.DECOMMISSIONED, ReasonCode.STOLEN}:
        assert not data.verified


def test_members_are_left_out_where_there_is_nothing_to_say() -> None:
    assert said(evidence()).plain() == {"verified": True}
    assert said(evidence(unit=None)).plain() == {
        "verified": False,
        "verificationFailureReason": "No_match_GTIN_Serial",
    }
    assert said(RECALLED["its lot"]).plain() == {
        "verified": False,
        "verificationFailureReason": "Manufacturer_policy",
        "additionalInfo": "Recalled",
    }


def test_the_words_are_those_of_the_guideline(corpora: Any) -> None:
    """All of the source that quotes GS1 US's guideline, and no other."""
    rows = [line.split("\t") for line in (corpora / "vrs" / "codes.tsv").read_text().splitlines()[1:]]
    quoted = {(field, code) for field, code, source in rows if "movilitas" in source}
    ours = {("verificationFailureReason", str(each)) for each in R} | {
        ("additionalInfo", str(each)) for each in More
    }
    assert ours == {each for each in quoted if each[0] != "http"}
