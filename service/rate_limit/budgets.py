"""The budgets: how many checks, and how many misses, a network or an organisation has.

A budget is a token bucket, kept as GCRA (generic cell rate algorithm): one number a key, the moment at which
all that was taken is paid off. Nothing has to run in the background, and two processes that share the number
share the budget.

A *miss* is an answer that says of a serial that it is not on record, or of an expiry that it is another
one. Guessing consists of misses, honest checks hardly ever do: misses have a small budget of their own. A key
whose misses are spent is refused before its question is looked up: a refusal of misses alone would tell which
guesses are right.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class Column(IntEnum):
    """Which of a key's numbers a budget is kept in. Stored in the shared file: never renumber."""

    CHECKS = 0
    MISSES = 1


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `burst` at once, and `per_hour` in the long run. `column`: where it is kept."""

    column: Column
    burst: int
    per_hour: int

    @property
    def interval(self) -> float:
        """Seconds in which one is earned back."""
        return 3600.0 / self.per_hour

    @property
    def tolerance(self) -> float:
        """How far in the future (seconds) the moment of being paid off may lie."""
        return self.burst * self.interval

    def times(self, factor: float) -> "Budget":
        """The same budget, larger by a factor; at least one."""
        return Budget(self.column, max(1, round(self.burst * factor)), max(1, round(self.per_hour * factor)))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one kind of asker has: all checks, and those of them that miss."""

    checks: Budget
    misses: Budget

    def times(self, factor: float) -> "Allowance":
        """The same allowance, larger by a factor."""
        return Allowance(self.checks.times(factor), self.misses.times(factor))


GUEST = Allowance(Budget(Column.CHECKS, 300, 18_000), Budget(Column.MISSES, 20, 20))
"""Of one network (IPv4 /24, IPv6 /48) without an account: 300 checks a minute, 20 misses an hour."""

SENDER = Allowance(Budget(Column.CHECKS, 10, 30), Budget(Column.MISSES, 5, 5))
"""Of one telephone that sends text messages: 10 at once and 30 an hour, 5 misses an hour."""

ONE_AN_HOUR = Budget(Column.CHECKS, 1, 1)
"""How often a telephone is told that its budget is spent, and a message that came is answered: each answer
costs the operator money."""

ORGANISATION = Allowance(Budget(Column.CHECKS, 3_000, 360_000), Budget(Column.MISSES, 600, 600))
"""Of one organisation, whose people are signed in or whose programs show a key: it can be asked why."""


class BudgetStore(Protocol):
    """Keeps the numbers. Every process that uses the same store shares every budget in it."""

    def take(self, key: str, taken: Budget, unless_spent: Budget) -> float:
        """Take one from `taken`. Returns 0.0, or the seconds to wait, and then nothing was taken.

        Nothing is taken either where `unless_spent` has nothing left; it is only looked at.
        """

    def charge(self, key: str, budget: Budget) -> None:
        """Take one in any case: the budget may become overdrawn, and is paid off later."""

    def close(self) -> None:
        """Let go of files and connections."""
