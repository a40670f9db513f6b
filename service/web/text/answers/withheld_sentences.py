"""Sentences of reasons for viewers from whom the manufacturer's own values are withheld (`disclosure`)."""

from collections.abc import Mapping

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_
from service.web.text.reasons.sentence import Sentence

WITHHELD_SENTENCES: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.EXPIRED, "record"): Sentence(
        N_("It is out of date, by the maker's record."),
        N_("Expired, by the manufacturer's record."),
    ),
    (ReasonCode.RECALLED, "window"): Sentence(
        N_("Packs of this product with some expiry dates have been recalled, and this lot is one of them."),
        N_("This product has been recalled for a range of expiry dates, and this lot is in it."),
    ),
    (ReasonCode.EXPIRY_MISMATCH, ""): Sentence(
        N_("The expiry date {presented} is not the maker's date for this lot."),
        N_("Expiry {presented} is not the one on the manufacturer's record for this lot."),
    ),
    (ReasonCode.EXPIRY_EXTENDED, ""): Sentence(
        N_("The maker has put this lot's expiry date later since {presented} was printed on it."),
        N_("Expiry extended by the manufacturer since {presented} was printed."),
    ),
    (ReasonCode.RECORDS_OVERDUE, ""): Sentence(
        N_(
            "{manufacturer} has no lot {lot} of this product on record. Their list may be behind."
            " Ask them before it counts against the vial."
        ),
        N_(
            "Lot {lot} is not on record, and {manufacturer}'s list may be behind."
            " Ask them before it counts against the vial."
        ),
    ),
    (ReasonCode.NOT_RELEASED, ""): Sentence(
        N_("The maker has not yet cleared the lot of this pack for use."),
        N_("The lot of this unit is not released."),
    ),
    (ReasonCode.ON_HOLD, "lot"): Sentence(
        N_("The maker has put the lot of this pack on hold. It must wait until they say more."),
        N_("The lot of this unit is on hold."),
    ),
    (ReasonCode.ON_HOLD, "window"): Sentence(
        N_("The maker has put packs with this expiry date on hold. They must wait."),
        N_("This product is on hold for a range of expiry dates, and this one is in it."),
    ),
    (ReasonCode.SEEN_BEFORE_RELEASE, ""): Sentence(
        N_("This number was checked on {day} already. The maker had not released the lot by then."),
        N_("Seen on {day}, before the manufacturer released its lot."),
    ),
    (ReasonCode.LOT_CHECKED_OFTEN, ""): Sentence(
        N_("This lot number has been checked {count} times, more often than packs of it were made."),
        N_("This lot was checked {count} times, more often than it has units: other vials may carry it."),
    ),
}
