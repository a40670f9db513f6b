"""What holds for every evidence there can be."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import (
    AlertKind,
    AlertRecord,
    Asker,
    BatchRecord,
    BatchStatus,
    Evidence,
    NearMiss,
    Presented,
    ProductRecord,
    RecallRecord,
    RecallScope,
    UnitRecord,
)
from service.authenticity.reasons import Action
from service.authenticity.verdicts import combine, judge, judge_presentation, judge_unit
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from tests.authenticity.cases import NOW

# Few values each, so that things meet often: a law about equal lots is not tested by lots that never agree.
lots = st.sampled_from(["VX2401", "VX-2401", "VX24O1", "408011"]).map(Lot.parse)
serials = st.sampled_from(["9KQ4", "9kq4", "ZZ1"])
gtins = st.sampled_from(["09506000134352", "09506000134369"])
days = st.sampled_from([date(2024, 6, 30), date(2026, 11, 23), date(2028, 12, 31)])
expiries = st.builds(Expiry.from_record, days, st.booleans())
countries = st.sampled_from(["FR", "TR", "BR"])
some_countries = st.lists(countries, max_size=2, unique=True).map(tuple)
moments = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis takes the zone apart)
zones = st.sampled_from(["UTC", "Pacific/Kiritimati", "America/Adak"]).map(ZoneInfo)

presented = st.builds(
    Presented,
    gtin=st.none() | gtins.map(Gtin),
    lot=st.none() | lots,
    serial=st.none() | serials.map(Serial.parse),
    expiry=st.none() | expiries,
    market=st.none() | countries,
    strength=st.none() | st.sampled_from(["100 units", "150 units"]),
    product=st.none() | st.sampled_from(["Verotox", "Botox"]),
    no_lot=st.booleans(),
)
products = st.builds(
    ProductRecord,
    id=st.integers(1, 2),
    gtin=gtins,
    name=st.sampled_from(["Verotox 100", "Botox"]),
    manufacturer=st.just("Medulla Labs"),
    strengths=st.sampled_from([(), ("100 units",)]),
    markets=some_countries,
    complete=st.booleans(),
    serialised=st.booleans(),
)
batches = st.builds(
    BatchRecord,
    id=st.integers(1, 2),
    lot=lots.map(str),
    expiry=expiries,
    status=st.sampled_from(BatchStatus),
    markets=some_countries,
    released=st.none() | days,
    earlier_expiries=st.lists(expiries, max_size=1).map(tuple),
)
recalls = st.builds(
    RecallRecord,
    id=st.integers(1, 3),
    hold=st.booleans(),
    scope=st.sampled_from([RecallScope.PRODUCT, RecallScope.LOT, RecallScope.LIST]),
    lot_key=lots.map(lambda lot: lot.key),
    listed=st.booleans(),
) | st.builds(
    RecallRecord,
    id=st.integers(1, 3),
    hold=st.booleans(),
    scope=st.just(RecallScope.WINDOW),
    expiry_from=st.just(date(2024, 6, 1)),
    expiry_to=st.just(date(2026, 12, 31)),
)
units = st.builds(UnitRecord, serial=serials, disposition=st.sampled_from(Disposition), batch=batches)


@st.composite
def notices(draw: st.DrawFn) -> AlertRecord:
    lot = draw(st.none() | lots)
    return AlertRecord(
        id=draw(st.integers(1, 3)),
        authority="MHRA",
        kind=draw(st.sampled_from(AlertKind)),
        product_name=draw(st.sampled_from(["", "Botox 100U", "Verotox"])),
        product_id=draw(st.none() | st.integers(1, 2)),
        gtin=draw(st.just("") | gtins),
        lot=lot.printed if lot else "",
        lot_key=lot.key if lot else "",
        lot_folded=lot.folded if lot else "",
        expiry=draw(st.none() | expiries),
        serial=draw(st.just("") | serials),
        serial_prefix=draw(st.just("") | st.just("9K")),
        lot_issued=draw(st.none() | st.booleans()),
    )


near_misses = st.builds(
    NearMiss,
    field=st.sampled_from(["lot", "serial"]),
    presented=st.just("VX24O1"),
    differing=st.just((4,)),
    alerted=st.booleans(),
)


def _of_one_record(one: Evidence) -> Evidence:
    """One record of a batch says one thing of it, whichever way it was found."""
    batch, unit = one.batch, one.unit
    if batch is None or unit is None or batch.id != unit.batch.id:
        return one
    return replace(one, unit=replace(unit, batch=batch))


evidences = st.builds(
    Evidence,
    presented=presented,
    now=moments,
    zone=zones,
    product=st.none() | products,
    batch=st.none() | batches,
    unit=st.none() | units,
    same_lot=st.lists(products, max_size=2).map(tuple),
    any_same_lot_stopped=st.booleans(),
    prefix_holder=st.sampled_from(["", "Medulla Labs"]),
    alerts=st.lists(notices(), max_size=2).map(tuple),
    recalls=st.lists(recalls, max_size=2).map(tuple),
    near=st.lists(near_misses, max_size=2).map(tuple),
    asker=st.sampled_from(Asker),
).map(_of_one_record)


@given(evidences)
@settings(max_examples=1000)
def test_total_pure_and_the_worst_leads(one: Evidence) -> None:
    verdict = judge(one)
    assert verdict == judge(one)
    assert verdict.reasons
    assert verdict.action.rank == max(reason.severity.rank for reason in verdict.reasons)
    assert verdict.headline is verdict.reasons[0].code
    assert verdict.as_of == one.now


@given(evidences)
def test_a_lot_alone_is_never_enough(one: Evidence) -> None:
    bare = Presented(lot=one.presented.lot, market=one.presented.market)
    # the gatherer finds no unit where no serial was presented
    assert judge(replace(one, presented=bare, unit=None)).action is not Action.ACCEPT


@given(evidences, notices())
def test_one_more_notice_improves_nothing_and_loses_no_reason(one: Evidence, more: AlertRecord) -> None:
    before, after = judge(one), judge(replace(one, alerts=(*one.alerts, more)))
    assert after.action.rank >= before.action.rank
    assert set(before.reasons) <= set(after.reasons)


@given(evidences, recalls)
def test_one_more_recall_improves_nothing_and_loses_no_reason(one: Evidence, more: RecallRecord) -> None:
    before, after = judge(one), judge(replace(one, recalls=(*one.recalls, more)))
    assert after.action.rank >= before.action.rank
    # a recall's record says why its batch is recalled, in the place of the batch's status
    assert {reason.code for reason in before.reasons} <= {reason.code for reason in after.reasons}


@given(evidences)
def test_a_recall_never_improves_the_answer(one: Evidence) -> None:
    if one.batch is None:
        return
    recalled = replace(one, batch=replace(one.batch, status=BatchStatus.RECALLED))
    assert judge(recalled).action is Action.REJECT


@given(evidences, st.integers(0, 4000))
def test_time_never_turns_an_answer_toward_accept(one: Evidence, hours: int) -> None:
    # but for the batch that is released one day: then it waited for just that
    one = replace(one, batch=replace(one.batch, released=None) if one.batch else None, unit=None)
    later = replace(one, now=one.now + timedelta(hours=hours))
    assert judge(later).action.rank >= judge(one).action.rank


@given(evidences)
def test_accept_rests_on_a_unit_in_circulation_that_agrees_with_all_that_was_presented(one: Evidence) -> None:
    if judge(one).action is not Action.ACCEPT:
        return
    assert one.unit is not None
    assert one.unit.disposition in IN_CIRCULATION
    recorded = one.unit.batch.expiry
    assert one.presented.expiry is None or one.unit.batch.bears(one.presented.expiry)
    assert one.now.astimezone(one.zone).date() <= recorded.last_day
    assert one.unit.batch.status is BatchStatus.RELEASED


@given(evidences)
def test_caution_only_folding(one: Evidence) -> None:
    """A near miss may only replace "not on record" by "look again"; it never makes anything acceptable."""
    without = judge(replace(one, near=()))
    assert without.action is Action.ACCEPT or judge(one).action is not Action.ACCEPT


def test_the_moment_used_by_the_cases_is_aware() -> None:
    assert NOW.tzinfo is UTC


@given(evidences)
def test_a_verdict_is_its_two_stages(one: Evidence) -> None:
    assert judge(one) == combine(judge_presentation(one), judge_unit(one))


@given(evidences, st.sampled_from(Disposition))
def test_the_first_stage_is_the_same_for_every_unit_of_a_lot(one: Evidence, disposition: Disposition) -> None:
    """What is kept of it answers the next unit: it may read neither the unit, nor its history, nor the hour."""
    if one.batch is None or one.presented.serial is None:
        return
    unit = UnitRecord("ANOTHER", disposition, one.batch)
    another = replace(
        one,
        presented=replace(one.presented, serial=Serial.parse("ANOTHER")),
        unit=unit,
        history=None,
        used_on=None,
    )
    in_lot = replace(one, unit=UnitRecord(one.presented.serial.printed, Disposition.ACTIVE, one.batch))
    assert judge_presentation(another) == judge_presentation(in_lot)
