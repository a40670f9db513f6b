"""An import that dies at any moment leaves all of itself or nothing, and what it acknowledged stays.

`kill -9` shows that nothing is half; that the disk has it before the acknowledgement, the order of the
system calls shows (the page cache survives a dead process). Each check is shown to fail on a wrong design.
"""

import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories.killed_import import UNITS, import_for_ever
from tests.factories.lists import GTIN, PRODUCTS, put_in, table, written

pytestmark = pytest.mark.slow

KILLS = 20


@pytest.fixture
def url(sqlite_url: str, tmp_path: Path) -> str:
    """A database with the product on record."""
    database = Database(sqlite_url)
    put_in(database, written(tmp_path, PRODUCTS))
    database.close()
    return sqlite_url


def recorded(url: str) -> dict[str, int]:
    """How many units each batch has."""
    database = Database(url)
    rows = table(
        database,
        "batch LEFT JOIN unit ON unit.batch_id = batch.id GROUP BY batch.lot",
        "batch.lot, count(unit.serial) AS units",
    )
    imports = table(database, "import", "kind, sum(rows_new) AS new FROM import GROUP BY kind --")
    (check,) = table(
        database, "(SELECT integrity_check FROM pragma_integrity_check)", "integrity_check AS answer"
    )
    database.close()
    assert check["answer"] == "ok"
    said = {row["kind"]: row["new"] for row in imports}
    assert said.get("units", 0) == sum(row["units"] for row in rows)  # the audit tells no more and no less
    return {row["lot"]: row["units"] for row in rows}


CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(
    ["tests.factories.killed_import"]
)  # started once; each process is a copy of it


class Importing:
    """A process that imports until it is killed, and what it acknowledged."""

    def __init__(self, url: str, folder: Path, first: int = 0, *, apart: bool = False) -> None:
        self._hears, tells = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(target=import_for_ever, args=(url, folder, first, apart, tells))
        self._process.start()
        tells.close()
        self._hears.recv_bytes()  # something is on record: it works

    def kill(self, after: float = 0) -> set[str]:
        """Kill it so many seconds from now; the batches that it acknowledged until then."""
        self._process.join(after)
        self._process.kill()
        self._process.join()
        said = set()
        with self._hears as hears:
            while True:
                try:
                    said.add(hears.recv_bytes().decode())
                except EOFError:
                    return said - {"PART"}


def test_killed_at_any_moment(url: str, tmp_path: Path) -> None:
    chance = random.Random(20)
    acknowledged: set[str] = set()
    first = 0
    for _ in range(KILLS):
        acknowledged |= Importing(url, tmp_path, first).kill(after=chance.random() * 0.15)
        batches = recorded(url)
        assert set(batches.values()) == {UNITS}  # never half
        assert acknowledged <= set(batches)  # never lost
        first = 1 + max(int(lot[1:]) for lot in batches)
    assert len(acknowledged) >= KILLS // 2


def test_control_two_transactions_leave_a_half(url: str, tmp_path: Path) -> None:
    """Killed between the two: what the test above looks for."""
    Importing(url, tmp_path, apart=True).kill()
    assert set(recorded(url).values()) == {0}


_TRACED = """
import os, sys
from pathlib import Path
from service.registry.import_jobs.import_files import run
from service.storage.audit import AuditActor
from service.storage.database import Database
database, path = Database(sys.argv[1]), Path(sys.argv[2])
if sys.argv[3] == "careless":  # the wrong design: the commit does not wait for the disk
    durable = database.transaction
    database.transaction = lambda: durable(durable=False)
os.write(1, b"START")
assert run(database, [path], who=AuditActor("a"), reason="r").committed
os.write(1, b"ANSWER")
os._exit(0)
"""


@pytest.mark.parametrize(("design", "reaches"), [("careful", True), ("careless", False)])
def test_the_disk_has_an_import_before_its_acknowledgement(
    url: str, tmp_path: Path, design: str, reaches: bool
) -> None:
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs strace")
        pytest.skip("no strace on this machine")
    trace, path = tmp_path / "trace", written(tmp_path, f"gtin,lot,expiry\n{GTIN},A1,2028-12-31\n", "b.csv")
    calls = "trace=write,pwrite64,fdatasync,fsync"
    command = [strace, "-f", "-y", "-o", str(trace), "-e", calls, sys.executable, "-c", _TRACED]
    subprocess.run([*command, url, str(path), design], check=True, capture_output=True)
    between = re.search(r'"START".*?"ANSWER"', trace.read_text(errors="replace"), re.DOTALL)
    assert between is not None
    log = "".join("F" if "sync(" in line else "W" for line in between[0].splitlines() if "-wal>" in line)
    assert log.endswith("WF") is reaches
