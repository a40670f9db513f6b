"""1,000,000 units in under 300 MB of memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories.lists import BATCHES, GTIN, PRODUCTS, count, put_in, written

pytestmark = pytest.mark.slow

ROWS = 1_000_000
MEGABYTES = 300

_PROGRAM = """
import json, re, resource, sys
from pathlib import Path
from service.registry.import_jobs.import_files import run
from service.storage.audit import AuditActor
from service.storage.database import Database
outcome = run(Database(sys.argv[1]), [Path(sys.argv[2])], who=AuditActor("a"), reason="r")
status = Path("/proc/self/status")
if status.exists():  # on Linux, getrusage also counts the process that this one was forked from
    megabytes = int(re.search(r"VmHWM:\\s+([0-9]+) kB", status.read_text())[1]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
print(json.dumps([outcome.committed, outcome.files[0].new, megabytes]))
"""


def test_a_million_units_in_bounded_memory(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    put_in(database, written(tmp_path, PRODUCTS, "p.csv"), written(tmp_path, BATCHES, "b.csv"))
    path = tmp_path / "units.csv"
    with path.open("w") as target:
        target.write("gtin,lot,serial\n")
        # scattered over the whole key, as real serials are
        target.writelines(f"{GTIN},A1,{number * 7_368_787 % ROWS:09}X\n" for number in range(ROWS))
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, sqlite_url, str(path)], check=True, capture_output=True, text=True
    )
    committed, new, megabytes = json.loads(ran.stdout)
    print(f"{megabytes:.0f} MB")
    assert (committed, new) == (True, ROWS)
    assert megabytes < MEGABYTES
    assert count(database, "unit") == ROWS
    database.close()
