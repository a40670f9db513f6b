"""Budgets in one memory-mapped file: shared by all processes of a host, and kept when they are respawned.

The file has `SLOTS` slots of 32 bytes: a key's hash (BLAKE2b, 8 bytes) and its moments of being paid off
(doubles, `time.monotonic`, one for each `Column`). Slots stand in sets of `WAYS`; a new key takes the slot of
its set that owes least. A set is read and written under a lock of one byte of the file (`fcntl.lockf`, which
the kernel lets go of when a process dies, however it dies) and a lock of this process, because the kernel's
does not tell threads apart. About 4 µs an operation.

The file begins with a random key for the hashes and the kernel's boot id: the monotonic clock starts anew
with the kernel, so a file of an earlier boot is emptied.

A trap of POSIX: closing any descriptor of a file lets go of all locks that this process has on it. So a
process opens each file once (`open_budgets`) and never closes it.
"""

import fcntl
import mmap
import os
import secrets
import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from service.rate_limit.budgets import Budget

SLOTS = 1 << 14
WAYS = 4

_STRIPES = 256
_MAGIC = b"vialcheck budgets 1\n"
_HEADER = 256  # bytes: magic, boot id, hash key
_WORDS = 4  # of 8 bytes a slot: hash, two moments, one spare
_SIZE = _HEADER + SLOTS * _WORDS * 8
_SETS = SLOTS // WAYS
_OVERDRAWN = 64
"""A budget is never overdrawn by more than so many: a burst of simultaneous requests is not held for days."""

_ROUNDING = 1e-9
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

_opened: dict[tuple[int, int], "SharedFile"] = {}
_opening = threading.Lock()


def open_budgets(path: Path) -> "SharedFile":
    """The budgets in a file, which is made where there is none; the same object for the same file."""
    with _opening:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            seen = path.stat()
            known = _opened.get((seen.st_dev, seen.st_ino))
            if known is not None:
                return known
        made = SharedFile(path)
        _opened[made.identity] = made
        return made


class SharedFile:
    """A `BudgetStore`. Use `open_budgets`, never this class itself."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        seen = os.fstat(self._fd)
        self.identity = (seen.st_dev, seen.st_ino)
        self._threads = [threading.Lock() for _ in range(_STRIPES)]
        self._hash_key = self._prepare()
        self._map = mmap.mmap(self._fd, _SIZE)
        words = memoryview(self._map)[_HEADER:]
        self._hashes, self._moments = words.cast("Q"), words.cast("d")

    def take(self, key: str, taken: Budget, unless_spent: Budget) -> float:
        """See `BudgetStore`."""
        return self._locked(key, taken, unless_spent)

    def charge(self, key: str, budget: Budget) -> None:
        """See `BudgetStore`."""
        self._locked(key, budget, None)

    def close(self) -> None:
        """Nothing: another user in this process may have the same file (see the module's trap)."""

    def _locked(self, key: str, taken: Budget, unless_spent: Budget | None) -> float:
        number = int.from_bytes(blake2b(key.encode(), digest_size=8, key=self._hash_key).digest()) or 1
        which = (number >> 8) % _SETS
        stripe = which % _STRIPES
        with self._threads[stripe]:
            fcntl.lockf(self._fd, fcntl.LOCK_EX, 1, stripe)
            try:
                return self._count(number, which, taken, unless_spent)
            finally:
                fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, stripe)

    def _count(self, number: int, which: int, taken: Budget, unless_spent: Budget | None) -> float:
        now, at, moments = self._clock(), self._slot(number, which), self._moments
        paid_off = max(moments[at + 1 + taken.column], now)
        if unless_spent is None:
            most = now + taken.tolerance + _OVERDRAWN * taken.interval
            moments[at + 1 + taken.column] = min(paid_off + taken.interval, most)
            return 0.0
        wait = _wait(paid_off, now, taken)
        other = moments[at + 1 + unless_spent.column]
        wait = max(wait, _wait(other, now, unless_spent))
        if wait > 0.0:
            return wait
        moments[at + 1 + taken.column] = paid_off + taken.interval
        return 0.0

    def _slot(self, number: int, which: int) -> int:
        """Where a key's slot begins, in words; where it has none it takes the one that owes least."""
        hashes, moments = self._hashes, self._moments
        least, chosen = float("inf"), 0
        begin = which * WAYS * _WORDS
        for at in range(begin, begin + WAYS * _WORDS, _WORDS):
            if hashes[at] == number:
                return at
            owed = max(moments[at + 1], moments[at + 2])
            if owed < least:
                least, chosen = owed, at
        hashes[chosen] = number
        moments[chosen + 1] = moments[chosen + 2] = 0.0
        return chosen

    def _prepare(self) -> bytes:
        """Empty the file where it is new or of an earlier boot; the key of its hashes."""
        boot = _BOOT_ID.read_bytes().strip() if _BOOT_ID.exists() else b"unknown"
        said = _MAGIC + boot.ljust(64)
        fcntl.lockf(self._fd, fcntl.LOCK_EX, 1, _STRIPES)
        try:
            header = os.pread(self._fd, _HEADER, 0)
            if len(header) < _HEADER or not header.startswith(said) or os.fstat(self._fd).st_size != _SIZE:
                os.ftruncate(self._fd, 0)
                os.ftruncate(self._fd, _SIZE)
                header = (said + secrets.token_bytes(32)).ljust(_HEADER, b"\0")
                os.pwrite(self._fd, header, 0)
            return header[len(said) : len(said) + 32]
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, _STRIPES)


def _wait(paid_off: float, now: float, budget: Budget) -> float:
    """Seconds until one more may be taken; 0.0 or less: now."""
    return paid_off - now - (budget.tolerance - budget.interval) - _ROUNDING
