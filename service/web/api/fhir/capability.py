"""What this FHIR service says of itself: CapabilityStatement, its operations and its code systems."""

from collections.abc import Mapping
from enum import StrEnum
from importlib.metadata import version

from service.authenticity.reasons import Action, ReasonCode
from service.errors import ErrorCode
from service.web.api.fhir.parameters import FIELDS
from service.web.api.fhir.systems import ACTIONS, ERRORS, REASONS, Plain

FHIR_VERSION = "4.0.1"
"""R4 with its technical correction."""

_DATE = "2026-11-28"
"""When what is said here was last changed."""

SEARCHES: Mapping[str, Mapping[str, str]] = {
    "Medication": {
        "_id": "The id of the resource",
        "identifier": "The product's GTIN",
        "code": "The product's GTIN",
        "lot-number": "The lot as it is printed, capitals or not",
    },
    "MedicationKnowledge": {"_id": "The product's GTIN", "code": "The product's GTIN"},
    "MedicationAdministration": {
        "_id": "The number of the use",
        "identifier": "The clinic's own reference of the use, or the use's number",
    },
    "Immunization": {
        "_id": "The number of the use",
        "identifier": "The clinic's own reference of the use, or the use's number",
    },
}
"""The search parameters of each type, with what they mean; all are tokens."""

_ABOUT = {
    "Medication": "A lot of the asking organisation's own products, or one that its clinic received.",
    "MedicationKnowledge": "A product on record. Search by its GTIN; there is no list of all of them.",
    "MedicationAdministration": "A use that the asking clinic recorded. No patient is kept here: `$uses` "
    "writes in the reference that the caller gives.",
    "Immunization": "The same use, for software that files the product as a vaccine.",
}


def capability_statement(base: str) -> Plain:
    """The CapabilityStatement at `{base}/metadata`."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "vialcheck",
        "url": f"{base}/metadata",
        "name": "Vialcheck",
        "title": "Vialcheck: records of medicines, and whether a pack matches them",
        "status": "active",
        "date": _DATE,
        "description": "Read-only. An answer says how much of what was presented was found together in one "
        "manufacturer's record. It cannot show what is in the vial.",
        "kind": "instance",
        "software": {"name": "Vialcheck", "version": version("vialcheck")},
        "implementation": {"description": "Vialcheck", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": "Authorization: Bearer and a key of the organisation (made at /keys). "
                    "Without one: metadata, MedicationKnowledge and $verify.",
                },
                "resource": [_resource(name, base) for name in SEARCHES],
            }
        ],
    }


def _resource(name: str, base: str) -> Plain:
    operations = {"Medication": "verify", "MedicationAdministration": "uses", "Immunization": "uses"}
    plain: Plain = {
        "type": name,
        "documentation": _ABOUT[name],
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [
            {"name": parameter, "type": "token", "documentation": meaning}
            for parameter, meaning in SEARCHES[name].items()
        ],
    }
    if name in operations:
        code = operations[name]
        plain["operation"] = [{"name": code, "definition": f"{base}/OperationDefinition/{code}"}]
    return plain


def operation_definitions(base: str) -> dict[str, Plain]:
    """The definitions of the operations, by their id."""
    return {"verify": _verify(base), "uses": _uses(base)}


def _verify(base: str) -> Plain:
    inputs = [
        _parameter("identifier", "Identifier", "The product's GTIN, NDC or PZN"),
        _parameter("medication", "Medication", "A Medication whose identifier and batch are verified"),
        *(_parameter(name, "string", meaning) for name, (_, meaning) in FIELDS.items()),
        _parameter("record", "boolean", "false: the check is not recorded; recorded where it is left out"),
    ]
    outcome = "First what to do (CodeSystem/action), then every reason (CodeSystem/reason), worst first. Its "
    return _operation(
        base,
        "verify",
        "Verify a pack",
        "Does this pack match its manufacturer's record, and should it be used?",
        ["Medication"],
        [*inputs, _parameter("return", "OperationOutcome", f"{outcome}id is the recorded check's", "out")],
        changes=True,
    )


def _uses(base: str) -> Plain:
    return _operation(
        base,
        "uses",
        "Uses under a reference",
        "The uses that the clinic recorded under its own reference, with the patient that the caller names. "
        "The name is written into the answer and kept nowhere.",
        ["MedicationAdministration", "Immunization"],
        [
            _parameter("reference", "string", "The clinic's own reference of the use", least=1),
            _parameter("subject", "string", "The caller's reference to the patient: Patient/123", least=1),
            _parameter("return", "Bundle", "The uses", "out", least=1),
        ],
        changes=False,
    )


def _operation(
    base: str,
    code: str,
    title: str,
    about: str,
    types: list[str],
    parameters: list[Plain],
    *,
    changes: bool,
) -> Plain:
    return {
        "resourceType": "OperationDefinition",
        "id": code,
        "url": f"{base}/OperationDefinition/{code}",
        "name": code.capitalize(),
        "title": title,
        "status": "active",
        "kind": "operation",
        "date": _DATE,
        "description": about,
        "affectsState": changes,
        "code": code,
        "resource": types,
        "system": False,
        "type": True,
        "instance": False,
        "parameter": parameters,
    }


def _parameter(name: str, kind: str, meaning: str, use: str = "in", least: int = 0) -> Plain:
    return {
        "name": name,
        "use": use,
        "min": least,
        "max": "1",
        "documentation": meaning,
        "type": kind,
    }


def code_systems(base: str) -> dict[str, Plain]:
    """The code systems, by their id."""
    codes: dict[str, tuple[str, list[StrEnum]]] = {
        REASONS: ("Reasons of a verdict; docs/verdicts.md has a section on each", list(ReasonCode)),
        ACTIONS: ("What to do with a pack", list(Action)),
        ERRORS: ("Why a request was refused", list(ErrorCode)),
    }
    return {
        name: {
            "resourceType": "CodeSystem",
            "id": name,
            "url": f"{base}/CodeSystem/{name}",
            "name": name.capitalize(),
            "title": about,
            "status": "active",
            "caseSensitive": True,
            "content": "complete",
            "count": len(listed),
            "concept": [{"code": each.value} for each in listed],
        }
        for name, (about, listed) in codes.items()
    }
