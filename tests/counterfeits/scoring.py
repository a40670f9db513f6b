"""What counts: fakes caught of those that can be caught, twins that were wrongly stopped."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.counterfeits.cases import Case, Expectation
from tests.counterfeits.policies import POLICIES, Outcome, ask
from tests.counterfeits.running import Answered, Bench, CaseAnswers, presented

ENGINE = "Vialcheck"
WAYS = (ENGINE, *POLICIES)


class Fit(StrEnum):
    """How an answer fits what was expected."""

    AS_EXPECTED = "as expected"
    OTHER_REASON = "the action fits, the reason does not"
    OTHER_ACTION = "another action"


@dataclass(frozen=True)
class Result:
    """One case with its answers. `policies`: what each plain one says of the fake, and of each twin."""

    case: Case
    answers: CaseAnswers
    policies: dict[str, tuple[Outcome, tuple[Outcome, ...]]]

    @property
    def fit(self) -> Fit:
        """How the answer on the fake fits."""
        return fit(self.answers.fake, self.case.expect)

    @property
    def missed(self) -> bool:
        """Whether it could have been caught and was not."""
        return self.case.catchable and self.fit is not Fit.AS_EXPECTED

    @property
    def missed_without_alerts(self) -> bool:
        """Whether the record contradicts it, and that alone was not enough."""
        without = self.answers.without_alerts
        if without is None or not (self.case.catchable and self.case.record_contradicts):
            return False
        return fit(without, self.case.expect) is not Fit.AS_EXPECTED

    @property
    def false_alarms(self) -> list[Answered]:
        """Twins that were stopped, where that was not expected."""
        pairs = zip(self.case.twins, self.answers.twins, strict=True)
        return [
            said for twin, said in pairs if said.action in _ALARMS and said.action not in twin.expect.actions
        ]

    @property
    def other_twins(self) -> list[Answered]:
        """Twins that were not stopped, and answered otherwise than expected."""
        pairs = zip(self.case.twins, self.answers.twins, strict=True)
        return [
            said
            for twin, said in pairs
            if said not in self.false_alarms and fit(said, twin.expect) is not Fit.AS_EXPECTED
        ]


_ALARMS = frozenset(("quarantine", "reject", "refused"))


@dataclass
class Tally:
    """Of one way over some cases. `not_asked`: neither caught nor a false alarm."""

    caught: int = 0
    catchable: int = 0
    false_alarms: int = 0
    twins: int = 0
    not_asked: int = 0

    def add(self, result: Result, way: str) -> None:
        """Count one case."""
        self.catchable += result.case.catchable
        self.twins += len(result.case.twins)
        if way == ENGINE:
            self.caught += result.case.catchable and not result.missed
            self.false_alarms += len(result.false_alarms)
            return
        fake, twins = result.policies[way]
        self.caught += result.case.catchable and fake is Outcome.STOP
        self.false_alarms += sum(each is Outcome.STOP for each in twins)
        self.not_asked += sum(each is Outcome.NOT_ASKED for each in (fake, *twins))


@dataclass
class Score:
    """All results of a file, and the lines that were no cases."""

    results: list[Result] = field(default_factory=list)
    malformed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was missed, no twin was stopped, and every line could be read."""
        return (
            bool(self.results)
            and not self.malformed
            and not any(
                each.missed or each.missed_without_alerts or each.false_alarms for each in self.results
            )
        )

    def kinds(self) -> list[str]:
        """The kinds of giveaway, in the order of the file; those that nobody can catch last."""
        kinds = dict.fromkeys(each.case.kind for each in self.results)
        return sorted(kinds, key=lambda kind: not self.tally(ENGINE, kind).catchable)

    def tally(self, way: str, kind: str | None = None) -> Tally:
        """How one way did, over all cases or those of one kind."""
        tally = Tally()
        for result in self.results:
            if kind in (None, result.case.kind):
                tally.add(result, way)
        return tally

    def without_alerts(self) -> tuple[int, int]:
        """Caught with no notice on record, of the cases that the record contradicts."""
        resting = [each for each in self.results if each.case.catchable and each.case.record_contradicts]
        missed = sum(
            each.missed if each.answers.without_alerts is None else each.missed_without_alerts
            for each in resting
        )
        return len(resting) - missed, len(resting)


def fit(said: Answered, expect: Expectation) -> Fit:
    """How an answer fits."""
    if said.action not in expect.actions:
        return Fit.OTHER_ACTION
    if expect.reasons and not expect.reasons & set(said.reasons):
        return Fit.OTHER_REASON
    return Fit.AS_EXPECTED


def score(bench: Bench, cases: Iterable[tuple[int, Case | ValueError]]) -> Score:
    """Put every case to our engine and to the plain policies."""
    found = Score()
    for line, case in cases:
        if not isinstance(case, Case):
            found.malformed.append((line, str(case)))
            continue
        fake, twins = presented(case.shown), [presented(twin.showing) for twin in case.twins]
        policies = {
            name: (ask(policy, case.books, fake), tuple(ask(policy, case.books, twin) for twin in twins))
            for name, policy in POLICIES.items()
        }
        found.results.append(Result(case, bench.answer(case), policies))
    return found
