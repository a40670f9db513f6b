"""Starts worker processes anew when they end, ever more slowly where they go on ending.

granian's own supervision ends the service with the second worker that ends within 5.5 s. Here a service that
has once answered goes on for as long as it is told to: a flood that kills workers is no reason to stay away
afterwards. One of which no worker ever came up ends: a setting or a file is wrong, and the operator reads
what the workers said.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian.server.mp import MPServer

_log = logging.getLogger(__name__)

UP = "up"
"""The file in the folder of the workers' metrics that a worker writes once it answers requests."""

MOST_AT_START = 3
"""For each worker process: so many ends before any worker was up, and the service gives up."""

LONGEST_WAIT = 30.0
"""Seconds before a worker is started anew, at the most."""

_FIRST_WAIT = 0.5
_FORGOTTEN_AFTER = 120.0
"""Seconds after which an end no longer makes the next one wait."""


class RespawnPolicy:
    """When to start workers again, from when the others ended. Times are monotonic, in seconds."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._ends: list[float] = []
        self._has_been_up = False

    def ended(self, now: float, *, up: bool) -> None:
        """A worker has ended. `up`: one of the service's workers has answered requests by now."""
        self._has_been_up = self._has_been_up or up
        self._ends = [end for end in self._ends if now - end < _FORGOTTEN_AFTER]
        self._ends.append(now)

    @property
    def gives_up(self) -> bool:
        """Whether the service cannot start: no worker was ever up, and each was tried several times."""
        return not self._has_been_up and len(self._ends) > MOST_AT_START * self._workers

    @property
    def wait(self) -> float:
        """Seconds to wait before the next start: none for as many as there are workers, then ever more.

        A service that was never up does not wait long: it is about to give up.
        """
        if not self._has_been_up:
            return _FIRST_WAIT
        beyond = len(self._ends) - self._workers
        return 0.0 if beyond <= 0 else min(_FIRST_WAIT * 2.0 ** (beyond - 1), LONGEST_WAIT)


class SupervisedServer(MPServer):
    """granian's server under a `RespawnPolicy`.

    `up`: a file that each worker writes once it answers requests. `failed`: it ended because none ever did.
    """

    up: Path
    failed = False

    def _serve_loop(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        """Until a signal to stop, or until the policy gives up. granian's reloads are not switched on."""
        policy, due = RespawnPolicy(self.workers), dict[int, float]()
        while True:
            self.main_loop_interrupt.wait(_until(due))
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                return
            while self.interrupt_children:
                number, now = self.interrupt_children.pop(0), time.monotonic()
                policy.ended(now, up=self.up.exists())
                due[number] = now + policy.wait
                if policy.wait:
                    _log.warning("workers go on ending; the next start is in %.1f s", policy.wait)
            if policy.gives_up:
                self.failed = True
                _log.error("no worker process could start; the service ends: see above what they said")
                return
            for number in [number for number, at in due.items() if at <= time.monotonic()]:
                del due[number]
                self._respawn_workers([number], spawn_target, target_loader)


def _until(due: dict[int, float]) -> float | None:
    """Seconds until the first start that is due; None where none is."""
    return max(min(due.values()) - time.monotonic(), 0.0) if due else None
