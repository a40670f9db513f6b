"""Checks beside an attack: the attackers in their own process, the checks in this one."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.factories.running_service import RunningService, ask_on

PATIENCE = 20.0
"""Seconds after which a check has not been answered: far more than any check takes, on any machine."""


@dataclass
class Attackers:
    """A running attack. `ended`: after it, how many of its connections were answered or closed, and how."""

    process: "subprocess.Popen[str]"
    ended: dict[str, int] = field(default_factory=dict)


@contextmanager
def attacked(service: RunningService, name: str, number: int) -> Iterator[Attackers]:
    """While this lasts, so many connections attack the service; it begins when all of them hold."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.attackers", name, str(service.port), str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    attackers = Attackers(process)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield attackers
    finally:
        said, _ = process.communicate("")
        if said:
            attackers.ended = json.loads(said.splitlines()[-1])


def check_seconds(service: RunningService, number: int, *, patience: float = PATIENCE) -> list[float]:
    """Seconds that each of so many checks took, every one on a connection of its own, answered with 200.

    Raises what the connection raises when a check is refused, cut off, or not answered in `patience` seconds.
    """
    times = []
    for _ in range(number):
        connection = service.connect()
        connection.timeout = patience
        begun = time.perf_counter()
        try:
            said = ask_on(connection, record=False, lot="A1001")
        finally:
            connection.close()
        times.append(time.perf_counter() - begun)
        if said.status != 200:
            raise ConnectionError(f"a check was answered with {said.status}")
    return times
