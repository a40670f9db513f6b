"""An answer as the documented JSON (`schemas.Verification`), written straight into bytes.

Most of an answer is what was said of the lot before: its sentences and its record. That is written once and
kept, and only what is of this check is written anew. `text.answers.disclosure` decides what a viewer may see.
"""

from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import encode

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, BatchRecord, Presented, ProductRecord
from service.authenticity.verdicts import Judgement, Verdict
from service.verification.service import Answer
from service.verification.verdict_codec import presented_to_plain
from service.web.text import headline, host_note, next_steps, reason_message
from service.web.text.answers.disclosure import DisclosedRecord, disclosed_record, disclosed_verdict

_Plain = dict[str, Any]

_MOST_KEPT = 1024
_DISPOSITIONS = {each: encode(each) for each in Disposition}


class _Presented(Struct):
    """What was read from the request: all that is documented, null where it was not given."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: str | None = None
    market: str | None = None
    strength: str | None = None
    substance: str | None = None
    language: str | None = None
    form: str | None = None
    expiry_readings: list[str] | None = None
    repairs: list[str] | None = None
    marks: list[_Plain] | None = None
    product: str | None = None
    national: dict[str, str] | None = None
    host: str | None = None
    kind: str | None = None
    no_lot: bool | UnsetType = UNSET


class _OfCheck(Struct):
    """What each check says anew. Moments are in UTC."""

    notes: list[str]
    presented: _Presented
    vial: _Plain | None
    carton: _Plain | None
    as_of: datetime
    scanned_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Written:
    """What does not depend on which unit of a lot it is: members of JSON objects, without their braces."""

    sentences: bytes
    record: bytes
    product: ProductRecord | None
    batch: BatchRecord | None
    presented: Presented
    carton: Presented | None


_written: dict[tuple[Judgement, Asker, NullTranslations, bool], _Written] = {}
"""At most `_MOST_KEPT` entries; units of a lot share their judgements (`facts_cache`)."""


def in_json(answer: Answer, tr: NullTranslations, ours: frozenset[str], *, whole: bool) -> bytes:
    """The answer, its sentences in the language of `tr`; `ours`: our own hosts.

    `whole`: the viewer sees the manufacturer's record whole; else what was presented and whether it agrees.
    """
    written = _write(answer, tr, whole)
    record = answer.verdict.record
    found = b"null"
    if record is not None:
        serial = record.unit.serial if record.unit and (whole or answer.presented.serial) else None
        state = _DISPOSITIONS[record.unit.disposition] if record.unit else b"null"
        found = b'{%b,"serial":%b,"disposition":%b}' % (written.record, encode(serial), state)
    made = b"null" if answer.id is None else b'"%b"' % answer.id.encode()  # hexadecimal and hyphens
    of_check = encode(_of_check(answer, tr, ours))
    return b'{"id":%b,%b,"record":%b,%b' % (made, written.sentences, found, of_check[1:])


def _write(answer: Answer, tr: NullTranslations, whole: bool) -> _Written:
    """The members that depend on judgement, product, batch and the lot presented; kept ones if any."""
    verdict, asker, presented = answer.verdict, answer.asker, answer.presented
    record = verdict.record
    product, batch = (record.product, record.batch) if record else (None, None)
    key = (verdict.judgement, asker, tr, whole)
    kept = _written.get(key)
    if (
        kept is not None
        and kept.product is product
        and kept.batch is batch
        and kept.presented.lot == presented.lot
        and kept.presented.expiry == presented.expiry
        and kept.presented.market == presented.market
        and kept.carton == answer.carton
    ):
        return kept
    if len(_written) >= _MOST_KEPT:
        _written.clear()
    shown = disclosed_record(record, presented, whole=whole)
    seen = disclosed_verdict(verdict, presented, answer.carton, whole=whole)
    sentences = encode(_sentences(seen, asker, presented.market or "", tr))[1:-1]
    of_record = encode(_record(shown))[1:-1] if shown else b""
    kept = _written[key] = _Written(sentences, of_record, product, batch, presented, answer.carton)
    return kept


def _sentences(verdict: Verdict, asker: Asker, country: str, tr: NullTranslations) -> _Plain:
    return {
        "action": verdict.action.value,  # not the member: writing that takes three times as long
        "match": verdict.match.value,
        "reasons": [
            {
                "code": reason.code.value,
                "severity": reason.severity.value,
                "message": reason_message(reason, asker, tr),
            }
            for reason in verdict.reasons
        ],
        "headline": headline(verdict, asker, tr),
        "advice": next_steps(verdict, asker, country, tr),
        "not_checked": [each.value for each in verdict.not_checked],
        "choices": _choices(verdict),
    }


def _choices(verdict: Verdict) -> list[_Plain]:
    """The products that the lot may be of, or the lots that the text may mean."""
    if verdict.lots_to_choose:
        # Which product a lot is of is not known before one is chosen.
        return [
            {"gtin": "", "product": "", "manufacturer": "", "lot": each} for each in verdict.lots_to_choose
        ]
    return [
        {"gtin": each.gtin, "product": each.name, "manufacturer": each.manufacturer}
        for each in verdict.choices
    ]


def _record(shown: DisclosedRecord) -> _Plain:
    """A record as plain values, all but the unit's."""
    product = shown.product
    return {
        "manufacturer": product.manufacturer,
        "product": product.name,
        "gtin": product.gtin,
        "active_substance": product.active_substance or None,
        "strengths": list(product.strengths),
        "languages": list(product.languages),
        "form": product.form or None,
        "markets": list(shown.markets or product.markets),
        "lot": shown.lot,
        "expiry": shown.expiry_text,
        "made": shown.made.isoformat() if shown.made else None,
        "released": shown.released.isoformat() if shown.released else None,
        "status": shown.status.value if shown.status else None,
    }


def _of_check(answer: Answer, tr: NullTranslations, ours: frozenset[str]) -> _OfCheck:
    return _OfCheck(
        [note] if answer.host and (note := host_note(answer.host, ours, tr)) else [],
        _Presented(**presented_to_plain(answer.presented), host=answer.host, kind=answer.kind),
        _half(answer.vial),
        _half(answer.carton),
        answer.verdict.as_of,
        answer.scanned_at,
    )


def _half(half: Presented | None) -> _Plain | None:
    return presented_to_plain(half) if half is not None else None
