"""A process that imports until it is killed."""

import signal
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from service.registry.import_jobs.import_files import run
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.lists import GTIN, written

UNITS = 2000
"""Units in each batch."""


def import_for_ever(url: str, folder: Path, first: int, apart: bool, told: Connection) -> None:
    """Put in batches `K{number}` of `UNITS` units, and tell what is on record.

    `apart` is the wrong design: the batch in one transaction, its units in another. It stops between them.
    """
    database = Database(url)
    for number in count(first):
        batch = written(folder, f"gtin,lot,expiry\n{GTIN},K{number},2028-12-31\n", "b.csv")
        rows = "".join(f"{GTIN},K{number},{number}-{each}\n" for each in range(UNITS))
        units = written(folder, "gtin,lot,serial\n" + rows, "u.csv")
        for files in ([batch], [units]) if apart else ([units, batch],):
            assert run(database, files, who=AuditActor("a"), reason="r").committed
            told.send_bytes(b"PART")
            if apart:
                signal.raise_signal(signal.SIGSTOP)
        told.send_bytes(f"K{number}".encode())
