"""Whether this process can do what it is there for: answer a check, and record one."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from service.errors import VialcheckError
from service.storage.readiness import something_on_record, write_probe
from service.verification.question import Channel, Question, RequestOrigin
from service.web.core.services import Services

_log = logging.getLogger(__name__)

UNWRITTEN_SECONDS = 15.0
"""For so long may answered checks fail to be written down before the process is not ready."""

_AGAIN = 1.0  # seconds that an outcome stands: asking often costs a lookup, not a write to the disk

_SERIAL = "READINESS0"


class Readiness:
    """The readiness checks of one process. `failing` names those that failed, in the order that they ran."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._checks: dict[str, Callable[[], object]] = {
            "check": self._check,
            "write": lambda: write_probe(services.database, datetime.now(UTC)),
            "unwritten_checks": self._unwritten,
            "clock": services.verification.clock.exact,
        }
        self._lock = Lock()
        self._asked, self._found = float("-inf"), tuple[str, ...]()

    def failing(self) -> tuple[str, ...]:
        """The names of the checks that fail now, or did within the last second; empty: ready."""
        with self._lock:
            if time.monotonic() - self._asked > _AGAIN:
                self._found = tuple(name for name, check in self._checks.items() if not _passes(check))
                self._asked = time.monotonic()
            return self._found

    def _check(self) -> None:
        """A whole check of a unit, read-only, against the newest lot on record."""
        known = something_on_record(self._services.database)
        gtin, lot = known or ("", "READINESS")
        question = Question(gtin=gtin, lot=lot, serial=_SERIAL if known else "")
        self._services.verification.preview(question, RequestOrigin(Channel.API))

    def _unwritten(self) -> None:
        number, seconds = self._services.verification.unwritten
        if number and seconds > UNWRITTEN_SECONDS:
            raise OSError(f"{number} checks are unwritten for {seconds:.0f} s")


def _passes(check: Callable[[], object]) -> bool:
    """Whether a check raises nothing. A damaged database raises more kinds of errors than any list has."""
    try:
        check()
    except VialcheckError:
        return False
    except Exception:
        _log.exception("a readiness check failed")
        return False
    return True
