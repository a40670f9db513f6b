"""The figures of a benchmark, each with its target, and which of them miss it."""

import sys
from dataclasses import dataclass, field
from typing import Protocol

TOLERANCE = 0.05
"""A figure misses its target when it is this much (a share of the target) on the wrong side: machines vary."""


class Target(Protocol):
    """A bound that a figure has to keep."""

    def missed(self, value: float) -> bool:
        """Whether the figure is on the wrong side of the bound by more than the tolerance."""


@dataclass(frozen=True)
class AtLeast:
    """A lower bound."""

    bound: float

    def missed(self, value: float) -> bool:
        return value < self.bound * (1 - TOLERANCE)

    def __str__(self) -> str:
        return f"at least {self.bound:g}"


@dataclass(frozen=True)
class AtMost:
    """An upper bound."""

    bound: float

    def missed(self, value: float) -> bool:
        return value > self.bound * (1 + TOLERANCE)

    def __str__(self) -> str:
        return f"at most {self.bound:g}"


@dataclass
class Figures:
    """Prints each figure as `BENCH name value unit`, with its target, and keeps those that miss theirs."""

    missed: list[str] = field(default_factory=list)

    def say(self, name: str, value: float, unit: str, target: Target | None = None) -> None:
        """Print one figure; `target` is None where it is printed for comparison alone."""
        print(f"BENCH {name} {value:.3g} {unit}" + (f"  (target {target})" if target else ""), flush=True)
        if target is not None and target.missed(value):
            self.missed.append(f"{name} is {value:.3g}, {target} was wanted")

    def exit_status(self) -> int:
        """0, or 1 when a figure misses its target; says on stderr which."""
        for each in self.missed:
            print(f"BENCH MISSED: {each}", file=sys.stderr)
        return 1 if self.missed else 0
