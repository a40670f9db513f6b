"""Whether this process lives, and whether it can answer a check."""

from typing import cast

from flask import Blueprint, current_app

from service.storage.database import Database

health = Blueprint("health", __name__)


@health.get("/live")
def live() -> dict[str, str]:
    """A constant: the process answers."""
    return {"status": "ok"}


@health.get("/health")
def ready() -> dict[str, str]:
    """The records can be read; UnavailableError (503) where they cannot."""
    cast(Database, current_app.extensions["vialcheck"].database).is_empty()
    return {"status": "ok"}
