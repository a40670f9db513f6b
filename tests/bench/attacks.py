"""The p99 of a check alone and beside each attack, of the service as it is shipped; attackers are niced."""

import shutil
import statistics
from pathlib import Path

from service.storage.database import Database
from tests.bench.figures import AtMost, Figures
from tests.chaos.attacking import attacked, check_seconds
from tests.chaos.limits import raise_open_files
from tests.factories.records import put
from tests.factories.running_service import running_service

ATTACKS = {
    "large_slow_bodies": 64,
    "slow_bodies": 80,
    "idle": 1000,
    "label_sheets": 64,
    "large_photos": 64,
    "report_photos": 64,
    "made_up_checks": 64,
    "sign_ins": 64,
}
"""Each attack, and over how many connections."""

CHECKS = 300


def beside_attacks(figures: Figures, folder: Path) -> None:
    """One check after the other, each on a connection of its own."""
    raise_open_files()
    filled = folder / "attacked.db"
    database = Database(f"sqlite:///{filled}")
    database.migrate()
    put(database)
    database.close()
    for name in ("", *ATTACKS):
        own = folder / (name or "alone")
        own.mkdir()
        url = f"sqlite:///{shutil.copy(filled, own / 'vialcheck.db')}"
        with running_service(url, own, RATE_LIMIT="off") as service:
            check_seconds(service, 50)
            if not name:
                times = check_seconds(service, CHECKS)
            else:
                with attacked(service, name, ATTACKS[name]):
                    times = check_seconds(service, CHECKS)
        part = statistics.quantiles(times, n=100, method="inclusive")
        label = f"check_beside_{ATTACKS[name]}_{name}" if name else "check_alone"
        figures.say(f"{label}_p50", part[49] * 1000, "milliseconds")
        figures.say(f"{label}_p99", part[98] * 1000, "milliseconds", AtMost(250))
