"""The outbox of webhooks: a message is written in the transaction of what it tells, and sent later.

So nothing is told that was not put on record, and nothing on record is left untold.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from service.storage.models import Webhook, WebhookDelivery

MOST_WAITING = 1000
"""Messages that may wait for one webhook. Further ones are counted and not kept: pages show their records."""


class WebhookTopic(StrEnum):
    """What an organisation can be told of."""

    RED_VERDICT = "verdict.red"
    RECALL = "recall.issued"
    REPORT = "report.received"
    IMPORT = "import.finished"
    CASE = "case.overdue"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message to one organisation. `key`: what it is about, of which a webhook is told once. `content`:
    JSON; its `page` is the path of the page that shows more.
    """

    topic: WebhookTopic
    organisation_id: int
    key: str
    content: dict[str, Any]


def organisations_told(connection: Connection, topic: WebhookTopic) -> dict[int, tuple[int, ...]]:
    """Return the webhooks that are told of a topic, by their organisation."""
    statement = select(Webhook.organisation_id, Webhook.id, Webhook.topics).where(Webhook.removed.is_(None))
    found: dict[int, tuple[int, ...]] = {}
    for organisation_id, number, topics in connection.execute(statement.order_by(Webhook.id)):
        if topic in topics:
            found[organisation_id] = (*found.get(organisation_id, ()), number)
    return found


def put_in_outbox(
    connection: Connection,
    messages: Collection[WebhookMessage],
    at: datetime,
    told: dict[int, tuple[int, ...]] | None = None,
) -> None:
    """Queue messages of one topic for the webhooks of their organisations, in the caller's transaction.

    `told`: what `organisations_told` said, where the caller has asked it already.
    """
    if not messages:
        return
    if told is None:
        told = organisations_told(connection, next(iter(messages)).topic)
    for each in messages:
        for webhook_id in told.get(each.organisation_id, ()):
            queue_delivery(connection, webhook_id, each, at)


def queue_delivery(
    connection: Connection, webhook_id: int, message: WebhookMessage, at: datetime
) -> int | None:
    """Queue one message for one webhook and return its number; None where it was told of that before, or
    where `MOST_WAITING` wait.
    """
    of_webhook = WebhookDelivery.webhook_id == webhook_id
    known = select(WebhookDelivery.id).where(
        of_webhook, WebhookDelivery.topic == message.topic, WebhookDelivery.key == message.key
    )
    if connection.scalar(known) is not None:
        return None
    waiting = select(func.count()).where(of_webhook, WebhookDelivery.state == "waiting")
    if (connection.scalar(waiting) or 0) >= MOST_WAITING:
        more = Webhook.left_out + 1
        connection.execute(update(Webhook).where(Webhook.id == webhook_id).values(left_out=more))
        return None
    values = {"webhook_id": webhook_id, "topic": message.topic, "key": message.key, "at": at, "due": at}
    statement = insert(WebhookDelivery).values(values | {"content": message.content})
    return int(connection.execute(statement.returning(WebhookDelivery.id)).scalar_one())
