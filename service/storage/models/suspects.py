"""Suspects: what the scan history makes stand out, what people decided, and who gets a digest of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class Suspect(Base):
    """A subject that a person should investigate (`authenticity.scan_history.suspects`).

    `scope`, `product_id` and `name` are those of its sightings. `score` is the maximum ever seen, `codes` all
    reasons ever, `reasons` those at the maximum (as `[code, severity, parameters]`), `first` and `last` in
    seconds since 1970: the order in which scans come does not matter. `moved`: when its state changed.
    `cleared`: the score that a person cleared.
    """

    __tablename__ = "suspect"
    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(12))
    product_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    codes: Mapped[tuple[str, ...]] = mapped_column(WordTuple)
    reasons: Mapped[list[Any]] = mapped_column(JSON)
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default="open")
    moved: Mapped[datetime] = mapped_column(Moment)
    cleared: Mapped[float | None]
    __table_args__ = (
        UniqueConstraint("scope", "product_id", "name"),
        Index(None, "product_id", "state"),
        CheckConstraint("scope IN ('unit', 'lot', 'unknown_lot', 'neighbours')", name="scope"),
        CheckConstraint("state IN ('open', 'held', 'alerted', 'cleared')", name="state"),
        CheckConstraint("first <= last", name="first_last"),
    )


class Digest(Base):
    """An organisation's digest of what is new: by e-mail or webhook, each day or each hour.

    `secret` signs the webhook's body; it is sealed (`accounts.credentials.secret_box`). Everything up to
    `until` was sent.
    """

    __tablename__ = "digest"
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, autoincrement=False
    )
    email: Mapped[str] = mapped_column(String(254), default="")
    webhook: Mapped[str] = mapped_column(Text, default="")
    secret: Mapped[str] = mapped_column(Text, default="")
    every: Mapped[str] = mapped_column(String(4))
    until: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("(email = '') <> (webhook = '')", name="one_way"),
        CheckConstraint("every IN ('day', 'hour')", name="every"),
    )
