"""A mark of the network that a guest asks from: "the same as before", and nothing that leads back to it.

It is a keyed hash (BLAKE2b, RFC 7693) of the address cut to /24 (IPv6: /48) under a key of this week. When
the week is over its key is destroyed: the operator too can no longer tell which network a mark was of.
What a browser calls itself is no part of it: an attacker changes that with each request.
"""

import hashlib
import secrets
import threading
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from service.accounts.networks import network_of
from service.errors import UnavailableError
from service.storage.database import Database
from service.storage.models import DeviceMarkKey

KEY_DAYS = 7
"""For so long a network keeps its mark (`vialcheck replay --key-days` does the same to a log)."""

_DAY = 86400
_MOST_KEPT = 4096
_MARK = 16  # characters: 64 bits, enough to tell a week's networks apart


class _Held(NamedTuple):
    """A period's key, and the marks made with it lately, by a hash that cannot be traced back."""

    key: bytes
    marks: dict[int, str]


def _period(now: datetime) -> int:
    return int(now.timestamp()) // (KEY_DAYS * _DAY)


def _mark(key: bytes, network: str) -> str:
    return hashlib.blake2b(network.encode(), key=key, digest_size=_MARK // 2).hexdigest()


class DeviceMarks:
    """This period's key, the same in every process, created by the first that needs it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: tuple[int, _Held] | None = None

    def mark(self, address: str, now: datetime) -> str:
        """The mark of an address' network at `now` (aware). No address is kept.

        Empty where no address is known, and while a new week's key cannot be stored: then the network is not
        known, and the check is answered all the same.
        """
        try:
            key, marks = self._key(_period(now))
        except UnavailableError:
            return ""
        asked_before = hash(address)  # under a key that this process made up when it started
        mark = marks.get(asked_before)
        if mark is None:
            if len(marks) >= _MOST_KEPT:
                marks.clear()
            network = network_of(address)
            mark = marks[asked_before] = _mark(key, network) if network else ""
        return mark

    def mark_of_phone(self, number: str, now: datetime) -> str:
        """The mark of a telephone that a text message came from, as its provider writes the number.

        It lasts as long as a network's, and no number is kept. Empty where `mark` is.
        """
        digits = "".join(filter(str.isalnum, number)).casefold()
        try:
            return _mark(self._key(_period(now))[0], f"telephone {digits}") if digits else ""
        except UnavailableError:
            return ""

    def _key(self, period: int) -> "_Held":
        held = self._held
        if held is not None and held[0] >= period:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] < period:
                self._held = (period, _Held(bytes.fromhex(self._of(period)), {}))
            return self._held[1]

    def _of(self, period: int) -> str:
        """The key on record of a period; a new one is stored, and all earlier ones are deleted.

        It is read first: a process that starts while a long import holds the writers' lock need not wait.
        """
        latest = select(DeviceMarkKey.key).order_by(DeviceMarkKey.period.desc()).limit(1)
        with self._database.reading() as connection:
            # A clock behind the others' finds a later key and no earlier one: it uses the latest there is.
            kept = connection.scalar(latest.where(DeviceMarkKey.period >= period))
        if kept is not None:
            return kept
        with self._database.transaction() as connection:
            new = {"period": period, "key": secrets.token_hex(32)}
            connection.execute(self._database.insert_new(DeviceMarkKey), new)
            connection.execute(delete(DeviceMarkKey).where(DeviceMarkKey.period < period))
            kept = connection.scalar(latest)
        return str(kept or new["key"])
