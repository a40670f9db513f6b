"""A verdict as the OperationOutcome of `$verify`: first what to do, then every reason, worst first.

It is made from the documented JSON of a check, so that a caller sees here what it may see there, and no more.
"""

from collections.abc import Mapping
from typing import Any

from service.authenticity.reasons import Action, ReasonCode
from service.web.api.fhir.systems import ACTIONS, REASONS, Plain

_SEVERITIES = {
    Action.REJECT: "error",
    Action.QUARANTINE: "error",
    Action.CHECK: "warning",
    Action.UNKNOWN: "warning",
    Action.ACCEPT: "information",
}
"""Never `fatal`: that means the operation itself could not be done."""

_NOT_FOUND = frozenset(
    {
        ReasonCode.LOT_NOT_ON_RECORD,
        ReasonCode.SERIAL_NOT_ON_RECORD,
    }
)
_CONFLICTS = frozenset(
    {
        ReasonCode.EXPIRY_MISMATCH,
        ReasonCode.SERIAL_IN_OTHER_LOT,
        ReasonCode.PRODUCT_MISMATCH,
        ReasonCode.CARTON_VIAL_MISMATCH,
    }
)


def verdict_issues(said: Mapping[str, Any], base: str) -> list[Plain]:
    """The issues of an answer. `said`: the JSON of a check; `base`: the address of this FHIR service."""
    action = Action(said["action"])
    first = {
        "severity": _SEVERITIES[action],
        "code": "informational" if _SEVERITIES[action] == "information" else "business-rule",
        "details": _details(base, ACTIONS, action.value, said["headline"]),
        "diagnostics": f"match: {said['match']}",
    }
    return [first, *(_issue(each, base) for each in said["reasons"])]


def _issue(reason: Mapping[str, str], base: str) -> Plain:
    severity = _SEVERITIES[Action(reason["severity"])]
    return {
        "severity": severity,
        "code": _type(ReasonCode(reason["code"]), severity),
        "details": _details(base, REASONS, reason["code"], reason["message"]),
    }


def _type(code: ReasonCode, severity: str) -> str:
    """The code of FHIR's value set issue-type."""
    if code in _NOT_FOUND:
        return "not-found"
    if code in _CONFLICTS:
        return "conflict"
    return "business-rule" if severity == "error" else "informational"


def _details(base: str, system: str, code: str, text: str) -> Plain:
    return {"coding": [{"system": f"{base}/CodeSystem/{system}", "code": code}], "text": text}
