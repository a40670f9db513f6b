"""What holds for every evidence there can be."""

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import (
    AlertRecord,
    BatchStatus,
    Evidence,
    OutsideAnswer,
    Presented,
    RecallRecord,
    UnitRecord,
)
from service.authenticity.reasons import Action
from service.authenticity.verdicts import combine, judge, judge_presentation, judge_unit
from service.errors import ErrorCode
from service.gs1.identifiers import Serial
from service.gs1.reading import Problem
from service.gs1.repairs import Repair
from tests.factories.evidence import NOW
from tests.factories.evidence_strategies import evidences, notices, outside_answers, recalls


@pytest.mark.slow
@given(evidences)
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
    # notices of one authority on one lot are one reason, with the dates of all
    assert {(each.code, each.severity) for each in before.reasons} <= {
        (each.code, each.severity) for each in after.reasons
    }


@given(evidences, outside_answers)
def test_an_outside_answer_improves_nothing_and_loses_no_reason(one: Evidence, said: OutsideAnswer) -> None:
    before, after = judge(one), judge(replace(one, outside=said))
    assert after.action.rank >= before.action.rank
    assert set(before.reasons) <= set(after.reasons)
    assert after.action is not Action.REJECT or before.action is Action.REJECT


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


@given(evidences, st.sampled_from(Repair))
def test_a_repaired_reading_never_passes(one: Evidence, repair: Repair) -> None:
    repaired = replace(one, presented=replace(one.presented, repairs=(repair,)))
    assert judge(repaired).action is not Action.ACCEPT


@given(evidences)
def test_an_impossible_element_or_a_case_never_passes(one: Evidence) -> None:
    problem = Problem("17", "281131", ErrorCode.EXPIRY_IMPOSSIBLE)
    for doubtful in (replace(one, problems=(problem,)), replace(one, case=True)):
        assert judge(doubtful).action is not Action.ACCEPT
        assert judge(doubtful).action.rank >= judge(one).action.rank


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
