"""A reason in words: the sentence of its kind (`SAYINGS`), filled with the reason's parameters."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from gettext import NullTranslations

from service.authenticity.evidence import Asker
from service.authenticity.reasons import OF_CARTON, Action, Reason, ReasonCode
from service.web.text.answers.disclosure import WITHHELD
from service.web.text.answers.recall_classes import recall_class_words
from service.web.text.answers.withheld_sentences import WITHHELD_SENTENCES
from service.web.text.authorities import authority_words
from service.web.text.formatting import N_, date_words, field_name, visible
from service.web.text.locales import country_name, language_name, listed
from service.web.text.reasons.history_sentences import places_words
from service.web.text.reasons.reason_sentences import IN_MONTH, SAYINGS, TAILS
from service.web.text.reasons.sentence import Sentence

_NOTICES = frozenset(
    {
        ReasonCode.ALERT_FALSIFIED,
        ReasonCode.ALERT_LOT_COUNTERFEITED,
        ReasonCode.ALERT_CLOSE,
        ReasonCode.RECALLED,
        ReasonCode.RECALLED_IN_PART,
        ReasonCode.ON_HOLD,
        ReasonCode.STOLEN,
        ReasonCode.DISPENSED,
        ReasonCode.RECORDED_WITHOUT_SCAN,
        ReasonCode.LIKELY_MISREAD,
        ReasonCode.MARKET_NOT_AUTHORISED,
        ReasonCode.MARK_DIFFERS,
    }
)
_BY_SEVERITY = frozenset(
    {
        ReasonCode.ALERT_LOT_COUNTERFEITED,
        ReasonCode.DISPENSED,
        ReasonCode.NAME_NOT_ON_RECORD,
        ReasonCode.MARK_DIFFERS,
    }
)
_LEAD_TAILS = {
    ReasonCode.RECALLED: ("why", N_("Reason given: {why}.")),
    ReasonCode.ALERT_LOT_COUNTERFEITED: ("expiry", N_("Expiry date on the fakes: {expiry}.")),
}
_OF_CARTON = Sentence(N_("On the box: {sentence}"), N_("Carton: {sentence}"))
_ELEMENTS = {"01": "gtin", "10": "lot", "17": "expiry", "21": "serial"}
"""Application identifiers that a reader knows by another name."""
_DATES = frozenset(
    {
        "expiry",
        "presented",
        "recorded",
        "reported",
        "day",
        "released",
        "from",
        "to",
        "used",
        "until",
        "readings",
    }
)


def variant(reason: Reason) -> str:
    """Which of a code's sentences fits: by severity, by scope, by what is known."""
    known = dict(reason.params)
    scope = known.get("scope", "")
    tampered = known.get("kind") == "tampered" and scope == "lot"
    if tampered and reason.code is ReasonCode.ALERT_LOT_COUNTERFEITED:
        return "tampered check" if reason.severity is Action.CHECK else "tampered"
    if reason.code in _BY_SEVERITY and (reason.code, scope) not in SAYINGS:
        return str(Action.CHECK if reason.severity is Action.CHECK else Action.QUARANTINE)
    if reason.code is ReasonCode.LOT_ON_RECORD and not known.get("product"):
        return "product unknown"
    if reason.code is ReasonCode.ALERT_FALSIFIED and known.get("kind") == "tampered":
        return "tampered"
    if (reason.code, scope) in SAYINGS:
        return scope
    # A parameter that no sentence knows may not cost the reader the reason.
    return next(name for code, name in SAYINGS if code is reason.code)


def _sentence(reason: Reason) -> Sentence:
    key = reason.code, variant(reason)
    withheld = any(name == WITHHELD for name, _ in reason.params)
    return WITHHELD_SENTENCES[key] if withheld and key in WITHHELD_SENTENCES else SAYINGS[key]


@lru_cache(maxsize=4096)
def reason_sentence(reason: Reason, asker: Asker, tr: NullTranslations) -> str:
    """The reason in its shortest form, for a headline."""
    values = _values(reason, tr)
    if asker is Asker.PATIENT:
        values["authority"] = authority_words(values["authority"], tr)
    said = tr.gettext(_sentence(reason).to(asker)).format_map(values)
    if OF_CARTON in reason.params:
        return tr.gettext(_OF_CARTON.to(asker)).format(sentence=said)
    return said


@lru_cache(maxsize=4096)
def lead_sentence(reason: Reason, asker: Asker, tr: NullTranslations) -> str:
    """The reason in its shortest form; a patient is also told why it is recalled, and a warning's dates."""
    said = reason_sentence(reason, asker, tr)
    known = dict(reason.params)
    asked, tail = _LEAD_TAILS.get(reason.code, ("", ""))
    if asker is Asker.CLINIC or not known.get(asked) or known.get("kind") == "tampered":
        return said
    return f"{said} {tr.gettext(tail).format_map(_values(reason, tr))}"


@lru_cache(maxsize=4096)
def reason_message(reason: Reason, asker: Asker, tr: NullTranslations) -> str:
    """The reason in plain words: its sentence, then what else is known of it. Plain text, not HTML."""
    said = [reason_sentence(reason, asker, tr)]
    if reason.code in _NOTICES:
        values = _values(reason, tr)
        known = dict(reason.params)
        said += [
            tr.gettext(_tail(name, tail, known)).format_map(values) for name, tail in TAILS if known.get(name)
        ]
    return " ".join(said)


def _tail(name: str, tail: str, known: Mapping[str, str]) -> str:
    whole_day = len(known["reported"].split("-")) == 3 if name == "reported" else True
    return tail if whole_day else IN_MONTH


class _Known(dict[str, str]):
    """A parameter that is not known is shown as a gap; the rest of the sentence still warns."""

    def __missing__(self, name: str) -> str:
        return "…"


def _values(reason: Reason, tr: NullTranslations) -> _Known:
    known = dict(reason.params)
    values = _Known(
        (name, visible(_dates(text, tr) if name in _DATES else text, 300)) for name, text in known.items()
    )
    values["why"] = values.get("why", "").rstrip(". ")  # the sentence brings its own full stop
    values["authority"] = values.get("authority") or tr.gettext("A medicines authority")
    values["manufacturer"] = values.get("manufacturer") or tr.gettext("The manufacturer")
    values["product"] = values.get("product") or tr.gettext("this product")
    values["field"] = field_name(known.get("field"), tr)
    if known.get("field") == "expiry":
        values |= {side: date_words(known[side], tr) for side in ("vial", "carton") if side in known}
    if known.get("days", "").isdigit():
        days = int(known["days"])
        values["days"] = tr.ngettext("{count} day", "{count} days", days).format(count=days)
    values["class_words"] = recall_class_words(known.get("class", ""), tr)
    values["language"] = language_name(known.get("what", ""), tr)
    element = known.get("element", "")
    values["element"] = field_name(_ELEMENTS[element], tr) if element in _ELEMENTS else f"({element})"
    values["country"] = country_name(known.get("market", ""), tr) or "…"
    values["places"] = places_words(known.get("places", ""), tr) or "…"
    values["characters"] = listed(_characters(known, tr), tr)
    return values


def _dates(text: str, tr: NullTranslations) -> str:
    """A date, or several of them with ` / ` between, in words."""
    return " / ".join(date_words(each, tr) for each in text.split(" / "))


def _characters(known: Mapping[str, str], tr: NullTranslations) -> Iterator[str]:
    """The doubtful characters themselves, with their places: a place alone makes people count."""
    text = known.get("presented", "")
    for place in known.get("positions", "").split():
        character = text[int(place) - 1 : int(place)]
        if character:
            yield tr.gettext("“{character}” (character {place})").format(character=character, place=place)
        else:
            yield tr.gettext("character {place}").format(place=place)
