"""What proves that somebody is who they say: second factors, invitations, keys; and who guessed wrongly.

No secret is in these tables as it is used: tokens, codes and keys are their SHA-256, the secret of a code
generator is sealed with a key that lies outside the database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class CodeGenerator(Base):
    """The app or device that shows a person's six digits (RFC 6238). `last_step`: of the last code taken."""

    __tablename__ = "code_generator"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int]
    created: Mapped[datetime] = mapped_column(Moment)


class Passkey(Base):
    """One key pair of a phone, computer or security key (WebAuthn): we have the public half.

    `credential_id` is in base64url, as browsers write it.
    """

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime] = mapped_column(Moment)
    last_used: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """A code on paper, for when phone and key are lost. It is taken away when it is used."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    __table_args__ = (CheckConstraint("length(code_hash) = 64", name="code_hash"),)


class Invitation(Base):
    """A link that makes one person a member: of `organisation_id`, or of a clinic that it founds.

    With `account_id` that person is a member already, and chooses another password.
    """

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    roles: Mapped[tuple[str, ...]] = mapped_column(WordTuple)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    founds: Mapped[str] = mapped_column(String(200), default="", server_default="")
    country: Mapped[str] = mapped_column(String(2), default="", server_default="")
    region: Mapped[str] = mapped_column(String(80), default="", server_default="")
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    invited_from: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    created: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    used: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("email = lower(email) AND email LIKE '_%@_%'", name="email"),
        CheckConstraint("(organisation_id IS NULL) = (length(trim(founds)) > 0)", name="whereto"),
    )


class ApiKey(Base):
    """A key with which an organisation's own programs ask. `hint` is its beginning, to tell keys apart."""

    __tablename__ = "api_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[tuple[str, ...]] = mapped_column(WordTuple)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created: Mapped[datetime] = mapped_column(Moment)
    ends: Mapped[datetime] = mapped_column(Moment)
    last_used: Mapped[datetime | None] = mapped_column(Moment)
    last_network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    revoked: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("length(key_hash) = 64", name="key_hash"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
    )


class SingleSignOn(Base):
    """Whom the organisation's own sign-in service (OpenID Connect) knows one of our accounts as."""

    __tablename__ = "single_sign_on"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    linked: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class PendingActionRow(Base):
    """Something that a browser began and finishes with its next request: a sign-in's second step, a
    passkey's challenge, a code generator being set up. Taken once, by whoever has the token.

    `about`: plain values; a secret among them is sealed.
    """

    __tablename__ = "begun"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    ends: Mapped[datetime] = mapped_column(Moment, index=True)
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="token_hash"),)


class WrongGuesses(Base):
    """How often in a row somebody guessed wrongly. `subject` is a hash of what was guessed at, and whence."""

    __tablename__ = "wrong_guesses"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last: Mapped[datetime] = mapped_column(Moment, index=True)
