"""Packs in draft orders: where a clinic's software puts them."""

from typing import Any

import pytest

from service.web.api.cds_hooks.orders import OrderedPack, ordered_packs
from service.web.api.fhir.systems import GTIN

TOXIN = "09506000134352"
VIAL: dict[str, Any] = {
    "resourceType": "Medication",
    "id": "vial",
    "code": {"coding": [{"system": GTIN, "code": TOXIN}]},
    "batch": {"lotNumber": "A1002"},
}
TEXTS = {"gtin": TOXIN, "lot": "A1002"}


def bundle(*resources: dict[str, Any], urls: tuple[str, ...] = ()) -> dict[str, Any]:
    entries: list[dict[str, Any]] = [{"resource": each} for each in resources]
    for entry, url in zip(entries, urls, strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "entry": entries}


def order(reference: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "1",
        "medicationReference": {"reference": reference},
    } | more


@pytest.mark.parametrize(
    ("draft", "prefetch", "packs"),
    [
        # inside the order
        (bundle(order("#vial", contained=[VIAL])), {}, [("MedicationRequest/1", TEXTS)]),
        # beside it, by its id and by its URL
        (bundle(order("Medication/vial"), VIAL), {}, [("MedicationRequest/1", TEXTS)]),
        (bundle(order("urn:uuid:7"), VIAL, urls=("", "urn:uuid:7")), {}, [("MedicationRequest/1", TEXTS)]),
        # fetched before
        (bundle(order("Medication/vial")), {"medication": VIAL}, [("MedicationRequest/1", TEXTS)]),
        (bundle(), {"medications": bundle(VIAL)}, [("", TEXTS)]),
        # twice the same is asked about once
        (bundle(order("Medication/vial"), VIAL), {"medication": VIAL}, [("MedicationRequest/1", TEXTS)]),
        # a product without a lot: no vial is chosen yet
        (bundle(order("#vial", contained=[VIAL | {"batch": {}}])), {}, []),
        # of other shapes
        (None, {}, []),
        ([], {"a": "b", "c": None}, []),
        ({"resourceType": "Bundle", "entry": [1, {"resource": "x"}, {"resource": {"contained": [3]}}]}, {}, []),
        ({"resourceType": "Bundle", "entry": {"resource": VIAL}}, {}, []),
        (bundle({"resourceType": ["Medication"], "batch": {"lotNumber": "A"}}), {}, []),
    ],
)  # fmt: skip
def test_packs_are_found(draft: Any, prefetch: Any, packs: list[tuple[str, dict[str, str]]]) -> None:
    found = ordered_packs({"draftOrders": draft}, prefetch)
    assert found == [OrderedPack(texts, order) for order, texts in packs]
