"""Attacks by those who follow every rule of HTTP: they silence reports, poison a unit, burn serials, flood ids.

Each against a service as `make run` starts it, beside a control that shows that the attack is one.
"""

import json
import re
import urllib.parse
from collections import Counter
from pathlib import Path

import pytest

from service.accounts.actors import OrganisationKind, Role
from service.accounts.sign_in.sessions import Sessions
from service.authenticity.scan_history.rules import SEVERAL_NETWORKS
from service.reports.intake import MOST_FROM_NETWORK
from service.storage.database import Database
from service.web.core.access import COOKIE
from tests.factories.people import account, organisation
from tests.factories.records import TOXIN
from tests.factories.running_service import RunningService, Said, running_service

pytestmark = pytest.mark.slow
SCAN = f"01{TOXIN}1770123110A1001\x1d21SN0001"
TYPED = f"(01){TOXIN}(17)701231(10)A1001(21)SN0001"
COUNTRIES = ("GB", "US", "BR", "JP")
REGIONS = ("London", "Seattle", "Manaus", "Osaka")


def send(service: RunningService, source: str, path: str, cookie: str = "", **form: str) -> Said:
    """A form from an address, as a browser sends it."""
    connection = service.connect(source)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", "Cookie": cookie}
    try:
        connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        return Said(answer.status, dict(answer.headers), answer.read())
    finally:
        connection.close()


def test_reports_of_one_network_do_not_silence_the_others(records: str, tmp_path: Path) -> None:
    with running_service(records, tmp_path) as service:
        flood = Counter(
            send(service, f"127.5.5.{number % 250 + 1}", "/report", what=f"flood {number}").status
            for number in range(MOST_FROM_NETWORK + 20)
        )
        assert flood == {303: MOST_FROM_NETWORK, 429: 20}
        assert send(service, "127.6.6.1", "/report", what="a patient elsewhere").status == 303
        # harm gets in from the very network that floods
        assert send(service, "127.5.5.1", "/report", what="it hurt me", harmed="1").status == 303


def poisoned(service: RunningService, networks: int) -> Counter[str]:
    """What strangers read of a genuine unit after it was asked for under four countries and user agents."""
    for number in range(32):
        connection = service.connect(f"127.{40 + number % networks}.7.1")
        place = {"country": COUNTRIES[number % 4], "region": REGIONS[number % 4]}
        kind = {"Content-Type": "application/json", "User-Agent": f"agent {number % 4}"}
        # who says to be a clinic is answered when the check is on disk, so the next one knows of it
        asked = {"scan": SCAN, "asker": "clinic"} | place
        connection.request("POST", "/api/v1/verifications", json.dumps(asked), kind)
        assert connection.getresponse().status == 201
        connection.close()
    said = Counter[str]()
    for number in range(3):
        answer = service.ask(f"127.{90 + number}.1.1", scan=SCAN)
        assert answer.status == 201
        said[answer.json["action"]] += 1
    return said


def test_one_network_does_not_quarantine_a_genuine_unit(records: str, tmp_path: Path) -> None:
    """Four user agents and four claimed countries of one address."""
    with running_service(records, tmp_path) as service:
        assert "quarantine" not in poisoned(service, 1)


@pytest.mark.chaos
def test_several_networks_do(records: str, tmp_path: Path) -> None:
    """The control: from several networks, the same looks like several packs."""
    with running_service(records, tmp_path) as service:
        assert "quarantine" in poisoned(service, SEVERAL_NETWORKS + 1)


class Person:
    """A browser in which a person of an organisation is signed in."""

    def __init__(
        self, service: RunningService, records: str, name: str, kind: OrganisationKind, role: Role
    ) -> None:
        database = Database(records)
        person = account(database, organisation(database, name, kind, "GB"), role)
        token = Sessions(database).begin(person, address="127.0.0.1", device="test", strong=True)
        database.close()
        self._service, self._cookie = service, f"{COOKIE}={token}"

    def page(self, path: str) -> str:
        return self._service.get(path, Cookie=self._cookie).body.decode()

    def post(self, path: str, at: str = "", **form: str) -> Said:
        """A form of the page `at`, or of the address that it is sent to."""
        token = re.search(r'name="csrf" value="(\w+)"', self.page(at or path))
        assert token is not None
        return send(self._service, "127.0.0.1", path, self._cookie, csrf=token[1], **form)


class Clinic(Person):
    """One who receives and uses vials."""

    def __init__(self, service: RunningService, records: str, name: str) -> None:
        super().__init__(service, records, name, OrganisationKind.CLINIC, Role.CLINIC)

    def receive(self, scan: str) -> str:
        """The address of the answer to a delivery's scan, once the vial was taken in."""
        checked = self.post("/receive", scan=scan).headers["location"]
        assert self.post(checked, outcome="received").status == 303
        return checked

    def open(self, vial: str) -> Said:
        return self.post(f"{vial}/open", at=vial)


def vial_of(clinic: Clinic, scan: str) -> str:
    """The address of the clinic's vial with this number."""
    found = clinic.post("/use", scan=scan).headers["location"]
    assert found.startswith("/vials/")
    return found


def test_a_clinic_that_types_serials_burns_none(records: str, tmp_path: Path) -> None:
    with running_service(records, tmp_path) as service:
        burner, honest = Clinic(service, records, "Burner"), Clinic(service, records, "Honest")
        # another clinic's check is not taken
        check = honest.post("/receive", scan=SCAN).headers["location"]
        assert burner.post(check, at="/receive", outcome="received").status == 404
        # typed, the number is on record as used, says so, and does not stop the vial
        burner.receive(TYPED)
        assert burner.open(vial_of(burner, TYPED)).status == 303
        said = service.ask("127.3.3.1", scan=SCAN, asker="clinic").json
        assert said["action"] == "check"
        assert "recorded_without_scan" in {reason["code"] for reason in said["reasons"]}
        # the clinic that has the pack in its hands uses it
        assert honest.post(check, outcome="received").status == 303
        assert honest.open(vial_of(honest, SCAN)).status == 303


@pytest.mark.chaos
def test_a_clinic_that_scans_a_pack_and_uses_it_does_stop_the_next(records: str, tmp_path: Path) -> None:
    """The control: what is typed above weighs when it is scanned."""
    with running_service(records, tmp_path) as service:
        first = Clinic(service, records, "First")
        first.receive(SCAN)
        assert first.open(vial_of(first, SCAN)).status == 303
        said = service.ask("127.3.3.1", scan=SCAN, asker="clinic").json
        assert said["action"] == "quarantine"
        assert "dispensed" in {reason["code"] for reason in said["reasons"]}


@pytest.mark.parametrize(
    ("inviters", "status"), [("regulator", 403), pytest.param("manufacturer", 200, marks=pytest.mark.chaos)]
)
def test_only_those_whom_the_operator_names_invite_clinics(
    records: str, tmp_path: Path, inviters: str, status: int
) -> None:
    with running_service(records, tmp_path, CLINIC_INVITERS=inviters) as service:
        maker = Person(service, records, "Maker", OrganisationKind.MANUFACTURER, Role.ADMIN)
        given = {"clinic": "Front", "email": "a@example.org", "country": "GB"}
        assert maker.post("/people/invite-clinic", **given).status == status
