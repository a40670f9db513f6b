"""Passkeys (WebAuthn level 3): registration, authentication and removal. Only public keys are stored.

User verification is required (fingerprint, face or PIN), so a passkey counts as both factors and signs in
without a password.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from service.accounts.actors import Actor
from service.accounts.credentials.second_factor import ISSUER, factors_in, note
from service.accounts.organisations import read_name
from service.accounts.sign_in.pending_actions import PendingActions, Purpose
from service.errors import ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.storage.database import Database
from service.storage.models import Passkey as Row


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey, as its owner sees it."""

    id: int
    name: str
    created: datetime
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The relying party: `origin` (`https://check.example.org`) and its host (RP ID)."""

    origin: str
    host: str


@dataclass(frozen=True, slots=True)
class PasskeyOptions:
    """The options for the browser's WebAuthn call as JSON, and the token that `add` or `check` takes with the
    answer.
    """

    options: dict[str, Any]
    token: str


class Passkeys:
    """Registers, authenticates and removes passkeys."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._begun = PendingActions(database, clock=clock)

    def of(self, account_id: int) -> list[Passkey]:
        """Return the account's passkeys, oldest first."""
        columns = select(Row.id, Row.name, Row.created, Row.last_used)
        with self._database.reading() as connection:
            rows = connection.execute(columns.where(Row.account_id == account_id).order_by(Row.id)).all()
        return [Passkey(*row) for row in rows]

    def ask_for_new(self, actor: Actor, site: RelyingParty) -> PasskeyOptions:
        """Return the options to register a passkey; the account's existing ones are excluded, so a device is
        not registered twice.
        """
        account_id = actor.person_id
        options = generate_registration_options(
            rp_id=site.host,
            rp_name=ISSUER,
            user_id=_handle(account_id),
            user_name=actor.email,
            user_display_name=actor.name,
            exclude_credentials=self._descriptors(account_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        challenge = bytes_to_base64url(options.challenge)
        token = self._begun.begin(Purpose.NEW_PASSKEY, account_id, challenge=challenge)
        return PasskeyOptions(json.loads(options_to_json(options)), token)

    def add(self, actor: Actor, site: RelyingParty, token: str, credential: str, name: str) -> None:
        """Register the passkey in `credential`. RefusedError(PASSKEY_REFUSED),
        ForbiddenError(FORM_EXPIRED).
        """
        account_id, label, now = actor.person_id, read_name(name, longest=80), self._clock()
        started = self._begun.finish(Purpose.NEW_PASSKEY, token)
        if started is None or started.account_id != account_id:
            raise ForbiddenError(ErrorCode.FORM_EXPIRED)
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(started.about["challenge"]),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise RefusedError(ErrorCode.PASSKEY_REFUSED) from error
        values = {
            "account_id": account_id,
            "credential_id": bytes_to_base64url(verified.credential_id),
            "public_key": verified.credential_public_key,
            "sign_count": verified.sign_count,
            "name": label,
            "created": now,
        }
        with self._database.transaction() as connection:
            known = select(Row.id).where(Row.credential_id == values["credential_id"])
            if connection.scalar(known) is not None:
                raise RefusedError(ErrorCode.PASSKEY_REFUSED)
            connection.execute(insert(Row).values(values))
            note(connection, actor, "add_factor", {"factor": "passkey", "name": label}, now)

    def remove(self, actor: Actor, number: int) -> None:
        """Remove a passkey. LAST_FACTOR where it is the only second factor and the account's
        roles need one.
        """
        account_id, now = actor.person_id, self._clock()
        mine = delete(Row).where(Row.id == number, Row.account_id == account_id).returning(Row.name)
        with self._database.transaction() as connection:
            name = connection.scalar(mine)
            if name is None:
                raise NotFoundError(ErrorCode.NOT_FOUND)
            if actor.needs_second_factor and not factors_in(connection, account_id).any:
                raise RefusedError(ErrorCode.LAST_FACTOR)
            note(connection, actor, "remove_factor", {"factor": "passkey", "name": name}, now)

    def ask(self, site: RelyingParty, account_id: int | None = None) -> PasskeyOptions:
        """Return the options to sign in: as `account_id`, or with any passkey that the device
        offers (None).
        """
        options = generate_authentication_options(
            rp_id=site.host,
            allow_credentials=self._descriptors(account_id) if account_id is not None else None,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        challenge = bytes_to_base64url(options.challenge)
        token = self._begun.begin(Purpose.PASSKEY, account_id, challenge=challenge)
        return PasskeyOptions(json.loads(options_to_json(options)), token)

    def check(self, site: RelyingParty, token: str, credential: str) -> int:
        """Verify an answer and return the account id. RefusedError(PASSKEY_REFUSED); SIGN_IN_LATE for a
        second answer to one challenge.
        """
        started = self._begun.finish(Purpose.PASSKEY, token)
        if started is None:
            raise ForbiddenError(ErrorCode.SIGN_IN_LATE)
        try:
            parsed = parse_authentication_credential_json(credential)
            with self._database.reading() as connection:
                this = select(Row.__table__).where(Row.credential_id == bytes_to_base64url(parsed.raw_id))
                row = connection.execute(this).first()
            if row is None or started.account_id not in {None, row.account_id}:
                raise RefusedError(ErrorCode.PASSKEY_REFUSED)
            verified = verify_authentication_response(
                credential=parsed,
                expected_challenge=base64url_to_bytes(started.about["challenge"]),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise RefusedError(ErrorCode.PASSKEY_REFUSED) from error
        seen = {"sign_count": verified.new_sign_count, "last_used": self._clock()}
        with self._database.transaction() as connection:
            connection.execute(update(Row).where(Row.id == row.id).values(seen))
        account_id: int = row.account_id
        return account_id

    def _descriptors(self, account_id: int) -> list[PublicKeyCredentialDescriptor]:
        with self._database.reading() as connection:
            ids = connection.scalars(select(Row.credential_id).where(Row.account_id == account_id)).all()
        return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in ids]


def _handle(account_id: int) -> bytes:
    """The WebAuthn user handle: a hash that tells nothing about the person (WebAuthn level 3, 14.6.1)."""
    return hashlib.sha256(f"vialcheck account {account_id}".encode()).digest()
