"""The row of a capture: for whom a document comes, and how far it is."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.registry.lists.ownership import Owner
from service.storage.audit import AuditActor
from service.storage.models import EpcisCapture
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox


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
    if state in ("done", "failed", "preview"):
        _tell(connection, number, state, at)


def _tell(connection: Connection, number: int, state: str, at: datetime) -> None:
    """Queue a message for the webhooks of the organisation whose capture ended, or waits for a person."""
    told = organisations_told(connection, WebhookTopic.IMPORT)
    columns = (EpcisCapture.organisation_id, EpcisCapture.file_name, EpcisCapture.token)
    row = connection.execute(select(*columns).where(EpcisCapture.id == number)).one() if told else None
    if row is not None and row.organisation_id in told:
        content = {"number": number, "file_name": row.file_name, "state": state}
        content["page"] = f"/imports/events/{row.token}"
        key = f"capture {number} {state} {at:%Y%m%d%H%M%S%f}"
        message = WebhookMessage(WebhookTopic.IMPORT, row.organisation_id, key, content)
        put_in_outbox(connection, [message], at, told)
