"""Capture of documents of events, and simple queries, as EPCIS 2.0 has them (section 12)."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.errors import ErrorCode, RefusedError
from service.registry.epcis.jobs import PAGE, CaptureJob
from service.registry.epcis.queries.event_queries import document_of
from service.registry.epcis.queries.parameters import PARAMETERS, read_query
from service.web.api import event_schemas
from service.web.api.operations import Operation, described
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal
from service.web.core.request_uploads import takes_files
from service.web.core.services import services

events = Blueprint("events", __name__, url_prefix="/epcis")

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_MEDIA = ("application/json", "application/ld+json", "application/xml", "text/xml")
_HEADERS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


@events.post("/capture")
@described(
    Operation(
        "Events",
        "Capture a document of events",
        gives=event_schemas.EpcisCaptureJob,
        answers={202: "It was received: look at the address in Location for what became of it"},
        sends=_MEDIA,
        description="An EPCIS document: 1.2 in XML, 2.0 in XML or JSON-LD. It is taken whole or refused. "
        "The key needs the scope `import`.",
    )
)
@only_for(Role.IMPORTER, kinds=_KINDS, strong=True, scope=ApiKeyScope.IMPORT)
@takes_files(lambda: services().settings.max_upload_bytes, on_disk=True)
def capture_events() -> Response:
    """Receive a document, and have it taken."""
    if request.mimetype not in _MEDIA:
        raise UnsupportedMediaType(f"Send a document of events as one of {', '.join(_MEDIA)}.")
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if behaviour != "rollback":
        header = "GS1-Capture-Error-Behaviour"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=behaviour[:80], expected="rollback", field=header)
    form = "xml" if request.mimetype.endswith("xml") else "json"
    try:
        token = services().captures.begin(actor(), request.stream, f"capture.{form}")
    except RequestEntityTooLarge:
        most = services().settings.max_upload_bytes
        error = RefusedError(ErrorCode.FILE_TOO_LARGE, expected=f"at most {most:,} bytes", field="document")
        return refusal(error, status=413)
    response = jsonify(_job(services().captures.one(actor(), token)))
    response.status_code = 202
    response.headers["Location"] = url_for("events.read_capture", token=token)
    return _with_versions(response)


@events.get("/capture")
@described(
    Operation(
        "Events",
        "Your organisation's captures",
        gives=event_schemas.CaptureList,
        answers={200: f"The latest {PAGE}; the next page in Link"},
        query={"nextPageToken": "The page."},
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_captures() -> Response:
    """List the organisation's captures, the newest first."""
    text = request.args.get("nextPageToken", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:7]) < 10**6):
        expected = "the token of a page"
        raise RefusedError(ErrorCode.VALUE_INVALID, given=text[:40], expected=expected, field="nextPageToken")
    page = int(text[:7])
    found, count = services().captures.listed(actor(), page)
    response = jsonify(captures=[_job(job) for job in found])
    if page * PAGE < count:
        _link_next(response, {"nextPageToken": str(page + 1)})
    return _with_versions(response)


@events.get("/capture/<token>")
@described(
    Operation(
        "Events",
        "What became of a capture",
        gives=event_schemas.EpcisCaptureJob,
        answers={200: "How far it is, or what was refused, with places"},
        refuses=(404,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.IMPORT)
@runs_in(Pool.LOOKUPS)
def read_capture(token: str) -> Response:
    """Tell how far a capture is."""
    return _with_versions(jsonify(_job(services().captures.one(actor(), token))))


@events.get("/events")
@described(
    Operation(
        "Events",
        "Query events",
        gives=event_schemas.EpcisQueryDocument,
        answers={200: "A page of your organisation's events; the address of the next one in Link"},
        query=dict.fromkeys(PARAMETERS, "As in EPCIS 2.0, section 8.2.7.1; several values separated by |."),
        refuses=(422,),
        description="The simple event query. The key needs the scope `read`.",
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.COSTLY)
def query_events() -> Response:
    """Answer a simple event query."""
    given = request.args.to_dict(flat=False)
    page = services().event_queries.page(actor().organisation_id, read_query(given))
    response = jsonify(document_of(page.events, datetime.now(UTC)))
    if page.after:
        _link_next(
            response, {name: values[0] for name, values in given.items()} | {"nextPageToken": page.after}
        )
    return _with_versions(response)


def _link_next(response: Response, given: dict[str, str]) -> None:
    response.headers["Link"] = f'<{request.path}?{urlencode(given)}>; rel="next"'


def _with_versions(response: Response) -> Response:
    response.headers.extend(_HEADERS)
    return response


def _job(job: CaptureJob) -> dict[str, Any]:
    ended = None if job.working or job.state == "preview" else job.moved.isoformat()
    return {
        "captureID": job.token,
        "createdAt": job.created.isoformat(),
        "finishedAt": ended,
        "running": job.working,
        "success": job.good,
        "captureErrorBehaviour": "rollback",
        "errors": [_error(each) for each in job.errors],
        **{name: job.seen.get(name, 0) for name in ("events", "applied", "kept", "known", "units")},
    }


def _error(error: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "epcisException:ValidationException",
        "title": "EPCIS event or document refused",
        "status": 422,
        "detail": error["reason"],
        **{name: error[name] for name in ("code", "place", "event", "field", "given")},
    }
