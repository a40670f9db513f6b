"""A verdict as plain values that JSON can hold, and back: codes and parameters, never sentences.

What was answered stays what it was: a later recall changes the next check, not the record of this one.
"""

from datetime import date, datetime
from typing import Any

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import BatchRecord, BatchStatus, Presented, ProductRecord, Seen, UnitRecord
from service.authenticity.reasons import Action, Advice, Match, NotChecked, Reason, ReasonCode
from service.authenticity.verdicts import Judgement, Record, Verdict
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.repairs import Repair

Plain = dict[str, Any]


def presented_to_plain(presented: Presented) -> Plain:
    """What was presented, as printed; only what was given."""
    shown: Plain = {
        "gtin": presented.gtin.value if presented.gtin else None,
        "lot": presented.lot.printed if presented.lot else None,
        "serial": presented.serial.printed if presented.serial else None,
        "expiry": presented.expiry.printed_form if presented.expiry else None,
        "market": presented.market,
        "strength": presented.strength,
        "substance": presented.substance,
        "language": presented.language,
        "form": presented.form,
        "product": presented.product,
        "no_lot": presented.no_lot or None,
        "national": dict(presented.national) or None,
        "expiry_readings": [each.printed_form for each in presented.expiry_readings] or None,
        "repairs": [each.value for each in presented.repairs] or None,
        "marks": [{"mark": mark, "seen": seen.value} for mark, seen in presented.marks] or None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def presented_from_plain(plain: Plain) -> Presented:
    """The reverse."""
    return Presented(
        gtin=Gtin(plain["gtin"]) if "gtin" in plain else None,
        lot=Lot.parse(plain["lot"]) if "lot" in plain else None,
        serial=Serial.parse(plain["serial"]) if "serial" in plain else None,
        expiry=Expiry.parse(plain["expiry"]) if "expiry" in plain else None,
        market=plain.get("market"),
        strength=plain.get("strength"),
        substance=plain.get("substance"),
        language=plain.get("language"),
        form=plain.get("form"),
        product=plain.get("product"),
        no_lot=plain.get("no_lot", False),
        national=tuple(plain.get("national", {}).items()),
        expiry_readings=tuple(map(Expiry.parse, plain.get("expiry_readings", ()))),
        repairs=tuple(map(Repair, plain.get("repairs", ()))),
        marks=tuple((each["mark"], Seen(each["seen"])) for each in plain.get("marks", ())),
    )


def verdict_to_plain(verdict: Verdict) -> Plain:
    """Every code, parameter and record of a verdict."""
    record = verdict.record
    return {  # `.value`: a writer of JSON takes three times as long over a member of an enumeration
        "action": verdict.action.value,
        "match": verdict.match.value,
        "reasons": [[each.code.value, each.severity.value, dict(each.params)] for each in verdict.reasons],
        "advice": [each.value for each in verdict.advice],
        "not_checked": [each.value for each in verdict.not_checked],
        "product": _product_to_plain(record.product) if record else None,
        "batch": _batch_to_plain(record.batch) if record and record.batch else None,
        "unit": _unit_to_plain(record.unit) if record and record.unit else None,
        "choices": [_product_to_plain(each) for each in verdict.choices],
        "as_of": verdict.as_of.isoformat(),
    }


def verdict_from_plain(plain: Plain) -> Verdict:
    """The reverse."""
    reasons = tuple(
        Reason(ReasonCode(code), Action(severity), tuple(params.items()))
        for code, severity, params in plain["reasons"]
    )
    record = None
    if plain["product"] is not None:
        record = Record(
            _product_from_plain(plain["product"]),
            _batch_from_plain(plain["batch"]) if plain["batch"] else None,
            _unit_from_plain(plain["unit"]) if plain["unit"] else None,
        )
    judgement = Judgement(
        action=Action(plain["action"]),
        match=Match(plain["match"]),
        reasons=reasons,
        headline=reasons[0].code,
        advice=tuple(Advice(each) for each in plain["advice"]),
        not_checked=tuple(NotChecked(each) for each in plain["not_checked"]),
        choices=tuple(_product_from_plain(each) for each in plain["choices"]),
    )
    return Verdict(judgement, record, datetime.fromisoformat(plain["as_of"]))


def _product_to_plain(product: ProductRecord) -> Plain:
    return {
        "id": product.id,
        "gtin": product.gtin,
        "name": product.name,
        "manufacturer": product.manufacturer,
        "active_substance": product.active_substance,
        "strengths": list(product.strengths),
        "form": product.form,
        "markets": list(product.markets),
        "languages": list(product.languages),
        "national_numbers": [list(pair) for pair in product.national_numbers],
        "complete": product.complete,
        "serialised": product.serialised,
    }


def _product_from_plain(plain: Plain) -> ProductRecord:
    lists: Plain = {
        name: tuple(plain[name]) for name in ("strengths", "markets", "languages") if name in plain
    }
    national = tuple((scheme, number) for scheme, number in plain["national_numbers"])
    return ProductRecord(**{**plain, **lists, "national_numbers": national})


def _batch_to_plain(batch: BatchRecord) -> Plain:
    return {
        "id": batch.id,
        "lot": batch.lot,
        "expiry": batch.expiry.printed_form,
        "status": batch.status.value,
        "markets": list(batch.markets),
        "made": batch.made.isoformat() if batch.made else None,
        "released": batch.released.isoformat() if batch.released else None,
        "quantity": batch.quantity,
        "recall_class": batch.recall_class,
        "recall_reference": batch.recall_reference,
        "recall_reason": batch.recall_reason,
        "earlier_expiries": [each.printed_form for each in batch.earlier_expiries],
    }


def _batch_from_plain(plain: Plain) -> BatchRecord:
    return BatchRecord(
        **{
            **plain,
            "expiry": Expiry.parse(plain["expiry"]),
            "status": BatchStatus(plain["status"]),
            "markets": tuple(plain["markets"]),
            "earlier_expiries": tuple(map(Expiry.parse, plain.get("earlier_expiries", ()))),
            "made": date.fromisoformat(plain["made"]) if plain["made"] else None,
            "released": date.fromisoformat(plain["released"]) if plain["released"] else None,
        }
    )


def _unit_to_plain(unit: UnitRecord) -> Plain:
    return {
        "serial": unit.serial,
        "disposition": unit.disposition.value,
        "batch": _batch_to_plain(unit.batch),
    }


def _unit_from_plain(plain: Plain) -> UnitRecord:
    return UnitRecord(plain["serial"], Disposition(plain["disposition"]), _batch_from_plain(plain["batch"]))
