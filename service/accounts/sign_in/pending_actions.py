"""Actions that a browser begins in one request and completes in another, kept on the server for minutes."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select

from service.accounts.sign_in.sessions import hash_of
from service.storage.database import Database
from service.storage.models import PendingActionRow as Row

LASTS = timedelta(minutes=15)


class Purpose(StrEnum):
    """What a pending action is for; a token completes the action of its own purpose only."""

    SECOND_STEP = "second_step"
    PASSKEY = "passkey"
    NEW_PASSKEY = "new_passkey"
    CODE_GENERATOR = "code_generator"
    SINGLE_SIGN_ON = "single_sign_on"


@dataclass(frozen=True, slots=True)
class PendingAction:
    """The account that began it (None: not known yet), and its data as plain values."""

    account_id: int | None
    about: Mapping[str, Any]


class PendingActions:
    """Begins actions and completes each once."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def begin(self, purpose: Purpose, account_id: int | None = None, **about: Any) -> str:
        """Store a pending action and return its token, valid for `LASTS`."""
        token, now = secrets.token_urlsafe(32), self._clock()
        values = {"token_hash": hash_of(token), "purpose": purpose, "account_id": account_id}
        with self._database.transaction(durable=False) as connection:
            connection.execute(delete(Row).where(Row.ends <= now))
            connection.execute(insert(Row).values(values | {"about": about, "ends": now + LASTS}))
        return token

    def look(self, purpose: Purpose, token: str) -> PendingAction | None:
        """Return the action without completing it; None where the token is unknown or expired."""
        with self._database.reading() as connection:
            row = connection.execute(select(Row.__table__).where(*self._valid(purpose, token))).first()
        return PendingAction(row.account_id, row.about) if row is not None else None

    def finish(self, purpose: Purpose, token: str) -> PendingAction | None:
        """Return the action and delete it: of several requests with one token, only the first gets it."""
        taken = delete(Row).where(*self._valid(purpose, token)).returning(Row.account_id, Row.about)
        with self._database.transaction(durable=False) as connection:
            row = connection.execute(taken).first()
        return PendingAction(row.account_id, row.about) if row is not None else None

    def _valid(self, purpose: Purpose, token: str) -> tuple[Any, ...]:
        return Row.token_hash == hash_of(token), Row.purpose == purpose, Row.ends > self._clock()
