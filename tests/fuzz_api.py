"""`make fuzz-api`: schemathesis over the whole OpenAPI of a running service, without a key and with one.

Fails where an answer has a status of 5xx, a status or a shape that the description does not have, or where
valid data is refused in another way than described. Not part of CI: it takes as long as it is given.
Prints `FUZZ name value`. CASES=20000 is the number of requests to send at least, half of them with a key.
"""

import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.services import AccountServices
from service.storage.database import Database
from service.storage.models import Account, Organisation
from tests.factories.records import put
from tests.factories.running_service import running_service

CASES = int(os.environ.get("CASES", "20000"))
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def records(folder: Path) -> tuple[str, str]:
    """The URL of a database with some records, and the key of a clinic's program."""
    url = f"sqlite:///{folder}/vialcheck.db"
    database = Database(url)
    database.migrate()
    put(database)
    now = datetime.now(UTC)
    with database.transaction() as connection:
        clinic = {"name": "Fuzz Clinic", "kind": OrganisationKind.CLINIC, "country": "FR", "created": now}
        number = connection.execute(
            insert(Organisation).values(clinic).returning(Organisation.id)
        ).scalar_one()
        person = {"organisation_id": number, "email": "a@example.org", "name": "A", "roles": (Role.ADMIN,)}
        account = connection.execute(
            insert(Account).values(person | {"created": now}).returning(Account.id)
        ).scalar_one()
    services = AccountServices.of(database, SecretBox("k" * 32, folder / "unused"))
    token = services.sessions.begin(account, address="127.0.0.1", device="fuzz", strong=True)
    actor = services.sessions.actor(token, address="127.0.0.1")
    assert actor is not None
    key = services.keys.make(actor, name="fuzz", scopes=set(ApiKeyScope), days="30")
    database.close()
    return url, key


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


def main() -> int:
    """Fuzz twice; the exit status of the worse."""
    worst = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url, key = records(folder)
        with running_service(url, folder, RATE_LIMIT="off") as service:
            for what, header in (("without key", ()), ("with key", ("-H", f"Authorization:Bearer {key}"))):
                ended, sent = fuzz(service.address, CASES // 4, *header)
                print(f"FUZZ {what}: {sent} requests, {'passed' if ended == 0 else 'FAILED'}", flush=True)
                worst = max(worst, ended)
    return worst


if __name__ == "__main__":
    sys.exit(main())
