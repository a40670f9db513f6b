"""Every reason has a row; every row says why it exists."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from service.authenticity.alerts.regulators import country_of
from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import (
    AlertKind,
    Asker,
    BatchStatus,
    Evidence,
    MarkFeature,
    MarkRecord,
    NearMiss,
    OutsideAnswer,
    Presented,
    RecallScope,
    Seen,
)
from service.authenticity.reasons import Action, Match, NotChecked, ReasonCode
from service.authenticity.record_rules import has_ended
from service.authenticity.scan_history.sightings import NOWHERE, Region, Sighting, SightingKind
from service.authenticity.verdicts import judge
from service.errors import ErrorCode
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.iso.countries import zone_of
from service.gs1.reading import Problem
from service.gs1.repairs import Repair
from tests.factories.evidence import (
    BATCH,
    EXPIRY,
    GTIN,
    LOT,
    LYON,
    MATCHING,
    NOW,
    OTHER_BATCH,
    PRODUCT,
    SERIAL,
    TOKYO,
    UNIT,
    alert,
    evidence,
    history,
    recall,
    scan,
)

C, A, S = ReasonCode, Action, RecallScope
SCATTERED = [scan(Region("FR", f"Town {n}"), 20 * n, f"d{n}") for n in range(5)]
WINDOW = recall(RecallScope.WINDOW, expiry_from=date(2028, 12, 1), expiry_to=date(2028, 12, 31))
INCOMPLETE = replace(PRODUCT, complete=False, serialised=False)
LOT_ONLY = Presented(lot=LOT)
SEAL = MarkRecord(
    "seal", "MHRA", MarkFeature.SEAL, "box", "the seal", "round", "square", ("F1",), product_name="Verotox"
)
OTHER_PRODUCT = replace(PRODUCT, id=2, gtin="09506000134369", name="Verotox 50")
BRAND = alert(authority="FDA", product_name="Botox 100 units/vial")
UNLICENSED = alert(product_name="Toxpia", kind=AlertKind.UNLICENSED)
POWDER = replace(PRODUCT, form="powder for solution for injection")
UNTIL_JUNE = replace(PRODUCT, complete_until=date(2026, 6, 30))
OVERDUE = replace(PRODUCT, lists_received=(date(2026, 5, 4), date(2026, 6, 2), date(2026, 7, 1)))
PAST = Expiry(2025, 6, 30)
PAST_BATCH = replace(BATCH, expiry=PAST)


def unit(disposition: Disposition) -> Any:
    return replace(UNIT, disposition=disposition)


def batch(**changes: Any) -> Any:
    return replace(BATCH, **changes)


def in_batch(**changes: Any) -> dict[str, Any]:
    """A batch changed, and the unit in it."""
    changed = batch(**changes)
    return {"batch": changed, "unit": replace(UNIT, batch=changed)}


def seen(*scans: Sighting, **changes: Any) -> Evidence:
    """`MATCHING`, with a history of scans of which the last is the present one."""
    return replace(MATCHING, history=history(*scans, **changes))


def outside(**answer: Any) -> Evidence:
    """A product without records here, and what its responder answered."""
    unknown = evidence(product=None, batch=None, unit=None)
    return replace(unknown, outside=OutsideAnswer("Example VRS", **answer))


ROWS = [
    # everything presented is one unit's record
    ("unit", MATCHING, A.ACCEPT, {C.UNIT_ON_RECORD}),
    # without a serial a lot number is copyable, and counterfeiters copy real ones
    ("lot", evidence({"serial": None}, unit=None), A.CHECK, {C.LOT_ON_RECORD}),
    (
        "product",
        evidence({"serial": None, "lot": None, "expiry": None}, unit=None, batch=None),
        A.CHECK,
        {C.PRODUCT_ON_RECORD},
    ),
    # nobody's records: nothing can be said either way
    ("no product", evidence(product=None, batch=None, unit=None), A.UNKNOWN, {C.NO_RECORDS_HELD}),
    # another organisation's responder: its word alone lets nothing pass, and rejects nothing
    ("outside: verified", outside(verified=True), A.CHECK, {C.NO_RECORDS_HELD, C.VERIFIED_ELSEWHERE}),
    (
        "outside: verified, its date extended",
        outside(verified=True, info="ExpirationExtended"),
        A.CHECK,
        {C.NO_RECORDS_HELD, C.VERIFIED_ELSEWHERE},
    ),
    (
        "outside: verified and recalled, as its maker's policy has it",
        outside(verified=True, info="Recalled"),
        A.QUARANTINE,
        {C.NO_RECORDS_HELD, C.NOT_VERIFIED_ELSEWHERE},
    ),
    (
        "outside: not verified",
        outside(verified=False, reason="No_match_GTIN_Serial"),
        A.QUARANTINE,
        {C.NO_RECORDS_HELD, C.NOT_VERIFIED_ELSEWHERE},
    ),
    # what is on record here decides: an outside answer is not heard
    (
        "outside: beside a record",
        replace(MATCHING, outside=OutsideAnswer("Example VRS", verified=False)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    ("lot nowhere", Evidence(LOT_ONLY, NOW, ZoneInfo("UTC")), A.UNKNOWN, {C.NO_RECORDS_HELD}),
    # the maker's records are complete, and this is not in them
    (
        "lot not issued",
        evidence({"serial": None}, batch=None, unit=None),
        A.QUARANTINE,
        {C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    ("serial not issued", evidence(unit=None), A.QUARANTINE, {C.SERIAL_NOT_ON_RECORD, C.LOT_ON_RECORD}),
    # incomplete records cannot speak against a vial
    (
        "lot unknown, incomplete",
        evidence({"serial": None}, product=INCOMPLETE, batch=None, unit=None),
        A.CHECK,
        {C.PRODUCT_ON_RECORD},
    ),
    (
        "serial unknown, no units held",
        evidence(product=replace(PRODUCT, serialised=False), unit=None),
        A.CHECK,
        {C.LOT_ON_RECORD},
    ),
    # what is printed contradicts the record (Botox C6835C3: 12/2023 on record, 12/2024 printed)
    (
        "expiry differs",
        evidence({"expiry": Expiry(2029, 12, 31)}),
        A.QUARANTINE,
        {C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "expiry differs, lot only",
        evidence({"expiry": Expiry(2029, 12), "serial": None}, unit=None),
        A.QUARANTINE,
        {C.EXPIRY_MISMATCH, C.LOT_ON_RECORD},
    ),
    # a month printed where a day is on record is no contradiction
    ("expiry month", evidence({"expiry": Expiry(2028, 12)}), A.ACCEPT, {C.UNIT_ON_RECORD}),
    (
        "serial of another lot",
        evidence(unit=replace(UNIT, batch=OTHER_BATCH)),
        A.QUARANTINE,
        {C.SERIAL_IN_OTHER_LOT, C.LOT_ON_RECORD},
    ),
    (
        "serial known, lot unknown",
        evidence(batch=None),
        A.QUARANTINE,
        {C.SERIAL_IN_OTHER_LOT, C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    # the lot is the maker's, of another product
    (
        "lot of a sister product",
        evidence({"serial": None}, batch=None, unit=None, same_lot=(OTHER_PRODUCT,)),
        A.QUARANTINE,
        {C.PRODUCT_MISMATCH, C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    # FDA 2024: 150 units, which the maker does not make
    (
        "strength",
        evidence({"strength": "150 Units"}),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    ("strength in other words", evidence({"strength": "100 IU"}), A.ACCEPT, {C.UNIT_ON_RECORD}),
    # FDA 2024: the substance named otherwise than on the maker's packs; a language that no pack carries
    (
        "substance",
        evidence(
            {"substance": "Botulinum Toxin Type A"},
            product=replace(PRODUCT, active_substance="onabotulinumtoxinA"),
        ),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "substance in other letters",
        evidence(
            {"substance": "botulinum toxin, TYPE A"},
            product=replace(PRODUCT, active_substance="onabotulinumtoxinA; Botulinum toxin A"),
        ),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "language",
        evidence({"language": "ko"}, product=replace(PRODUCT, languages=("fr", "tr"))),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "language of the packs",
        evidence({"language": "tr"}, product=replace(PRODUCT, languages=("fr", "tr"))),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # MHRA 2022: a GTIN under the maker's own prefix that the maker never gave out
    (
        "invented GTIN",
        evidence(product=None, batch=None, unit=None, prefix_holder="Medulla Labs"),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.NO_RECORDS_HELD},
    ),
    # a Turkey-only lot in Brazil
    ("market", evidence({"market": "BR"}), A.QUARANTINE, {C.MARKET_NOT_AUTHORISED, C.UNIT_ON_RECORD}),
    (
        "market of the lot",
        evidence({"market": "FR"}, **in_batch(markets=("TR",))),
        A.QUARANTINE,
        {C.MARKET_NOT_AUTHORISED, C.UNIT_ON_RECORD},
    ),
    # the state of the batch
    ("recalled", evidence(**in_batch(status=BatchStatus.RECALLED)), A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD}),
    (
        "recalled, lot only",
        evidence({"serial": None}, unit=None, batch=batch(status=BatchStatus.RECALLED)),
        A.REJECT,
        {C.RECALLED, C.LOT_ON_RECORD},
    ),
    (
        "on hold",
        evidence(**in_batch(status=BatchStatus.ON_HOLD)),
        A.QUARANTINE,
        {C.ON_HOLD, C.UNIT_ON_RECORD},
    ),
    (
        "not released",
        evidence(**in_batch(status=BatchStatus.PENDING)),
        A.QUARANTINE,
        {C.NOT_RELEASED, C.UNIT_ON_RECORD},
    ),
    (
        "released tomorrow",
        evidence(**in_batch(released=date(2026, 11, 24))),
        A.QUARANTINE,
        {C.NOT_RELEASED, C.UNIT_ON_RECORD},
    ),
    ("released today", evidence(**in_batch(released=date(2026, 11, 23))), A.ACCEPT, {C.UNIT_ON_RECORD}),
    # past its last day, whoever says so
    (
        "expired on record",
        evidence({"expiry": None}, **in_batch(expiry=PAST)),
        A.REJECT,
        {C.EXPIRED, C.UNIT_ON_RECORD},
    ),
    (
        "expired as printed",
        evidence({"expiry": PAST}),
        A.REJECT,
        {C.EXPIRED, C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "expired, unknown product",
        evidence({"expiry": PAST}, product=None, batch=None, unit=None),
        A.REJECT,
        {C.EXPIRED, C.NO_RECORDS_HELD},
    ),
    # a recall of the lot that the serial really belongs to counts too
    (
        "recalled through the serial",
        evidence(unit=replace(UNIT, batch=replace(OTHER_BATCH, status=BatchStatus.RECALLED))),
        A.REJECT,
        {C.RECALLED, C.SERIAL_IN_OTHER_LOT, C.LOT_ON_RECORD},
    ),
    # the state of the unit
    (
        "dispensed, patient",
        evidence(unit=unit(Disposition.DISPENSED)),
        A.CHECK,
        {C.DISPENSED, C.UNIT_ON_RECORD},
    ),
    (
        "dispensed, clinic",
        evidence(unit=unit(Disposition.DISPENSED), asker=Asker.CLINIC),
        A.QUARANTINE,
        {C.DISPENSED, C.UNIT_ON_RECORD},
    ),
    # a use by a clinic that had not scanned the code says so, and stops nothing by itself
    *(
        (
            f"used without a scan, {asker}",
            evidence(unit=unit(Disposition.DISPENSED), asker=asker, used_without_scan=True),
            A.CHECK,
            {C.RECORDED_WITHOUT_SCAN, C.UNIT_ON_RECORD},
        )
        for asker in Asker
    ),
    (
        "decommissioned",
        evidence(unit=unit(Disposition.INACTIVE)),
        A.REJECT,
        {C.DECOMMISSIONED, C.UNIT_ON_RECORD},
    ),
    ("destroyed", evidence(unit=unit(Disposition.DESTROYED)), A.REJECT, {C.DESTROYED, C.UNIT_ON_RECORD}),
    ("stolen", evidence(unit=unit(Disposition.STOLEN)), A.REJECT, {C.STOLEN, C.UNIT_ON_RECORD}),
    ("exported", evidence(unit=unit(Disposition.EXPORTED)), A.REJECT, {C.EXPORTED, C.UNIT_ON_RECORD}),
    ("sample", evidence(unit=unit(Disposition.SAMPLE)), A.REJECT, {C.SAMPLE, C.UNIT_ON_RECORD}),
    ("unit recalled", evidence(unit=unit(Disposition.RECALLED)), A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD}),
    ("unit locked", evidence(unit=unit(Disposition.LOCKED)), A.QUARANTINE, {C.ON_HOLD, C.UNIT_ON_RECORD}),
    # regulators: exactly this vial
    (
        "alert: serial",
        evidence(alerts=(alert(serial="9KQ4T7M2"),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.UNIT_ON_RECORD},
    ),
    (
        "alert: serial prefix",
        evidence(alerts=(alert(serial_prefix="9kq4"),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.UNIT_ON_RECORD},
    ),
    ("alert: another serial", evidence(alerts=(alert(serial="XXXX"),)), A.ACCEPT, {C.UNIT_ON_RECORD}),
    (
        "alert: lot + the printed expiry",
        evidence({"expiry": Expiry(2029, 12)}, alerts=(alert(lot="VX2401", expiry=Expiry(2029, 12)),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "alert: lot never issued",
        evidence({"serial": None}, batch=None, unit=None, alerts=(alert(lot="VX2401"),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "alert: lot false, says the maker",
        evidence(product=None, batch=None, unit=None, alerts=(alert(lot="VX2401", lot_issued=False),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.NO_RECORDS_HELD},
    ),
    (
        "alert: GTIN that does not exist",
        evidence(product=None, batch=None, unit=None, alerts=(alert(gtin=GTIN.value),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.NO_RECORDS_HELD},
    ),
    (
        "alert: GTIN of a real product",
        evidence(alerts=(alert(gtin=GTIN.value),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # regulators: a lot of which the maker issued vials too
    (
        "alert: lot, nothing else known",
        evidence({"expiry": None, "serial": None}, unit=None, alerts=(alert(lot="VX2401"),)),
        A.QUARANTINE,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    (
        "alert: lot, unit and expiry match",
        evidence(alerts=(alert(lot="VX2401"),)),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.UNIT_ON_RECORD},
    ),
    (
        "alert: lot, expiry as recorded, not as alerted",
        evidence({"serial": None}, unit=None, alerts=(alert(lot="VX2401", expiry=Expiry(2029, 12)),)),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    # Ozempic PAR0362: the lot is the maker's, serials that begin so are not, and this is none of them
    (
        "alert: serials of the lot, another one",
        evidence(
            {"expiry": None},
            unit=None,
            product=INCOMPLETE,
            alerts=(alert(lot="VX2401", serial_prefix="5174"),),
        ),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    (
        "alert: serials of the lot, no serial presented",
        evidence({"expiry": None, "serial": None}, unit=None, alerts=(alert(lot="VX2401", serial="51746"),)),
        A.QUARANTINE,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    # FDA 2015: a warning that names Botox and no number. Most who hold the brand have nothing to fear
    (
        "alert: brand, no record",
        Evidence(Presented(product="Botox 100U", lot=LOT), NOW, ZoneInfo("UTC"), alerts=(BRAND,)),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.NO_RECORDS_HELD},
    ),
    (
        "alert: brand, lot on record",
        evidence({"serial": None}, unit=None, alerts=(replace(BRAND, product_name="Verotox"),)),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    (
        "alert: brand, lot that incomplete records lack",
        evidence(
            {"serial": None},
            product=INCOMPLETE,
            batch=None,
            unit=None,
            alerts=(replace(BRAND, product_name="Verotox"),),
        ),
        A.QUARANTINE,
        {C.ALERT_LOT_COUNTERFEITED, C.PRODUCT_ON_RECORD},
    ),
    (
        "alert: brand, unit on record",
        evidence(alerts=(replace(BRAND, product_name="Verotox"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "alert: another brand",
        evidence({"serial": None}, unit=None, alerts=(BRAND,)),
        A.CHECK,
        {C.LOT_ON_RECORD},
    ),
    # words that every product of its class shares name no brand
    (
        "alert: botulinum toxin",
        Evidence(
            Presented(product="botulinum toxin", lot=LOT),
            NOW,
            ZoneInfo("UTC"),
            alerts=(alert(product_name="Nabota Botulinum Toxin Type A"),),
        ),
        A.UNKNOWN,
        {C.NO_RECORDS_HELD},
    ),
    (
        "recall of a brand, no lot named",
        evidence(alerts=(alert(product_name="Verotox 100", kind=AlertKind.RECALLED),)),
        A.QUARANTINE,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    (
        "theft of a brand, no lot named",
        evidence(alerts=(alert(product_name="Verotox 100", kind=AlertKind.STOLEN),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # MHRA 2025: Botulax, reNTox, Innotox, Toxpia are not licensed in the United Kingdom, whoever made them
    (
        "not licensed, presented there",
        Evidence(
            Presented(product="Toxpia", market="GB"), NOW, ZoneInfo("Europe/London"), alerts=(UNLICENSED,)
        ),
        A.QUARANTINE,
        {C.MARKET_NOT_AUTHORISED, C.NO_RECORDS_HELD},
    ),
    (
        "not licensed, nobody said where",
        Evidence(Presented(product="toxpia 100"), NOW, ZoneInfo("UTC"), alerts=(UNLICENSED,)),
        A.CHECK,
        {C.MARKET_NOT_AUTHORISED, C.NO_RECORDS_HELD},
    ),
    (
        "not licensed, presented elsewhere",
        Evidence(Presented(product="Toxpia", market="KR"), NOW, ZoneInfo("Asia/Seoul"), alerts=(UNLICENSED,)),
        A.UNKNOWN,
        {C.NO_RECORDS_HELD},
    ),
    (
        "not licensed, by a regulator of no country",
        Evidence(
            Presented(product="Toxpia"),
            NOW,
            ZoneInfo("UTC"),
            alerts=(replace(UNLICENSED, authority="Medicines board"),),
        ),
        A.QUARANTINE,
        {C.MARKET_NOT_AUTHORISED, C.NO_RECORDS_HELD},
    ),
    (
        "not licensed, licensed since",
        evidence({"market": "FR"}, alerts=(replace(UNLICENSED, authority="ANSM", product_name="Verotox"),)),
        A.CHECK,
        {C.MARKET_NOT_AUTHORISED, C.UNIT_ON_RECORD},
    ),
    (
        "not licensed, by its lot",
        evidence(
            {"serial": None, "market": "TR"},
            unit=None,
            alerts=(alert(authority="TITCK", kind=AlertKind.UNLICENSED, lot="VX2401"),),
            product=replace(PRODUCT, markets=()),
        ),
        A.QUARANTINE,
        {C.MARKET_NOT_AUTHORISED, C.LOT_ON_RECORD},
    ),
    # the brand was named, and none of its presentations has the lot
    (
        "lot of no presentation",
        Evidence(Presented(product="Verotox", lot=LOT), NOW, ZoneInfo("UTC"), named=(PRODUCT, OTHER_PRODUCT)),
        A.QUARANTINE,
        {C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "lot of no presentation, one of them incomplete",
        Evidence(Presented(product="Verotox", lot=LOT), NOW, ZoneInfo("UTC"), named=(PRODUCT, INCOMPLETE)),
        A.CHECK,
        {C.PRODUCT_ON_RECORD},
    ),
    # a name that several presentations bear, in a strength of none of them
    (
        "strength of no presentation",
        Evidence(
            Presented(product="Verotox 150 units"), NOW, ZoneInfo("UTC"), named=(PRODUCT, OTHER_PRODUCT)
        ),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.PRODUCT_ON_RECORD},
    ),
    # the form, said or in the name
    (
        "form not made",
        evidence({"form": "tablets"}, product=POWDER),
        A.QUARANTINE,
        {C.FORM_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "form in the name",
        evidence({"product": "Verotox cream"}, product=POWDER),
        A.QUARANTINE,
        {C.FORM_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "form in other words",
        evidence({"form": "Durchstechflasche"}, product=POWDER),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # the brand: nearly the right one beside a lot of it, and another one
    (
        "brand misspelt, with a lot of it",
        evidence({"product": "Veratox", "serial": None}, unit=None),
        A.QUARANTINE,
        {C.NAME_NOT_ON_RECORD, C.LOT_ON_RECORD},
    ),
    (
        "brand misspelt, without a lot",
        evidence({"product": "Veratox", "serial": None, "lot": None, "expiry": None}, unit=None, batch=None),
        A.CHECK,
        {C.NAME_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "a seal that differs, as a patient saw it",
        evidence({"marks": (("seal", Seen.DIFFERS),)}, marks=(SEAL,)),
        A.CHECK,
        {C.MARK_DIFFERS, C.UNIT_ON_RECORD},
    ),
    (
        "a seal that differs, as a clinic saw it",
        evidence({"marks": (("seal", Seen.DIFFERS),)}, marks=(SEAL,), asker=Asker.CLINIC),
        A.QUARANTINE,
        {C.MARK_DIFFERS, C.UNIT_ON_RECORD},
    ),
    (
        "a seal that agrees",
        evidence({"marks": (("seal", Seen.AGREES),)}, marks=(SEAL,)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    ("another brand", evidence({"product": "Dysport"}), A.CHECK, {C.NAME_NOT_ON_RECORD, C.UNIT_ON_RECORD}),
    # complete until a day: what may be younger is asked about
    (
        "lot that may be younger",
        evidence({"serial": None, "expiry": None}, batch=None, unit=None, product=UNTIL_JUNE),
        A.CHECK,
        {C.RECORDS_OVERDUE, C.PRODUCT_ON_RECORD},
    ),
    (
        "lot too old to be younger",
        evidence(
            {"serial": None, "expiry": Expiry(2027, 6)},
            batch=None,
            unit=None,
            product=UNTIL_JUNE,
            newest_expiry=EXPIRY,
        ),
        A.QUARANTINE,
        {C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "lists overdue",
        evidence({"serial": None}, batch=None, unit=None, product=OVERDUE, newest_expiry=EXPIRY),
        A.CHECK,
        {C.RECORDS_OVERDUE, C.PRODUCT_ON_RECORD},
    ),
    # marks: left out of one of two lots, elsewhere, and those of a recalled lot
    (
        "marks left out that tell two lots apart",
        evidence(
            {"lot": Lot.parse("VX2401"), "serial": None, "expiry": None},
            batch=None,
            unit=None,
            alike=(BATCH, replace(OTHER_BATCH, lot="VX2-401")),
        ),
        A.CHECK,
        {C.LOT_AMBIGUOUS, C.PRODUCT_ON_RECORD},
    ),
    (
        "a recalled lot with other marks, this one not on record",
        evidence(
            {"lot": Lot.parse("VX2-401"), "serial": None},
            batch=None,
            unit=None,
            alike=(replace(BATCH, status=BatchStatus.RECALLED),),
        ),
        A.REJECT,
        {C.RECALLED, C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "a recalled lot with other marks, this one on record",
        evidence(alike=(replace(OTHER_BATCH, lot="VX2-401", status=BatchStatus.RECALLED),)),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.UNIT_ON_RECORD},
    ),
    (
        "a held lot with other marks, this one not on record",
        evidence(
            {"lot": Lot.parse("VX2-401"), "serial": None},
            batch=None,
            unit=None,
            alike=(replace(BATCH, status=BatchStatus.ON_HOLD),),
        ),
        A.QUARANTINE,
        {C.ON_HOLD, C.LOT_NOT_ON_RECORD, C.PRODUCT_ON_RECORD},
    ),
    (
        "the owner's recall of a lot with other marks, this one on record",
        evidence(recalls=(recall(RecallScope.LOT, lot="VX2-401"),)),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.UNIT_ON_RECORD},
    ),
    # a date of two readings: the record chose, and nothing passes for it
    (
        "expiry of two readings",
        evidence({"expiry_readings": (EXPIRY, Expiry(2028, 1, 12))}),
        A.CHECK,
        {C.LIKELY_MISREAD, C.UNIT_ON_RECORD},
    ),
    # thefts of part of a lot
    (
        "stolen in part, this unit in circulation",
        evidence(alerts=(alert(kind=AlertKind.STOLEN, lot="VX-2401"),)),
        A.CHECK,
        {C.STOLEN, C.UNIT_ON_RECORD},
    ),
    (
        "stolen lot, no unit shown",
        evidence({"serial": None}, unit=None, alerts=(alert(kind=AlertKind.STOLEN, lot="VX-2401"),)),
        A.REJECT,
        {C.STOLEN, C.LOT_ON_RECORD},
    ),
    (
        "stolen serials of the lot, none shown",
        evidence(
            {"serial": None}, unit=None, alerts=(alert(kind=AlertKind.STOLEN, lot="VX-2401", serial="Q1"),)
        ),
        A.CHECK,
        {C.STOLEN, C.LOT_ON_RECORD},
    ),
    (
        "stolen serials of the lot, another one shown",
        evidence(alerts=(alert(kind=AlertKind.STOLEN, lot="VX-2401", serial_prefix="Q1"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # a notice of a presentation that the maker does not make
    (
        "alert: a strength not made, of a pack in another",
        evidence({"serial": None}, unit=None, alerts=(alert(product_name="Verotox 150 units"),)),
        A.CHECK,
        {C.LOT_ON_RECORD},
    ),
    (
        "alert: a strength not made, as on the pack",
        evidence({"strength": "150 U"}, alerts=(alert(product_name="Verotox 150 units"),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.PRESENTATION_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "alert: lot, in a strength not made, of a pack in the right one",
        evidence(
            {"serial": None}, unit=None, alerts=(alert(lot="VX2401", product_name="Verotox 150 units"),)
        ),
        A.CHECK,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    # no lot on the vial, whatever its box says
    (
        "no lot on the vial, one on its box all the same",
        evidence({"no_lot": True}),
        A.QUARANTINE,
        {C.NO_LOT_PRESENTED, C.UNIT_ON_RECORD},
    ),
    # a relabelled pack in its own box, and around the original vial
    (
        "a relabelled box around the original vial",
        evidence(
            {"serial": None},
            unit=None,
            carton=evidence(
                {"gtin": Gtin(OTHER_PRODUCT.gtin), "serial": None},
                unit=None,
                product=replace(OTHER_PRODUCT, source_gtins=(GTIN.value,)),
            ),
        ),
        A.CHECK,
        {C.LOT_ON_RECORD},
    ),
    # a strength that was typed with the name
    (
        "strength in the name",
        evidence({"strength": None, "product": "Verotox 150 Units"}),
        A.QUARANTINE,
        {C.PRESENTATION_UNKNOWN, C.UNIT_ON_RECORD},
    ),
    (
        "right strength in the name",
        evidence({"strength": None, "product": "Verotox 100U"}),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "alert: lot alone, expiry as recorded",
        evidence({"serial": None}, unit=None, alerts=(alert(lot="VX2401"),)),
        A.QUARANTINE,
        {C.ALERT_LOT_COUNTERFEITED, C.LOT_ON_RECORD},
    ),
    (
        "alert: lot of somebody we do not know",
        Evidence(LOT_ONLY, NOW, ZoneInfo("UTC"), alerts=(alert(lot="VX2401", product_name="Botox"),)),
        A.QUARANTINE,
        {C.ALERT_LOT_COUNTERFEITED, C.NO_RECORDS_HELD},
    ),
    # the same lot string of another brand is another lot
    (
        "alert: other brand",
        evidence(alerts=(alert(lot="VX2401", product_name="Botox 100U"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "alert: other GTIN",
        evidence(alerts=(alert(lot="VX2401", gtin="09506000134369"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "alert: other brand, only a lot typed",
        replace(MATCHING, presented=LOT_ONLY, unit=None, alerts=(alert(lot="VX2401", product_name="Botox"),)),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.LOT_ON_RECORD},
    ),
    (
        "alert: recall by a regulator",
        evidence(alerts=(alert(kind=AlertKind.RECALLED, lot="vx 2401"),)),
        A.REJECT,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    (
        "alert: recall of the product",
        evidence(alerts=(alert(kind=AlertKind.RECALLED, gtin=GTIN.value),)),
        A.REJECT,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    (
        "alert: recall of another lot",
        evidence(alerts=(alert(kind=AlertKind.RECALLED, gtin=GTIN.value, lot="ZZ9"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    (
        "alert: stolen",
        evidence(alerts=(alert(kind=AlertKind.STOLEN, serial="9KQ4T7M2"),)),
        A.REJECT,
        {C.STOLEN, C.UNIT_ON_RECORD},
    ),
    (
        "alert: tampered",
        evidence(alerts=(alert(kind=AlertKind.TAMPERED, serial="9KQ4T7M2"),)),
        A.REJECT,
        {C.ALERT_FALSIFIED, C.UNIT_ON_RECORD},
    ),
    # folding only ever raises caution
    (
        "alert: lot that reads alike",
        Evidence(Presented(lot=Lot.parse("VX24O1")), NOW, ZoneInfo("UTC"), alerts=(alert(lot="VX2401"),)),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.NO_RECORDS_HELD},
    ),
    (
        "misread lot",
        evidence(
            {"lot": Lot.parse("VX24O1"), "serial": None},
            batch=None,
            unit=None,
            near=(NearMiss("lot", "VX24O1", (4,)),),
        ),
        A.CHECK,
        {C.LIKELY_MISREAD, C.PRODUCT_ON_RECORD},
    ),
    (
        "misread serial",
        evidence(
            {"serial": Serial.parse("9kq4t7m2")}, unit=None, near=(NearMiss("serial", "9kq4t7m2", (1,)),)
        ),
        A.CHECK,
        {C.LIKELY_MISREAD, C.LOT_ON_RECORD},
    ),
    (
        "misread of a recalled lot",
        evidence(
            {"serial": None}, batch=None, unit=None, near=(NearMiss("lot", "VX24O1", (4,), alerted=True),)
        ),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.LIKELY_MISREAD, C.PRODUCT_ON_RECORD},
    ),
    # how it was read: what was repaired never passes, and may stop
    (
        "repaired, and everything else matches",
        evidence({"repairs": (Repair.SEPARATOR_LOST,)}),
        A.CHECK,
        {C.LIKELY_MISREAD, C.UNIT_ON_RECORD},
    ),
    (
        "typed text that was repaired",
        evidence({"repairs": (Repair.WITHOUT_LABEL,)}),
        A.CHECK,
        {C.LIKELY_MISREAD, C.UNIT_ON_RECORD},
    ),
    (
        "an element that cannot be right",
        evidence(problems=(Problem("8008", "2813991200", ErrorCode.AI_VALUE_INVALID),)),
        A.CHECK,
        {C.CODE_IMPOSSIBLE, C.UNIT_ON_RECORD},
    ),
    (
        "two lots in a code that came whole",
        evidence(problems=(Problem("10", "B2", ErrorCode.AI_REPEATED),), contradictory=True),
        A.QUARANTINE,
        {C.CODE_IMPOSSIBLE, C.UNIT_ON_RECORD},
    ),
    (
        "the code of a shipping case",
        evidence({"serial": None}, unit=None, case=True),
        A.CHECK,
        {C.CASE_NOT_PACK, C.LOT_ON_RECORD},
    ),
    (
        "several lots on record that it may be",
        evidence({"repairs": (Repair.SEPARATOR_LOST,)}, also_read=("VX24",)),
        A.CHECK,
        {C.LOT_AMBIGUOUS, C.LIKELY_MISREAD, C.UNIT_ON_RECORD},
    ),
    # which product?
    (
        "shared lot",
        Evidence(LOT_ONLY, NOW, ZoneInfo("UTC"), same_lot=(PRODUCT, OTHER_PRODUCT)),
        A.CHECK,
        {C.LOT_AMBIGUOUS, C.LOT_ON_RECORD},
    ),
    (
        "shared lot, one recalled",
        Evidence(
            LOT_ONLY, NOW, ZoneInfo("UTC"), same_lot=(PRODUCT, OTHER_PRODUCT), any_same_lot_stopped=True
        ),
        A.QUARANTINE,
        {C.ALERT_CLOSE, C.LOT_AMBIGUOUS, C.LOT_ON_RECORD},
    ),
    # FDA: a vial with no lot number on it
    (
        "no lot on the vial",
        evidence({"lot": None, "serial": None, "no_lot": True, "expiry": None}, batch=None, unit=None),
        A.QUARANTINE,
        {C.NO_LOT_PRESENTED, C.PRODUCT_ON_RECORD},
    ),
    (
        "expiry read, no lot",
        evidence({"lot": None, "serial": None}, batch=None, unit=None),
        A.QUARANTINE,
        {C.NO_LOT_PRESENTED, C.PRODUCT_ON_RECORD},
    ),
    # FDA 2013: carton lot C3016 C3, vial lot C3121 C3, both on record
    (
        "carton of another lot",
        evidence(carton=evidence({"lot": Lot.parse("VX2402"), "serial": None}, batch=OTHER_BATCH, unit=None)),
        A.QUARANTINE,
        {C.CARTON_VIAL_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "carton with another expiry",
        evidence(carton=evidence({"expiry": Expiry(2029, 1)})),
        A.QUARANTINE,
        {C.CARTON_VIAL_MISMATCH, C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "carton of a sister product",
        evidence({"gtin": None}, carton=evidence(product=OTHER_PRODUCT)),
        A.QUARANTINE,
        {C.CARTON_VIAL_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "carton that agrees",
        evidence(carton=evidence({"serial": None, "expiry": Expiry(2028, 12)}, unit=None)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # a recall of the box's lot is a recall of what was in it
    (
        "carton recalled",
        evidence(
            carton=evidence(
                {"lot": Lot.parse("VX2402")},
                batch=replace(OTHER_BATCH, status=BatchStatus.RECALLED),
                unit=None,
            )
        ),
        A.REJECT,
        {C.RECALLED, C.CARTON_VIAL_MISMATCH, C.SERIAL_NOT_ON_RECORD, C.UNIT_ON_RECORD},
    ),
    # somebody has checked it before, here: no warning
    ("checked before", seen(scan(LYON, 0), scan(LYON, 3)), A.ACCEPT, {C.UNIT_ON_RECORD, C.CHECKED_BEFORE}),
    # and once in another country: whoever has it may know why
    (
        "checked abroad",
        seen(scan(TOKYO, 0), scan(LYON, 3)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD, C.CHECKED_ABROAD},
    ),
    # one number, five towns, five devices: it is on more than one vial
    ("seen elsewhere", seen(*SCATTERED), A.QUARANTINE, {C.UNIT_ON_RECORD, C.SEEN_ELSEWHERE}),
    (
        "two continents in two hours",
        seen(scan(LYON, 0, "a"), scan(TOKYO, 0.02, "b"), *SCATTERED[1:]),
        A.QUARANTINE,
        {C.UNIT_ON_RECORD, C.SEEN_ELSEWHERE, C.IMPOSSIBLE_JOURNEY, C.CHECKED_ABROAD},
    ),
    # used in Lyon, and five days later a clinic in Istanbul has it
    (
        "after dispensing",
        seen(scan(LYON, 10, "c", SightingKind.DISPENSING), scan(Region("TR"), 15, "x", SightingKind.TRADE)),
        A.QUARANTINE,
        {C.UNIT_ON_RECORD, C.SEEN_AFTER_DISPENSING, C.CHECKED_ABROAD},
    ),
    (
        "before its release",
        replace(seen(scan(LYON, 0)), **in_batch(released=date(2026, 4, 1))),
        A.CHECK,
        {C.UNIT_ON_RECORD, C.SEEN_BEFORE_RELEASE},
    ),
    (
        "never shipped there",
        seen(scan(Region("BR"), 0, "c", SightingKind.TRADE)),
        A.QUARANTINE,
        {C.UNIT_ON_RECORD, C.SEEN_OUTSIDE_MARKET},
    ),
    (
        "a crowd",
        seen(*(scan(NOWHERE, n / 10, f"d{n}") for n in range(60))),
        A.CHECK,
        {C.UNIT_ON_RECORD, C.MANY_DEVICES},
    ),
    ("guessed", seen(scan(LYON, 0), guesses=12), A.CHECK, {C.UNIT_ON_RECORD, C.SERIALS_GUESSED}),
    # ten times as many checks as there are vials, from three countries that it was not made for
    (
        "a lot everywhere",
        replace(
            seen(
                *(scan(NOWHERE, n / 10) for n in range(20)),
                *(scan(Region(c), 1) for c in ("BR", "IN", "VN")),
                of_unit=False,
            ),
            unit=None,
            batch=batch(quantity=1),
            presented=replace(MATCHING.presented, serial=None),
        ),
        A.CHECK,
        {C.LOT_ON_RECORD, C.LOT_CHECKED_OFTEN, C.LOT_SEEN_ELSEWHERE},
    ),
    # the owner's recalls, by everything that they can be about
    ("product recalled", evidence(recalls=(recall(S.PRODUCT),)), A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD}),
    (
        "lot recalled",
        evidence(recalls=(recall(S.LOT, lot="vx2401"),)),
        A.REJECT,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    ("other lot recalled", evidence(recalls=(recall(S.LOT, lot="VX-2402"),)), A.ACCEPT, {C.UNIT_ON_RECORD}),
    # before its records came: the recall is about a lot that is not here yet
    (
        "lot recalled, not on record",
        evidence(
            {"serial": None},
            product=INCOMPLETE,
            batch=None,
            unit=None,
            recalls=(recall(S.LOT, lot="VX-2401"),),
        ),
        A.REJECT,
        {C.RECALLED, C.PRODUCT_ON_RECORD},
    ),
    # the record and the status of its batch are one recall, said once
    (
        "recall and status",
        evidence(**in_batch(status=BatchStatus.RECALLED), recalls=(recall(S.LOT, lot="VX-2401"),)),
        A.REJECT,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    ("window", evidence(recalls=(WINDOW,)), A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD}),
    (
        "window over",
        evidence(**in_batch(expiry=Expiry(2029, 1)), presented={"expiry": None}, recalls=(WINDOW,)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # the expiry on the pack is in the window, whatever the record says
    (
        "window printed",
        evidence(**in_batch(expiry=Expiry(2029, 1)), recalls=(WINDOW,)),
        A.REJECT,
        {C.RECALLED, C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    # without a lot and a date nobody can say
    (
        "window unknown",
        evidence({"serial": None, "lot": None, "expiry": None}, unit=None, batch=None, recalls=(WINDOW,)),
        A.CHECK,
        {C.RECALLED_IN_PART, C.PRODUCT_ON_RECORD},
    ),
    (
        "serials",
        evidence(recalls=(recall(S.RANGE, serial_from="9kq40000", serial_to="9kq4zzzz"),)),
        A.REJECT,
        {C.RECALLED, C.UNIT_ON_RECORD},
    ),
    (
        "other serials",
        evidence(recalls=(recall(S.RANGE, serial_from="9kq5", serial_to="9kq6"),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    ("listed", evidence(recalls=(recall(S.LIST, listed=True),)), A.REJECT, {C.RECALLED, C.UNIT_ON_RECORD}),
    ("not listed", evidence(recalls=(recall(S.LIST),)), A.ACCEPT, {C.UNIT_ON_RECORD}),
    (
        "listed of another lot",
        evidence(recalls=(recall(S.LIST, lot="VX-2402", listed=True),)),
        A.ACCEPT,
        {C.UNIT_ON_RECORD},
    ),
    # some packs of the lot are recalled: a lot alone does not tell which
    (
        "serials, none given",
        evidence({"serial": None}, unit=None, recalls=(recall(S.LIST),)),
        A.CHECK,
        {C.RECALLED_IN_PART, C.LOT_ON_RECORD},
    ),
    ("held", evidence(recalls=(recall(S.PRODUCT, hold=True),)), A.QUARANTINE, {C.ON_HOLD, C.UNIT_ON_RECORD}),
    # the expiry was put later: packs with the old one on them stay in use, as do those with the new one
    (
        "extended, old date",
        evidence({"expiry": PAST}, **in_batch(earlier_expiries=(PAST,))),
        A.ACCEPT,
        {C.EXPIRY_EXTENDED, C.UNIT_ON_RECORD},
    ),
    ("extended, new date", evidence(**in_batch(earlier_expiries=(PAST,))), A.ACCEPT, {C.UNIT_ON_RECORD}),
    (
        "extended, third date",
        evidence({"expiry": Expiry(2028, 11)}, **in_batch(earlier_expiries=(PAST,))),
        A.QUARANTINE,
        {C.EXPIRY_MISMATCH, C.UNIT_ON_RECORD},
    ),
    (
        "extended, and over",
        evidence({"expiry": Expiry(2024, 1)}, **in_batch(expiry=PAST, earlier_expiries=(Expiry(2024, 1),))),
        A.REJECT,
        {C.EXPIRED, C.EXPIRY_EXTENDED, C.UNIT_ON_RECORD},
    ),
    # our own short labels carry a GTIN and a serial: the unit is found all the same
    ("serial without lot", evidence({"lot": None, "expiry": None}, batch=None), A.ACCEPT, {C.UNIT_ON_RECORD}),
]  # fmt: skip (one row a line, to be read as a table)


@pytest.mark.parametrize(
    ("given", "action", "codes"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_verdict_on_each_row(given: Evidence, action: Action, codes: set[ReasonCode]) -> None:
    verdict = judge(given)
    assert (verdict.action, {reason.code for reason in verdict.reasons}) == (action, codes)
    assert verdict.headline == verdict.reasons[0].code
    assert verdict.reasons[0].severity == action


def test_every_reason_has_a_row() -> None:
    assert {code for *_, codes in ROWS for code in codes} == set(ReasonCode)


@pytest.mark.parametrize("disposition", list(Disposition))
def test_only_a_unit_in_circulation_is_accepted(disposition: Disposition) -> None:
    accepted = judge(evidence(unit=unit(disposition))).action is Action.ACCEPT
    assert accepted == (disposition in IN_CIRCULATION)


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (MATCHING, Match.UNIT),
        (evidence({"serial": None}, unit=None), Match.LOT),
        (evidence(unit=replace(UNIT, batch=OTHER_BATCH)), Match.LOT),
        (evidence(batch=None, unit=None), Match.PRODUCT),
        (evidence(product=None, batch=None, unit=None), Match.NONE),
    ],
)
def test_match_says_how_much_was_found_together(given: Evidence, match: Match) -> None:
    assert judge(given).match is match


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (MATCHING, set()),
        (replace(MATCHING, presented=LOT_ONLY, unit=None), {NotChecked.SERIAL, NotChecked.EXPIRY, NotChecked.MARKET, NotChecked.STRENGTH}),
        # asked for only where an answer would tell something
        (replace(MATCHING, product=replace(PRODUCT, active_substance="X", languages=("fr",))), {NotChecked.SUBSTANCE, NotChecked.LANGUAGE}),
        (evidence({"substance": "X", "language": "fr"}), {NotChecked.SUBSTANCE_RECORD, NotChecked.LANGUAGE_RECORD}),
        # given, and nothing here to hold it against: said, never a pass in silence
        (
            evidence(product=replace(INCOMPLETE, markets=(), strengths=()), batch=None, unit=None),
            {NotChecked.LOT_RECORD, NotChecked.SERIAL_RECORD, NotChecked.EXPIRY_RECORD, NotChecked.MARKET_RECORD, NotChecked.STRENGTH_RECORD},
        ),
    ],
)  # fmt: skip
def test_what_was_not_checked_is_said(given: Evidence, missing: set[NotChecked]) -> None:
    assert set(judge(given).not_checked) == missing


@pytest.mark.parametrize("country", ["NZ", "JP", "FR", "BR", "US", None])
def test_a_day_lasts_to_its_last_second_in_the_market(country: str | None) -> None:
    day = date(2026, 11, 30)
    zone = zone_of(country, day)
    midnight = datetime(2026, 12, 1, tzinfo=zone)
    assert not has_ended(day, (midnight - timedelta(seconds=1)).astimezone(UTC), zone)
    assert has_ended(day, midnight.astimezone(UTC), zone)


def test_one_date_ends_in_kiribati_a_day_before_it_ends_in_hawaii() -> None:
    moment = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    ends = Expiry(2026, 11)
    first = evidence({"expiry": ends, "market": "KI"}, zone=zone_of("KI", ends.last_day), now=moment)
    assert ReasonCode.EXPIRED in {each.code for each in judge(first).reasons}
    last = evidence({"expiry": ends}, zone=ZoneInfo("Pacific/Honolulu"), now=moment)
    assert ReasonCode.EXPIRED not in {each.code for each in judge(last).reasons}


def test_the_sentence_that_leads_is_the_regulators_not_the_date() -> None:
    given = evidence({"expiry": PAST}, alerts=(alert(lot="VX2401", expiry=PAST),))
    assert judge(given).headline is ReasonCode.ALERT_FALSIFIED


def test_parts_of_the_evidence_are_what_the_cases_say() -> None:
    # the table above rests on these
    assert MATCHING.presented.serial == SERIAL
    assert MATCHING.presented.expiry == EXPIRY
    assert Gtin.parse(GTIN.value) == GTIN


@pytest.mark.parametrize(
    ("authority", "country"),
    [
        ("MHRA", "GB"),
        ("FDA", "US"),
        ("NAMMD (Romania)", "RO"),
        ("Health Canada", "CA"),
        ("WHO", None),
        ("FDA and MHRA", None),  # two countries
        ("FDAC", None),  # somebody else
    ],
)
def test_a_regulator_speaks_for_its_country(authority: str, country: str | None) -> None:
    assert country_of(authority) == country


@pytest.mark.parametrize("complete", [True, False])
def test_a_lot_is_unknown_where_the_list_has_not_every_lot(complete: bool) -> None:
    """Where every lot is on record, the missing one is a reason of its own; the two never contradict each other."""
    product = replace(PRODUCT, complete=complete, serialised=False)
    shown = {"lot": Lot.parse("ZZ-99"), "serial": None}
    verdict = judge(evidence(shown, product=product, batch=None, unit=None))
    level = next(each for each in verdict.reasons if each.code is C.PRODUCT_ON_RECORD)
    assert (("scope", "unknown lot") in level.params) is not complete
    assert (C.LOT_NOT_ON_RECORD in {each.code for each in verdict.reasons}) is complete
