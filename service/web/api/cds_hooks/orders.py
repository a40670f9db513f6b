"""Finds the packs that draft orders name: Medication and Device resources with a lot, a serial or a code.

They are looked for in the Bundle's entries, in what these contain, and in what was fetched before. An order
that names a product only is no question here: nothing can be said of a vial that is not chosen yet.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from service.web.api.fhir.packs import PackTexts, is_of_pack, pack_of

_SAYS_WHICH = frozenset({"lot", "serial", "scan"})
_REFERENCES = ("medicationReference", "codeReference")
"""How MedicationRequest and DeviceRequest point to what is ordered."""

Plain = dict[str, Any]


class OrderedPack(Struct, frozen=True):
    """One pack, and the draft order that names it: `MedicationRequest/1`, empty where none does."""

    texts: PackTexts
    order: str = ""


def ordered_packs(context: Plain, prefetch: Plain) -> list[OrderedPack]:
    """Return the packs of the draft orders, each once."""
    orders = list(_entries(context.get("draftOrders")))
    fetched = [each for value in prefetch.values() for each in _resources(value)]
    pointing = {ref: order for _, order in orders for ref in _pointed(order)}
    found: list[OrderedPack] = []
    for url, resource in [*orders, *(("", each) for each in fetched)]:
        own = pointing.get(url) or pointing.get(_reference(resource))
        found += _packs(resource, _reference(own) if own else "")
        for inside in _list(resource.get("contained")):
            found += _packs(inside, _reference(resource))
    unlike = {(tuple(sorted(each.texts.items())), each.order): each for each in found}
    return list(unlike.values())


def _packs(resource: Plain, order: str) -> list[OrderedPack]:
    if not is_of_pack(resource):
        return []
    texts = pack_of(resource)
    return [OrderedPack(texts, order)] if _SAYS_WHICH & texts.keys() else []


def _entries(bundle: object) -> Iterator[tuple[str, Plain]]:
    """The resources of a Bundle with their URLs."""
    if isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle":
        for each in _list(bundle.get("entry")):
            resource = each.get("resource")
            if isinstance(resource, dict):
                url = each.get("fullUrl")
                yield url if isinstance(url, str) else "", resource


def _resources(value: object) -> list[Plain]:
    """The resources of what was fetched before: a Bundle's, or the one resource itself."""
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        return [resource for _, resource in _entries(value)]
    return [value] if isinstance(value, dict) else []


def _pointed(order: Plain) -> Iterator[str]:
    for name in _REFERENCES:
        target = order.get(name)
        if isinstance(target, dict) and isinstance(target.get("reference"), str):
            yield target["reference"]


def _reference(resource: Plain) -> str:
    kind, number = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{number}" if isinstance(kind, str) and isinstance(number, str) else ""


def _list(value: object) -> list[Plain]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
