"""Organisations, accounts of their people, and sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class Organisation(Base):
    """A company, clinic or authority. `country` and `region`: where a clinic's scans come from.

    `contact`: where others can ask it. `default_country`: the country that its forms begin with.
    `list_days`: after how many days without a list of its batches its lists are late, None for never. `logo`:
    a PNG. `glns`: its Global Location Numbers, by which it asks verification messages. `invited_from`: the
    organisation that invited it; it stays when the invitation is removed. `left`: when it closed its
    accounts. `embed`: under which its own site asks, None where the operator does not allow it.
    """

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    region: Mapped[str] = mapped_column(String(80), default="", server_default="")
    created: Mapped[datetime] = mapped_column(Moment)
    contact: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    default_country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    list_days: Mapped[int | None]
    logo: Mapped[bytes | None]
    glns: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    invited_from: Mapped[int | None]
    left: Mapped[datetime | None] = mapped_column(Moment)
    embed: Mapped[str | None] = mapped_column(String(16), index=True, unique=True)
    __table_args__ = (
        CheckConstraint("kind IN ('manufacturer', 'distributor', 'clinic', 'regulator')", name="kind"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("country = upper(country)", name="country"),
    )


class PrefixClaim(Base):
    """An organisation's claim of a GS1 company prefix for a manufacturer of its own, and what became of it.

    open → confirmed (the prefix is the manufacturer's), refused by the operator, or withdrawn.
    """

    __tablename__ = "prefix_claim"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"))
    prefix: Mapped[str] = mapped_column(String(12), index=True)
    evidence: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    decided: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    __table_args__ = (
        CheckConstraint("state IN ('open', 'confirmed', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("length(prefix) BETWEEN 4 AND 12", name="prefix"),
    )


class Account(Base):
    """A person of one organisation. `email` is in lower case; `disabled`: may no longer sign in.

    `language`: the BCP 47 code of the one that they chose, empty for what their browser prefers.
    """

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200), default="", server_default="")
    roles: Mapped[tuple[str, ...]] = mapped_column(WordTuple)
    created: Mapped[datetime] = mapped_column(Moment)
    disabled: Mapped[datetime | None] = mapped_column(Moment)
    language: Mapped[str] = mapped_column(String(12), default="", server_default="")
    __table_args__ = (
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("email = lower(email) AND email LIKE '_%@_%'", name="email"),
    )


class SignedIn(Base):
    """A session of an account. Only the SHA-256 of the cookie's token is stored.

    `strong`: when a second factor was verified in it. `network`: the address cut to /24 (IPv6: /48).
    `device_id`: the enrolled device that it holds for, None for a browser of one person. `by_pin`: begun with
    a PIN, so that it has the rights of `accounts.actors.BY_PIN` alone.
    """

    __tablename__ = "signed_in"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    started: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    strong: Mapped[datetime | None] = mapped_column(Moment)
    network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    device: Mapped[str] = mapped_column(String(80), default="", server_default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("enrolled_device.id"))
    by_pin: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("NOT by_pin OR device_id IS NOT NULL", name="by_pin"),
    )
