"""Single sign-on: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).

It creates no account by itself: it opens the account of the address, or accepts an invitation to it, and only
where the provider says that the address is verified. From then on the provider's subject identifier is
enough.
"""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import Connection, insert, select

from service.accounts.invitations import Invitations
from service.accounts.organisations import read_name
from service.accounts.sign_in.identity_provider import IdentityProvider
from service.accounts.sign_in.pending_actions import PendingActions, Purpose
from service.errors import ErrorCode, ForbiddenError, RefusedError, UnavailableError, VialcheckError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account
from service.storage.models import SingleSignOn as Row
from service.tls import tls_context

_SIGNED_WITH = ("RS256", "PS256", "ES256", "EdDSA")
_SECONDS = 5.0
_MOST_BYTES = 512 * 1024
# For an answer of the provider's: of silence, and in all. One that drips holds a thread no longer.
_LEEWAY = 60
_PLAIN = {"Accept": "application/json", "Accept-Encoding": "identity"}
_AT_HOME = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class AuthorizationRedirect:
    """The address to send the browser to, and the token for its cookie, without which `finish` refuses."""

    address: str
    token: str


class SingleSignOn:
    """Sends the browser to the provider and handles its return."""

    def __init__(
        self,
        database: Database,
        invitations: Invitations,
        provider: IdentityProvider,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._invitations = invitations
        self._provider = provider
        self._clock = clock
        self._begun = PendingActions(database, clock=clock)

    def begin(self, redirect_uri: str, wanted: str) -> AuthorizationRedirect:
        """Begin; `wanted` is the page to open afterwards. UnavailableError where the provider does not
        answer.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._described()["authorization_endpoint"]
        token = self._begun.begin(
            Purpose.SINGLE_SIGN_ON,
            state=state,
            nonce=nonce,
            verifier=verifier,
            redirect_uri=redirect_uri,
            next=wanted,
        )
        return AuthorizationRedirect(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", token)

    def finish(self, token: str, *, state: str, code: str) -> tuple[int, str]:
        """Return the account id and the page to open. RefusedError(SINGLE_SIGN_ON_REFUSED)."""
        started = self._begun.finish(Purpose.SINGLE_SIGN_ON, token)
        if started is None:
            raise ForbiddenError(ErrorCode.SIGN_IN_LATE)
        about = started.about
        if not code or not hmac.compare_digest(about["state"].encode(), state.encode("utf-8", "replace")):
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED)
        claims = self._claims(self._described(), code, about)
        return self._account(claims), about["next"]

    def _described(self) -> Mapping[str, Any]:
        """Return the provider's metadata (OpenID Connect Discovery 1.0, section 4)."""
        issuer = self._provider.issuer
        described = self._fetched("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if described.get("issuer") != issuer:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _web_address(described.get(name))
        return described

    def _claims(self, described: Mapping[str, Any], code: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of the ID token after full validation (Core 1.0, section 3.1.3.7)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": about["redirect_uri"],
            "code_verifier": about["verifier"],
        }
        ours = (self._provider.client_id, self._provider.client_secret)
        given = self._fetched("POST", described["token_endpoint"], data=form, auth=ours)
        keys = self._fetched("GET", described["jwks_uri"])
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": about["nonce"]},
        )
        try:
            token = jwt.decode(
                str(given.get("id_token", "")),
                KeySet.import_key_set(keys),  # type: ignore[arg-type]  # checked by what it does
                algorithms=_SIGNED_WITH,
            )
            registry.validate(token.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found=type(error).__name__) from error
        claims = dict(token.claims)
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != ours[0]:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="a token for somebody else")
        return claims

    def _account(self, claims: Mapping[str, Any]) -> int:
        subject, now = str(claims["sub"])[:255], self._clock()
        known = select(Row.account_id).where(Row.issuer == self._provider.issuer, Row.subject == subject)
        with self._database.transaction() as connection:
            account_id = connection.scalar(known)
            if account_id is not None:
                return account_id
            email = str(claims.get("email", "")).strip().lower()
            if not email or claims.get("email_verified") is not True:
                raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="no verified address")
            account_id = connection.scalar(select(Account.id).where(Account.email == email))
            if account_id is None:
                account_id = self._invitations.accept_by_address(connection, email, name=_name(claims, email))
            values = {"account_id": account_id, "issuer": self._provider.issuer, "subject": subject}
            connection.execute(insert(Row).values(values | {"linked": now}))
            self._note(connection, account_id, email, now)
            return account_id

    def _note(self, connection: Connection, account_id: int, email: str, now: datetime) -> None:
        row = connection.execute(select(Account.__table__).where(Account.id == account_id)).one()
        who = AuditActor(row.name, account_id, row.organisation_id)
        change = AuditChange("link", "account", email, after={"issuer": self._provider.issuer})
        write_down(connection, [change], who=who, at=now, reason="single sign-on")

    def _fetched(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        """The JSON object that the provider answers with, within `_SECONDS` in all.

        UnavailableError where it is silent, slow, too long or out of order; RefusedError for anything else.
        """
        _web_address(address)
        try:
            with (
                httpx.Client(verify=tls_context(), timeout=_SECONDS, follow_redirects=False) as client,
                client.stream(method, address, headers=_PLAIN, **more) as response,
            ):
                status, content = response.status_code, _read_in_time(response)
        except httpx.HTTPError as error:
            raise UnavailableError(ErrorCode.SINGLE_SIGN_ON_DOWN, found=type(error).__name__) from error
        if status >= 500:
            raise UnavailableError(ErrorCode.SINGLE_SIGN_ON_DOWN, found=str(status))
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="no JSON") from error
        if status != 200 or not isinstance(answer, dict):
            raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found=str(status))
        return answer


def _read_in_time(response: httpx.Response) -> bytes:
    """The body. httpx's own timeout is for each piece: a byte every four seconds would never be late."""
    due, content = time.monotonic() + _SECONDS, b""
    for piece in response.iter_raw():
        content += piece
        if time.monotonic() > due or len(content) > _MOST_BYTES:
            raise httpx.ReadTimeout("the answer is too slow or too long")
    return content


def _web_address(address: object) -> None:
    """RefusedError unless the address is https, or http on the loopback interface."""
    parts = urlsplit(address if isinstance(address, str) else "")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _AT_HOME):
        raise RefusedError(ErrorCode.SINGLE_SIGN_ON_REFUSED, found="an address without https")


def _name(claims: Mapping[str, Any], email: str) -> str:
    try:
        return read_name(str(claims.get("name", "")))
    except VialcheckError:
        return email
