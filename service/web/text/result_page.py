"""Everything on a result page, already in words. The template only puts it into boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from gettext import NullTranslations

from msgspec.structs import replace

from service.authenticity.evidence import Asker, Presented, ProductRecord
from service.authenticity.reasons import Action, Advice, Reason, ReasonCode
from service.authenticity.verdicts import Verdict
from service.gs1.iso.languages import LANGUAGES
from service.verification.mark_answers import marks_as_text
from service.verification.service import Answer
from service.web.text import (
    country_name,
    date_words,
    headline,
    host_note,
    next_steps,
    not_checked_messages,
    reason_message,
    verdict_title,
    visible,
)
from service.web.text.answers.contacts import (
    Contact,
    authority_contacts,
    maker_contact,
    notice_contact,
    notice_link_words,
)
from service.web.text.answers.disclosure import DisclosedRecord, disclosed_record, disclosed_verdict
from service.web.text.answers.guidance import (
    CONFIRMED_DANGER,
    READ_AGAIN,
    REPORT,
    confirmed_steps,
    danger_of,
)
from service.web.text.answers.misread_marks import (
    MarkedCharacter,
    look_alike_question,
    marked_characters,
    misread_field,
)
from service.web.text.answers.next_question import NOT_ENOUGH, NextQuestion, good_news, next_question
from service.web.text.answers.recall_classes import recall_class_words
from service.web.text.authorities import AUTHORITIES, Authority, emergency_number
from service.web.text.comparison import ComparisonRow, PairComparisonRow, compare, side_by_side
from service.web.text.verdict_text import (
    ADVICE,
    DISPOSITIONS,
    MATCHES,
    SEVERAL_PRODUCTS,
    STATUSES,
    caveat,
    leading_reason,
)

_LEVELS = frozenset(
    {
        ReasonCode.UNIT_ON_RECORD,
        ReasonCode.LOT_ON_RECORD,
        ReasonCode.PRODUCT_ON_RECORD,
        ReasonCode.NO_RECORDS_HELD,
    }
)
"""Reasons that say how much was found; all others speak against, or ask for a closer look."""

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})

_ASKED_IN_PLACE = frozenset({Advice.LOOK_AGAIN, Advice.SCAN_CODE, Advice.GIVE_EXPIRY, Advice.GIVE_COUNTRY})
"""Steps that the form of the next question takes the place of."""


@dataclass(frozen=True, slots=True)
class ReasonInWords:
    """A reason in words, with the notice that it rests on."""

    message: str
    source: str
    link_words: str


@dataclass(frozen=True, slots=True)
class ReportingAuthority:
    """Where to report, in a country."""

    country: str
    authority: Authority


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One answer for one kind of reader.

    `danger`: how serious it is for a patient; `question`: what is asked next, in place; `marked`: a number
    that may be misread, character by character; `contacts`: whom to call. `country`: the reader's, or empty.
    """

    action: Action
    asker: Asker
    stop: bool
    title: str
    subject: str
    headline: str
    danger: str
    caveat: str
    question: NextQuestion
    marked: list[MarkedCharacter]
    marked_field: str
    contacts: list[Contact]
    country: str
    match: str
    rows: list[ComparisonRow]
    pair: list[PairComparisonRow]
    notes: list[str]
    against: list[ReasonInWords]
    grave: bool
    not_checked: list[str]
    advice: list[str]
    report_step: str
    read_again_steps: list[str]
    record: list[tuple[str, str]]
    choices: tuple[ProductRecord, ...]
    lots: tuple[str, ...]
    host_note: str
    checked_at: str


def result_page(
    answer: Answer,
    tr: NullTranslations,
    *,
    own_hosts: frozenset[str],
    whole: bool = False,
    maker: str = "",
    unchanged: bool = False,
) -> ResultPage:
    """The page for an answer, in the words for who asked.

    `whole`: the viewer sees the manufacturer's record whole. `maker`: what the manufacturer put on record for
    those who have to reach it. `unchanged`: a patient was asked to read the number again, and it is the same.
    """
    asker, presented = answer.asker, answer.presented
    verdict = disclosed_verdict(answer.verdict, presented, whole=whole)
    shown = disclosed_record(verdict.record, presented, whole=whole)
    beside = [reason for reason in verdict.reasons if reason.code not in _LEVELS]
    against = [reason for reason in beside if reason.severity is not Action.ACCEPT]
    patient = asker is Asker.PATIENT
    marked = marked_characters(verdict)
    confirmed = unchanged and patient and bool(marked)
    good = good_news(verdict, tr) if patient else ""
    lot = visible(presented.lot.printed) if presented.lot else ""
    return ResultPage(
        action=verdict.action,
        asker=asker,
        stop=verdict.action in _STOP,
        title=_confirmed_title(verdict, tr) if confirmed else verdict_title(verdict, asker, tr),
        subject=_subject(verdict, presented, tr, with_lot=not marked) if patient else "",
        headline=_headline(verdict, asker, tr, confirmed=confirmed),
        danger=tr.gettext(CONFIRMED_DANGER) if confirmed else _danger(verdict, good, tr) if patient else "",
        caveat="" if patient else caveat(verdict.action, tr),
        question=NextQuestion.NONE if confirmed or verdict.lots_to_choose else next_question(verdict),
        marked=marked,
        marked_field=misread_field(verdict),
        contacts=_contacts(verdict, asker, presented.market or "", maker, tr),
        country=country_name(presented.market) if presented.market else "",
        match=tr.gettext(_match(verdict)),
        rows=compare(presented, verdict, tr),
        pair=side_by_side(answer.vial, answer.carton, tr) if answer.vial and answer.carton else [],
        notes=[reason_message(each, asker, tr) for each in beside if each not in against],
        against=[_finding(reason, asker, tr) for reason in against],
        grave=any(reason.severity in _STOP for reason in against),
        not_checked=not_checked_messages(verdict, tr),
        advice=_steps(verdict, asker, presented, tr, confirmed=confirmed),
        report_step=tr.gettext(REPORT),
        read_again_steps=[tr.gettext(step).format(lot=lot) for step in READ_AGAIN],
        record=list(_record(shown, tr)) if shown else [],
        choices=verdict.choices,
        lots=verdict.lots_to_choose,
        host_note=host_note(answer.host, own_hosts, tr),
        checked_at=_moment(verdict, tr),
    )


def _steps(
    verdict: Verdict, asker: Asker, presented: Presented, tr: NullTranslations, *, confirmed: bool
) -> list[str]:
    """What to do next, without what a patient's page asks in place.

    `confirmed`: the patient has read a number again that is not on record, and it is the same.
    """
    if confirmed:
        return confirmed_steps(emergency_number(presented.market or ""), tr)
    if asker is Asker.PATIENT and next_question(verdict):
        return [tr.gettext(ADVICE[step]) for step in verdict.advice if step not in _ASKED_IN_PLACE]
    lot = presented.lot.printed if presented.lot else ""
    return next_steps(verdict, asker, presented.market or "", tr, lot)


def manufacturer_of(verdict: Verdict) -> str:
    """The manufacturer that an answer speaks of; empty where none is known."""
    if verdict.record is not None:
        return verdict.record.product.manufacturer
    named = (dict(reason.params).get("manufacturer", "") for reason in verdict.reasons)
    return next(filter(None, named), "")


def _confirmed_title(verdict: Verdict, tr: NullTranslations) -> str:
    if misread_field(verdict) == "serial":
        return tr.gettext("We have no pack with this number: do not use it yet")
    return tr.gettext("We have no lot with this number: do not use it yet")


def _headline(verdict: Verdict, asker: Asker, tr: NullTranslations, *, confirmed: bool) -> str:
    """The first sentence: for a patient what is good, or which of two signs is meant, before all else.

    `confirmed`: the patient has read it again, and is not asked which sign it is once more.
    """
    if asker is not Asker.PATIENT:
        return headline(verdict, asker, tr)
    if confirmed:
        return tr.gettext("You read it again, and it is the same. A number close to it is on record.")
    asked = look_alike_question(marked_characters(verdict), tr)
    return good_news(verdict, tr) or asked or headline(verdict, asker, tr)


def _subject(verdict: Verdict, presented: Presented, tr: NullTranslations, *, with_lot: bool) -> str:
    """Which lot and product an answer is about: the lot as presented; the product of the record or notice.

    `with_lot`: False where the page shows the number anyway, character by character.
    """
    lot = visible(presented.lot.printed) if presented.lot and with_lot else ""
    named = (dict(reason.params).get("product", "") for reason in verdict.reasons)
    record = verdict.record.product.name if verdict.record else ""
    product = visible(record or next(filter(None, named), "") or presented.product or "")
    if lot and product:
        return tr.gettext("Lot {lot}, {product}").format(lot=lot, product=product)
    return tr.gettext("Lot {lot}").format(lot=lot) if lot else product


def _danger(verdict: Verdict, good: str, tr: NullTranslations) -> str:
    return tr.gettext(NOT_ENOUGH) if good else danger_of(leading_reason(verdict, Asker.PATIENT), tr)


def _contacts(
    verdict: Verdict, asker: Asker, country: str, maker: str, tr: NullTranslations
) -> list[Contact]:
    """Whom to ask: a patient's own clinic, a number that can be called, then all others."""
    notices = (notice_contact(reason, tr) for reason in verdict.reasons)
    own = [Contact(tr.gettext("Your own clinic, pharmacy or doctor"))] if asker is Asker.PATIENT else []
    several = tr.gettext(" or ").join(dict.fromkeys(each.manufacturer for each in verdict.choices))
    authorities = authority_contacts(country, tr)
    called = any(each.href.startswith("tel:") for each in authorities)
    return [
        *own,
        *(authorities if called else []),
        maker_contact(several or manufacturer_of(verdict), maker, tr),
        *([] if called else authorities),
        *dict.fromkeys(each for each in notices if each),
    ]


def asked_fields(answer: Answer, asker: Asker) -> dict[str, str]:
    """What was presented as the fields of a form, to ask the same again.

    What was repaired is asked without its serial: as a typed field it would look as if it had come so.
    """
    presented, carton = answer.presented, answer.carton
    if answer.vial is not None and carton is not None:
        presented = replace(
            presented,
            lot=answer.vial.lot,
            expiry=answer.vial.expiry,
            serial=answer.vial.serial or carton.serial,
        )
    fields = {
        "carton_lot": carton.lot.printed if carton and carton.lot else "",
        "carton_expiry": carton.expiry.printed_form if carton and carton.expiry else "",
        "gtin": presented.gtin.value if presented.gtin else "",
        "lot": presented.lot.printed if presented.lot else "",
        "serial": presented.serial.printed if presented.serial and not presented.repairs else "",
        "expiry": presented.expiry.printed_form if presented.expiry else "",
        "market": presented.market or "",
        "strength": presented.strength or "",
        "substance": presented.substance or "",
        "language": presented.language or "",
        "form": presented.form or "",
        "product": presented.product or "",
        "national": " ".join(map(":".join, presented.national)),
        "no_lot": "1" if presented.no_lot else "",
        "marks": marks_as_text(presented.marks),
        "asker": str(asker),
    }
    return {name: value for name, value in fields.items() if value}


def places() -> list[ReportingAuthority]:
    """Every authority that is known here, by the name of its country."""
    return sorted(
        (ReportingAuthority(country_name(code), authority) for code, authority in AUTHORITIES.items()),
        key=lambda place: place.country,
    )


def _match(verdict: Verdict) -> str:
    several = any(reason.code is ReasonCode.LOT_AMBIGUOUS for reason in verdict.reasons)
    return SEVERAL_PRODUCTS if several else MATCHES[verdict.match]


def _finding(reason: Reason, asker: Asker, tr: NullTranslations) -> ReasonInWords:
    known = dict(reason.params)
    source = known.get("source", "")
    linked = source if source.startswith(("https://", "http://")) else ""
    words = notice_link_words(known.get("authority", ""), linked, tr) if linked else ""
    return ReasonInWords(reason_message(reason, asker, tr), linked, words)


def _moment(verdict: Verdict, tr: NullTranslations) -> str:
    moment = verdict.as_of.astimezone(UTC)
    day = date_words(moment.date().isoformat(), tr)
    return tr.gettext("{day}, {time} UTC").format(day=day, time=f"{moment:%H:%M}")


def _record(shown: DisclosedRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    lines = (*_product_lines(shown.product, tr), *_batch_lines(shown, tr), *_unit_lines(shown, tr))
    return ((label, value) for label, value in lines if value)


def _product_lines(product: ProductRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Manufacturer"), product.manufacturer
    yield tr.gettext("Product"), product.name
    yield tr.gettext("Active substance"), product.active_substance
    yield tr.gettext("Strengths"), ", ".join(product.strengths)
    yield (
        tr.gettext("Languages of the box"),
        ", ".join(LANGUAGES.get(each, each) for each in product.languages),
    )
    yield tr.gettext("Form"), product.form
    yield tr.gettext("Product number (GTIN)"), product.gtin
    for scheme, number in product.national_numbers:
        yield scheme.upper(), number
    yield tr.gettext("Licensed in"), ", ".join(sorted(map(country_name, product.markets)))


def _batch_lines(shown: DisclosedRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Lot number"), shown.lot or ""
    yield tr.gettext("Expiry date"), date_words(shown.expiry.printed_form, tr) if shown.expiry else ""
    yield tr.gettext("State of the lot"), tr.gettext(STATUSES[shown.status]) if shown.status else ""
    yield tr.gettext("Made on"), date_words(shown.made.isoformat(), tr) if shown.made else ""
    yield tr.gettext("Released on"), date_words(shown.released.isoformat(), tr) if shown.released else ""
    yield tr.gettext("Lot meant for"), ", ".join(sorted(map(country_name, shown.markets)))
    if shown.recall_class:
        yield tr.gettext("Recall class"), recall_class_words(shown.recall_class, tr)
    yield tr.gettext("Recall reference"), shown.recall_reference
    yield tr.gettext("Reason for the recall"), shown.recall_reason


def _unit_lines(shown: DisclosedRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Serial number"), shown.serial or ""
    yield (
        tr.gettext("State of this pack"),
        tr.gettext(DISPOSITIONS[shown.disposition]) if shown.disposition else "",
    )
