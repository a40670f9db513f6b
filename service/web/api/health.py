"""What operators and their programs ask: whether the process lives, whether it can work, and its metrics."""

import hmac

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from service import metrics
from service.errors import ErrorCode, ForbiddenError, UnavailableError
from service.settings import is_loopback
from service.web.api.readiness import Readiness
from service.web.core.access import open_to_everyone, with_own_token
from service.web.core.error_responses import refusal
from service.web.core.services import services, services_of

health = Blueprint("health", __name__)

_KEY = "vialcheck.readiness"


@health.get("/live")
@open_to_everyone
def live() -> dict[str, str]:
    """A constant: the process answers. In the service the front gives it, without a thread."""
    return {"status": "ok"}


@health.get("/ready")
@health.get("/health")  # its name of before
@open_to_everyone
def ready() -> Response:
    """A check can be made and written down; 503 names what fails: check, write, unwritten_checks, clock."""
    readiness: Readiness = current_app.extensions[_KEY]
    failing = readiness.failing()
    if not failing:
        return jsonify(status="ok")
    response = refusal(UnavailableError(ErrorCode.STORAGE_UNAVAILABLE, field=failing[0]))
    body = response.get_json(force=True) | {"failing": failing}
    response.set_data(current_app.json.dumps(body))
    return response


@health.get("/metrics")
@with_own_token
def exposition() -> Response:
    """Prometheus metrics: for this machine, and for a program with the token (VIALCHECK_METRICS_TOKEN)."""
    if not _may_read_metrics():
        raise ForbiddenError(ErrorCode.NOT_ALLOWED)
    folder = services().settings.metrics_folder
    if folder is None:  # no service that shares them: a test client, the development server
        return Response(b"", content_type=metrics.CONTENT_TYPE)
    metrics.share(folder)
    return Response(metrics.exposition(folder), content_type=metrics.CONTENT_TYPE)


def init_app(app: Flask) -> None:
    """Call it after the services were registered."""
    app.extensions[_KEY] = Readiness(services_of(app))


def _may_read_metrics() -> bool:
    token = services().settings.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return True
    # A proxy on this machine that was not announced (VIALCHECK_PROXIES) asks from here for everybody.
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")):
        return services().settings.proxies > 0 and is_loopback(request.remote_addr or "")
    return is_loopback(request.remote_addr or "")
