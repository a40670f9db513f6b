"""Actions, steps and gaps in words: what to do, what next, and what a verdict did not look at."""

from collections.abc import Collection, Mapping
from gettext import NullTranslations

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchStatus
from service.authenticity.reasons import Action, Advice, NotChecked, ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.answers.guidance import title_of
from service.web.text.answers.leading import leading_reason, patient_steps
from service.web.text.answers.next_question import open_title
from service.web.text.authorities import emergency_number
from service.web.text.formatting import N_
from service.web.text.locales import listed
from service.web.text.reasons.reason_messages import lead_sentence
from service.web.text.reasons.sentence import Sentence

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

NOT_GIVEN: Mapping[NotChecked, str] = {
    NotChecked.LOT: N_("lot number"),
    NotChecked.SERIAL: N_("serial number"),
    NotChecked.EXPIRY: N_("expiry date"),
    NotChecked.MARKET: N_("country"),
    NotChecked.STRENGTH: N_("strength"),
    NotChecked.SUBSTANCE: N_("active substance"),
    NotChecked.LANGUAGE: N_("language of the box"),
    NotChecked.FORM: N_("form"),
}
"""What was not entered, inside a sentence."""

NOT_HELD: Mapping[NotChecked, str] = {
    NotChecked.LOT_RECORD: N_("lot number"),
    NotChecked.SERIAL_RECORD: N_("serial number"),
    NotChecked.EXPIRY_RECORD: N_("expiry date"),
    NotChecked.MARKET_RECORD: N_("country"),
    NotChecked.STRENGTH_RECORD: N_("strength"),
    NotChecked.SUBSTANCE_RECORD: N_("active substance"),
    NotChecked.LANGUAGE_RECORD: N_("language of the box"),
    NotChecked.FORM_RECORD: N_("form"),
}
"""What was entered, and has nothing on record here to be compared with."""

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


def verdict_title(verdict: Verdict, asker: Asker, tr: NullTranslations, unseen: Collection[str] = ()) -> str:
    """The title of an answer: for a patient the worst thing, for a clinic the action.

    Where a lot alone was asked for, it is the lot that nothing is held of. `unseen`: see `next_question`.
    """
    lead = leading_reason(verdict, asker)
    if lead.code is ReasonCode.NO_RECORDS_HELD and dict(lead.params).get("scope") == "lot":
        return tr.gettext("We hold no records of this lot")
    if lead.code is ReasonCode.LOT_AMBIGUOUS and verdict.choices:
        return tr.gettext("Which product is it?")
    if asker is Asker.CLINIC:
        return action_title(verdict.action, asker, tr)
    return open_title(verdict, tr, unseen) or title_of(lead, tr)


def caveat(action: Action, tr: NullTranslations) -> str:
    """What has to stand beside the title; empty where the title already says it."""
    return tr.gettext(CAVEATS[action]) if action in CAVEATS else ""


def headline(verdict: Verdict, asker: Asker, tr: NullTranslations) -> str:
    """What stands under the title: the worst reason; a patient is also told why it is recalled."""
    return lead_sentence(leading_reason(verdict, asker), asker, tr)


def advice_messages(verdict: Verdict, tr: NullTranslations) -> list[str]:
    """The verdict's own advice, one step each, in order. Which steps they are depends on who asked."""
    return [tr.gettext(ADVICE[step]) for step in verdict.advice]


def next_steps(
    verdict: Verdict, asker: Asker, country: str, tr: NullTranslations, lot: str = ""
) -> list[str]:
    """What to do next. A patient who must stop is told what to do about the worst reason.

    `country`: where the patient is, for the emergency number; empty where it was not said. `lot`: as it was
    presented; empty where none was.
    """
    number = emergency_number(country)
    own = [] if asker is Asker.CLINIC else patient_steps(verdict, number, tr, lot)
    return own or advice_messages(verdict, tr)


def not_checked_messages(verdict: Verdict, tr: NullTranslations) -> list[str]:
    """What the verdict did not look at: at most one line for what was not given, one for what is not held."""
    told = (
        (NOT_GIVEN, tr.gettext("Not entered, so not compared: {names}.")),
        (NOT_HELD, tr.gettext("Entered, with nothing on record to compare it with: {names}.")),
    )
    lines = []
    for table, sentence in told:
        names = [tr.gettext(table[gap]) for gap in verdict.not_checked if gap in table]
        if names:
            lines.append(sentence.format(names=listed(names, tr)))
    return lines
