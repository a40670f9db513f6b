"""What was presented, field by field, and how it compares with the record: read off a verdict, never judged
anew, so that the table cannot say anything that the verdict does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from gettext import NullTranslations

from service.authenticity.descriptions.product_names import names_differ
from service.authenticity.evidence import Presented
from service.authenticity.reasons import NotChecked, ReasonCode
from service.authenticity.verdicts import Verdict
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.web.text.formatting import N_, date_words
from service.web.text.locales import country_name, language_name


class FieldOutcome(StrEnum):
    """How one presented field compares with the record."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_FOUND = "not_found"
    UNCHECKED = "unchecked"


OUTCOMES = {
    FieldOutcome.AGREES: N_("As on record"),
    FieldOutcome.DIFFERS: N_("Does not match"),
    FieldOutcome.NOT_FOUND: N_("Not on record"),
    FieldOutcome.UNCHECKED: N_("Not checked"),
}


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One line of the comparison, in words.

    `outcome` also chooses its mark; `is_code`: a value to be read character by character.
    """

    label: str
    value: str
    outcome: FieldOutcome
    outcome_words: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class PairComparisonRow:
    """One line of the vial beside its box; an empty value was not given. `differs`: both were, unlike."""

    label: str
    vial: str
    carton: str
    differs: bool


def side_by_side(vial: Presented, carton: Presented, tr: NullTranslations) -> list[PairComparisonRow]:
    """What the vial and its box say, field by field; what neither says is left out."""
    pairs = (
        (tr.gettext("Product number"), vial.gtin, carton.gtin, vial.gtin == carton.gtin),
        (
            tr.gettext("National number"),
            _national(vial),
            _national(carton),
            _national(vial) == _national(carton),
        ),
        (tr.gettext("Lot number"), vial.lot, carton.lot, _same_key(vial, carton)),
        (tr.gettext("Serial number"), vial.serial, carton.serial, vial.serial == carton.serial),
        (tr.gettext("Expiry date"), vial.expiry, carton.expiry, _same_expiry(vial, carton)),
    )
    return [
        PairComparisonRow(
            label, _shown(one, tr), _shown(two, tr), one is not None and two is not None and not same
        )
        for label, one, two, same in pairs
        if one is not None or two is not None
    ]


def _national(shown: Presented) -> str | None:
    return ", ".join(map(" ".join, shown.national)) or None


def _same_key(vial: Presented, carton: Presented) -> bool:
    return bool(vial.lot and carton.lot and vial.lot.marks_may_agree(carton.lot))


def _same_expiry(vial: Presented, carton: Presented) -> bool:
    return bool(vial.expiry and carton.expiry and vial.expiry.agrees_with(carton.expiry))


def _shown(value: Gtin | Lot | Serial | Expiry | str | None, tr: NullTranslations) -> str:
    if isinstance(value, Expiry):
        return date_words(value.printed_form, tr)
    return str(value) if value is not None else ""


def compare(presented: Presented, verdict: Verdict, tr: NullTranslations) -> list[ComparisonRow]:
    """A row for each field that was presented, in the order in which people find them on a pack."""
    expiry = date_words(presented.expiry.printed_form, tr) if presented.expiry else ""
    country = country_name(presented.market, tr) if presented.market else ""
    lot = presented.lot.printed if presented.lot else ""
    serial = presented.serial.printed if presented.serial else ""
    gtin = presented.gtin.value if presented.gtin else ""
    table = (
        (tr.gettext("Product"), presented.product or "", _product(presented, verdict), False),
        (tr.gettext("Product number"), gtin, _gtin(verdict), True),
        (tr.gettext("National number"), _national(presented) or "", _national_held(presented, verdict), True),
        (tr.gettext("Lot number"), lot, _lot(verdict), True),
        (tr.gettext("Serial number"), serial, _serial(verdict), True),
        (tr.gettext("Expiry date"), expiry, _expiry(verdict), False),
        (tr.gettext("Country"), country, _market(verdict), False),
        (
            tr.gettext("Strength"),
            presented.strength or "",
            _on_box(verdict, "strength", NotChecked.STRENGTH_RECORD),
            False,
        ),
        (
            tr.gettext("Active substance"),
            presented.substance or "",
            _on_box(verdict, "substance", NotChecked.SUBSTANCE_RECORD),
            False,
        ),
        (
            tr.gettext("Language of the box"),
            language_name(presented.language, tr) if presented.language else "",
            _on_box(verdict, "language", NotChecked.LANGUAGE_RECORD),
            False,
        ),
        (tr.gettext("Form"), presented.form or "", _form(verdict), False),
    )
    return [
        ComparisonRow(label, value, outcome, tr.gettext(OUTCOMES[outcome]), is_code)
        for label, value, outcome, is_code in table
        if value
    ]


def _codes(verdict: Verdict) -> Iterator[ReasonCode]:
    return (reason.code for reason in verdict.reasons)


def _product(presented: Presented, verdict: Verdict) -> FieldOutcome:
    record = verdict.record
    if ReasonCode.NAME_NOT_ON_RECORD in _codes(verdict):
        return FieldOutcome.DIFFERS
    if record and presented.product and not names_differ(presented.product, record.product.name):
        return FieldOutcome.AGREES
    return FieldOutcome.UNCHECKED


def _gtin(verdict: Verdict) -> FieldOutcome:
    if verdict.record:
        return FieldOutcome.AGREES
    held = ReasonCode.PRESENTATION_UNKNOWN in _codes(verdict)
    return FieldOutcome.NOT_FOUND if held else FieldOutcome.UNCHECKED


def _national_held(presented: Presented, verdict: Verdict) -> FieldOutcome:
    if verdict.record is None:
        return FieldOutcome.UNCHECKED
    held = {(scheme, number.lstrip("0")) for scheme, number in verdict.record.product.national_numbers}
    if all((scheme, number.lstrip("0")) in held for scheme, number in presented.national):
        return FieldOutcome.AGREES
    against = any(("scope", "national") in reason.params for reason in verdict.reasons)
    return FieldOutcome.DIFFERS if against else FieldOutcome.UNCHECKED


def _lot(verdict: Verdict) -> FieldOutcome:
    codes = set(_codes(verdict))
    if any(
        each.code is ReasonCode.PRODUCT_MISMATCH and ("scope", "name") not in each.params
        for each in verdict.reasons
    ):
        return FieldOutcome.DIFFERS
    if codes & {ReasonCode.LOT_AMBIGUOUS, ReasonCode.LOT_ON_RECORD} or (
        verdict.record and verdict.record.batch
    ):
        return FieldOutcome.AGREES
    return FieldOutcome.UNCHECKED if NotChecked.LOT_RECORD in verdict.not_checked else FieldOutcome.NOT_FOUND


def _serial(verdict: Verdict) -> FieldOutcome:
    if ReasonCode.SERIAL_IN_OTHER_LOT in _codes(verdict):
        return FieldOutcome.DIFFERS
    if verdict.record and verdict.record.unit:
        return FieldOutcome.AGREES
    return (
        FieldOutcome.UNCHECKED if NotChecked.SERIAL_RECORD in verdict.not_checked else FieldOutcome.NOT_FOUND
    )


def _expiry(verdict: Verdict) -> FieldOutcome:
    """A date that has passed ends the check by itself: it agrees only with a lot that is on record."""
    outcome = _held(verdict, ReasonCode.EXPIRY_MISMATCH, NotChecked.EXPIRY_RECORD)
    compared = verdict.record is not None and verdict.record.batch is not None
    return FieldOutcome.UNCHECKED if outcome is FieldOutcome.AGREES and not compared else outcome


def _market(verdict: Verdict) -> FieldOutcome:
    return _held(verdict, ReasonCode.MARKET_NOT_AUTHORISED, NotChecked.MARKET_RECORD)


def _on_box(verdict: Verdict, field: str, unheld: NotChecked) -> FieldOutcome:
    if unheld in verdict.not_checked:
        return FieldOutcome.UNCHECKED
    against = any(
        reason.code is ReasonCode.PRESENTATION_UNKNOWN and ("scope", field) in reason.params
        for reason in verdict.reasons
    )
    return FieldOutcome.DIFFERS if against else FieldOutcome.AGREES


def _form(verdict: Verdict) -> FieldOutcome:
    return _held(verdict, ReasonCode.FORM_UNKNOWN, NotChecked.FORM_RECORD)


def _held(verdict: Verdict, against: ReasonCode, unheld: NotChecked) -> FieldOutcome:
    if unheld in verdict.not_checked:
        return FieldOutcome.UNCHECKED
    return FieldOutcome.DIFFERS if against in _codes(verdict) else FieldOutcome.AGREES
