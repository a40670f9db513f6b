"""Verification messages (GS1 LMS) of a wholesaler, alone and while a long list of units is imported."""

import http.client
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import update

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.services import AccountServices
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation
from tests.bench.figures import AtMost, Figures
from tests.factories.program_keys import key_of
from tests.factories.records import TOXIN, put
from tests.factories.running_service import RunningService, running_service

MAKER, WHOLESALER = "9506000000008", "9506000000022"
ROWS = 300_000
ALONE = 300
_AT_LEAST = 50


def beside_an_import(figures: Figures, folder: Path, rows: int = ROWS) -> None:
    """The p50 and p95 of an answer alone, and until the import has ended: the guideline asks for 300 ms."""
    url = f"sqlite:///{folder}/vialcheck.db"
    database = Database(url)
    database.migrate()
    put(database)
    services = AccountServices.of(database, SecretBox("k" * 32, folder / "unused"))
    key = key_of(database, services, "wholesaler", OrganisationKind.DISTRIBUTOR)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(gln=MAKER))
        theirs = Organisation.name == "wholesaler"
        connection.execute(update(Organisation).where(theirs).values(glns=(WHOLESALER,)))
    database.close()
    units = folder / "units.csv"
    with units.open("w", encoding="utf-8") as file:
        file.write("gtin,lot,serial\n")
        file.writelines(f"{TOXIN},A1001,L{number:07}\n" for number in range(rows))
    with running_service(url, folder, RATE_LIMIT="off") as service:
        _ask(service, key, 50)
        _say(figures, "message_before_import", _ask(service, key, ALONE))
        command = [sys.executable, "-m", "service.cli", "import", str(units), "--reason", "bench"]
        environment = {"VIALCHECK_DATABASE_URL": url, "VIALCHECK_DATA": str(folder)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as importing:
            times: list[float] = []
            while importing.poll() is None:
                times += _ask(service, key, 10)
        if importing.returncode or len(times) < _AT_LEAST:
            raise RuntimeError(f"the import ended with {importing.returncode} after {len(times)} messages")
        _say(figures, "message_beside_import", times, AtMost(300))


def _ask(service: RunningService, key: str, count: int) -> list[float]:
    """The seconds of each of `count` answers, on one connection."""
    query = {"exp": "701231", "linkType": "verificationService", "context": "dscsaSaleableReturn"}
    query |= {"reqGLN": WHOLESALER, "corrUUID": "a1b2c3d4-0000-4000-8000-000000000000"}
    target = f"/verify/gtin/{TOXIN}/lot/A1001/ser/SN0001?{urlencode(query)}"
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        connection.request("GET", target, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise ConnectionError(f"a message was answered with {answer.status}")
    connection.close()
    return times


def _say(figures: Figures, name: str, times: list[float], target: AtMost | None = None) -> None:
    part = statistics.quantiles(times, n=100, method="inclusive")
    figures.say(f"{name}_p50", part[49] * 1000, "milliseconds")
    figures.say(f"{name}_p95", part[94] * 1000, "milliseconds", target)
