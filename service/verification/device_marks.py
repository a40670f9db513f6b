"""Marks of devices: equal for the same device within a week, and not traceable to it.

A mark is a keyed hash (BLAKE2b, RFC 7693) of the truncated address and a coarse user agent under this week's
key. When the week is over the key is destroyed; after that no mark can be traced to an address, by the
operator neither.
"""

import hashlib
import re
import secrets
import threading
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select

from service.accounts.networks import network_of
from service.storage.database import Database
from service.storage.models import DeviceMarkKey

KEY_DAYS = 7
"""For so many days a device keeps its mark (`Thresholds.key_days` has to agree)."""

_DAY = 86400
_MOST_KEPT = 4096
_MARK = 16  # characters: 64 bits, enough to distinguish a week's devices

# Coarse: the kind of program and of machine, never a version that few have.
_PROGRAMS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari", "curl", "python")
_MACHINES = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")


class _Held(NamedTuple):
    """A period's key, and the marks made with it lately, by a hash that cannot be traced back."""

    key: bytes
    marks: dict[int, str]


def _mark(key: bytes, address: str, user_agent: str) -> str:
    network = network_of(address)
    if not network:
        return ""
    said = f"{network}\0{coarse(user_agent[:1000])}".encode()
    return hashlib.blake2b(said, key=key, digest_size=_MARK // 2).hexdigest()


class DeviceMarks:
    """This period's key, the same in every process, created by the first that needs it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: tuple[int, _Held] | None = None

    def mark(self, address: str, user_agent: str, now: datetime) -> str:
        """Return the mark of a device at `now` (aware); empty where no address is known. No address is
        stored.
        """
        key, marks = self._key(int(now.timestamp()) // (KEY_DAYS * _DAY))
        asked_before = hash((address, user_agent))  # under a random key of this process (PYTHONHASHSEED)
        mark = marks.get(asked_before)
        if mark is None:
            if len(marks) >= _MOST_KEPT:
                marks.clear()
            mark = marks[asked_before] = _mark(key, address, user_agent)
        return mark

    def _key(self, period: int) -> "_Held":
        held = self._held
        if held is not None and held[0] >= period:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] < period:
                self._held = (period, _Held(bytes.fromhex(self._of(period)), {}))
            return self._held[1]

    def _of(self, period: int) -> str:
        """Return the key on record of a period; creating one deletes all earlier keys."""
        with self._database.transaction() as connection:
            new = {"period": period, "key": secrets.token_hex(32)}
            connection.execute(self._database.insert_new(DeviceMarkKey), new)
            connection.execute(delete(DeviceMarkKey).where(DeviceMarkKey.period < period))
            # A process whose clock is behind finds a later key and no earlier one: it uses the latest.
            kept = connection.scalar(select(DeviceMarkKey.key).order_by(DeviceMarkKey.period.desc()).limit(1))
        return str(kept or new["key"])


def coarse(user_agent: str) -> str:
    """Return the kind of program and of machine.

    >>> coarse("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Safari/604.1")
    'Safari iPhone'
    """
    words = set(re.findall(r"[A-Za-z]+", user_agent))
    program = next((each for each in _PROGRAMS if each in words), "")
    machine = next((each for each in _MACHINES if each in words), "")
    return f"{program} {machine}".strip()
