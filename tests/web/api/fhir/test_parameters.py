"""The Parameters of `$verify`, and packs as resources of FHIR describe them."""

from typing import Any

import pytest

from service.errors import InvalidFieldsError, VialcheckError
from service.web.api.fhir.packs import pack_of
from service.web.api.fhir.parameters import read_parameters
from service.web.api.fhir.systems import GTIN

TOXIN = "09506000134352"
MEDICATION = {
    "resourceType": "Medication",
    "code": {"coding": [{"system": GTIN, "code": TOXIN}]},
    "batch": {"lotNumber": "A1001", "expirationDate": "2070-12-31T00:00:00Z"},
}


@pytest.mark.parametrize(
    ("resource", "pack"),
    [
        (MEDICATION, {"gtin": TOXIN, "lot": "A1001", "expiry": "2070-12-31"}),
        ({"resourceType": "Medication", "identifier": [{"system": "urn:oid:1.3.160", "value": TOXIN}]}, {"gtin": TOXIN}),
        ({"resourceType": "Medication", "code": {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": "9999-1145-01"}]}}, {"national": "NDC:9999-1145-01"}),
        # a filler is a device
        ({"resourceType": "Device", "udiCarrier": [{"deviceIdentifier": TOXIN}], "lotNumber": "L", "serialNumber": "S", "expirationDate": "2027-01"}, {"gtin": TOXIN, "lot": "L", "serial": "S", "expiry": "2027-01"}),
        ({"resourceType": "Device", "udiCarrier": [{"carrierHRF": f"(01){TOXIN}(10)L", "deviceIdentifier": TOXIN}]}, {"scan": f"(01){TOXIN}(10)L"}),
        # of another shape than FHIR has: nothing is read, nothing breaks
        ({"resourceType": "Medication", "code": [1], "batch": ["A"], "identifier": {"value": 1}}, {}),
        ({"resourceType": ["Device"], "identifier": [{"system": [GTIN], "value": TOXIN}]}, {}),
        ({"resourceType": "Medication", "batch": {"lotNumber": 7, "expirationDate": {}}}, {}),
    ],
)  # fmt: skip
def test_packs(resource: dict[str, Any], pack: dict[str, str]) -> None:
    assert pack_of(resource) == pack


def parameters(*given: object) -> object:
    return {"resourceType": "Parameters", "parameter": list(given)}


def test_each_parameter_is_read() -> None:
    fields, record = read_parameters(
        parameters(
            {"name": "identifier", "valueIdentifier": {"system": GTIN, "value": TOXIN}},
            {"name": "medication", "resource": MEDICATION},
            {"name": "expiry", "valueDate": "2070-12-31"},
            {"name": "serial", "valueString": "SN0001"},
            {"name": "record", "valueBoolean": False},
        )
    )
    assert fields == {"gtin": TOXIN, "lot": "A1001", "expiry": "2070-12-31", "serial": "SN0001"}
    assert not record


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (None, {"resourceType"}),
        ([], {"resourceType"}),
        ({"resourceType": "Bundle"}, {"resourceType"}),
        ({"resourceType": "Parameters"}, {"parameter"}),
        ({"resourceType": "Parameters", "parameter": [{}] * 51}, {"parameter"}),
        (parameters("lot", {"valueString": "A"}), {"parameter"}),
        (parameters({"name": "lot", "valueString": 5}), {"lot"}),
        (parameters({"name": "lot", "valueString": "A", "valueCode": "B"}), {"lot"}),
        (parameters({"name": "lot", "valueString": "A"}, {"name": "lot", "valueString": "A"}), {"lot"}),
        (parameters({"name": "lot", "valueString": "B"}, {"name": "medication", "resource": MEDICATION}), {"lot"}),
        (parameters({"name": "identifier", "valueIdentifier": {"system": "urn:x", "value": "1"}}), {"identifier"}),
        (parameters({"name": "medication", "resource": {"resourceType": "Patient"}}), {"medication"}),
        (parameters({"name": "medication", "resource": {"resourceType": ["Medication"]}}), {"medication"}),
        (parameters({"name": "identifier", "valueIdentifier": {"system": [], "value": "1"}}), {"identifier"}),
        (parameters({"name": "record", "valueBoolean": "no"}), {"record"}),
        (parameters({"name": "patient", "valueString": "x"}), {"patient"}),
        (parameters({"name": "lot", "valueString": "A" * 5000}), {"lot"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(body: object, fields: set[str]) -> None:
    with pytest.raises(VialcheckError) as caught:
        read_parameters(body)
    error = caught.value
    named = {each.field for each in error.errors} if isinstance(error, InvalidFieldsError) else {error.field}
    assert named == fields
