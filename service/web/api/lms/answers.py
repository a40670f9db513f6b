"""An LMS answer as a pure function of a verdict: whether the identifiers match, why not, and what else.

`verified` means that the identifiers match one unit on record, and nothing more. It is never true for a unit
that may not be sold on, and for a recalled one only where its manufacturer wants that.
"""

from enum import StrEnum

from msgspec import Struct

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import UnitRecord
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.verdicts import Verdict
from service.gs1.identifiers import Expiry, Lot, Serial


class VerificationFailureReason(StrEnum):
    """Why `verified` is false. The names say which of the identifiers do not match together."""

    MANUFACTURER_POLICY = "Manufacturer_policy"
    SERIAL = "No_match_GTIN_Serial"
    LOT_AND_EXPIRY = "No_match_GTIN_Serial_Lot_Expiry"
    LOT = "No_match_GTIN_Serial_Lot"
    EXPIRY = "No_match_GTIN_Serial_Expiry"
    NOT_SAID = "No_reason_provided"
    NOT_FOR_REDISTRIBUTION = "Not_for_re-distribution"


class AdditionalInfo(StrEnum):
    """What else a trading partner has to know of the unit."""

    EXPIRED = "Expired"
    EXPIRATION_EXTENDED = "ExpirationExtended"
    RECALLED = "Recalled"
    SUSPECT = "Suspect"
    ILLEGITIMATE = "Illegitimate"


class VerificationData(Struct, frozen=True, kw_only=True):
    """The member `data` of a response. `reason`: None where `verified` is true; `info`: None for nothing."""

    verified: bool
    reason: VerificationFailureReason | None = None
    info: AdditionalInfo | None = None

    def plain(self) -> dict[str, bool | str]:
        """As JSON has it; what is None is left out."""
        said: dict[str, bool | str] = {"verified": self.verified}
        if self.reason is not None:
            said["verificationFailureReason"] = str(self.reason)
        if self.info is not None:
            said["additionalInfo"] = str(self.info)
        return said


_ILLEGITIMATE = frozenset({ReasonCode.ALERT_FALSIFIED, ReasonCode.STOLEN})
_SUSPECT_BY_NOTICE = frozenset(
    {ReasonCode.ALERT_LOT_COUNTERFEITED, ReasonCode.ALERT_CLOSE, ReasonCode.STOLEN}
)
"""An authority's notice that may mean this unit: reason enough not to sell it on, however mild."""

_SUSPECT = frozenset(
    {
        ReasonCode.SEEN_ELSEWHERE,
        ReasonCode.IMPOSSIBLE_JOURNEY,
        ReasonCode.SEEN_AFTER_DISPENSING,
        ReasonCode.SEEN_BEFORE_RELEASE,
        ReasonCode.SEEN_OUTSIDE_MARKET,
        ReasonCode.MANY_DEVICES,
        ReasonCode.SERIALS_GUESSED,
        ReasonCode.LOT_SEEN_ELSEWHERE,
    }
)
_NOT_SOLD_ON = frozenset(
    {
        ReasonCode.DECOMMISSIONED,
        ReasonCode.DESTROYED,
        ReasonCode.EXPORTED,
        ReasonCode.SAMPLE,
        ReasonCode.DISPENSED,
        ReasonCode.ON_HOLD,
        ReasonCode.NOT_RELEASED,
        ReasonCode.MARKET_NOT_AUTHORISED,
    }
)
_SAID_BESIDE = frozenset({ReasonCode.RECALLED, ReasonCode.EXPIRED})
"""Reasons to stop a pack that leave `verified` true, where the manufacturer's policy allows it."""

_ONLY_EXPIRED_OR_RECALLED = frozenset({Disposition.EXPIRED, Disposition.RECALLED})


def verification_data(
    verdict: Verdict, lot: Lot, serial: Serial, expiry: Expiry, *, verifies_recalled: bool
) -> VerificationData:
    """Return what LMS says of a verdict on these identifiers.

    `verifies_recalled`: the manufacturer's policy; where it is false, a recalled unit is not verified.
    """
    unit = verdict.record.unit if verdict.record else None
    mismatch = _mismatch(unit, lot, serial, expiry)
    if mismatch is not None or unit is None:
        return VerificationData(verified=False, reason=mismatch)
    stops = {each.code for each in verdict.reasons if each.severity in (Action.QUARANTINE, Action.REJECT)}
    if (stopped := _stopped(verdict, unit, stops)) is not None:
        return stopped
    if ReasonCode.RECALLED in stops or unit.disposition is Disposition.RECALLED:
        return VerificationData(
            verified=verifies_recalled,
            reason=None if verifies_recalled else VerificationFailureReason.MANUFACTURER_POLICY,
            info=AdditionalInfo.RECALLED,
        )
    return VerificationData(verified=True, info=_of_dates(verdict, unit))


def _stopped(verdict: Verdict, unit: UnitRecord, stops: set[ReasonCode]) -> VerificationData | None:
    """What keeps a unit that matches from being sold on; None where nothing but a recall or its date does."""
    if stops & _ILLEGITIMATE:
        return _not_sold_on(AdditionalInfo.ILLEGITIMATE)
    if stops & _SUSPECT or {each.code for each in verdict.reasons} & _SUSPECT_BY_NOTICE:
        return _not_sold_on(AdditionalInfo.SUSPECT)
    if stops & _NOT_SOLD_ON or unit.disposition not in IN_CIRCULATION | _ONLY_EXPIRED_OR_RECALLED:
        return _not_sold_on(None)
    if stops - _SAID_BESIDE:
        return VerificationData(verified=False, reason=VerificationFailureReason.NOT_SAID)
    return None


def _mismatch(
    unit: UnitRecord | None, lot: Lot, serial: Serial, expiry: Expiry
) -> VerificationFailureReason | None:
    """Which identifiers do not match the unit on record; a serial that is not there stops the comparison."""
    if unit is None or unit.serial != serial.printed:
        return VerificationFailureReason.SERIAL
    same_lot = lot.is_written_as(Lot.parse(unit.batch.lot))
    same_expiry = unit.batch.bears(expiry)
    if not same_lot:
        return VerificationFailureReason.LOT if same_expiry else VerificationFailureReason.LOT_AND_EXPIRY
    return None if same_expiry else VerificationFailureReason.EXPIRY


def _not_sold_on(info: AdditionalInfo | None) -> VerificationData:
    return VerificationData(
        verified=False, reason=VerificationFailureReason.NOT_FOR_REDISTRIBUTION, info=info
    )


def _of_dates(verdict: Verdict, unit: UnitRecord) -> AdditionalInfo | None:
    codes = {each.code for each in verdict.reasons}
    if ReasonCode.EXPIRED in codes or unit.disposition is Disposition.EXPIRED:
        return AdditionalInfo.EXPIRED
    return AdditionalInfo.EXPIRATION_EXTENDED if ReasonCode.EXPIRY_EXTENDED in codes else None
