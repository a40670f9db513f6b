"""Webhooks of organisations, and what waits for them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from service.accounts.credentials.secret_box import SecretBox
from service.registry.webhooks.endpoints import sealed_for
from service.storage.database import Database
from service.storage.models import Webhook, WebhookDelivery
from service.storage.webhook_outbox import WebhookTopic

BOX = SecretBox("k" * 32, Path("unused"))
SECRET = "ab" * 32


def webhook(
    database: Database, organisation_id: int, *topics: WebhookTopic, url: str = "https://a.example/in"
) -> int:
    """A webhook of this organisation, which is told of these topics; its number."""
    values = {"organisation_id": organisation_id, "url": url, "topics": topics, "secret": ""}
    with database.transaction() as connection:
        made = insert(Webhook).values(values | {"made": datetime.now(UTC)}).returning(Webhook.id)
        number: int = connection.execute(made).scalar_one()
        sealed = BOX.seal(SECRET, bound_to=sealed_for(number))
        connection.execute(update(Webhook).where(Webhook.id == number).values(secret=sealed))
    return number


def queued(database: Database) -> list[tuple[int, str, dict[str, Any]]]:
    """Every message in its order: for which webhook, its topic, its content."""
    columns = (WebhookDelivery.webhook_id, WebhookDelivery.topic, WebhookDelivery.content)
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(WebhookDelivery.id))]
