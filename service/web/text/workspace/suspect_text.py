"""What stands out among the scans, in words for those who look into it."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Reason, ReasonCode
from service.authenticity.scan_history.sightings import Region, SightingKind
from service.registry.suspects.subjects import SightingGroup
from service.storage.hot.sightings import SubjectScope
from service.storage.suspects import SuspectState
from service.web.text.formatting import N_, date_words
from service.web.text.reasons.history_sentences import places_words
from service.web.text.reasons.reason_messages import reason_sentence

LEVELS: Mapping[int, str] = {3: N_("Very strong"), 2: N_("Strong"), 1: N_("Worth a look")}

STATES: Mapping[SuspectState, str] = {
    SuspectState.OPEN: N_("To look into"),
    SuspectState.HELD: N_("On hold"),
    SuspectState.ALERTED: N_("Alert raised"),
    SuspectState.CLEARED: N_("Cleared"),
}

DECISIONS: Mapping[SuspectState, tuple[str, str]] = {
    SuspectState.HELD: (
        N_("Hold it"),
        N_("Whoever checks it from now on is told to keep it aside until it is cleared up."),
    ),
    SuspectState.ALERTED: (
        N_("Raise an alert"),
        N_("Whoever checks this number from now on is told that it is on falsified products."),
    ),
    SuspectState.CLEARED: (
        N_("Clear it"),
        N_(
            "You looked into it and nothing is wrong. It comes back when clearly more is seen."
            " Other units and lots are judged as before."
        ),
    ),
}
_ALERT_ON_A_UNIT = N_(
    "Whoever checks this number from now on is told that it is on falsified products."
    " That stops the one that you issued too."
)

BY_WHOM: Mapping[SightingKind, str] = {
    SightingKind.STRANGER: N_("Anybody"),
    SightingKind.TRADE: N_("Clinic or pharmacy"),
    SightingKind.DISPENSING: N_("Where it was dispensed"),
    SightingKind.SUPPLY: N_("On its way there"),
}

THRESHOLDS: Mapping[str, tuple[str, str]] = {
    "suspicion": (
        N_("How strong a suspicion is before people are told"),
        N_("Lower warns of copies earlier, and more often where nothing is wrong. Half of a point matters."),
    ),
    "devices": (
        N_("Devices that check one unit"),
        N_("From so many on people are told to check more."),
    ),
    "recheck_days": (
        N_("Days within which people look at one unit again"),
        N_("Half of all second looks come within so many days. Longer for products that are kept for long."),
    ),
    "lot_checks": (
        N_("Checks of a lot for each of its units"),
        N_("A lot that is checked so many times as often as it has units stands out."),
    ),
    "lot_countries": (
        N_("Countries that a lot was not shipped to"),
        N_("A lot that is checked from so many of them stands out."),
    ),
    "guesses": (
        N_("Serial numbers that were tried"),
        N_("So many that are not on record, by one device or beginning alike, stand out."),
    ),
}

_ALL_PLACES, _NO_PLACE = N_("All places together"), N_("Nobody said where")
_SPAN = N_("{first} to {last}")
_UNKNOWN = N_("Not on record. Asked for {count} times with at least {devices} devices: {places}.")
_UNKNOWN_NOWHERE = N_("Not on record. Asked for {count} times with at least {devices} devices.")
_TRIED = N_("At least {count} serial numbers that begin like this, and that are not on record, were tried.")


def reason_words(scope: SubjectScope, reason: Reason, tr: NullTranslations) -> str:
    """Why it stands out: the sentence of the verdict, where verdicts say it."""
    known = dict(reason.params)
    if scope is SubjectScope.UNKNOWN_LOT:
        places = places_words(known.get("places", ""), tr)
        sentence = tr.gettext(_UNKNOWN if places else _UNKNOWN_NOWHERE)
        return sentence.format(count=known["count"], devices=known["devices"], places=places)
    if reason.code is ReasonCode.SERIALS_GUESSED:
        return tr.gettext(_TRIED).format(count=known["count"])
    return reason_sentence(reason, Asker.CLINIC, tr)


def decision_words(state: SuspectState, scope: SubjectScope, tr: NullTranslations) -> tuple[str, str]:
    """What may be decided, and what it does."""
    label, hint = DECISIONS[state]
    if state is SuspectState.ALERTED and scope is SubjectScope.UNIT:
        hint = _ALERT_ON_A_UNIT
    return tr.gettext(label), tr.gettext(hint)


def place_words(scope: SubjectScope, places: tuple[Region, ...], tr: NullTranslations) -> str:
    """Lyon (France), Turin (Italy); where no place is known, that is said. Of a lot all count together."""
    said = places_words("|".join(f"{place.country}/{place.region}" for place in places), tr)
    if said:
        return said
    return tr.gettext(_ALL_PLACES if scope is SubjectScope.LOT else _NO_PLACE)


def span_words(spot: SightingGroup, tr: NullTranslations) -> str:
    """From when to when, by the day or by the month."""
    cut = 7 if spot.by_month else 10
    first, last = (date_words(on.isoformat()[:cut], tr) for on in (spot.first, spot.last))
    return first if first == last else tr.gettext(_SPAN).format(first=first, last=last)
