"""Everything on a result page, already in words. The template only puts it into boxes."""

from dataclasses import dataclass
from datetime import UTC
from gettext import NullTranslations

from msgspec.structs import replace

from service.authenticity.evidence import Asker, Presented, ProductRecord
from service.authenticity.reasons import Action, Advice, Reason, ReasonCode
from service.authenticity.verdicts import Verdict
from service.gs1.reading import ReadingKind
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
from service.web.text.answers.disclosure import disclosed_record, disclosed_verdict
from service.web.text.answers.guidance import (
    CONFIRMED_DANGER,
    READ_AGAIN,
    REPORT,
    confirmed_steps,
)
from service.web.text.answers.leading import also_said, dangers, is_of_carton, leading_reason
from service.web.text.answers.match_words import match_words
from service.web.text.answers.misread_marks import (
    MarkedCharacter,
    look_alike_question,
    marked_characters,
    misread_field,
)
from service.web.text.answers.next_question import NOT_ENOUGH, NextQuestion, good_news, next_question
from service.web.text.answers.record_lines import record_lines
from service.web.text.authorities import AUTHORITIES, Authority, emergency_number
from service.web.text.comparison import ComparisonRow, PairComparisonRow, compare, side_by_side
from service.web.text.verdict_text import (
    ADVICE,
    caveat,
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

    `also`: what else stops it, beside the headline; `danger`: how serious it is for a patient; `question`:
    what is asked next, in place; `marked`: a number that may be misread, character by character; `contacts`:
    whom to call; `country`: the reader's, or empty. `used`: it is held because its number was used before.
    """

    action: Action
    asker: Asker
    stop: bool
    used: bool
    title: str
    subject: str
    headline: str
    also: list[str]
    danger: str
    caveat: str
    question: NextQuestion
    unseen: tuple[str, ...]
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
    unseen: tuple[str, ...] = (),
) -> ResultPage:
    """The page for an answer, in the words for who asked.

    `whole`: the viewer sees the manufacturer's record whole. `maker`: what the manufacturer put on record for
    those who have to reach it. `unchanged`: a patient was asked to read the number again, and it is the same.
    `unseen`: the questions that the reader goes on without.
    """
    asker, presented = answer.asker, answer.presented
    verdict = disclosed_verdict(answer.verdict, presented, answer.carton, whole=whole)
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
        used=verdict.action is Action.QUARANTINE and verdict.headline is ReasonCode.DISPENSED,
        title=_confirmed_title(verdict, tr) if confirmed else verdict_title(verdict, asker, tr, unseen),
        subject=_subject(verdict, answer, tr, with_lot=not marked) if patient else "",
        also=also_said(verdict, asker, tr) if patient and not confirmed else [],
        headline=_headline(verdict, asker, tr, confirmed=confirmed),
        danger=tr.gettext(CONFIRMED_DANGER) if confirmed else _danger(verdict, good, tr) if patient else "",
        caveat="" if patient else caveat(verdict.action, tr),
        question=NextQuestion.NONE if confirmed or verdict.lots_to_choose else next_question(verdict, unseen),
        unseen=unseen,
        marked=marked,
        marked_field=misread_field(verdict),
        contacts=_contacts(verdict, asker, presented.market or "", maker, tr),
        country=country_name(presented.market, tr) if presented.market else "",
        match=tr.gettext(match_words(verdict, presented)),
        rows=compare(presented, verdict, tr),
        pair=side_by_side(answer.vial, answer.carton, tr) if answer.vial and answer.carton else [],
        notes=[reason_message(each, asker, tr) for each in beside if each not in against],
        against=[_finding(reason, asker, tr) for reason in against],
        grave=any(reason.severity in _STOP for reason in against),
        not_checked=not_checked_messages(verdict, tr),
        advice=_steps(verdict, asker, presented, tr, confirmed=confirmed),
        report_step=tr.gettext(REPORT),
        read_again_steps=[tr.gettext(step).format(lot=lot) for step in READ_AGAIN],
        record=record_lines(shown, verdict, tr) if shown else [],
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
    if asker is Asker.PATIENT and next_question(verdict):  # asked, or gone on without
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


def _subject(verdict: Verdict, answer: Answer, tr: NullTranslations, *, with_lot: bool) -> str:
    """Which lot and product an answer is about: the lot as presented; the product of the record or notice.

    `with_lot`: False where the page shows the number anyway, character by character.
    """
    presented, carton = answer.presented, answer.carton
    if carton and carton.lot and is_of_carton(leading_reason(verdict, answer.asker)):
        return tr.gettext("The box: lot {lot}").format(lot=visible(carton.lot.printed))
    lot = visible(presented.lot.printed) if presented.lot and with_lot else ""
    named = (dict(reason.params).get("product", "") for reason in verdict.reasons)
    record = verdict.record.product.name if verdict.record else ""
    product = visible(record or next(filter(None, named), "") or presented.product or "")
    if lot and product:
        return tr.gettext("Lot {lot}, {product}").format(lot=lot, product=product)
    return tr.gettext("Lot {lot}").format(lot=lot) if lot else product


def _danger(verdict: Verdict, good: str, tr: NullTranslations) -> str:
    return tr.gettext(NOT_ENOUGH) if good else dangers(verdict, tr)


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

    A scan that was repaired, of the vial or of its box, is asked without the vial's serial: as a typed field
    it would look as if it had come so.
    """
    presented, carton = answer.presented, answer.carton
    if answer.vial is not None and carton is not None:
        vial = answer.vial
        presented = replace(
            presented,
            gtin=vial.gtin,
            lot=vial.lot,
            expiry=vial.expiry,
            serial=vial.serial,
            national=vial.national,
        )
    unsure = serial_to_read(answer) or (carton is not None and carton.repairs)
    fields = {
        **(_carton_fields(carton) if carton else {}),
        "gtin": presented.gtin.value if presented.gtin else "",
        "lot": presented.lot.printed if presented.lot else "",
        "serial": presented.serial.printed if presented.serial and not unsure else "",
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


def _carton_fields(carton: Presented) -> dict[str, str]:
    """All that the box says, as fields of a form: what was wrong with it stays wrong."""
    return {
        "carton_lot": carton.lot.printed if carton.lot else "",
        "carton_expiry": carton.expiry.printed_form if carton.expiry else "",
        "carton_gtin": carton.gtin.value if carton.gtin else "",
        "carton_serial": carton.serial.printed if carton.serial else "",
        "carton_national": " ".join(map(":".join, carton.national)),
    }


def serial_to_read(answer: Answer) -> str:
    """The serial that was read off a repaired scan, for a person to enter as it is printed; else empty."""
    presented = answer.presented
    typed = answer.kind in (None, ReadingKind.LABELLED, ReadingKind.LOT)
    return visible(presented.serial.printed) if presented.serial and presented.repairs and not typed else ""


def places(tr: NullTranslations) -> list[ReportingAuthority]:
    """Every authority that is known here, by the name of its country."""
    return sorted(
        (ReportingAuthority(country_name(code, tr), authority) for code, authority in AUTHORITIES.items()),
        key=lambda place: place.country,
    )


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
