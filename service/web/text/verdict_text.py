"""Actions, steps and gaps in words: what to do, what next, and what a verdict did not look at."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchStatus
from service.authenticity.reasons import Action, Advice, Match, NotChecked, ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.formatting import N_
from service.web.text.reason_messages import reason_sentence
from service.web.text.sentence import Sentence

ACTIONS: Mapping[Action, Sentence] = {
    Action.REJECT: Sentence(N_("Do not use this product"), N_("Stop. Do not use this vial")),
    Action.QUARANTINE: Sentence(
        N_("Do not use it until this is cleared up"),
        N_("Hold this vial. Do not use it until this is cleared up"),
    ),
    Action.CHECK: Sentence(N_("Check more before it is used"), N_("Not enough to go on: check more")),
    Action.UNKNOWN: Sentence(
        N_("We hold no records for this product"), N_("No records held for this product")
    ),
    Action.ACCEPT: Sentence(N_("Matches the manufacturer's record")),
}

CAVEATS: Mapping[Action, str] = {
    Action.ACCEPT: N_(
        "That is no proof: a copied code gives the same answer. Look at the pack and the vial too."
    ),
}
"""What an action's title must not be read without."""

MATCHES: Mapping[Match, str] = {
    Match.NONE: N_("Nothing was found on record."),
    Match.PRODUCT: N_("The product was found on record, and not the lot or the pack."),
    Match.LOT: N_("The product and the lot were found on record, and not the one pack."),
    Match.UNIT: N_("This one pack was found on record."),
}

SEVERAL_PRODUCTS = N_("The lot number is on record, for more than one product.")

ADVICE: Mapping[Advice, str] = {
    Advice.DO_NOT_USE: N_(
        "Do not use it and do not let anyone use it on you. Keep it and its box; do not throw it away."
    ),
    Advice.SET_ASIDE: N_(
        "Put it aside with its box, marked “do not use”, away from other stock. Do not throw it away."
    ),
    Advice.CONTACT_MANUFACTURER: N_(
        "Call the manufacturer. Use a phone number from their own website, not one from the box."
    ),
    Advice.REPORT: N_("Report it to the medicines authority of your country."),
    Advice.RECORD_DISPOSITION: N_("Write down in your own records what you did with the vial, and why."),
    Advice.ASK_CLINIC: N_("Ask the clinic to show you the box and the vial, and where they bought it."),
    Advice.ASK_ABOUT_LOT: N_(
        "Ask the manufacturer whether they issued this lot before it counts against the vial."
        " Use a phone number from their own website."
    ),
    Advice.ASK_MANUFACTURER: N_(
        "Ask the manufacturer whether they made it. Use a phone number from their own website."
    ),
    Advice.CHOOSE_PRODUCT: N_("Choose which product you have."),
    Advice.LOOK_AGAIN: N_("Look at the number once more and enter it again, or scan it again."),
    Advice.SCAN_CODE: N_(
        "Scan the square code on the box, or enter the serial number. It says more than the lot number."
    ),
    Advice.GIVE_EXPIRY: N_("Enter the expiry date printed on the vial."),
    Advice.GIVE_COUNTRY: N_("Say in which country you are."),
    Advice.COMPARE_PACKS: N_(
        "Compare the vial with its box: lot number and expiry date must be the same on both."
    ),
    Advice.TRACE_SUPPLY: N_(
        "Find out how it came to you: the supplier, the delivery note, the date."
        " The vial in your hand may be the one that was issued, and it may be a copy;"
        " the code alone cannot tell."
    ),
    Advice.ASK_TO_CLEAR: N_(
        "Tell the manufacturer what you found."
        " They see where this code was scanned, and can clear it for this vial."
    ),
    Advice.STOP_IF_DOUBT: N_(
        "If anything looks wrong, such as the seal, the spelling or the price, stop and ask."
    ),
}

NOT_CHECKED: Mapping[NotChecked, str] = {
    NotChecked.LOT: N_("Lot number: none was given."),
    NotChecked.SERIAL: N_("Serial number: none was given."),
    NotChecked.EXPIRY: N_("Expiry date: none was given."),
    NotChecked.MARKET: N_("Country: none was given."),
    NotChecked.STRENGTH: N_("Strength: none was given."),
    NotChecked.SUBSTANCE: N_("Active substance: none was given."),
    NotChecked.LANGUAGE: N_("Language of the box: none was given."),
    NotChecked.FORM: N_("Form: none was given."),
    NotChecked.LOT_RECORD: N_("Lot number: we hold no list of lots to compare it with."),
    NotChecked.SERIAL_RECORD: N_("Serial number: we hold no list of serial numbers to compare it with."),
    NotChecked.EXPIRY_RECORD: N_("Expiry date: we hold no date to compare it with."),
    NotChecked.MARKET_RECORD: N_("Country: we hold no list of countries to compare it with."),
    NotChecked.STRENGTH_RECORD: N_("Strength: we hold none that it can be compared with."),
    NotChecked.SUBSTANCE_RECORD: N_("Active substance: we hold none to compare it with."),
    NotChecked.LANGUAGE_RECORD: N_("Language of the box: we hold none to compare it with."),
    NotChecked.FORM_RECORD: N_("Form: we hold none that it can be compared with."),
}

STATUSES: Mapping[BatchStatus, str] = {
    BatchStatus.RELEASED: N_("Released"),
    BatchStatus.PENDING: N_("Not released yet"),
    BatchStatus.ON_HOLD: N_("On hold"),
    BatchStatus.RECALLED: N_("Recalled"),
}

DISPOSITIONS: Mapping[Disposition, str] = {
    Disposition.ACTIVE: N_("In circulation"),
    Disposition.IN_PROGRESS: N_("In circulation"),
    Disposition.IN_TRANSIT: N_("On its way"),
    Disposition.AVAILABLE: N_("In circulation"),
    Disposition.SELLABLE_ACCESSIBLE: N_("In circulation"),
    Disposition.RETURNED: N_("Returned"),
    Disposition.DISPENSED: N_("Used or dispensed"),
    Disposition.INACTIVE: N_("Taken out of use"),
    Disposition.DESTROYED: N_("Destroyed"),
    Disposition.DISPOSED: N_("Disposed of"),
    Disposition.DAMAGED: N_("Damaged"),
    Disposition.EXPIRED: N_("Expired"),
    Disposition.STOLEN: N_("Stolen"),
    Disposition.RECALLED: N_("Recalled"),
    Disposition.NON_SELLABLE_OTHER: N_("Not for supply"),
    Disposition.UNKNOWN: N_("Not known"),
    Disposition.EXPORTED: N_("Exported"),
    Disposition.SAMPLE: N_("Sample"),
    Disposition.LOCKED: N_("Locked"),
}


def action_title(action: Action, asker: Asker, tr: NullTranslations) -> str:
    """The action as a title: the first words that anyone reads."""
    return tr.gettext(ACTIONS[action].to(asker))


def verdict_title(verdict: Verdict, asker: Asker, tr: NullTranslations) -> str:
    """`action_title`, except where a lot alone was asked for: then it is the lot that we hold nothing of."""
    lead = verdict.reasons[0]
    if lead.code is ReasonCode.NO_RECORDS_HELD and dict(lead.params).get("scope") == "lot":
        return tr.gettext("We hold no records of this lot")
    if lead.code is ReasonCode.LOT_AMBIGUOUS:
        return tr.gettext("Which product is it?")
    return action_title(verdict.action, asker, tr)


def caveat(action: Action, tr: NullTranslations) -> str:
    """What has to stand beside the title; empty where the title already says it."""
    return tr.gettext(CAVEATS[action]) if action in CAVEATS else ""


def headline(verdict: Verdict, asker: Asker, tr: NullTranslations) -> str:
    """The one sentence under the title: the worst reason, without its details."""
    return reason_sentence(verdict.reasons[0], asker, tr)


def advice_messages(verdict: Verdict, tr: NullTranslations) -> list[str]:
    """What to do next, one step each, in order. Which steps they are already depends on who asked."""
    return [tr.gettext(ADVICE[step]) for step in verdict.advice]


def not_checked_messages(verdict: Verdict, tr: NullTranslations) -> list[str]:
    """What the verdict did not look at, one line each."""
    return [tr.gettext(NOT_CHECKED[gap]) for gap in verdict.not_checked]
