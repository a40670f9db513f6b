"""What a detector is to the measure, the baselines, and how any other program is measured.

A detector reads a log and gives each unit a score, and the moment from which on it says that the unit stands out
(None: never). A program of any make is one as well (`program`): it reads CSV from standard input, in order of time,
with the columns `time` (seconds since 1970), `gtin`, `serial`, `lot`, `country`, `region`, `client`, `asker`, and
writes one JSON object a line, for each unit `{"serial": ..., "score": ..., "flagged_at": ...}`: a higher score is
more suspicious; `flagged_at` (ISO 8601, null or missing: not flagged) is optional. Units that it leaves out score 0.
"""

import csv
import io
import json
import shlex
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from service.verification.history_replay.replay import Replay
from tests.bench.clones.worlds import Row

COLUMNS = ("time", "gtin", "serial", "lot", "country", "region", "client", "asker")


@dataclass(frozen=True, slots=True)
class Found:
    """Of one unit: its score when the log ends, and since when (seconds since 1970) it stands out."""

    score: float
    flagged_at: float | None = None


Detector = Callable[[Iterable[Row]], dict[str, Found]]


def by_count(rows: Iterable[Row]) -> dict[str, Found]:
    """How often a code was scanned."""
    scans: dict[str, int] = defaultdict(int)
    for row in rows:
        scans[row["serial"]] += 1
    return {serial: Found(float(number)) for serial, number in scans.items()}


def by_devices(rows: Iterable[Row]) -> dict[str, Found]:
    """From how many devices of the public."""
    return _different(rows, ("client",))


def by_places(rows: Iterable[Row]) -> dict[str, Found]:
    """In how many places of the public."""
    return _different(rows, ("country", "region"))


def _different(rows: Iterable[Row], names: tuple[str, ...]) -> dict[str, Found]:
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        value = tuple(row[name] for name in names)
        seen[row["serial"]].update((value,) if any(value) and row["asker"] in {"", "patient"} else ())
    return {serial: Found(float(len(values))) for serial, values in seen.items()}


def replayed(key_days: int = 0) -> Detector:
    """The detector of this project, as `vialcheck replay` runs it."""

    def detect(rows: Iterable[Row]) -> dict[str, Found]:
        log = Replay(key_days=key_days)
        for _ in log.read(rows):
            pass
        return {
            unit.serial: Found(
                unit.suspicion(log.thresholds).score, unit.flagged_at.timestamp() if unit.flagged_at else None
            )
            for unit in log.units.values()
        }

    return detect


def program(command: str) -> Detector:
    """Another program, by the command that starts it."""

    def detect(rows: Iterable[Row]) -> dict[str, Found]:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        done = subprocess.run(
            shlex.split(command), input=text.getvalue(), capture_output=True, text=True, check=True
        )
        found = {}
        for line in filter(None, done.stdout.splitlines()):
            said = json.loads(line)
            at = said.get("flagged_at")
            moment = datetime.fromisoformat(at).timestamp() if at else None
            found[str(said["serial"])] = Found(float(said["score"]), moment)
        return found

    return detect
