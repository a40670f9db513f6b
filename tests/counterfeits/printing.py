"""The score as a table for people, or as JSON for programs."""

from collections.abc import Iterator
from typing import Any

from tests.counterfeits.cases import Expectation
from tests.counterfeits.scoring import ENGINE, WAYS, Fit, Result, Score, Tally


def report(score: Score) -> Iterator[str]:
    """Lines: the table, what nobody can catch, and each thing that went otherwise than expected."""
    yield "caught / catchable, false alarms / twins (- : nothing to count)"
    yield ""
    yield from table(score)
    yield ""
    caught, resting = score.without_alerts()
    yield f"With no notice on record: {caught} of {resting} that the record itself contradicts are caught."
    asked = ", ".join(f"{way} {score.tally(way).not_asked}" for way in WAYS[1:])
    yield f"Could not be asked, because the pack lacks what they compare: {asked}."
    hopeless = [each for each in score.results if not each.case.catchable]
    if hopeless:
        yield f"Nobody can catch {len(hopeless)}; answered as expected: {sum(_fits(each) for each in hopeless)}."
    for result in score.results:
        yield from _remarks(result)
    for line, why in score.malformed:
        yield f"line {line}: {why}"


def table(score: Score) -> Iterator[str]:
    """One row for each kind of giveaway, one column for each way to check."""
    kinds = [[kind, *(_cell(score.tally(way, kind)) for way in WAYS)] for kind in score.kinds()]
    rows = [["", *WAYS], *kinds, ["all", *(_cell(score.tally(way)) for way in WAYS)]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        if number in (1, len(rows) - 1):
            yield "  ".join("-" * width for width in widths)
        yield "  ".join(cells).rstrip()


def _cell(tally: Tally) -> str:
    caught = f"{tally.caught}/{tally.catchable}" if tally.catchable else "-"
    return f"{caught}  {tally.false_alarms}/{tally.twins}" if tally.twins else f"{caught}  -"


def _fits(result: Result) -> bool:
    return result.fit is Fit.AS_EXPECTED


def _remarks(result: Result) -> Iterator[str]:
    case, answers = result.case, result.answers
    if result.missed and result.fit is Fit.OTHER_REASON:
        yield f"OTHER REASON  {case.id} ({case.kind}): {answers.fake}, expected {expected(case.expect)}"
    elif result.missed:
        yield f"MISSED  {case.id} ({case.kind}): {answers.fake}, expected {expected(case.expect)}"
    elif not _fits(result):
        yield f"OTHERWISE  {case.id} ({case.kind}): {answers.fake}, expected {expected(case.expect)}"
    if result.missed_without_alerts:
        yield f"MISSED WITHOUT NOTICES  {case.id} ({case.kind}): {answers.without_alerts}"
    for said in result.false_alarms:
        yield f"FALSE ALARM  {case.id} ({case.kind}): {said}"
    for said in result.other_twins:
        yield f"TWIN OTHERWISE  {case.id} ({case.kind}): {said}"


def expected(expect: Expectation) -> str:
    """What was expected, in one line."""
    reasons = f" for {' or '.join(sorted(expect.reasons))}" if expect.reasons else ""
    return " or ".join(sorted(expect.actions)) + reasons


def as_json(score: Score) -> dict[str, Any]:
    """Everything that `report` says, for programs."""
    caught, resting = score.without_alerts()
    return {
        "good": score.good,
        "ways": {way: vars(score.tally(way)) for way in WAYS},
        "kinds": {kind: {way: vars(score.tally(way, kind)) for way in WAYS} for kind in score.kinds()},
        "without_alerts": {"caught": caught, "of": resting},
        "cases": [_case(each) for each in score.results],
        "malformed": [{"line": line, "why": why} for line, why in score.malformed],
    }


def _case(result: Result) -> dict[str, Any]:
    case, answers = result.case, result.answers
    return {
        "id": case.id,
        "kind": case.kind,
        "source": case.source,
        "synthetic": case.synthetic,
        "catchable": case.catchable,
        "caught": case.catchable and not result.missed,
        "fit": result.fit,
        "action": answers.fake.action,
        "reasons": answers.fake.reasons,
        "expected": {"actions": sorted(case.expect.actions), "reasons_any": sorted(case.expect.reasons)},
        "without_alerts": vars(answers.without_alerts) if answers.without_alerts else None,
        "record_contradicts": case.record_contradicts,
        "twins": [vars(each) for each in answers.twins],
        "false_alarms": len(result.false_alarms),
        "policies": {way: {"fake": fake, "twins": twins} for way, (fake, twins) in result.policies.items()},
        "notes": [*case.notes, *answers.notes],
    }


__all__ = ["ENGINE", "as_json", "expected", "report", "table"]
