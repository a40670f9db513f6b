"""What a clinic reads about its own vials: their states, what was done with them, how much was used."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from gettext import NullTranslations

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.verdicts import Verdict
from service.clinics.deliveries import DeliveryResult
from service.clinics.quarantine.case_forms import Answerer, CaseEntryKind
from service.clinics.reconciliation import BookDifference
from service.clinics.stock import ExpiryNearness
from service.clinics.vial_lifecycle import Step, VialState
from service.gs1.iso.countries import zone_of
from service.web.text.formatting import N_, date_words
from service.web.text.verdict_text import headline

STATES: Mapping[VialState, str] = {
    VialState.IN_STOCK: N_("In stock"),
    VialState.OPEN: N_("Open"),
    VialState.QUARANTINED: N_("Quarantined"),
    VialState.IN_TRANSIT: N_("On its way to another site"),
    VialState.MISSING: N_("Missing"),
    VialState.FINISHED: N_("Used"),
    VialState.WASTED: N_("Destroyed"),
    VialState.RETURNED: N_("Sent back"),
    VialState.CANCELLED: N_("Never came in"),
}
BADGES: Mapping[VialState, str] = {
    VialState.IN_STOCK: "good",
    VialState.OPEN: "wait",
    VialState.QUARANTINED: "bad",
    VialState.IN_TRANSIT: "wait",
    VialState.MISSING: "bad",
    VialState.FINISHED: "plain",
    VialState.WASTED: "plain",
    VialState.RETURNED: "plain",
    VialState.CANCELLED: "plain",
}
"""The colour of each state; the word is always beside it."""

STEPS: Mapping[Step, str] = {
    Step.RECEIVE: N_("Received"),
    Step.OPEN: N_("Opened"),
    Step.USE: N_("Used"),
    Step.USE_UP: N_("Opened and used up"),
    Step.FINISH: N_("Finished, the rest thrown away"),
    Step.QUARANTINE: N_("Quarantined"),
    Step.RELEASE: N_("Released from quarantine"),
    Step.WASTE: N_("Destroyed"),
    Step.DISCARD: N_("A part was thrown away"),
    Step.RETURN: N_("Sent back to the supplier"),
    Step.SEND: N_("Sent to another site"),
    Step.ARRIVE: N_("Arrived"),
    Step.MISS: N_("Missing"),
    Step.UNDO: N_("Undone"),
}
DONE: Mapping[Step, str] = {
    Step.OPEN: N_("Recorded: opened."),
    Step.USE: N_("Recorded: used."),
    Step.USE_UP: N_("Recorded: opened and used up."),
    Step.FINISH: N_("Recorded: finished. Throw the rest away."),
    Step.QUARANTINE: N_("Recorded: quarantined. Put it where nobody takes it by mistake."),
    Step.RELEASE: N_("Recorded: released from quarantine."),
    Step.WASTE: N_("Recorded: destroyed."),
    Step.DISCARD: N_("Recorded: a part was thrown away."),
    Step.RETURN: N_("Recorded: sent back to the supplier."),
    Step.MISS: N_("Recorded: missing."),
}
SOON: Mapping[ExpiryNearness, str] = {
    ExpiryNearness.OVER: N_("Expired"),
    ExpiryNearness.MONTH: N_("Within 30 days"),
    ExpiryNearness.QUARTER: N_("Within 90 days"),
}
ANSWERERS: Mapping[Answerer, str] = {
    Answerer.CLINIC: N_("We ourselves"),
    Answerer.MAKER: N_("The manufacturer"),
    Answerer.AUTHORITY: N_("The authority"),
}
CASE_ENTRIES: Mapping[CaseEntryKind, str] = {
    CaseEntryKind.ASSIGNED: N_("Who answers"),
    CaseEntryKind.FOUND: N_("Found"),
    CaseEntryKind.ANSWER: N_("The answer"),
}
DIFFERENCES: Mapping[BookDifference, str] = {
    BookDifference.STATE: N_("Its state is not what its steps say."),
    BookDifference.UNITS: N_("More is recorded as used or thrown away than it holds."),
    BookDifference.USED_NOT_ON_RECORD: N_(
        "You opened it, and by the manufacturer's record the number is still in circulation."
    ),
    BookDifference.GONE_ON_RECORD: N_(
        "It is in your stock, and by the manufacturer's record the number is not in circulation."
    ),
}
_STATUS: Mapping[Action, str] = {
    Action.ACCEPT: N_("Matches the record"),
    Action.CHECK: N_("Nothing against it"),
    Action.UNKNOWN: N_("No records held"),
}
_LEVELS = frozenset({ReasonCode.LOT_ON_RECORD, ReasonCode.PRODUCT_ON_RECORD, ReasonCode.UNIT_ON_RECORD})


def status_words(verdict: Verdict, tr: NullTranslations) -> str:
    """One short line on a vial in stock: what speaks against it, or how much of it was found."""
    plain = verdict.action in {Action.ACCEPT, Action.UNKNOWN} or verdict.headline in _LEVELS
    return tr.gettext(_STATUS[verdict.action]) if plain else headline(verdict, Asker.CLINIC, tr)


def moment_words(moment: datetime, country: str, tr: NullTranslations, *, time: bool = True) -> str:
    """A moment as the clinic's own clock shows it: 24 November 2026, 14:30."""
    there = moment.astimezone(zone_of(country or None, moment.date()))
    day = date_words(there.date().isoformat(), tr)
    return tr.gettext("{day}, {time}").format(day=day, time=f"{there:%H:%M}") if time else day


def amount(units: Decimal) -> str:
    """2.500 as 2.5, 20.000 as 20."""
    text = f"{units:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def received_words(received: DeliveryResult, tr: NullTranslations) -> str:
    """What a delivery brought, in one sentence for each kind."""
    return " ".join(_received(received, tr)) or tr.gettext("Nothing was recorded.")


def _received(received: DeliveryResult, tr: NullTranslations) -> Iterator[str]:
    counts = (
        (received.received, N_("Recorded in stock: {count}.")),
        (received.aside, N_("Recorded in quarantine: {count}.")),
        (received.returned, N_("Recorded as sent back: {count}.")),
        (received.before, N_("Recorded before, and not added again: {count}.")),
        (received.already, N_("In your stock before, and not added again: {count}.")),
    )
    for count, sentence in counts:
        if count:
            yield tr.gettext(sentence).format(count=count)
