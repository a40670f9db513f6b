"""Whether this process lives, and whether it can answer a check."""

from flask import Blueprint

from service.web.core.access import open_to_everyone
from service.web.core.services import services

health = Blueprint("health", __name__)


@health.get("/live")
@open_to_everyone
def live() -> dict[str, str]:
    """A constant: the process answers."""
    return {"status": "ok"}


@health.get("/health")
@open_to_everyone
def ready() -> dict[str, str]:
    """The records can be read, and the clock is believed; UnavailableError (503) where not."""
    services().database.is_empty()
    services().verification.clock.exact()
    return {"status": "ok"}
