"""The row of a capture: for whom a document comes, and how far it is."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from service.registry.lists.ownership import Owner
from service.storage.audit import AuditActor
from service.storage.models import EpcisCapture


@dataclass(frozen=True, slots=True)
class CaptureRequest:
    """A document that is sent: by whom, for whose records, and why. `plans`: where pieces wait on disk."""

    who: AuditActor
    owner: Owner
    reason: str
    file_name: str
    size: int
    sha256: str
    plans: Path
    previews: bool = False


def insert_capture(
    connection: Connection, request: CaptureRequest, state: str, at: datetime, **more: Any
) -> tuple[str, int]:
    """Write a new capture; its token and its number."""
    token = secrets.token_urlsafe(16)
    values = {
        "token": token,
        "organisation_id": request.owner.organisation_id,
        "account_id": request.who.account_id,
        "actor": request.who.name,
        "network": request.who.network,
        "created": at,
        "moved": at,
        "state": state,
        "previews": request.previews,
        "file_name": request.file_name.encode("utf-8", "replace").decode()[:400],
        "size": request.size,
        "sha256": request.sha256,
        "reason": request.reason,
    }
    row = connection.execute(insert(EpcisCapture).values(values | more).returning(EpcisCapture.id))
    return token, int(row.scalar_one())


def move_capture(connection: Connection, number: int, state: str, *, at: datetime, **values: Any) -> None:
    """Write how far a capture is."""
    statement = update(EpcisCapture).where(EpcisCapture.id == number)
    connection.execute(statement.values(state=state, moved=at, **values))
