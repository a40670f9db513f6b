"""What a patient reads first of an answer: what it is, how serious it is for them, and what to do now.

One entry for each reason that can lead an answer, by code and by the variant of its sentence; where a variant
has no entry of its own, that of the code counts. Clinics read the action first (`verdict_text.ACTIONS`).
"""

from collections.abc import Mapping
from gettext import NullTranslations

from msgspec import Struct

from service.authenticity.reasons import Action, Reason
from service.authenticity.reasons import ReasonCode as C
from service.web.text.answers.recall_classes import recall_class_words
from service.web.text.formatting import N_, field_name, visible
from service.web.text.locales import country_name
from service.web.text.reasons.reason_messages import variant

KEEP = N_("Do not use it. Keep it with its box.")
TAKE_BACK = N_("Do not use it. Take it back to the clinic or pharmacy that gave it to you.")
WAIT = N_("Do not use it yet. Store it the way the box says (often in a fridge).")
ASK_MAKER = N_("Ask the maker: only they can say whether it is theirs.")
ANOTHER_LOT = N_("Ask your clinic for a different pack, with another lot number.")
WHERE_BOUGHT = N_("Ask your clinic where it was bought. Report it to the medicines authority.")
REPORT = N_("Tell your medicines authority.")
"""A page puts the link to the form of a report behind this step."""
HAD_IT = N_("Had it already? Tell your doctor today. Feeling ill: call an ambulance{number}.")
HAD_UNKNOWN = N_("Had it already? Tell your doctor. Feeling ill: call an ambulance{number}.")
WAS_USED = N_(
    "Not the date of your treatment, or feeling ill? Tell your doctor today."
    " Seriously ill: call an ambulance{number}."
)
STILL_FULL = N_("Not used on you yet? Do not use it.")
USED_ON_YOU = N_("Used on you? Ask the clinic: “Is this the pack you used, and on what date?”")

READ_DATE_AGAIN = N_("Read the date once more. Still the same? Do not use it, and ask the maker.")
READ_LOT_AGAIN = N_("Read the lot number again: is it {lot}?")
COMPARE_NUMBER = N_("Compare the number on the pack with what you entered, character by character.")
READ_AGAIN = (READ_DATE_AGAIN, READ_LOT_AGAIN, COMPARE_NUMBER)
"""A page puts the way to what was entered behind these steps."""

ASK_WHETHER_MADE = N_("Ask the maker: “Did you make this lot, with this expiry date?”")
ASK_WHETHER_LICENSED = N_("Ask your medicines authority: “Is it licensed in my country?”")

_FAKE = N_("It may be a fake, and a fake can do serious harm.")
_COPY = N_("The number may have been copied, and yours may be the copy. A fake can do serious harm.")
GRAVEST_DANGERS = frozenset({_FAKE, _COPY})
"""Said beside whatever leads an answer. Not yet translated."""
_UNKNOWN_KEEPING = N_("Nobody knows how it was kept. It may not work, or may do harm.")
_FAKE_STEPS = (KEEP, ASK_MAKER, HAD_IT)
_WARNED_STEPS = (KEEP, REPORT, HAD_IT)


class Guidance(Struct, frozen=True):
    """Not yet translated. `danger` may be empty: then the answer says nothing bad."""

    title: str
    danger: str
    steps: tuple[str, ...]


GUIDANCE: Mapping[tuple[C, str], Guidance] = {
    (C.ALERT_FALSIFIED, ""): Guidance(N_("Warning of fakes: do not use it"), _FAKE, _WARNED_STEPS),
    (C.ALERT_FALSIFIED, "tampered"): Guidance(
        N_("Tampered with: do not use it"),
        N_("Nobody knows what is in it. It can do serious harm."),
        _WARNED_STEPS,
    ),
    (C.ALERT_LOT_COUNTERFEITED, ""): Guidance(
        N_("Fakes carry this lot number: do not use it"), _FAKE, _WARNED_STEPS
    ),
    (C.ALERT_LOT_COUNTERFEITED, "check"): Guidance(
        N_("Fakes carry this lot number: look closely"),
        N_("Yours fits the maker's record, and a good fake would too."),
        (),
    ),
    (C.ALERT_LOT_COUNTERFEITED, "tampered"): Guidance(
        N_("Tampered packs carry this lot number: do not use it"),
        N_("Nobody knows what is in it. It can do serious harm."),
        _WARNED_STEPS,
    ),
    (C.ALERT_LOT_COUNTERFEITED, "tampered check"): Guidance(
        N_("Tampered packs carry this lot number: look closely"),
        N_("Yours fits the maker's record, and a pack that was tampered with would too."),
        (),
    ),
    (C.ALERT_LOT_COUNTERFEITED, "name"): Guidance(
        N_("Warning of fakes with this name: look closely"),
        N_("Yours may be one of them: what you entered cannot tell."),
        (),
    ),
    (C.ALERT_CLOSE, ""): Guidance(
        N_("Almost a number under a warning: do not use it"),
        N_("It may be the one that is recalled or under a warning."),
        (KEEP, COMPARE_NUMBER, HAD_IT),
    ),
    (C.ALERT_CLOSE, "other_product"): Guidance(
        N_("A product with this lot number is recalled: which is yours?"),
        N_("Yours may be the one that is recalled."),
        (KEEP, N_("Find the product number under the barcode, and enter it too."), HAD_IT),
    ),
    (C.RECALLED, ""): Guidance(N_("Recalled: do not use it"), "", (TAKE_BACK, HAD_IT)),
    (C.RECALLED, "name"): Guidance(N_("A recall of this product is out: ask first"), "", (WAIT, ASK_MAKER)),
    (C.RECALLED_IN_PART, ""): Guidance(
        N_("Some packs are recalled: check yours"), N_("Yours may be one of them."), ()
    ),
    (C.EXPIRED, ""): Guidance(
        N_("Out of date: do not use it"), N_("It may not work any more, or may do harm."), (TAKE_BACK, HAD_IT)
    ),
    (C.DECOMMISSIONED, ""): Guidance(N_("Taken out of use: do not use it"), _COPY, _FAKE_STEPS),
    (C.DESTROYED, ""): Guidance(N_("On record as destroyed: do not use it"), _COPY, _FAKE_STEPS),
    (C.STOLEN, ""): Guidance(N_("Stolen: do not use it"), _UNKNOWN_KEEPING, _WARNED_STEPS),
    (C.EXPORTED, ""): Guidance(
        N_("Sent to another country: do not use it"), _UNKNOWN_KEEPING, (KEEP, WHERE_BOUGHT, HAD_IT)
    ),
    (C.SAMPLE, ""): Guidance(
        N_("A sample, not for treatment: do not use it"), _UNKNOWN_KEEPING, (KEEP, WHERE_BOUGHT, HAD_IT)
    ),
    (C.DISPENSED, ""): Guidance(
        N_("Recorded as used. Still full? Do not use it"),
        N_(
            "If it was used on you, that is as it should be."
            " If the vial is still full, it may be a fake and can do serious harm."
        ),
        (STILL_FULL, USED_ON_YOU, WAS_USED),
    ),
    (C.RECORDED_WITHOUT_SCAN, ""): Guidance(
        N_("Recorded as used, but not scanned: ask first"),
        N_("The number may have been mistyped. Or yours may be a copy, and a fake can do serious harm."),
        (
            N_("Still full: do not use it before the maker has answered."),
            USED_ON_YOU,
            WAS_USED,
        ),
    ),
    (C.LOT_NOT_ON_RECORD, ""): Guidance(
        N_("Lot not on record: do not use it"), _FAKE, (KEEP, READ_LOT_AGAIN, ASK_MAKER, HAD_IT)
    ),
    (C.SERIAL_NOT_ON_RECORD, ""): Guidance(
        N_("Serial number not on record: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.EXPIRY_MISMATCH, ""): Guidance(
        N_("Expiry date does not match: do not use it"),
        N_("The date may have been changed. It may be old, or a fake, and can do harm."),
        (READ_DATE_AGAIN, HAD_IT),
    ),
    (C.SERIAL_IN_OTHER_LOT, ""): Guidance(
        N_("Lot and serial number do not belong together: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.PRODUCT_MISMATCH, ""): Guidance(
        N_("Lot and product do not belong together: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.PRODUCT_MISMATCH, "name"): Guidance(
        N_("Name and numbers do not belong together: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.CARTON_VIAL_MISMATCH, ""): Guidance(
        N_("Vial and box do not belong together: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.PRESENTATION_UNKNOWN, ""): Guidance(N_("Not made like this: do not use it"), _FAKE, _FAKE_STEPS),
    (C.MARKET_NOT_AUTHORISED, ""): Guidance(
        N_("Not for {country}: do not use it"),
        N_("Nobody checked how it was stored on the way here. It may not work, or may do harm."),
        (KEEP, WHERE_BOUGHT, HAD_IT),
    ),
    (C.MARKET_NOT_AUTHORISED, "notice"): Guidance(
        N_("Not licensed in {country}: look closely"),
        N_("What is not licensed where you are was not checked there. It may not work, or may do harm."),
        (),
    ),
    (C.MARKET_NOT_AUTHORISED, "notice of none"): Guidance(
        N_("Not licensed: do not use it"), _UNKNOWN_KEEPING, _WARNED_STEPS
    ),
    (C.NOT_RELEASED, ""): Guidance(
        N_("Not cleared for use yet: do not use it"),
        N_("The maker has not finished its tests. Nobody should have this lot yet."),
        _FAKE_STEPS,
    ),
    (C.ON_HOLD, ""): Guidance(
        N_("On hold: do not use it yet"),
        N_("It may do harm. It must not be used until the maker has finished checking."),
        (WAIT, ANOTHER_LOT, HAD_IT),
    ),
    (C.LIKELY_MISREAD, ""): Guidance(
        N_("Check the {field} again"),
        N_("No answer yet: do not use it before you know."),
        (),
    ),
    (C.LIKELY_MISREAD, "setting"): Guidance(N_("The scanner is set wrong: scan again"), "", ()),
    (C.LOT_AMBIGUOUS, ""): Guidance(
        N_("Which product is it?"),
        N_("No answer yet: do not use it before you know."),
        (),
    ),
    (C.LOT_AMBIGUOUS, "marks"): Guidance(
        N_("Enter the lot number as it is printed"),
        N_("No answer yet: do not use it before you know."),
        (),
    ),
    (C.LOT_AMBIGUOUS, "readings"): Guidance(
        N_("Enter the lot number alone"),
        N_("No answer yet: do not use it before you know."),
        (),
    ),
    (C.STOLEN, "part of the lot"): Guidance(
        N_("Packs of this lot were stolen: ask where yours came from"), _UNKNOWN_KEEPING, (WHERE_BOUGHT,)
    ),
    (C.STOLEN, "serials of the lot"): Guidance(
        N_("Packs of this lot were stolen: check yours"), N_("Yours may be one of them."), ()
    ),
    (C.RECORDS_OVERDUE, ""): Guidance(
        N_("Ask the maker about this lot"),
        N_("No answer yet: the maker's list may be behind. Do not use it before they say."),
        (ASK_MAKER,),
    ),
    (C.FORM_UNKNOWN, ""): Guidance(N_("Not made in this form: do not use it"), _FAKE, _FAKE_STEPS),
    (C.NAME_NOT_ON_RECORD, ""): Guidance(N_("Misspelt name: do not use it"), _FAKE, _FAKE_STEPS),
    (C.NAME_NOT_ON_RECORD, "check"): Guidance(
        N_("The maker does not use this name: look closely"), N_("Misspelt names are a sign of fakes."), ()
    ),
    (C.MARK_DIFFERS, ""): Guidance(N_("The pack looks different: do not use it"), _FAKE, _FAKE_STEPS),
    (C.MARK_DIFFERS, "check"): Guidance(
        N_("Something on the pack looks different: ask before it is used"),
        N_("It may be a fake. One look can be wrong: let someone else look too."),
        (),
    ),
    (C.CODE_IMPOSSIBLE, ""): Guidance(
        N_("A part of it cannot be right: look again"), N_("No answer yet: a part of it was not read."), ()
    ),
    (C.CASE_NOT_PACK, ""): Guidance(
        N_("The code of a shipping case: scan the pack"), N_("No answer yet on the pack itself."), ()
    ),
    (C.NO_RECORDS_HELD, ""): Guidance(
        N_("We hold no records for this product"),
        N_("We cannot tell. Do not use it until someone has confirmed it."),
        (ASK_WHETHER_MADE, ASK_WHETHER_LICENSED, HAD_UNKNOWN),
    ),
    (C.NO_RECORDS_HELD, "lot"): Guidance(
        N_("We hold no records of this lot"),
        N_("We cannot tell. Do not use it until someone has confirmed it."),
        (
            READ_LOT_AGAIN,
            ASK_WHETHER_MADE,
            ASK_WHETHER_LICENSED,
            HAD_UNKNOWN,
        ),
    ),
    (C.VERIFIED_ELSEWHERE, ""): Guidance(
        N_("Another registry knows these numbers. Now look at the pack"),
        N_("We cannot tell. Do not use it until someone has confirmed it."),
        (ASK_WHETHER_MADE, ASK_WHETHER_LICENSED, HAD_UNKNOWN),
    ),
    (C.NOT_VERIFIED_ELSEWHERE, ""): Guidance(
        N_("Not confirmed by its registry: do not use it"), _FAKE, _FAKE_STEPS
    ),
    (C.PRODUCT_ON_RECORD, "unknown lot"): Guidance(
        N_("We do not know this lot: ask the maker"),
        N_("We cannot tell. Do not use it until someone has confirmed it."),
        (READ_LOT_AGAIN, ASK_WHETHER_MADE, HAD_UNKNOWN),
    ),
    (C.UNIT_ON_RECORD, ""): Guidance(
        N_("The numbers match. Now look at the pack"),
        N_("We found nothing wrong. That does not prove what is in it: fakes copy numbers."),
        (
            N_(
                "Look at the pack. Is the seal unbroken, the print sharp,"
                " and the lot and date the same on vial and box?"
            ),
            N_(
                "Ask the clinic: “Where did you buy it?” A licensed supplier is a good answer."
                " Any “no”, or no clear answer: do not use it."
            ),
        ),
    ),
    (C.NO_LOT_PRESENTED, ""): Guidance(N_("No lot number: do not use it"), _FAKE, _FAKE_STEPS),
    (C.SEEN_ELSEWHERE, ""): Guidance(N_("Seen in too many places: do not use it"), _COPY, _FAKE_STEPS),
    (C.IMPOSSIBLE_JOURNEY, ""): Guidance(N_("Seen in two places at once: do not use it"), _COPY, _FAKE_STEPS),
    (C.SEEN_AFTER_DISPENSING, ""): Guidance(N_("Already used elsewhere: do not use it"), _COPY, _FAKE_STEPS),
    (C.SEEN_BEFORE_RELEASE, ""): Guidance(
        N_("Seen before the lot was released: do not use it"), _COPY, _FAKE_STEPS
    ),
    (C.SEEN_OUTSIDE_MARKET, ""): Guidance(N_("Seen in other countries: do not use it"), _COPY, _FAKE_STEPS),
}

_BY_ACTION: Mapping[Action, Guidance] = {
    Action.REJECT: Guidance(N_("Do not use this product"), _FAKE, _FAKE_STEPS),
    Action.QUARANTINE: Guidance(N_("Something is not right: do not use it"), _FAKE, _FAKE_STEPS),
    Action.CHECK: Guidance(N_("Something is unusual: look closely"), "", ()),
    Action.UNKNOWN: GUIDANCE[C.NO_RECORDS_HELD, ""],
    Action.ACCEPT: GUIDANCE[C.UNIT_ON_RECORD, ""],
}

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


def guidance_of(reason: Reason) -> Guidance:
    """What to say first where this reason leads. What stops is never said mildly.

    Some reasons stop in one answer and not in another: the entry that tells to stop is for the former alone.
    """
    stops = reason.severity in _STOP
    mixed = reason.code is C.DISPENSED  # whether it stops depends on whose it is, which the entry says
    entries = (GUIDANCE.get((reason.code, each)) for each in (variant(reason), ""))
    fitting = (each for each in entries if each is not None and (mixed or stops == (HAD_IT in each.steps)))
    return next(fitting, _BY_ACTION[reason.severity])


CONFIRMED_DANGER = N_("It may be a fake. Do not use it until the maker has confirmed that it is theirs.")
"""How serious it is where a number was read again, is the same, and is not on record."""


def confirmed_steps(emergency: str, tr: NullTranslations) -> list[str]:
    """What to do where a number was read again, is the same, and is not on record."""
    steps = (KEEP, ASK_WHETHER_MADE, HAD_UNKNOWN)
    return [tr.gettext(step).format(number=_in_brackets(emergency)) for step in steps]


def step_of_the_treated(emergency: str, tr: NullTranslations) -> str:
    """What a person does who was treated with a pack that is stopped. `emergency`: the number, or empty."""
    return tr.gettext(HAD_IT).format(number=_in_brackets(emergency))


def _in_brackets(emergency: str) -> str:
    return f" ({emergency})" if emergency else ""


def title_of(reason: Reason, tr: NullTranslations) -> str:
    """The first words that a patient reads: the worst thing, and what not to do."""
    known = dict(reason.params)
    return tr.gettext(guidance_of(reason).title).format_map(
        {
            "country": country_name(known.get("market", ""), tr) or tr.gettext("this country"),
            "field": field_name(known.get("field"), tr),
        }
    )


def danger_of(reason: Reason, tr: NullTranslations) -> str:
    """How serious it is for the reader; empty where nothing is said."""
    recall_class = dict(reason.params).get("class", "")
    if reason.code is C.RECALLED:
        return recall_class_words(recall_class, tr)
    danger = tr.gettext(found) if (found := guidance_of(reason).danger) else ""
    in_part = reason.code is C.RECALLED_IN_PART and recall_class
    return f"{danger} {recall_class_words(recall_class, tr)}" if in_part else danger


def steps_of(reason: Reason, emergency: str, tr: NullTranslations, lot: str = "") -> list[str]:
    """What a patient does now, in order; empty where nothing is said.

    `emergency`: the number of the ambulance, or empty; `lot`: as it was presented, or empty.
    """
    number = _in_brackets(emergency)
    steps = (tr.gettext(step) for step in guidance_of(reason).steps if lot or "{lot}" not in step)
    return [step.format(number=number, lot=visible(lot)) for step in steps]
