"""`RateLimiter`: what the service asks before it answers a check, and tells after it.

>>> RateLimiter(None).admit(Payer("203.0.113.0/24"))
"""

import math
from dataclasses import dataclass
from pathlib import Path

from service.errors import ErrorCode, RefusedError, WaitError
from service.rate_limit.budgets import GUEST, ONE_AN_HOUR, ORGANISATION, SENDER, Allowance, BudgetStore
from service.rate_limit.shared_file import open_budgets
from service.rate_limit.valkey_store import ValkeyStore

FILE = "rate-limit.budgets"

_LONGEST = 3600
"""Seconds that a refused asker is told to wait at the most."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose budget a question is paid from: an organisation's where one asks, else its network's.

    `network`: IPv4 /24 or IPv6 /48; empty where no address is known, which is one network of its own.
    `sender`: the mark of the telephone that a text message came from (empty: one that is not known); None for
    every other question.
    """

    network: str
    organisation_id: int | None = None
    sender: str | None = None

    @property
    def key(self) -> str:
        """What its budgets are kept under."""
        if self.organisation_id is not None:
            return f"organisation {self.organisation_id}"
        if self.sender is not None:
            return f"sender {self.sender}"
        return f"network {self.network}"


class RateLimiter:
    """The budgets of guests and organisations, in one store; None: no limits. `factor`: of all budgets."""

    def __init__(self, store: BudgetStore | None, *, factor: float = 1.0) -> None:
        self._store = store
        self._guest, self._organisation = GUEST.times(factor), ORGANISATION.times(factor)
        self._sender = SENDER.times(factor)

    def admit(self, payer: Payer) -> None:
        """Take one check; WaitError(RATE_LIMITED) with the seconds to wait."""
        if self._store is None:
            return
        allowance = self._allowance(payer)
        wait = self._store.take(payer.key, allowance.checks, allowance.misses)
        if wait > 0.0:
            raise WaitError(ErrorCode.RATE_LIMITED, seconds=min(math.ceil(wait), _LONGEST))

    def note_miss(self, payer: Payer) -> None:
        """The check that was admitted was a miss: it costs one of those too."""
        if self._store is not None:
            self._store.charge(payer.key, self._allowance(payer).misses)

    def is_first_refusal(self, payer: Payer) -> bool:
        """Whether a refused sender of text messages has not been told so within the last hour."""
        return self._store is None or not self._store.take(
            f"{payer.key} told", ONE_AN_HOUR, self._allowance(payer).misses
        )

    def is_first_message(self, mark: str) -> bool:
        """Whether a text message, by the mark of its id, has not come within the last hour."""
        return self._store is None or not self._store.take(f"message {mark}", ONE_AN_HOUR, ONE_AN_HOUR)

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()

    def _allowance(self, payer: Payer) -> Allowance:
        if payer.organisation_id is not None:
            return self._organisation
        return self._guest if payer.sender is None else self._sender


def limiter_of(setting: str, folder: Path, factor: float) -> RateLimiter:
    """The limiter that a setting asks for: `on` (a file in `folder`), `off`, or a Valkey server's address.

    RefusedError(SETTING_INVALID) for anything else.
    """
    if setting == "off":
        return RateLimiter(None)
    if setting == "on":
        return RateLimiter(open_budgets(folder / FILE), factor=factor)
    if setting.startswith(("valkey://", "valkeys://", "redis://", "rediss://", "unix://")):
        return RateLimiter(ValkeyStore(setting, open_budgets(folder / FILE)), factor=factor)
    raise RefusedError(
        ErrorCode.SETTING_INVALID,
        given=setting.rsplit("@", maxsplit=1)[-1],
        expected="on, off or valkey://host:port",
        field="VIALCHECK_RATE_LIMIT",
    )
