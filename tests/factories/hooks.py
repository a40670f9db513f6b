"""Requests of CDS Hooks, as a clinic's software sends them before an order is signed."""

from typing import Any

SERVICE = "/cds-services/vialcheck-stopped-vial"
_GTIN = "https://www.gs1.org/gtin"


def ordered(number: str, gtin: str, lot: str, expiry: str = "") -> dict[str, Any]:
    """A draft order of one vial, whose Medication is inside it."""
    batch = {"lotNumber": lot} | ({"expirationDate": expiry} if expiry else {})
    vial = {
        "resourceType": "Medication",
        "id": "vial",
        "code": {"coding": [{"system": _GTIN, "code": gtin}]},
        "batch": batch,
    }
    return {
        "resourceType": "MedicationRequest",
        "id": number,
        "contained": [vial],
        "status": "draft",
        "intent": "order",
        "medicationReference": {"reference": "#vial"},
        "subject": {"reference": "Patient/1288992"},
    }


def hook_request(*orders: dict[str, Any]) -> dict[str, Any]:
    """A call of the hook `order-sign`."""
    return {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/example",
            "patientId": "1288992",
            "draftOrders": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": each} for each in orders],
            },
        },
    }
