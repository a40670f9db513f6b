"""What makes an event the same event: its id, or its content where it has none (EPCIS 2.0, section 7.4.1)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.errors import VialcheckError
from service.gs1.epc.uris import EpcIdentifier, read_epc

EPC_FIELDS = ("parentID", "epcList", "childEPCs", "inputEPCList", "outputEPCList")
CLASS_FIELDS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_NOT_CONTENT = frozenset({"eventID", "recordTime", "errorDeclaration"})


def content_sha256(fields: Mapping[str, Any], at: datetime) -> str:
    """The SHA-256 of what an event says: not who numbered it, when it was recorded, or that it was wrong.

    The order of EPCs does not count, and neither does the time zone in which its moment is written.
    """
    said = {name: value for name, value in fields.items() if name not in _NOT_CONTENT}
    lists = {name: said.pop(name) for name in EPC_FIELDS if isinstance(said.get(name), list)}
    said["eventTime"] = at.isoformat()
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(lists):
        digest.update(f"\n{name}\n".encode())
        for uri in sorted(lists[name]):
            digest.update(uri.encode() + b"\n")
    return digest.hexdigest()


def id_of(sha256: str) -> str:
    """The id of an event that came without one (RFC 6920); the same event has the same one everywhere."""
    return f"ni:///sha-256;{sha256}?ver=vialcheck1"


def identified(uri: str) -> EpcIdentifier | None:
    """What a URI identifies; None also for one that is malformed, which can be no record of ours."""
    try:
        return read_epc(uri)
    except VialcheckError:
        return None


def key_of(uri: str) -> str:
    """The same text for the URN and the Digital Link of one thing; other URIs as they are."""
    found = identified(uri)
    if found is None:
        return uri
    if found.gtin:
        rest = f"21{found.serial}" if found.serial else f"10{found.lot}" if found.lot else ""
        return f"01{found.gtin}{rest}"
    return f"00{found.sscc}" if found.sscc else f"414{found.gln}"


def epcs_of(fields: Mapping[str, Any], name: str) -> Sequence[str]:
    """The URIs of one field, whether it has one, a list, or a list of quantities."""
    value = fields.get(name, ())
    if isinstance(value, str):
        return (value,)
    return [each["epcClass"] if isinstance(each, dict) else each for each in value]
