"""Takes from a shared budget as fast as it can: `python -m tests.rate_limit.hammer FILE SECONDS KEY`.

Prints how many it was given. Without SECONDS (0) it goes on until it is killed, and prints nothing.
"""

import sys
import time
from pathlib import Path

from service.rate_limit.budgets import Budget, Column
from service.rate_limit.shared_file import open_budgets

TAKEN = Budget(Column.CHECKS, burst=50, per_hour=360_000)
OTHER = Budget(Column.MISSES, burst=1_000, per_hour=1_000)


def main(path: str, seconds: str, key: str) -> None:
    store, end, given = open_budgets(Path(path)), time.monotonic() + float(seconds), 0
    print("begun", flush=True)
    while not float(seconds) or time.monotonic() < end:
        given += store.take(key, TAKEN, OTHER) == 0.0
    print(given, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
