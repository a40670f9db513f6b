"""One sentence for each reason: `SAYINGS[code]` for patients, and for clinics where they need another.

Every sentence is whole, so that a language may order it as it likes; what is only sometimes known follows
as a sentence of its own (`TAILS`).
"""

from collections.abc import Mapping

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_
from service.web.text.reasons.alert_sentences import ALERT_SAYINGS
from service.web.text.reasons.history_sentences import SCAN_SAYINGS
from service.web.text.reasons.mark_sentences import MARK_SAYINGS
from service.web.text.reasons.reading_sentences import READING_SAYINGS
from service.web.text.reasons.sentence import Sentence

SAYINGS: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.UNIT_ON_RECORD, ""): Sentence(
        N_("{manufacturer} has one pack with this serial number on record."),
        N_("This serial number is on {manufacturer}'s record as one pack of {product}."),
    ),
    (ReasonCode.LOT_ON_RECORD, ""): Sentence(
        N_(
            "This lot of {product} from {manufacturer} is on record."
            " That alone does not show that your vial came from it."
        ),
        N_(
            "This lot of {product} from {manufacturer} is on record."
            " That alone does not show that this vial came from it: lot numbers get copied."
        ),
    ),
    (ReasonCode.LOT_ON_RECORD, "product unknown"): Sentence(
        N_("This lot number is on record. That alone does not show that your vial came from it."),
        N_(
            "This lot number is on record."
            " That alone does not show that this vial came from it: lot numbers get copied."
        ),
    ),
    (ReasonCode.PRODUCT_ON_RECORD, ""): Sentence(
        N_("{product} from {manufacturer} is on record. That says nothing yet about the one you have."),
        N_("{product} from {manufacturer} is on record. This vial itself was not found or not looked up."),
    ),
    (ReasonCode.PRODUCT_ON_RECORD, "unknown lot"): Sentence(
        N_("{manufacturer} makes {product}. Lot {lot} is not on record here, and not every lot is."),
        N_("{product} from {manufacturer} is on record. Lot {lot} is not; its lots are not all held here."),
    ),
    (ReasonCode.NO_RECORDS_HELD, "product"): Sentence(
        N_("We have no records of this product, so we can say nothing for or against it."),
        N_("This registry holds no records for this product number. It can say nothing for or against it."),
    ),
    (ReasonCode.NO_RECORDS_HELD, "lot"): Sentence(
        N_("No product that we hold records of has this lot number."),
        N_("No product held in this registry has this lot number. It can say nothing for or against it."),
    ),
    (ReasonCode.VERIFIED_ELSEWHERE, ""): Sentence(
        N_("{source} keeps the records of this product, and says that these numbers match. We cannot tell."),
        N_("{source} verified these identifiers. This registry itself holds no records of the product."),
    ),
    (ReasonCode.NOT_VERIFIED_ELSEWHERE, ""): Sentence(
        N_("{source} keeps the records of this product, and did not confirm these numbers."),
        N_(
            "{source}, who keeps the records of this product, did not verify these identifiers."
            " Its answer: {found}."
        ),
    ),
    **ALERT_SAYINGS,
    (ReasonCode.RECALLED, "lot"): Sentence(
        N_("This lot has been recalled."),
        N_("This lot has been recalled."),
    ),
    (ReasonCode.RECALLED, "product"): Sentence(
        N_("This product has been recalled. That means it must not be used any more."),
        N_("This product has been recalled, all lots."),
    ),
    (ReasonCode.RECALLED, "name"): Sentence(
        N_(
            "{authority} has published a recall of {product} that names no lot."
            " Ask whether yours is part of it."
        ),
        N_(
            "{authority} has published a recall of {product} that names no lot."
            " Establish whether this is part of it."
        ),
    ),
    (ReasonCode.RECALLED, "unit"): Sentence(
        N_("This pack has been recalled. That means it must not be used any more."),
        N_("This unit is on record as recalled."),
    ),
    (ReasonCode.RECALLED, "window"): Sentence(
        N_(
            "Every pack of this product that expires from {from} to {to} has been recalled."
            " That means it must not be used any more."
        ),
        N_("This product has been recalled, as far as it expires from {from} to {to}."),
    ),
    (ReasonCode.RECALLED_IN_PART, "unit"): Sentence(
        N_(
            "Some packs of this product have been recalled."
            " Only the serial number shows whether yours is one of them."
        ),
        N_("Some serial numbers of this product have been recalled. Scan the code to know about this one."),
    ),
    (ReasonCode.RECALLED_IN_PART, "window"): Sentence(
        N_(
            "Packs of this product that expire from {from} to {to} have been recalled."
            " Only the expiry date shows whether yours is one of them."
        ),
        N_("This product has been recalled, as far as it expires from {from} to {to}. Give the expiry date."),
    ),
    (ReasonCode.EXPIRED, "record"): Sentence(
        N_("It is out of date. The maker's record says it could be used until {expiry}."),
        N_("Expired: the manufacturer's record says {expiry}."),
    ),
    (ReasonCode.EXPIRED, "printed"): Sentence(
        N_("It is out of date. It could be used until {expiry}."),
        N_("Expired: the expiry date given is {expiry}."),
    ),
    (ReasonCode.EXPIRED, "unit"): Sentence(
        N_("It is out of date. The maker has marked this pack as expired."),
        N_("This unit is on record as expired."),
    ),
    (ReasonCode.DECOMMISSIONED, ""): Sentence(
        N_("This pack is on record as taken out of use."),
        N_("This unit is on record as decommissioned."),
    ),
    (ReasonCode.DESTROYED, ""): Sentence(
        N_("This pack is on record as destroyed. So nobody should have it."),
        N_("This unit is on record as destroyed or disposed of. It should not exist any more."),
    ),
    (ReasonCode.STOLEN, ""): Sentence(
        N_("This product is on record as stolen. Nobody knows how it was kept since."),
        N_("On record as stolen: its storage since then is unknown."),
    ),
    (ReasonCode.STOLEN, "part of the lot"): Sentence(
        N_(
            "Some packs of this lot are on record as stolen. This pack is on record as in circulation."
            " Ask where it came from."
        ),
        N_(
            "Packs of this lot are on record as stolen, without serial numbers."
            " The manufacturer's record has this one in circulation. Trace where it came from."
        ),
    ),
    (ReasonCode.STOLEN, "serials of the lot"): Sentence(
        N_(
            "Some packs of this lot are on record as stolen."
            " Only the serial number shows whether yours is one of them."
        ),
        N_("Serial numbers of this lot are on record as stolen. Scan the code to know about this one."),
    ),
    (ReasonCode.EXPORTED, ""): Sentence(
        N_("This pack is on record as sent to another market. It should not be here."),
        N_("This unit is on record as exported."),
    ),
    (ReasonCode.SAMPLE, ""): Sentence(
        N_("This pack is on record as a sample. It was not meant for treating anyone."),
        N_("This unit is on record as a sample, not for supply."),
    ),
    (ReasonCode.DISPENSED, "check"): Sentence(
        N_("This pack is on record as already used."),
        N_("This unit is on record as dispensed already."),
    ),
    (ReasonCode.DISPENSED, "quarantine"): Sentence(
        N_("This pack is on record as already used. It must not be used again."),
        N_("This unit is on record as dispensed already. A second one with its number needs an explanation."),
    ),
    (ReasonCode.RECORDED_WITHOUT_SCAN, ""): Sentence(
        N_("A clinic has recorded this number as used, but without scanning the code of the pack."),
        N_(
            "A clinic has recorded this unit as dispensed, and had not scanned its code:"
            " the number was typed. It may have been mistyped, or copied from a list."
        ),
    ),
    (ReasonCode.LOT_NOT_ON_RECORD, ""): Sentence(
        N_("{manufacturer} has no lot {lot} of this product on record."),
        N_("Lot {lot} is not on record. {manufacturer} has every lot of this product recorded here."),
    ),
    (ReasonCode.RECORDS_OVERDUE, ""): Sentence(
        N_(
            "{manufacturer} has no lot {lot} of this product on record."
            " Their lots are on record only up to {until}, and this one may be younger."
            " Ask them before it counts against the vial."
        ),
        N_(
            "Lot {lot} is not on record. {manufacturer}'s lots are complete up to {until},"
            " and this one may be younger, or their list is late. Ask them before it counts against the vial."
        ),
    ),
    (ReasonCode.SERIAL_NOT_ON_RECORD, ""): Sentence(
        N_("{manufacturer} has no pack with the serial number {serial} on record."),
        N_(
            "Serial number {serial} is not on record."
            " {manufacturer} has every unit of this product recorded here."
        ),
    ),
    (ReasonCode.EXPIRY_MISMATCH, ""): Sentence(
        N_(
            "The expiry dates do not agree. You entered {presented}."
            " The maker's record for this lot says {recorded}."
        ),
        N_("Expiry dates disagree: presented {presented}, manufacturer's record for this lot {recorded}."),
    ),
    (ReasonCode.EXPIRY_EXTENDED, ""): Sentence(
        N_("The maker has put this lot's expiry date later since: from {presented} to {recorded}."),
        N_("Expiry extended by the manufacturer: printed {presented}, now {recorded}."),
    ),
    (ReasonCode.SERIAL_IN_OTHER_LOT, ""): Sentence(
        N_("The serial number belongs to another lot, not to lot {lot}."),
        N_("The serial number is on record in another lot than {lot}."),
    ),
    (ReasonCode.PRODUCT_MISMATCH, ""): Sentence(
        N_("Lot {lot} belongs to another product, not to {product}."),
        N_("Lot {lot} is on record for another product of this manufacturer, not for {product}."),
    ),
    (ReasonCode.PRODUCT_MISMATCH, "name"): Sentence(
        N_("The name {name} belongs to another product. By its numbers, this pack is {product}."),
        N_(
            "The name {name} is on record for another product than the numbers, which are those of {product}."
        ),
    ),
    (ReasonCode.CARTON_VIAL_MISMATCH, ""): Sentence(
        N_(
            "The vial and its box do not belong together."
            " The {field} on the vial is {vial}, on the box {carton}."
        ),
        N_("Vial and carton disagree on the {field}: {vial} on the vial, {carton} on the carton."),
    ),
    (ReasonCode.PRESENTATION_UNKNOWN, ""): Sentence(
        N_("{manufacturer} does not make this product as {what}."),
        N_("{manufacturer} makes no such presentation: {what}."),
    ),
    (ReasonCode.PRESENTATION_UNKNOWN, "strength"): Sentence(
        N_("{manufacturer} has another strength on record for this, not {what}."),
        N_("{manufacturer} has another strength on record for it, not {what}."),
    ),
    (ReasonCode.PRESENTATION_UNKNOWN, "substance"): Sentence(
        N_("{manufacturer} prints another active substance on this product, not {what}."),
        N_("The active substance as printed is not the one on record: {what}."),
    ),
    (ReasonCode.PRESENTATION_UNKNOWN, "language"): Sentence(
        N_("{manufacturer} does not print this product's boxes in {language}."),
        N_("No packs of it are printed in this language: {language}."),
    ),
    (ReasonCode.PRESENTATION_UNKNOWN, "national"): Sentence(
        N_("{manufacturer} does not give this product the number {what}."),
        N_("The national number is not the one on record for this product: {what}."),
    ),
    (ReasonCode.FORM_UNKNOWN, ""): Sentence(
        N_("{manufacturer} does not make {product} in this form: {what}."),
        N_("{manufacturer} makes {product} in no such form: {what}."),
    ),
    (ReasonCode.NAME_NOT_ON_RECORD, "check"): Sentence(
        N_("{manufacturer} does not use the name {name} for this product. It is on record as {product}."),
        N_("{manufacturer} does not use the name {name}; the product is on record as {product}."),
    ),
    (ReasonCode.NAME_NOT_ON_RECORD, "quarantine"): Sentence(
        N_(
            "The name {name} is almost, and not quite, the name on record for this lot: {product}."
            " Misspelt names are a sign of fakes. Compare each letter with the box."
        ),
        N_(
            "The name {name} differs in a letter or two from the one on record for this lot: {product}."
            " Misspelt brands are a sign of fakes. Compare each letter with the pack."
        ),
    ),
    (ReasonCode.MARKET_NOT_AUTHORISED, "product"): Sentence(
        N_(
            "This product is on record, but it is not licensed in {country}. That does not mean it is a fake."
        ),
        N_("On record, and not authorised in {country}. This alone does not point to a counterfeit."),
    ),
    (ReasonCode.MARKET_NOT_AUTHORISED, "lot"): Sentence(
        N_("This lot is on record, but it was not made for {country}. That does not mean it is a fake."),
        N_("This lot is on record, and not meant for {country}. This alone does not point to a counterfeit."),
    ),
    (ReasonCode.MARKET_NOT_AUTHORISED, "notice"): Sentence(
        N_("{authority} has warned that {product} is not licensed in {country}. Do not use it there."),
        N_("{authority} has published that {product} is not authorised in {country}."),
    ),
    (ReasonCode.MARKET_NOT_AUTHORISED, "notice of none"): Sentence(
        N_("{authority} has warned that {product} is not licensed."),
        N_("{authority} has published that {product} is not authorised."),
    ),
    (ReasonCode.NOT_RELEASED, ""): Sentence(
        N_("The maker has not yet cleared lot {lot} for use."),
        N_("Lot {lot} is not released."),
    ),
    (ReasonCode.ON_HOLD, "lot"): Sentence(
        N_("The maker has put lot {lot} on hold."),
        N_("Lot {lot} is on hold."),
    ),
    (ReasonCode.ON_HOLD, "unit"): Sentence(
        N_("This pack is on record as held back. It must wait until that is cleared up."),
        N_("This unit is on record as locked, damaged or not for supply."),
    ),
    (ReasonCode.ON_HOLD, "product"): Sentence(
        N_("The maker has put this product on hold. It must wait until that is cleared up."),
        N_("This product is on hold, all lots."),
    ),
    (ReasonCode.ON_HOLD, "window"): Sentence(
        N_(
            "The maker has put every pack of this product that expires from {from} to {to} on hold."
            " It must wait until that is cleared up."
        ),
        N_("This product is on hold, as far as it expires from {from} to {to}."),
    ),
    **READING_SAYINGS,
    (ReasonCode.NO_LOT_PRESENTED, ""): Sentence(
        N_("A product without a lot number is a warning sign. Every vial should have one printed on it."),
        N_("No lot number. A vial without one must not be used."),
    ),
    (ReasonCode.NO_LOT_PRESENTED, "vial"): Sentence(
        N_("You said that the vial itself has no lot number. Every vial should have one printed on it."),
        N_("No lot number on the vial itself. A vial without one must not be used."),
    ),
    **MARK_SAYINGS,
    **SCAN_SAYINGS,
}

# What is said only when it is known: (parameter, sentence), in this order.
TAILS = (
    ("positions", N_("Look again at: {characters}.")),
    ("presented", N_("If it does read like this on the vial, do not use it until this is cleared up.")),
    ("expiry", N_("The notice names the expiry date {expiry}.")),
    ("text", N_("The manufacturer says: {text}")),
    ("why", N_("Reason given: {why}.")),
    ("class", "{class_words}"),  # a sentence of `recall_classes`
    ("reference", N_("Reference: {reference}.")),
    ("reported", N_("Published on {reported}.")),  # a day; `IN_MONTH` where only month or year is known
    ("used", N_("It was recorded as used on {used}.")),
)

IN_MONTH = N_("Published in {reported}.")
