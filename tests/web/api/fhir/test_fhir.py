"""The FHIR service against the whole application: resources valid by FHIR's definitions, who sees which, refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from service.accounts.actors import ApiKeyScope, OrganisationKind
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Scan
from service.web.api.fhir.systems import GTIN
from service.web.core.services import services_of
from tests.factories.fhir import REFERENCE, UsedVials, program
from tests.factories.medplum import Medplum
from tests.factories.records import TOXIN, UNKNOWN_GTIN

CLINIC, MAKER = OrganisationKind.CLINIC, OrganisationKind.MANUFACTURER


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all: what is asked here leaves nothing but checks on record."""
    folder = tmp_path_factory.mktemp("fhir")
    (folder / "records.db").write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{folder / 'records.db'}"
    database = Database(url)
    UsedVials.put(database)
    database.close()
    app = create_app(Settings(database_url=url, files=folder / "files", rate_limit="off"))
    app.testing = True
    yield app
    services_of(app).close()


@pytest.fixture(scope="module")
def clinic(world: Flask) -> FlaskClient:
    return program(world, "High Street Clinic", CLINIC)


def valid(response: TestResponse, status: int = 200) -> Any:
    """The resource of a response, held against FHIR's definitions of its type and of those inside it."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/fhir+json"
    plain = response.get_json()
    get_fhir_model_class(plain["resourceType"]).model_validate(plain)
    for each in plain.get("entry", []):
        get_fhir_model_class(each["resource"]["resourceType"]).model_validate(each["resource"])
    return plain


def found(response: TestResponse) -> list[Any]:
    """The resources that a search found, without what it says of itself."""
    bundle = valid(response)
    assert bundle["type"] == "searchset"
    return [each["resource"] for each in bundle.get("entry", []) if each["search"]["mode"] == "match"]


def verified(client: FlaskClient, **given: str) -> Any:
    parameters = [
        {"name": "identifier", "valueIdentifier": {"system": GTIN, "value": value}}
        if name == "identifier"
        else {"name": name, "valueString": value}
        for name, value in given.items()
    ]
    body = {"resourceType": "Parameters", "parameter": parameters}
    return client.post("/fhir/Medication/$verify", json=body)


def test_it_says_what_it_can(world: Flask) -> None:
    guest = world.test_client()
    statement = valid(guest.get("/fhir/metadata"))
    assert statement["fhirVersion"] == "4.0.1"
    for each in statement["rest"][0]["resource"]:
        for operation in each.get("operation", []):
            path = operation["definition"].removeprefix("http://localhost")
            assert valid(guest.get(path))["code"] == operation["name"]
    for name in ("reason", "action", "error"):
        assert valid(guest.get(f"/fhir/CodeSystem/{name}"))["count"] > 4


def test_a_clinic_finds_the_lots_of_its_own_vials(clinic: FlaskClient) -> None:
    (lot,) = found(clinic.get("/fhir/Medication", query_string={"identifier": f"{GTIN}|{TOXIN}"}))
    assert lot["batch"] == {"lotNumber": "A1001", "expirationDate": "2070-12-31"}
    assert (lot["status"], lot["code"]["coding"][0]["code"]) == ("active", TOXIN)
    assert {"system": "http://fhir.de/CodeSystem/ifa/pzn", "code": "12345678"} in lot["code"]["coding"]
    assert valid(clinic.get(f"/fhir/Medication/{lot['id']}")) == lot
    assert found(clinic.get("/fhir/Medication?lot-number=a1001&code=" + TOXIN)) == [lot]
    # lots that it never received are another's: neither found nor read
    assert found(clinic.get("/fhir/Medication?lot-number=A1002")) == []
    assert clinic.get(f"/fhir/Medication/{TOXIN}-2").status_code == 404


def test_an_owner_pages_through_its_lots(world: Flask) -> None:
    owner = program(world, "Example Biologics", MAKER)
    own_records(world)
    lots: list[str] = []
    address: str | None = "/fhir/Medication?_count=3"
    while address:
        bundle = valid(owner.get(address))
        lots += [each["resource"]["batch"]["lotNumber"] for each in bundle["entry"]]
        links = {each["relation"]: each["url"] for each in bundle["link"]}
        address = links.get("next", "").removeprefix("http://localhost") or None
    assert sorted(lots) == ["A1001", "A1002", "A1003", "A1004", "AB/12", "C3016 C3", "SHARED1", "SHARED1"]
    posted = owner.post("/fhir/Medication/_search", data={"lot-number": "A1002,A1003"})
    assert {each["status"] for each in found(posted)} == {"inactive"}


def own_records(world: Flask) -> None:
    """The small world's maker becomes the organisation of that name."""
    with services_of(world).database.transaction() as connection:
        number = connection.scalar(select(Organisation.id).where(Organisation.name == "Example Biologics"))
        connection.execute(update(Manufacturer).values(organisation_id=number))


def test_a_product_is_found_by_its_number_alone(world: Flask) -> None:
    guest = world.test_client()
    (product,) = found(guest.get("/fhir/MedicationKnowledge", query_string={"code": f"{GTIN}|{TOXIN}"}))
    assert product["ingredient"][0]["itemCodeableConcept"]["text"] == "Botulinum toxin type A"
    assert valid(guest.get(f"/fhir/MedicationKnowledge/{TOXIN}")) == product
    assert found(guest.get(f"/fhir/MedicationKnowledge?code={UNKNOWN_GTIN}")) == []
    assert valid(guest.get("/fhir/MedicationKnowledge"), 400)["issue"][0]["code"] == "invalid"


def test_uses_are_exported_with_the_patient_that_the_caller_names(clinic: FlaskClient, world: Flask) -> None:
    whole, part = found(clinic.get("/fhir/MedicationAdministration"))
    assert whole["dosage"]["dose"] == {"value": 100, "unit": "units"}
    assert whole["subject"]["identifier"]["value"] == REFERENCE
    assert whole["contained"][0]["batch"] == {"lotNumber": "A1001", "expirationDate": "2070-12-31"}
    assert (part["dosage"]["dose"]["value"], part["subject"]) == (
        12.5,
        {"display": "Not recorded: this service holds no patients"},
    )
    assert found(clinic.get("/fhir/MedicationAdministration", query_string={"identifier": REFERENCE})) == [
        whole
    ]
    own = whole["identifier"][0]
    query = {"identifier": f"{own['system']}|{own['value']}"}
    assert found(clinic.get("/fhir/Immunization", query_string=query))[0]["lotNumber"] == "A1001"
    assert valid(clinic.get(f"/fhir/MedicationAdministration/{whole['id']}")) == whole
    for kind, who in (("MedicationAdministration", "subject"), ("Immunization", "patient")):
        query = {"reference": REFERENCE, "subject": "Patient/123"}
        (use,) = found(clinic.get(f"/fhir/{kind}/$uses", query_string=query))
        assert use[who] == {"reference": "Patient/123"}
    other = program(world, "Another Clinic", CLINIC)
    assert found(other.get("/fhir/MedicationAdministration")) == []
    assert other.get(f"/fhir/Immunization/{whole['id']}").status_code == 404


@pytest.mark.parametrize(
    "subject", ["", "Patient/", "Practitioner/1", "Patient/<script>", "javascript:Patient/1"]
)
def test_what_is_no_reference_to_a_patient_is_refused(clinic: FlaskClient, subject: str) -> None:
    query = {"reference": REFERENCE, "subject": subject}
    response = clinic.get("/fhir/Immunization/$uses", query_string=query)
    assert valid(response, 400)["issue"][0]["diagnostics"] == "field: subject"


@pytest.mark.parametrize(
    ("given", "action", "reasons"),
    [
        ({"identifier": TOXIN, "lot": "A1001", "expiry": "2070-12-31", "serial": "SN0003"}, "reject", {"stolen"}),
        ({"identifier": TOXIN, "lot": "A1002"}, "reject", {"recalled"}),
        ({"identifier": TOXIN, "lot": "A1001", "expiry": "2071-12-31"}, "quarantine", {"expiry_mismatch"}),
        ({"identifier": TOXIN, "lot": "NOPE"}, "quarantine", {"lot_not_on_record"}),
        ({"identifier": UNKNOWN_GTIN, "lot": "A1001"}, "unknown", {"no_records_held"}),
    ],
)  # fmt: skip
def test_a_verdict_is_an_outcome(world: Flask, given: dict[str, str], action: str, reasons: set[str]) -> None:
    said = valid(verified(world.test_client(), **given))
    codes = [each["details"]["coding"][0] for each in said["issue"]]
    assert codes[0] == {"system": "http://localhost/fhir/CodeSystem/action", "code": action}
    assert reasons <= {each["code"] for each in codes[1:]}
    # the check is on record under the outcome's id, with the same answer
    check = world.test_client().get(f"/api/v1/verifications/{said['id']}").get_json()
    assert (check["action"], len(check["reasons"])) == (action, len(codes) - 1)


def test_a_stranger_does_not_learn_the_recorded_expiry(world: Flask) -> None:
    response = verified(world.test_client(), identifier=TOXIN, lot="A1001", expiry="2071-12-31")
    assert "2070" not in response.text
    assert "2070" in verified(program(world, "High Street Clinic", CLINIC), identifier=TOXIN, lot="A1001", expiry="2071-12-31").text  # fmt: skip


NESTED: Any = "x"
for _ in range(50):
    NESTED = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": NESTED}]}


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "code"),
    [
        # a bundle 50 deep, and JSON too deep to be read at all
        ("POST", "/fhir/Medication/$verify", {"json": NESTED}, 400, "invalid"),
        ("POST", "/fhir/Medication/$verify", {"data": "[" * 30_000, "content_type": "application/fhir+json"}, 400, "invalid"),
        ("POST", "/fhir/Medication/$verify", {"data": "{", "content_type": "application/fhir+json"}, 400, "invalid"),
        ("POST", "/fhir/Medication/$verify", {"data": b"\xff", "content_type": "application/fhir+json"}, 400, "invalid"),
        ("POST", "/fhir/Medication/$verify", {"data": "<a/>", "content_type": "application/fhir+xml"}, 415, "not-supported"),
        ("POST", "/fhir", {"json": NESTED}, 404, "not-found"),
        ("GET", "/fhir/Patient", {}, 404, "not-found"),
        ("GET", "/fhir/Patient/1", {}, 404, "not-found"),
        ("DELETE", f"/fhir/MedicationKnowledge/{TOXIN}", {}, 405, "not-supported"),
        ("PUT", "/fhir/Medication/1", {"json": {}}, 405, "not-supported"),
        ("GET", "/fhir/metadata?_format=xml", {}, 406, "not-supported"),
        ("GET", "/fhir/metadata", {"headers": {"Accept": "application/fhir+xml"}}, 406, "not-supported"),
        ("GET", "/fhir/metadata", {"headers": {"Accept": "a/b," * 2500}}, 406, "not-supported"),
        ("GET", "/fhir/Medication", {}, 403, "forbidden"),
        ("GET", "/fhir/Medication", {"headers": {"Authorization": "Bearer x"}}, 401, "login"),
        ("GET", "/fhir/Medication/1", {}, 403, "forbidden"),
        ("GET", "/fhir/MedicationKnowledge/%00", {}, 404, "not-found"),
        ("GET", "/fhir/MedicationKnowledge/%2e%2e%2f%2e%2e", {}, 404, "not-found"),
        ("GET", "/fhir/MedicationKnowledge/%252F", {}, 404, "not-found"),
        ("GET", "/fhir/MedicationKnowledge?code=" + GTIN + "|1", {}, 400, "invalid"),
        ("GET", "/fhir/MedicationKnowledge?code=%ff%00,%F0%9F%98%80", {}, 200, ""),
        ("GET", "/fhir/MedicationKnowledge?code:above=1", {}, 400, "invalid"),
        ("GET", "/fhir/CodeSystem/none", {}, 404, "not-found"),
    ],
)  # fmt: skip
def test_each_refusal_is_an_outcome(
    world: Flask, method: str, path: str, options: dict[str, Any], status: int, code: str
) -> None:
    response = world.test_client().open(path, method=method, **options)
    said = valid(response, status)
    if code:
        assert {each["code"] for each in said["issue"]} == {code}
        assert all(each["details"]["text"] for each in said["issue"])


def test_a_refused_body_names_its_fields_and_records_nothing(world: Flask) -> None:
    before = checks(world)
    said = valid(verified(world.test_client(), identifier="09506000134353", expiry="99/99"), 400)
    assert {each["diagnostics"] for each in said["issue"]} == {"field: gtin", "field: expiry"}
    assert checks(world) == before


def checks(world: Flask) -> int:
    """How many checks are on record, those that wait to be written among them."""
    made = services_of(world)
    with made.database.reading() as connection:
        written = connection.scalar(select(func.count()).select_from(Scan)) or 0
    return written + made.verification.unwritten[0]


def test_a_key_needs_the_scope(world: Flask) -> None:
    client = program(world, "High Street Clinic", CLINIC, ApiKeyScope.VERIFY)
    assert valid(client.get("/fhir/Medication"), 403)
    reader = program(world, "High Street Clinic", CLINIC, ApiKeyScope.READ)
    assert valid(verified(reader, identifier=TOXIN), 403)


def test_what_is_left_out_of_a_search_is_said(clinic: FlaskClient) -> None:
    bundle = valid(clinic.get("/fhir/Medication?lot-number=A1001&colour=red"))
    (note,) = [each["resource"] for each in bundle["entry"] if each["search"]["mode"] == "outcome"]
    assert "colour" in note["issue"][0]["details"]["text"]
    assert "colour" not in json.dumps(bundle["link"])
    strict = clinic.get("/fhir/Medication?colour=red", headers={"Prefer": "handling=strict"})
    assert valid(strict, 400)


@pytest.mark.conformance
def test_hl7s_definitions_and_invariants_hold(
    world: Flask, clinic: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """By a validator that is not ours, with a resource that is wrong to show that it looks."""
    validator = Medplum(tmp_path_factory.mktemp("medplum"))
    guest = world.test_client()
    paths = [
        *("metadata", "OperationDefinition/verify", "OperationDefinition/uses", "CodeSystem/reason"),
        *("CodeSystem/action", "CodeSystem/error", f"MedicationKnowledge/{TOXIN}", "Medication?colour=red"),
        *("MedicationAdministration", "Immunization", "Patient/1"),
    ]
    resources = [clinic.get(f"/fhir/{each}").get_json() for each in paths]
    resources += [
        verified(guest, identifier=TOXIN, lot=each).get_json() for each in ("A1001", "A1002", "NOPE", "%")
    ]
    resources += [each["resource"] for bundle in resources for each in bundle.get("entry", [])]
    assert len(resources) > 18
    faults = validator.faults([{"resourceType": "Medication", "batch": {"lotNumber": 1}}, *resources])
    assert faults[0]
    assert faults[1:] == [""] * len(resources)
