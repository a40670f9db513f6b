"""What a resource of FHIR says of one pack: product number, lot, expiry and serial.

Medication has them in `identifier`, `code` and `batch`, Device in `udiCarrier` and fields of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from service.authenticity.evidence import Asker
from service.verification.question import Question
from service.web.api.fhir.systems import GTIN, NATIONAL

PackTexts = dict[str, str]
"""Fields of `Question`: gtin, lot, serial, expiry, national, scan."""

_OF_PACKS = frozenset({"Medication", "Device"})

_DATE = re.compile(r"([0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)(?:T.*)?", re.DOTALL)
_SCHEMES = {uri: scheme for scheme, uri in NATIONAL.items()}
_GTIN_OIDS = frozenset({GTIN, "urn:oid:1.3.160"})


def date_text(value: str) -> str:
    """The day or month of a FHIR date or dateTime; other text as it is.

    >>> date_text("2028-12-31T00:00:00Z"), date_text("2028-12"), date_text("12/2028")
    ('2028-12-31', '2028-12', '12/2028')
    """
    found = _DATE.fullmatch(value)
    return found[1] if found else value


def is_of_pack(resource: dict[str, Any]) -> bool:
    """Whether a resource is of a type that a pack is read from."""
    return _text(resource.get("resourceType")) in _OF_PACKS


def pack_of(resource: dict[str, Any]) -> PackTexts:
    """What a Medication or Device says of a pack; empty where it says nothing that can be looked up."""
    if resource.get("resourceType") == "Device":
        return _pack_of_device(resource)
    batch = _object(resource.get("batch"))
    found = _numbers(resource)
    found |= _texts({"lot": batch.get("lotNumber")})
    if expiry := _text(batch.get("expirationDate")):
        found["expiry"] = date_text(expiry)
    return found


def question_of_pack(texts: PackTexts, asker: Asker) -> Question:
    """The question that the fields ask."""
    given: dict[str, Any] = dict(texts)
    return Question(**given, asker=asker)


def identified(system: object, value: object) -> PackTexts:
    """What an identifier or a coding says of a product: its GTIN or a national number, else nothing."""
    number = _text(value)
    if not number:
        return {}
    if _text(system) in _GTIN_OIDS:
        return {"gtin": number}
    scheme = _SCHEMES.get(_text(system))
    return {"national": f"{scheme}:{number}"} if scheme else {}


def _pack_of_device(resource: dict[str, Any]) -> PackTexts:
    carriers = _objects(resource.get("udiCarrier"))
    carrier = carriers[0] if carriers else {}
    found = _texts(
        {
            "scan": carrier.get("carrierHRF"),
            "lot": resource.get("lotNumber"),
            "serial": resource.get("serialNumber"),
        }
    )
    if "scan" not in found:
        found |= _texts({"gtin": carrier.get("deviceIdentifier")})
    if expiry := _text(resource.get("expirationDate")):
        found["expiry"] = date_text(expiry)
    return found


def _numbers(resource: dict[str, Any]) -> PackTexts:
    found: PackTexts = {}
    for system, value in _named(resource):
        for name, text in identified(system, value).items():
            found.setdefault(name, text)
    if "gtin" in found:
        found.pop("national", None)  # the GTIN says it more exactly, and the record has both
    return found


def _named(resource: dict[str, Any]) -> Iterator[tuple[object, object]]:
    for each in _objects(resource.get("identifier")):
        yield each.get("system"), each.get("value")
    for each in _objects(_object(resource.get("code")).get("coding")):
        yield each.get("system"), each.get("code")


def _texts(values: dict[str, object]) -> PackTexts:
    return {name: text for name, value in values.items() if (text := _text(value))}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
