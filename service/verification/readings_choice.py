"""Chooses among the readings of a question by the records: one indexed select for all of them.

A reading as it came that is on record needs no other. Else the readings are held against the records, and
1. those whose lot (or whose unit) is on record come before all others; without such a one nothing changes;
2. of these, the ones that fit most of what else was presented: serial, then expiry. No reading wins by
   leaving out a date that contradicts the record;
3. of equals, one whose lot is recalled, on hold or under an alert; else the likeliest. Two lots on record are
   asked about.
"""

from collections.abc import Callable

from msgspec.structs import replace

from service.authenticity.evidence import Evidence
from service.errors import ErrorCode, InvalidFieldsError, VialcheckError
from service.gs1.identifiers import Lot
from service.gs1.reading import ReadingKind
from service.gs1.repairs import Repair
from service.storage.hot.readings_on_record import LotOnRecord, OnRecord, on_record
from service.storage.hot.statements import Snapshot
from service.verification.pack_readings import MOST
from service.verification.question import ParsedQuestion, other_readings

_SHORTEST_NAME = 4
"""Letters of a word that may be the name of a product."""

_SEVERAL = 2
_MOST_ASKED = 3
"""So many lots are named in a question which one was meant."""


def choose(
    snapshot: Snapshot, parsed: ParsedQuestion, load: Callable[[ParsedQuestion], Evidence]
) -> tuple[ParsedQuestion, Evidence]:
    """The reading of the question to judge, and its evidence.

    `load` reads the records of one reading. Raises InvalidFieldsError for a text that cannot be read as it
    came, and of which no reading is on record.
    """
    refusal: VialcheckError | None = parsed.pack.refusal
    try:
        evidence = load(parsed) if parsed.pack.given else None
    except InvalidFieldsError as error:
        evidence, refusal = None, error
    if evidence is not None and not _is_missing(evidence):
        return parsed, evidence
    candidates = [parsed, *_others(parsed, evidence)][:MOST]
    chosen, also_read = _chosen(snapshot, candidates) if len(candidates) > 1 or refusal else (None, ())
    if chosen is None and (named := _as_name(parsed)) is not None:
        of_name = load(named)
        if of_name.named or of_name.product is not None:
            return named, of_name
    if chosen is None and refusal is not None:
        refusal.field = refusal.field or "scan"
        raise refusal if isinstance(refusal, InvalidFieldsError) else InvalidFieldsError((refusal,))
    chosen = chosen or parsed
    if evidence is None or chosen is not parsed:
        evidence = load(chosen)
    return chosen, replace(evidence, also_read=also_read) if also_read else evidence


def _as_name(parsed: ParsedQuestion) -> ParsedQuestion | None:
    """The question with a word typed for a lot as the product's name; None where it can be no name."""
    shown, reading = parsed.presented, parsed.reading
    if reading is None or reading.kind is not ReadingKind.LOT or shown.lot is None:
        return None
    others = shown.gtin or shown.serial or shown.national or shown.product or parsed.carton
    name = shown.lot.printed
    if others or parsed.question.lot or not name.isalpha() or len(name) < _SHORTEST_NAME:
        return None
    pack = replace(parsed.pack, lot=None)
    return replace(parsed, presented=replace(shown, lot=None, product=name), pack=pack)


def _is_missing(evidence: Evidence) -> bool:
    """Whether something presented is not on record, so that another reading of it may be."""
    shown, product = evidence.presented, evidence.product
    if product is None:
        named = shown.lot is not None and bool(evidence.same_lot) and shown.gtin is None
        alerted = shown.lot is not None and any(each.lot_key == shown.lot.key for each in evidence.alerts)
        return not (named or alerted) and bool(shown.gtin or shown.lot)
    lot_missing = shown.lot is not None and evidence.batch is None and not evidence.alike
    return lot_missing or (shown.serial is not None and evidence.unit is None)


def _others(parsed: ParsedQuestion, evidence: Evidence | None) -> list[ParsedQuestion]:
    """The other readings; of a GTIN that came as it is and is not on record, only those with another one."""
    gtin = parsed.presented.gtin
    if evidence is not None and evidence.product is None and gtin is not None and parsed.presented.lot:
        if gtin.value[0] == "0":
            return []  # what a repair of the rest gives would not be on record either
        return [each for each in other_readings(parsed) if each.pack.case]
    return other_readings(parsed)


def _chosen(
    snapshot: Snapshot, candidates: list[ParsedQuestion]
) -> tuple[ParsedQuestion | None, tuple[str, ...]]:
    held = on_record(
        snapshot,
        tuple({each.presented.gtin.value for each in candidates if each.presented.gtin}),
        tuple({each.presented.lot.key for each in candidates if each.presented.lot}),
        tuple({each.presented.serial.printed for each in candidates if each.presented.serial}),
    )
    fitting = [(fit, each) for each in candidates if (fit := _fit(each, held)) is not None]
    dated = {_named_lot(each) for _, each in fitting if each.presented.expiry is not None}
    fitting = [
        (fit, each) for fit, each in fitting if not (_left_words_out(each) and _named_lot(each) in dated)
    ]
    if not fitting:
        return _packs_of_case(candidates, held), ()
    if (stopped_one := _stopped_of_several([each for _, each in fitting], held)) is not None:
        return stopped_one, ()
    best = max(fit for fit, _ in fitting)
    equals = [each for fit, each in fitting if fit == best]
    stopped = [each for each in equals if any(lot.stopped for lot in _lots(each, held))]
    chosen = (stopped or equals)[0]
    if stopped or chosen.pack.given:
        return chosen, ()
    lots = dict.fromkeys(each.presented.lot.printed for each in equals if each.presented.lot)
    lots.pop(chosen.presented.lot.printed if chosen.presented.lot else "", None)
    return chosen, tuple(lots)[: _MOST_ASKED - 1]


def _packs_of_case(candidates: list[ParsedQuestion], held: OnRecord) -> ParsedQuestion | None:
    """The packs of a case whose product is on record, though its lot is not; None where the case's own is."""
    first = candidates[0].presented.gtin
    if first is None or first.value in held.products:
        return None
    those = (each for each in candidates if each.pack.case and each.presented.gtin is not None)
    return next(
        (each for each in those if each.presented.gtin and each.presented.gtin.value in held.products), None
    )


def _stopped_of_several(fitting: list[ParsedQuestion], held: OnRecord) -> ParsedQuestion | None:
    """Of several whole lots in one text, or in one code, the one that is stopped, whatever fits better."""
    named = [each for each in fitting if _names_several(each)]
    if len({_named_lot(each) for each in named}) < _SEVERAL:
        return None
    return next((each for each in named if any(lot.stopped for lot in _lots(each, held))), None)


def _names_several(candidate: ParsedQuestion) -> bool:
    repeated = any(each.code is ErrorCode.AI_REPEATED for each in candidate.pack.problems)
    return candidate.presented.lot is not None and (repeated or Repair.WORDS_BESIDE in candidate.pack.repairs)


def _named_lot(candidate: ParsedQuestion) -> tuple[str, str]:
    shown = candidate.presented
    return (shown.gtin.value if shown.gtin else "", shown.lot.key if shown.lot else "")


def _left_words_out(candidate: ParsedQuestion) -> bool:
    """Whether words beside the lot were left out, and with them a date that may contradict the record."""
    shown = candidate.presented
    return shown.lot is not None and shown.expiry is None and Repair.WORDS_BESIDE in candidate.pack.repairs


_Fit = tuple[bool, bool, int, int]


def _fit(candidate: ParsedQuestion, held: OnRecord) -> _Fit | None:
    """How well a reading fits the records; None where neither its lot nor its unit is on record.

    Whether the unit is; whether no serial was guessed that is not; 1 where the expiry agrees, -1 where it
    contradicts; 1 where the marks agree.
    """
    shown = candidate.presented
    gtin = shown.gtin.value if shown.gtin else None
    unit = shown.serial is not None and gtin is not None and (gtin, shown.serial.printed) in held.units
    guessed = shown.serial is not None and Repair.WITHOUT_LABEL in candidate.pack.repairs
    sure = unit or not guessed
    if shown.lot is None:
        named = unit or (gtin is not None and gtin in held.products)
        return (unit, sure, -1, -1) if named else None  # a lot on record says more, whatever its expiry
    lots = _lots(candidate, held)
    if not lots:
        return None
    expiry = 0
    if shown.expiry is not None:
        dated = [each for each in lots if each.expiry is not None]
        agrees = any(each.expiry is not None and shown.expiry.agrees_with(each.expiry) for each in dated)
        expiry = 1 if agrees else -1 if dated else 0
    written = any(shown.lot.is_written_as(Lot.parse(each.lot)) for each in lots if each.lot)
    return unit, sure, expiry, int(written)


def _lots(candidate: ParsedQuestion, held: OnRecord) -> list[LotOnRecord]:
    """The lots on record that a reading names."""
    shown = candidate.presented
    if shown.lot is None:
        return []
    gtin = shown.gtin.value if shown.gtin else ""
    return [each for each in held.lots.get(shown.lot.key, ()) if not gtin or each.gtin in ("", gtin)]
