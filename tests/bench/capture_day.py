"""A serialisation system's day: 50,000 units in 200 documents in random order, while clinics check."""

import http.client
import json
import random
import statistics
import threading
import time
from pathlib import Path

from sqlalchemy import func, select, update

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.accounts.services import AccountServices
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Unit
from tests.bench.figures import Figures
from tests.chaos.attacking import check_seconds
from tests.factories.program_keys import key_of
from tests.factories.records import TOXIN, put
from tests.factories.running_service import RunningService, running_service

DOCUMENTS, UNITS = 200, 250
CHECKS = 300
_PATIENCE = 1800.0


def beside_captures(figures: Figures, folder: Path, documents: int = DOCUMENTS) -> None:
    """The p50 and p99 of a check alone, and of those that are made until every document is on record."""
    url = f"sqlite:///{folder}/vialcheck.db"
    database = Database(url)
    database.migrate()
    put(database)
    services = AccountServices.of(database, SecretBox("k" * 32, folder / "unused"))
    key = key_of(database, services, "maker", OrganisationKind.MANUFACTURER)
    with database.transaction() as connection:
        theirs = select(Organisation.id).where(Organisation.name == "maker").scalar_subquery()
        connection.execute(update(Manufacturer).values(organisation_id=theirs))
    before = _units(database)
    with running_service(url, folder, RATE_LIMIT="off") as service:
        check_seconds(service, 50)
        _say(figures, "check_before_captures", check_seconds(service, CHECKS))
        sending = threading.Thread(target=_send, args=(service, key, documents))
        begun = time.monotonic()
        sending.start()
        times: list[float] = []
        while _units(database) < before + documents * UNITS:
            times += check_seconds(service, 10)
            if time.monotonic() - begun > _PATIENCE:
                raise TimeoutError(f"{_units(database) - before} units are on record")
        sending.join()
        figures.say("captured_units", documents * UNITS / (time.monotonic() - begun), "units a second")
        _say(figures, "check_beside_captures", times)
    database.close()


def _send(service: RunningService, key: str, documents: int) -> None:
    """Send every document once, in random order."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/ld+json"}
    order = list(range(documents))
    random.Random(18).shuffle(order)
    for number in order:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        connection.request("POST", "/epcis/capture", _document(number), headers)
        status = connection.getresponse().status
        connection.close()
        if status != 202:
            raise ConnectionError(f"a document was answered with {status}")


def _document(number: int) -> str:
    """A document that commissions `UNITS` units of a lot on record."""
    epcs = [f"https://id.gs1.org/01/{TOXIN}/21/D{number:03}X{each:03}" for each in range(UNITS)]
    event = {
        "type": "ObjectEvent",
        "eventTime": f"2026-11-20T{number // 60:02}:{number % 60:02}:00+00:00",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": epcs,
        "ilmd": {"cbvmda:lotNumber": "A1001"},
    }
    return json.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-22T10:30:00Z",
            "epcisBody": {"eventList": [event]},
        }
    )


def _units(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(Unit)) or 0


def _say(figures: Figures, name: str, times: list[float]) -> None:
    part = statistics.quantiles(times, n=100, method="inclusive")
    figures.say(f"{name}_p50", part[49] * 1000, "milliseconds")
    figures.say(f"{name}_p99", part[98] * 1000, "milliseconds")
