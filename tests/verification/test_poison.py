"""A stranger who wants a genuine vial stopped for everybody: with many browsers, many countries, one network."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.authenticity.scan_history.rules import SEVERAL_NETWORKS
from service.authenticity.verdicts import Verdict
from service.registry.suspects.decisions import decide
from service.registry.suspects.subjects import open_one
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.models import Manufacturer, Scan, SightingRow
from service.storage.suspects import SuspectState
from service.verification.device_marks import DeviceMarks
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.people import account, organisation
from tests.factories.records import TOXIN, put

SCAN = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
COUNTRIES = (
    "TR",
    "BR",
    "CN",
    "NG",
    "US",
    "GB",
    "IN",
    "MX",
    "ZA",
    "FR",
    "DE",
    "EG",
    "TH",
    "VN",
    "PE",
    "KE",
    "JP",
)


@pytest.fixture
def service(database: Database) -> Iterator[VerificationService]:
    put(database)
    opened = VerificationService(database, window=0.05)
    yield opened
    opened.close()


def ask(service: VerificationService, database: Database, address: str, country: str) -> Verdict:
    """As a door asks for a guest: his network's mark, and the country that he claims. On disk at once."""
    mark = DeviceMarks(database).mark(address, datetime.now(UTC))
    origin = RequestOrigin(Channel.WEB, country, f"City of {country}", mark)
    return service.verify(Question(scan=SCAN, asker=Asker.CLINIC), origin).verdict


def worst(service: VerificationService, database: Database, networks: int) -> Action:
    """Of an attack from so many networks, from each of which every country is claimed."""
    return max(
        (
            ask(service, database, f"10.0.{number % networks}.{number}", country).action
            for number, country in enumerate(COUNTRIES * 2)
        ),
        key=lambda action: action.rank,
    )


@pytest.mark.parametrize(
    ("networks", "stopped"),
    [
        (1, False),
        (SEVERAL_NETWORKS - 1, False),
        # the negative control: the attack is one; of three networks, two may share a place among the marks of networks
        (2 * SEVERAL_NETWORKS, True),
    ],
)
def test_one_network_alone_stops_nothing(
    service: VerificationService, database: Database, networks: int, stopped: bool
) -> None:
    assert worst(service, database, networks) is (Action.QUARANTINE if stopped else Action.CHECK)


def releaser(database: Database) -> Actor:
    """Somebody of the manufacturer whose unit it is."""
    owner = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    kind, roles = OrganisationKind.MANUFACTURER, frozenset({Role.RELEASER})
    person = account(database, owner, Role.RELEASER)
    return Actor("Releaser", person, owner, "Example Biologics", kind, roles, strong=True)


def test_a_manufacturer_clears_a_unit_and_protects_it(
    service: VerificationService, database: Database
) -> None:
    assert worst(service, database, 6) is Action.QUARANTINE
    owner = releaser(database)
    watched = open_one(database, owner, SubjectScope.UNIT, TOXIN, "SN0001")
    decide(
        database,
        owner,
        watched,
        SuspectState.CLEARED,
        note="We looked: it is one vial.",
        protect=True,
    )
    for number in range(40):
        verdict = ask(service, database, f"10.1.{number}.1", COUNTRIES[number % len(COUNTRIES)])
        assert verdict.action in {Action.ACCEPT, Action.CHECK}


@pytest.mark.parametrize("record", [True, False])
def test_guesses_are_counted_whether_they_are_recorded_or_not(
    service: VerificationService, database: Database, record: bool
) -> None:
    origin = RequestOrigin(Channel.API, "FR", "", DeviceMarks(database).mark("10.9.9.9", datetime.now(UTC)))
    ask_once = service.verify if record else service.preview
    for number in range(20):
        ask_once(Question(scan=f"(01){TOXIN}(17)701231(10)A1001(21)QZX93K{number:02d}"), origin)
    service.close()
    with database.reading() as connection:
        scopes = set(connection.scalars(select(SightingRow.scope)))
        scans = connection.scalar(select(func.count()).select_from(Scan))
    assert {"guesser", "neighbours"} <= scopes
    assert "unit" not in scopes
    assert scans == (20 if record else 0)


def test_a_look_at_a_unit_on_record_leaves_nothing(service: VerificationService, database: Database) -> None:
    origin = RequestOrigin(Channel.API, "FR", "", "a mark")
    service.preview(Question(scan=SCAN), origin)
    service.close()
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(SightingRow)) == 0
