"""The JSON door: ask, and look up what was answered."""

from datetime import datetime
from gettext import NullTranslations
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel
from pydantic_core import to_json as to_json_bytes

from service.accounts.actors import Scope
from service.authenticity.evidence import Asker, Presented, UnitRecord
from service.authenticity.verdicts import Record, Verdict
from service.verification.desk import Answer, Desk
from service.verification.questions import Door, Pack, Question
from service.verification.snapshots import presented_to_plain
from service.web import schemas
from service.web.access import guest_or_actor, needs_scope, open_to_everyone
from service.web.bodies import read_body
from service.web.openapi import Operation, described
from service.web.pages import asker_of, own_hosts
from service.web.whereabouts import whereabouts
from service.web.wording import advice_messages, headline, host_note, reason_message

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/verifications")
@described(
    Operation(
        "Verifications",
        "Check a product",
        takes=schemas.Request,
        gives=schemas.Verification,
        answers={
            201: "The answer",
            200: "The first answer to this nonce, or an answer that was not recorded",
        },
        refuses=(409,),
        description="Answers with 201; with 200 when the nonce was used before (then with the first "
        "answer), or when nothing was to be recorded.",
    )
)
@open_to_everyone
def verify() -> Response:
    """Check what was presented and record that it was checked."""
    asked = read_body(schemas.Request)
    question = _question(asked)
    answer = _desk().verify(question) if asked.record else _desk().look_up(question)
    return _json(answer, 201 if asked.record and not answer.repeated else 200)


@api.get("/verifications/<scan_id>")
@described(
    Operation(
        "Verifications",
        "A check's answer",
        gives=schemas.Verification,
        answers={200: "What was answered"},
        refuses=(404,),
    )
)
@open_to_everyone
def answered(scan_id: str) -> Response:
    """What was answered then; a later recall does not change it."""
    return _json(_desk().answer(scan_id), 200)


def _question(asked: schemas.Request) -> Question:
    """The question in a body: what was not said in it is what `Question` says of itself."""
    who = guest_or_actor()
    if who is not None:
        needs_scope(Scope.VERIFY)
    given = _given(asked)
    given.pop("record", None)
    if "carton" in given:
        given["carton"] = Pack(**_given(given["carton"]))
    known = whereabouts(request, who, said=not _PLACES.isdisjoint(given))
    asker = asker_of(given.pop("asker", None), known.usual_asker)
    return Question(**{**known.as_fields(), **given}, asker=asker, door=Door.API)


_PLACES = frozenset({"country", "region", "market"})


def _given(asked: BaseModel) -> dict[str, Any]:
    return {name: value for name in asked.model_fields_set if (value := getattr(asked, name)) is not None}


def _json(answer: Answer, status: int) -> Response:
    # The tests hold every answer against the documented schema; here it would take
    # longer than the check.
    ours = own_hosts() if answer.host else frozenset()
    body = to_json_bytes(to_json(answer, g.translation, ours))
    return Response(body, status, content_type="application/json")


def _desk() -> Desk:
    return cast(Desk, current_app.extensions["vialcheck"].desk)


def to_json(answer: Answer, tr: NullTranslations, ours: frozenset[str]) -> dict[str, Any]:
    """An answer as the documented JSON, its sentences in the language of `tr`; `ours`: our own hosts."""
    verdict = answer.verdict
    said, record = _said(verdict, answer.asker, tr)
    return {
        "id": answer.id,
        **said,
        "notes": [note] if answer.host and (note := host_note(answer.host, ours, tr)) else [],
        "presented": _presented(answer),
        "vial": _half(answer.vial),
        "carton": _half(answer.carton),
        "record": _with_unit(record, verdict.record.unit) if record and verdict.record else record,
        "as_of": _moment(verdict.as_of),
        "scanned_at": _moment(answer.scanned_at) if answer.scanned_at else None,
    }


_Plain = dict[str, Any]

_MOST_SAID = 1024
_said_before: dict[tuple[int, Asker, int], tuple[Verdict, NullTranslations, _Plain, _Plain | None]] = {}


def _said(verdict: Verdict, asker: Asker, tr: NullTranslations) -> tuple[_Plain, _Plain | None]:
    """What does not depend on which unit of a lot it is; looked up where a verdict's parts are those of an
    earlier one (`verification.familiar`): the very same objects, which the kept verdict holds on to.
    """
    key = (id(verdict.reasons), asker, id(tr))
    before = _said_before.get(key)
    if before is not None and _same_parts(before[0], verdict):
        return before[2], before[3]
    said = {
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
        "advice": advice_messages(verdict, tr),
        "not_checked": [each.value for each in verdict.not_checked],
        "choices": _choices(verdict),
    }
    if len(_said_before) >= _MOST_SAID:
        _said_before.clear()
    record = record_to_json(verdict.record) if verdict.record else None
    _said_before[key] = (verdict, tr, said, record)
    return said, record


def _same_parts(one: Verdict, other: Verdict) -> bool:
    same_record = one.record is other.record or (
        one.record is not None
        and other.record is not None
        and one.record.product is other.record.product
        and one.record.batch is other.record.batch
    )
    return (
        same_record
        and one.reasons is other.reasons
        and one.advice is other.advice
        and one.not_checked is other.not_checked
        and one.choices is other.choices
        and one.match is other.match
        and one.action is other.action
    )


def _presented(answer: Answer) -> _Plain:
    shown = answer.presented
    return {
        "gtin": shown.gtin.value if shown.gtin else None,
        "lot": shown.lot.printed if shown.lot else None,
        "serial": shown.serial.printed if shown.serial else None,
        "expiry": shown.expiry.printed_form if shown.expiry else None,
        "market": shown.market,
        "strength": shown.strength,
        "substance": shown.substance,
        "language": shown.language,
        "product": shown.product,
        "national": dict(shown.national) or None,
        "host": answer.host,
        "kind": answer.kind,
    }


def _with_unit(record: _Plain, unit: UnitRecord | None) -> _Plain:
    said = {"serial": unit.serial, "disposition": unit.disposition.value} if unit else _NO_UNIT
    return {**record, **said}


_NO_UNIT = {"serial": None, "disposition": None}


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _half(half: Presented | None) -> dict[str, Any] | None:
    return presented_to_plain(half) if half is not None else None


def record_to_json(record: Record) -> dict[str, Any]:
    """A record as plain values."""
    product, batch, unit = record.product, record.batch, record.unit
    return {
        "manufacturer": product.manufacturer,
        "product": product.name,
        "gtin": product.gtin,
        "active_substance": product.active_substance or None,
        "strengths": list(product.strengths),
        "languages": list(product.languages),
        "form": product.form or None,
        "markets": list((batch and batch.markets) or product.markets),
        "lot": batch.lot if batch else None,
        "expiry": batch.expiry.iso if batch else None,
        "made": batch.made.isoformat() if batch and batch.made else None,
        "released": batch.released.isoformat() if batch and batch.released else None,
        "status": batch.status.value if batch else None,
        "serial": unit.serial if unit else None,
        "disposition": unit.disposition.value if unit else None,
    }


def _choices(verdict: Verdict) -> list[dict[str, str]]:
    return [
        {"gtin": each.gtin, "product": each.name, "manufacturer": each.manufacturer}
        for each in verdict.choices
    ]
