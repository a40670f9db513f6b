"""Budgets in Valkey (or Redis), for several hosts: the same GCRA as a script there, by the server's clock.

Where the server does not answer, the budgets of this host's file count instead, and the server is tried again
after a moment: a limiter that is away neither stops the service nor opens it.
"""

import logging
import time
from typing import Any, cast

import valkey
from valkey.exceptions import ValkeyError

from service.errors import ErrorCode, RefusedError
from service.rate_limit.budgets import Budget, BudgetStore

_log = logging.getLogger(__name__)

_PATIENCE = 0.2
"""Seconds to wait for the server: the check itself takes less."""

_AGAIN = 2.0
"""Seconds until a server that did not answer is tried again."""

_SCRIPT = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1e6
local taken = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or now)
if taken < now then taken = now end
local interval, tolerance = tonumber(ARGV[2]), tonumber(ARGV[3])
local most = now + tolerance + 64 * interval
if ARGV[4] ~= '' then
  local other = tonumber(redis.call('HGET', KEYS[1], ARGV[4]) or now)
  local wait = taken - now - (tolerance - interval)
  wait = math.max(wait, other - now - tonumber(ARGV[5]))
  if wait > 0.000001 then return tostring(wait) end
end
local paid = math.min(taken + interval, most)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.6f', paid))
local left = math.ceil((paid - now) * 1000) + 1
if redis.call('PTTL', KEYS[1]) < left then redis.call('PEXPIRE', KEYS[1], left) end
return '0'
"""


class ValkeyStore:
    """A `BudgetStore`. `address`: valkey://[user:password@]host[:port][/database], or valkeys:// with TLS."""

    def __init__(self, address: str, otherwise: BudgetStore) -> None:
        try:
            self._client = valkey.Valkey.from_url(
                address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
            )
        except (ValueError, ValkeyError) as error:
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=address.rsplit("@", maxsplit=1)[-1],  # never the password
                expected="on, off or valkey://host:port",
                field="VIALCHECK_RATE_LIMIT",
            ) from error
        self._script = self._client.register_script(_SCRIPT)
        self._otherwise = otherwise
        self._away_until = 0.0

    def take(self, key: str, taken: Budget, unless_spent: Budget) -> float:
        """See `BudgetStore`."""
        other: list[Any] = [str(int(unless_spent.column)), unless_spent.tolerance - unless_spent.interval]
        said = self._ask(key, taken, other)
        return self._otherwise.take(key, taken, unless_spent) if said is None else said

    def charge(self, key: str, budget: Budget) -> None:
        """See `BudgetStore`."""
        if self._ask(key, budget, ["", 0]) is None:
            self._otherwise.charge(key, budget)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # the library types it so
        self._otherwise.close()

    def _ask(self, key: str, taken: Budget, other: list[Any]) -> float | None:
        """What the script says; None where the server did not answer now, or a moment ago."""
        if time.monotonic() < self._away_until:
            return None
        arguments = [str(int(taken.column)), taken.interval, taken.tolerance, *other]
        try:
            said = self._script(keys=[f"vialcheck:budget:{key}"], args=arguments)
        except ValkeyError as error:
            self._away_until = time.monotonic() + _AGAIN
            _log.warning("budgets are this host's alone, Valkey did not answer: %s", type(error).__name__)
            return None
        return float(cast(bytes, said))
