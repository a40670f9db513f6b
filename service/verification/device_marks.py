"""A mark for whoever asks, that says "the same device as before" and leads back to nobody.

It is a keyed hash (BLAKE2b, RFC 7693) of the truncated address and a coarse user agent under a key of this
week. When the week is over its key is destroyed, and nobody can tell any more which address a mark was of,
we included.
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
"""For so long a device keeps its mark (`Thresholds.key_days` knows it too)."""

_DAY = 86400
_MOST_KEPT = 4096
_MARK = 16  # characters: 64 bits, enough to tell a week's devices apart

# Coarse: the kind of program and of machine, never a version that few have.
_PROGRAMS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari", "curl", "python")
_MACHINES = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")


class _Held(NamedTuple):
    """A period's key, and the marks that were made with it lately, by a hash that leads back to nobody."""

    key: bytes
    marks: dict[int, str]


def _mark(key: bytes, address: str, user_agent: str) -> str:
    network = network_of(address)
    if not network:
        return ""
    said = f"{network}\0{coarse(user_agent[:1000])}".encode()
    return hashlib.blake2b(said, key=key, digest_size=_MARK // 2).hexdigest()


class DeviceMarks:
    """This period's key, the same in every process, made by whichever needs it first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._held: tuple[int, _Held] | None = None

    def mark(self, address: str, user_agent: str, now: datetime) -> str:
        """The mark of a device at `now` (aware); empty where no address is known. No address is kept."""
        key, marks = self._key(int(now.timestamp()) // (KEY_DAYS * _DAY))
        asked_before = hash((address, user_agent))  # under a key that this process made up when it started
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
        """The key on record of a period; with a new one all earlier keys go."""
        with self._database.transaction() as connection:
            new = {"period": period, "key": secrets.token_hex(32)}
            connection.execute(self._database.insert_new(DeviceMarkKey), new)
            connection.execute(delete(DeviceMarkKey).where(DeviceMarkKey.period < period))
            # A clock behind the others' finds a later key and no earlier one: it uses the latest there is.
            kept = connection.scalar(select(DeviceMarkKey.key).order_by(DeviceMarkKey.period.desc()).limit(1))
        return str(kept or new["key"])


def coarse(user_agent: str) -> str:
    """The kind of program and of machine.

    >>> coarse("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Safari/604.1")
    'Safari iPhone'
    """
    words = set(re.findall(r"[A-Za-z]+", user_agent))
    program = next((each for each in _PROGRAMS if each in words), "")
    machine = next((each for each in _MACHINES if each in words), "")
    return f"{program} {machine}".strip()
