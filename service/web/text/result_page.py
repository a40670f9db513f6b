"""Everything on a result page, already in words. The template only puts it into boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from gettext import NullTranslations

from msgspec.structs import replace

from service.authenticity.evidence import Asker, BatchRecord, Presented, ProductRecord, UnitRecord
from service.authenticity.reasons import Action, Reason, ReasonCode
from service.authenticity.verdicts import Record, Verdict
from service.gs1.iso.languages import LANGUAGES
from service.verification.service import Answer
from service.web.text import (
    advice_messages,
    country_name,
    date_words,
    headline,
    host_note,
    not_checked_messages,
    reason_message,
    verdict_title,
)
from service.web.text.authorities import AUTHORITIES, Authority
from service.web.text.comparison import ComparisonRow, PairComparisonRow, compare, side_by_side
from service.web.text.verdict_text import DISPOSITIONS, MATCHES, SEVERAL_PRODUCTS, STATUSES, caveat

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


@dataclass(frozen=True, slots=True)
class ReasonInWords:
    """A reason in words, with the notice that it rests on."""

    message: str
    source: str
    authority: str


@dataclass(frozen=True, slots=True)
class ReportingAuthority:
    """Where to report, in a country."""

    country: str
    authority: Authority


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One answer for one kind of reader."""

    action: Action
    asker: Asker
    stop: bool
    title: str
    headline: str
    caveat: str
    match: str
    rows: list[ComparisonRow]
    pair: list[PairComparisonRow]
    notes: list[str]
    against: list[ReasonInWords]
    grave: bool
    not_checked: list[str]
    advice: list[str]
    record: list[tuple[str, str]]
    manufacturer: str
    report_to: ReportingAuthority | None
    choices: tuple[ProductRecord, ...]
    host_note: str
    checked_at: str


def result_page(answer: Answer, tr: NullTranslations, *, own_hosts: frozenset[str]) -> ResultPage:
    """The page for an answer, in the words for whoever asked."""
    verdict, asker = answer.verdict, answer.asker
    beside = [reason for reason in verdict.reasons if reason.code not in _LEVELS]
    against = [reason for reason in beside if reason.severity is not Action.ACCEPT]
    return ResultPage(
        action=verdict.action,
        asker=asker,
        stop=verdict.action in _STOP,
        title=verdict_title(verdict, asker, tr),
        headline=headline(verdict, asker, tr),
        caveat=caveat(verdict.action, tr),
        match=tr.gettext(_match(verdict)),
        rows=compare(answer.presented, verdict, tr),
        pair=side_by_side(answer.vial, answer.carton, tr) if answer.vial and answer.carton else [],
        notes=[reason_message(each, asker, tr) for each in beside if each not in against],
        against=[_finding(reason, asker, tr) for reason in against],
        grave=any(reason.severity in _STOP for reason in against),
        not_checked=not_checked_messages(verdict, tr),
        advice=advice_messages(verdict, tr),
        record=list(_record(verdict.record, tr)) if verdict.record else [],
        manufacturer=verdict.record.product.manufacturer if verdict.record else "",
        report_to=_place(answer.presented),
        choices=verdict.choices,
        host_note=host_note(answer.host, own_hosts, tr),
        checked_at=_moment(verdict, tr),
    )


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
    return ReasonInWords(reason_message(reason, asker, tr), linked, known.get("authority", ""))


def _place(presented: Presented) -> ReportingAuthority | None:
    code = presented.market or ""
    return ReportingAuthority(country_name(code), AUTHORITIES[code]) if code in AUTHORITIES else None


def _moment(verdict: Verdict, tr: NullTranslations) -> str:
    moment = verdict.as_of.astimezone(UTC)
    day = date_words(moment.date().isoformat(), tr)
    return tr.gettext("{day}, {time} UTC").format(day=day, time=f"{moment:%H:%M}")


def _record(record: Record, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield from _filled(_product_lines(record.product, tr))
    if record.batch:
        yield from _filled(_batch_lines(record.batch, tr))
    if record.unit:
        yield from _filled(_unit_lines(record.unit, tr))


def _filled(lines: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
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


def _batch_lines(batch: BatchRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Lot number"), batch.lot
    yield tr.gettext("Expiry date"), date_words(batch.expiry.printed_form, tr)
    yield tr.gettext("State of the lot"), tr.gettext(STATUSES[batch.status])
    yield tr.gettext("Made on"), date_words(batch.made.isoformat(), tr) if batch.made else ""
    yield tr.gettext("Released on"), date_words(batch.released.isoformat(), tr) if batch.released else ""
    yield tr.gettext("Lot meant for"), ", ".join(sorted(map(country_name, batch.markets)))
    yield tr.gettext("Recall class"), batch.recall_class
    yield tr.gettext("Recall reference"), batch.recall_reference
    yield tr.gettext("Reason for the recall"), batch.recall_reason


def _unit_lines(unit: UnitRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Serial number"), unit.serial
    yield tr.gettext("State of this pack"), tr.gettext(DISPOSITIONS[unit.disposition])
