"""Second factors, invitations, API keys, shared devices and PINs, pending actions, counts of wrong guesses.

No secret is stored as it is used: tokens, codes and keys as their SHA-256, TOTP secrets encrypted with a key
outside the database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class CodeGenerator(Base):
    """An authenticator app (TOTP, RFC 6238). `last_step`: the step of the last accepted code."""

    __tablename__ = "code_generator"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int]
    created: Mapped[datetime] = mapped_column(Moment)


class Passkey(Base):
    """A passkey (WebAuthn) of a phone, computer or security key: its public key.

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
    """A recovery code, for when phone and key are lost. The row is deleted when it is used."""

    __tablename__ = "recovery_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    __table_args__ = (CheckConstraint("length(code_hash) = 64", name="code_hash"),)


class Invitation(Base):
    """An invitation to `organisation_id`, or to a clinic that it creates.

    With `account_id` the person has an account already and sets a new password.
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
    """An API key of an organisation's own programs. `hint`: its first characters, to tell keys apart."""

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


class EnrolledDevice(Base):
    """A browser of a clinic's shared tablet, on which its people sign in by PIN.

    `token_hash`: SHA-256 of its cookie. `idle_minutes`: after so many without a request a session ends.
    """

    __tablename__ = "enrolled_device"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    idle_minutes: Mapped[int]
    enrolled_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    enrolled: Mapped[datetime] = mapped_column(Moment)
    last_used: Mapped[datetime] = mapped_column(Moment)
    last_network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    revoked: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="token_hash"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("idle_minutes BETWEEN 1 AND 10", name="idle"),
    )


class DevicePin(Base):
    """A person's PIN on one enrolled device; it opens nothing on another one.

    `pin_hash`: Argon2id of the PIN and of the device's secret, which is stored nowhere else than in its
    cookie. `tries`: since the last right PIN; at `accounts.devices.pins.MOST_TRIES` the PIN is locked.
    """

    __tablename__ = "device_pin"
    device_id: Mapped[int] = mapped_column(
        ForeignKey("enrolled_device.id"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), primary_key=True, autoincrement=False, index=True
    )
    pin_hash: Mapped[str] = mapped_column(String(200))
    tries: Mapped[int]
    changed: Mapped[datetime] = mapped_column(Moment)


class SingleSignOn(Base):
    """The subject identifier by which the OpenID Connect provider knows an account."""

    __tablename__ = "single_sign_on"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    linked: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class PendingActionRow(Base):
    """An action that a browser began and completes with its next request: the second step of a sign-in, a
    passkey's challenge, the set-up of an authenticator app. Each token completes it once.

    `about`: plain values; a secret among them is encrypted.
    """

    __tablename__ = "begun"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    ends: Mapped[datetime] = mapped_column(Moment, index=True)
    __table_args__ = (CheckConstraint("length(token_hash) = 64", name="token_hash"),)


class WrongGuesses(Base):
    """Consecutive wrong guesses. `subject`: hash of what was guessed at, and from where."""

    __tablename__ = "wrong_guesses"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last: Mapped[datetime] = mapped_column(Moment, index=True)
