"""OperationOutcome: how FHIR R4 says what went wrong (hl7.org/fhir/R4/operationoutcome.html)."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response
from msgspec.json import encode

MEDIA_TYPE = "application/fhir+json"

_PREFIX = "/fhir"

_ISSUE_TYPES: Mapping[int, str] = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    414: "too-long",
    415: "not-supported",
    429: "throttled",
    431: "too-long",
    500: "exception",
    503: "transient",
}
"""Codes of FHIR's value set issue-type, by HTTP status; every other status is `invalid`."""


def is_of_fhir(path: str) -> bool:
    """Whether a request to this path is answered as FHIR.

    >>> is_of_fhir("/fhir/Medication"), is_of_fhir("/fhir"), is_of_fhir("/fhirs")
    (True, True, False)
    """
    return path == _PREFIX or path.startswith(f"{_PREFIX}/")


def outcome(issues: Iterable[Mapping[str, Any]], *, status: int = 200, id: str | None = None) -> Response:  # noqa: A002 (FHIR's name)
    """An OperationOutcome of these issues as a response."""
    body: dict[str, Any] = {"resourceType": "OperationOutcome"}
    if id is not None:
        body["id"] = id
    return Response(encode(body | {"issue": list(issues)}), status, content_type=MEDIA_TYPE)


def refusal_outcome(
    status: int, code: str, system: str, detail: str, errors: Iterable[Mapping[str, str]] = ()
) -> Response:
    """A refusal as an OperationOutcome: one issue for each error, or one of `code` and `detail`.

    `system`: of our error codes. `errors`: each with `field`, `code` and `message`, as problem details have
    them.
    """
    single = list(errors) or [{"field": "", "code": code, "message": detail}]
    issues: list[dict[str, Any]] = []
    for each in single:
        issue: dict[str, Any] = {
            "severity": "error",
            "code": _ISSUE_TYPES.get(status, "invalid"),
            "details": {
                "coding": [{"system": system, "code": each["code"]}],
                "text": each["message"] or detail or code,
            },
        }
        if each["field"]:
            issue["diagnostics"] = f"field: {each['field']}"
        issues.append(issue)
    return outcome(issues, status=status)
