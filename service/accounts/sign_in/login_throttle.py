"""Throttling of guesses: the more wrong ones in a row, the longer the wait before the next.

A guess is counted before it is verified and taken back when it was right, so a thousand parallel guesses
count as a thousand. The counts are in the database and hold for every process.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from service.errors import ErrorCode, WaitError
from service.storage.database import Database
from service.storage.models import WrongGuesses

_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ThrottleLimit:
    """`free` wrong guesses cost nothing; each further one doubles the wait, up to `longest`."""

    name: str
    free: int
    longest: timedelta

    def wait(self, count: int) -> timedelta:
        """Return the wait after `count` wrong guesses."""
        if count < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(count - self.free, 30)), self.longest)

    def at(self, *what: str) -> "ThrottledSubject":
        """Return the subject that guesses at `what` are counted under, with this limit."""
        text = "\0".join((self.name, *what))
        return ThrottledSubject(self, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


PASSWORD_FROM_NETWORK = ThrottleLimit("password", free=5, longest=timedelta(minutes=15))
"""Of one account's password, from one network."""

PASSWORD_FROM_ANYWHERE = ThrottleLimit("password from anywhere", free=10, longest=timedelta(minutes=15))
"""Of one account's password, from all networks together."""

SIGN_INS_OF_NETWORK = ThrottleLimit("network", free=50, longest=timedelta(minutes=15))
"""Of any account's password, from one network."""

OWN_PASSWORD = ThrottleLimit("own password", free=5, longest=timedelta(minutes=15))
"""Of a signed-in person's own password, before a change of it: an open session is no place to guess it."""

SECOND_FACTOR = ThrottleLimit("code", free=5, longest=timedelta(hours=1))
"""Of one person's app code or recovery code."""


@dataclass(frozen=True, slots=True)
class ThrottledSubject:
    """What is counted together. `key` is a hash, so that the table does not list the addresses that were
    guessed at.
    """

    limit: ThrottleLimit
    key: str


class LoginThrottle:
    """Counts wrong guesses, for all processes."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def count(self, subjects: Iterable[ThrottledSubject]) -> None:
        """Count one guess against each subject. WaitError, without counting, where one of them
        has to wait.
        """
        now = self._clock()
        ordered = sorted(set(subjects), key=lambda each: each.key)  # one lock order prevents deadlocks
        with self._database.transaction() as connection:
            kept = {each: self._kept(connection, each, now) for each in ordered}
            waits = [last + each.limit.wait(count) - now for each, (count, last) in kept.items()]
            longest = max(waits, default=timedelta(0))
            if longest > timedelta(0):
                raise WaitError(ErrorCode.WAIT, seconds=int(longest.total_seconds()) + 1)
            for each, (count, _) in kept.items():
                values = {"count": count + 1, "last": now}
                connection.execute(
                    update(WrongGuesses).where(WrongGuesses.subject == each.key).values(values)
                )

    def take_back(
        self, subjects: Iterable[ThrottledSubject], *, forget: Iterable[ThrottledSubject] = ()
    ) -> None:
        """Take back the guess that was just counted; for the subjects in `forget` delete the whole count."""
        forgotten = {each.key for each in forget}
        with self._database.transaction() as connection:
            for each in sorted(set(subjects), key=lambda each: each.key):
                of_this = WrongGuesses.subject == each.key
                if each.key in forgotten:
                    connection.execute(delete(WrongGuesses).where(of_this))
                else:
                    fewer = {"count": WrongGuesses.count - 1}
                    connection.execute(
                        update(WrongGuesses).where(of_this, WrongGuesses.count > 0).values(fewer)
                    )
            connection.execute(delete(WrongGuesses).where(WrongGuesses.last < self._clock() - _FORGOTTEN))

    def _kept(self, connection: Connection, subject: ThrottledSubject, now: datetime) -> tuple[int, datetime]:
        """Return count and time of a subject's row, locked until the transaction ends."""
        where = WrongGuesses.subject == subject.key
        fresh = {"subject": subject.key, "count": 0, "last": now}
        connection.execute(self._database.insert_new(WrongGuesses).values(fresh))
        row = select(WrongGuesses.count, WrongGuesses.last).where(where).with_for_update()
        count, last = connection.execute(row).one()
        return (0, now) if now - last >= _FORGOTTEN else (count, last)
