"""ETag and If-Match (RFC 9110, 8.8.3 and 13.1.1): a record that has changed since it was read stays."""

import hashlib
import json
from typing import Any

from flask import Response, jsonify, request

from service.errors import ErrorCode, PreconditionError

KEY_HEADER = "Idempotency-Key"
"""The header with a program's own mark of its request (`storage.idempotency`)."""


def with_etag(plain: dict[str, Any], record: dict[str, Any], status: int = 200) -> Response:
    """`plain` as JSON, with the ETag of `record`."""
    response = jsonify(plain)
    response.status_code = status
    response.set_etag(_mark(record))
    return response


def require_match(record: dict[str, Any]) -> None:
    """Raise PRECONDITION_FAILED where the request names another state of the record than the present one."""
    if request.if_match and not request.if_match.contains(_mark(record)):
        raise PreconditionError(
            ErrorCode.PRECONDITION_FAILED,
            given=request.headers.get("If-Match", "")[:80],
            expected="the ETag of the record as it is now",
            field="If-Match",
        )


def _mark(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:32]
