"""Changes of records in words: what is changed, which values, what stays and why, and who has to agree."""

from collections.abc import Mapping
from datetime import date
from gettext import NullTranslations

from service.authenticity.dispositions import Disposition
from service.gs1.iso.countries import countries
from service.registry.corrections.changes import FieldChange, LeftRecord, SecondPerson
from service.web.text.formatting import N_, date_words
from service.web.text.verdict_text import DISPOSITIONS

KINDS: Mapping[str, str] = {
    "product": N_("Correct a product"),
    "batch": N_("Correct a lot"),
    "units": N_("Change units"),
    "units_withdrawal": N_("Undo a change of units"),
    "extension": N_("Extend an expiry date"),
    "extension_withdrawal": N_("Withdraw an extension"),
    "alert_withdrawal": N_("Withdraw an alert"),
    "mark_withdrawal": N_("Withdraw a feature of packs"),
    "import_withdrawal": N_("Withdraw an import"),
    "merge": N_("Merge two manufacturers"),
    "two_persons": N_("Change the rule of two persons"),
    "link_addition": N_("Add a link"),
    "link_removal": N_("Remove a link"),
    "maker_settings": N_("Change links and verification messages"),
}

STEPS: Mapping[str, tuple[str, str]] = {
    "decommissioning": (
        N_("Take out of use"),
        N_("They will not be used. A check says so."),
    ),
    "destroying": (N_("Destroyed"), N_("They no longer exist.")),
    "holding": (N_("Locked"), N_("They must wait until something is clarified.")),
    "sampling": (
        N_("Sample, demonstration or training pack"),
        N_("They are for no treatment. A check says so, and scans of them raise no alarm."),
    ),
    "shipping": (N_("Shipped"), N_("They are on their way.")),
    "receiving": (N_("Received"), N_("They have arrived.")),
}

_DONE: Mapping[str, str] = {
    "decommissioning": N_("Taken out of use"),
    "destroying": N_("Destroyed"),
    "holding": N_("Locked"),
    "sampling": N_("Marked as samples"),
    "shipping": N_("Shipped"),
    "receiving": N_("Received"),
}

_FIELDS: Mapping[str, str] = {
    "name": N_("Name"),
    "active_substance": N_("Active substance"),
    "strengths": N_("Strength"),
    "form": N_("Form"),
    "content": N_("Content of a vial"),
    "national_numbers": N_("National numbers"),
    "markets": N_("Countries"),
    "languages": N_("Languages of the pack"),
    "complete": N_("All lots are on record"),
    "complete_until": N_("All lots made until"),
    "in_use_hours": N_("Time in use after opening (hours)"),
    "storage": N_("Storage (°C)"),
    "storage_min": N_("Storage from (°C)"),
    "storage_max": N_("Storage up to (°C)"),
    "stability_months": N_("Stability time (months)"),
    "interval_days": N_("Time between two treatments (days)"),
    "source_gtins": N_("Source products (GTIN)"),
    "lot": N_("Lot number"),
    "expiry": N_("Expiry date"),
    "status": N_("State"),
    "made": N_("Made"),
    "released": N_("Released"),
    "quantity": N_("Quantity"),
    "recall_class": N_("Class of the recall"),
    "recall_reference": N_("Reference of the recall"),
    "recall_reason": N_("Reason of the recall"),
    "reference": N_("Reference of the decision"),
    "units": N_("Units, by lot"),
    "to_lot": N_("Units that move, by lot"),
    "alert": N_("Alert"),
    "mark": N_("Known fakes"),
    "manufacturer": N_("Manufacturer"),
    "manufacturers": N_("Manufacturers"),
    "products": N_("Products"),
    "gs1_prefixes": N_("GS1 company prefixes"),
    "two_person_release": N_("A second person has to agree"),
    "batches": N_("Lots"),
    "alerts": N_("Alerts"),
    "marks": N_("Features of packs"),
    "statements": N_("Statements for patients"),
    "changes": N_("Values filled in"),
    "link": N_("Link"),
    "link_hosts": N_("Web servers of your links"),
    "gln": N_("Your GLN"),
    "verifies_recalled": N_("A recalled pack is verified"),
}

_WORDS: Mapping[str, str] = {
    "released": N_("Released"),
    "pending": N_("Not released yet"),
    "on_hold": N_("On hold"),
    "recalled": N_("Recalled"),
    "withdrawn": N_("Withdrawn"),
    "falsified": N_("Falsified"),
    "stolen": N_("Stolen"),
    "tampered": N_("Tampered with"),
    "unlicensed": N_("Not licensed"),
}

_WHY_LEFT: Mapping[str, str] = {
    "disposition": N_("cannot take this step"),
    "changed_since": N_("were changed again since"),
    "used_units": N_("units that a clinic holds or that were changed since"),
    "units": N_("units of other imports, or units that stay"),
    "lots": N_("lots that stay"),
    "products": N_("products that stay"),
    "extension": N_("its expiry date was extended"),
    "vials": N_("a clinic received it"),
    "moved_units": N_("units were moved to it"),
    "recall": N_("a recall or hold names it"),
    "alert": N_("an alert names it"),
    "checks": N_("it was checked"),
    "statements": N_("statements for patients are about it"),
    "links": N_("it has links"),
    "changed": N_("it was changed since"),
    "changed_values": N_("its values were changed since"),
    "gone": N_("it is not on record any more"),
    "withdrawn": N_("it was withdrawn before"),
    "further": N_("further records"),
}

_SECOND: Mapping[SecondPerson, str] = {
    SecondPerson.ORGANISATION: N_("Your organisation asks for two persons: another person has to agree."),
    SecondPerson.BOUND: N_("This date is later than the lot is known to keep: another person has to agree."),
    SecondPerson.ALWAYS: N_("One person alone cannot turn this off: another administrator has to agree."),
}

_STEP_FIELDS = frozenset({"units", "to_lot"})


def field_words(field: str, tr: NullTranslations) -> str:
    """The name of a field of a change."""
    return tr.gettext(_FIELDS[field]) if field in _FIELDS else field.replace("_", " ")


def change_words(each: FieldChange, tr: NullTranslations) -> tuple[str, str, str]:
    """A change's field, what it was, and what it will be."""
    return (
        field_words(each.field, tr),
        value_words(each.field, each.before, tr),
        value_words(each.field, each.after, tr),
    )


def value_words(field: str, value: object, tr: NullTranslations) -> str:
    """A value as people read it; a dash for none."""
    if value is None or value in ("", []):
        return "–"  # noqa: RUF001 (a dash, as in every table)
    if isinstance(value, bool):
        return tr.gettext("Yes") if value else tr.gettext("No")
    if isinstance(value, list):
        names = countries() if field == "markets" else {}
        return ", ".join(names.get(str(each), _step_words(str(each), tr)) for each in value)
    text = str(value)
    if field in ("status", "alert") or text == "withdrawn":
        return tr.gettext(_WORDS[text]) if text in _WORDS else text
    if field in _STEP_FIELDS:
        return _step_words(text, tr)
    return date_words(text, tr) if field in ("expiry", "made", "released", "complete_until") else text


def _step_words(text: str, tr: NullTranslations) -> str:
    """A step's name, alone or before a colon and a count."""
    step, colon, count = text.partition(":")
    return tr.gettext(STEPS[step][0]) + colon + count if step in STEPS else text


def left_words(each: LeftRecord, tr: NullTranslations) -> str:
    """A record that stays, and why."""
    why = tr.gettext(_WHY_LEFT.get(each.why, each.why))
    if each.why == "disposition":
        state = tr.gettext(DISPOSITIONS[Disposition(each.name)])
        return tr.gettext("{count} that are “{state}” {why}").format(count=each.count, state=state, why=why)
    if each.why in ("used_units", "units", "lots", "products", "further", "changed_since"):
        name = f"{each.name}: " if each.name and each.why != "changed_since" else ""
        return f"{name}{each.count:,} {why}"
    return f"{each.name}: {why}"


def second_words(second: SecondPerson, tr: NullTranslations) -> str:
    """Why another person has to agree; empty where none has to."""
    return tr.gettext(_SECOND[second]) if second in _SECOND else ""


def bound_words(notes: tuple[tuple[str, str], ...], tr: NullTranslations) -> str:
    """Until when the lot can be known to keep; empty where that is not in question."""
    said = dict(notes).get("bound")
    if said is None:
        return ""
    day = date_words(date.fromisoformat(said).isoformat(), tr)
    return tr.gettext("It is known to keep until {date}.").format(date=day)


def step_words(step: str, lot: str, tr: NullTranslations) -> str:
    """What was done to units: a step, or the lot that they were given to."""
    if step:
        return tr.gettext(_DONE[step])
    return tr.gettext("Moved to lot {lot}").format(lot=lot)
