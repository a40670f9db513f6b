"""Webhooks of organisations, and the outbox: what each of them is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class Webhook(Base):
    """An address that an organisation is told at, by signed POST, of the `topics` that it chose.

    `secret` signs the bodies; it is sealed (`accounts.credentials.secret_box`). `removed`: nothing is sent
    from then on. `left_out`: how many were not queued because too many were waiting.
    """

    __tablename__ = "webhook"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    topics: Mapped[tuple[str, ...]] = mapped_column(WordTuple)
    secret: Mapped[str] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(Moment)
    removed: Mapped[datetime | None] = mapped_column(Moment)
    left_out: Mapped[int] = mapped_column(default=0)
    __table_args__ = (CheckConstraint("left_out >= 0", name="left_out"),)


class WebhookDelivery(Base):
    """One message of a webhook, written in the transaction of what it tells.

    `key`: what it is about; a webhook is told of that once. `due`: when it is sent, or sent again. `result`:
    what the last attempt, at `tried`, met.
    """

    __tablename__ = "webhook_delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    topic: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(9), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(Moment)
    tried: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str] = mapped_column(String(100), default="")
    __table_args__ = (
        UniqueConstraint("webhook_id", "topic", "key"),
        Index(None, "state", "due"),
        Index("ix_webhook_delivery_log", "webhook_id", "state", "id"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    )
