"""`make fuzz-api`: schemathesis over the whole OpenAPI of a running service, without a key and with two.

Fails where an answer has a status of 5xx, a status or a shape that the description does not have, or where
valid data is refused in another way than described. Not part of CI: it takes as long as it is given.
Prints `FUZZ name value`. CASES=20000 is the number of requests to send about, a third without a key, a third
with a clinic's, a third with that of the records' owner.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import select, update

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.services import AccountServices
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation
from tests.factories.program_keys import key_of
from tests.factories.records import put
from tests.factories.running_service import running_service

CASES = int(os.environ.get("CASES", "20000"))
OPERATIONS = 100
"""Of three senders: `--max-examples` is of each operation, and schemathesis sends somewhat more."""

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def records(folder: Path) -> tuple[str, dict[str, str]]:
    """The URL of a database with some records, and the keys of a clinic's program and of their maker's."""
    url = f"sqlite:///{folder}/vialcheck.db"
    database = Database(url)
    database.migrate()
    put(database)
    services = AccountServices.of(database, SecretBox("k" * 32, folder / "unused"))
    kinds = {"clinic": OrganisationKind.CLINIC, "maker": OrganisationKind.MANUFACTURER}
    keys = {name: key_of(database, services, name, kind) for name, kind in kinds.items()}
    with database.transaction() as connection:
        theirs = select(Organisation.id).where(Organisation.name == "maker").scalar_subquery()
        connection.execute(update(Manufacturer).values(organisation_id=theirs))
    database.close()
    return url, keys


def fuzz(address: str, cases: int, *header: str) -> tuple[int, int]:
    """How schemathesis ended, and how many requests it sent."""
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{address}/openapi.json"),
        *("--checks", CHECKS, "--max-examples", str(cases), "--continue-on-failure", "--no-shrink"),
        *("--generation-database", "none", "--request-timeout", "30", *header),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    sent = sum(map(int, re.findall(r"([\d,]+) generated", "".join(said).replace(",", ""))))
    return process.returncode, sent


def header(key: str) -> tuple[str, ...]:
    """The option that sends a key."""
    return "-H", f"Authorization:Bearer {key}"


def main() -> int:
    """Fuzz as each sender; the exit status of the worst."""
    worst = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url, keys = records(folder)
        senders = {"without key": (), **{f"with the {name}'s key": header(key) for name, key in keys.items()}}
        with running_service(url, folder, RATE_LIMIT="off") as service:
            for what, headers in senders.items():
                ended, sent = fuzz(service.address, max(CASES // OPERATIONS, 1), *headers)
                print(f"FUZZ {what}: {sent} requests, {'passed' if ended == 0 else 'FAILED'}", flush=True)
                worst = max(worst, ended)
    return worst


if __name__ == "__main__":
    sys.exit(main())
