"""The words of a verdict: actions, reasons, advice. Codes only; sentences live in the doors.

Every `ReasonCode` has a rule (`record_rules`, `reading_rules`, `lot_rules`, `presentation_rules`,
`alert_rules`, `pair_rules`, `marks.rules`, `scan_history.rules`), a row in the truth table of the tests, a
sentence for patients and one for clinics (`service.web.text`).
"""

from enum import StrEnum

from msgspec import Struct


class Action(StrEnum):
    """What to do with the vial. The worst reason decides."""

    ACCEPT = "accept"
    UNKNOWN = "unknown"
    CHECK = "check"
    QUARANTINE = "quarantine"
    REJECT = "reject"

    @property
    def rank(self) -> int:
        """0 for the mildest, 4 for the worst."""
        return _RANK[self]


_RANK = {action: rank for rank, action in enumerate(Action)}


class Match(StrEnum):
    """How much of what was presented was found together in one manufacturer's record."""

    NONE = "none"
    PRODUCT = "product"
    LOT = "lot"
    UNIT = "unit"


class ReasonCode(StrEnum):
    """Stable codes: stored with every scan, spoken by the API, never renamed."""

    UNIT_ON_RECORD = "unit_on_record"
    LOT_ON_RECORD = "lot_on_record"
    PRODUCT_ON_RECORD = "product_on_record"
    NO_RECORDS_HELD = "no_records_held"
    VERIFIED_ELSEWHERE = "verified_elsewhere"
    NOT_VERIFIED_ELSEWHERE = "not_verified_elsewhere"
    ALERT_FALSIFIED = "alert_falsified"
    ALERT_LOT_COUNTERFEITED = "alert_lot_counterfeited"
    ALERT_CLOSE = "alert_close"
    RECALLED = "recalled"
    RECALLED_IN_PART = "recalled_in_part"
    EXPIRED = "expired"
    DECOMMISSIONED = "decommissioned"
    DESTROYED = "destroyed"
    STOLEN = "stolen"
    EXPORTED = "exported"
    SAMPLE = "sample"
    DISPENSED = "dispensed"
    RECORDED_WITHOUT_SCAN = "recorded_without_scan"
    LOT_NOT_ON_RECORD = "lot_not_on_record"
    RECORDS_OVERDUE = "records_overdue"
    SERIAL_NOT_ON_RECORD = "serial_not_on_record"
    EXPIRY_MISMATCH = "expiry_mismatch"
    EXPIRY_EXTENDED = "expiry_extended"
    SERIAL_IN_OTHER_LOT = "serial_in_other_lot"
    PRODUCT_MISMATCH = "product_mismatch"
    CARTON_VIAL_MISMATCH = "carton_vial_mismatch"
    PRESENTATION_UNKNOWN = "presentation_unknown"
    FORM_UNKNOWN = "form_unknown"
    NAME_NOT_ON_RECORD = "name_not_on_record"
    MARK_DIFFERS = "mark_differs"
    MARKET_NOT_AUTHORISED = "market_not_authorised"
    NOT_RELEASED = "not_released"
    ON_HOLD = "on_hold"
    LIKELY_MISREAD = "likely_misread"
    LOT_AMBIGUOUS = "lot_ambiguous"
    CODE_IMPOSSIBLE = "code_impossible"
    CASE_NOT_PACK = "case_not_pack"
    NO_LOT_PRESENTED = "no_lot_presented"
    # what the scans before this one say (scan_history)
    SEEN_ELSEWHERE = "seen_elsewhere"
    IMPOSSIBLE_JOURNEY = "impossible_journey"
    SEEN_AFTER_DISPENSING = "seen_after_dispensing"
    SEEN_BEFORE_RELEASE = "seen_before_release"
    SEEN_OUTSIDE_MARKET = "seen_outside_market"
    MANY_DEVICES = "many_devices"
    SERIALS_GUESSED = "serials_guessed"
    LOT_CHECKED_OFTEN = "lot_checked_often"
    LOT_SEEN_ELSEWHERE = "lot_seen_elsewhere"
    CHECKED_BEFORE = "checked_before"
    CHECKED_ABROAD = "checked_abroad"


class Reason(Struct, frozen=True):
    """One thing that is true of what was presented, and the action that it calls for.

    `params` fill the sentence (dates as YYYY-MM-DD or YYYY-MM, names as recorded); they are plain strings.
    """

    code: ReasonCode
    severity: Action
    params: tuple[tuple[str, str], ...] = ()


OF_CARTON = ("of", "carton")
"""The parameter of a reason that is true of the box alone, where vial and box were presented."""


def against(code: ReasonCode, **params: str) -> Reason:
    """A reason to hold the vial until it is cleared up."""
    return Reason(code, Action.QUARANTINE, tuple(params.items()))


class Advice(StrEnum):
    """What to do next, one step each, in the order given."""

    DO_NOT_USE = "do_not_use"
    SET_ASIDE = "set_aside"
    CONTACT_MANUFACTURER = "contact_manufacturer"
    REPORT = "report"
    RECORD_DISPOSITION = "record_disposition"
    ASK_CLINIC = "ask_clinic"
    ASK_MANUFACTURER = "ask_manufacturer"
    ASK_ABOUT_LOT = "ask_about_lot"
    CHOOSE_PRODUCT = "choose_product"
    LOOK_AGAIN = "look_again"
    SCAN_CODE = "scan_code"
    GIVE_EXPIRY = "give_expiry"
    GIVE_COUNTRY = "give_country"
    COMPARE_PACKS = "compare_packs"
    STOP_IF_DOUBT = "stop_if_doubt"
    TRACE_SUPPLY = "trace_supply"
    ASK_TO_CLEAR = "ask_to_clear"


class NotChecked(StrEnum):
    """What this verdict did not look at: not presented, or (`…_record`) nothing here to hold it against."""

    LOT = "lot"
    SERIAL = "serial"
    EXPIRY = "expiry"
    MARKET = "market"
    STRENGTH = "strength"
    SUBSTANCE = "substance"
    LANGUAGE = "language"
    FORM = "form"
    LOT_RECORD = "lot_record"
    SERIAL_RECORD = "serial_record"
    EXPIRY_RECORD = "expiry_record"
    MARKET_RECORD = "market_record"
    STRENGTH_RECORD = "strength_record"
    SUBSTANCE_RECORD = "substance_record"
    LANGUAGE_RECORD = "language_record"
    FORM_RECORD = "form_record"
