"""`OutsideResponders.ask`: the answer of the responder in the operator's directory, or None."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from service.authenticity.evidence import OutsideAnswer, Presented
from service.errors import VialcheckError
from service.gs1.characters import require_cset_82
from service.verification.outside.breaker import CircuitBreaker
from service.verification.outside.directory import ResponderDirectory, ResponderEntry, read_directory
from service.verification.outside.requests import OutsideUnit, ResponderFault, ask_responder

_log = logging.getLogger(__name__)

AT_ONCE = 4
"""Requests that wait for responders at the same time, in one process."""

Ask = Callable[[ResponderEntry, OutsideUnit, str], OutsideAnswer | None]


class OutsideResponders:
    """Asks the responders of a directory. At most `AT_ONCE` wait at a time; one more is not asked.

    `before_waiting`: called before a request is sent, so that a thread which must not wait can hand its work
    over to one that may.
    """

    def __init__(
        self,
        directory: ResponderDirectory,
        before_waiting: Callable[[], None] = lambda: None,
        ask: Ask = ask_responder,
    ) -> None:
        self._directory = directory
        self._before_waiting = before_waiting
        self._ask = ask
        self._places = threading.Semaphore(AT_ONCE)
        self._breakers: defaultdict[str, CircuitBreaker] = defaultdict(CircuitBreaker)

    @classmethod
    def of(
        cls, path: Path | None, before_waiting: Callable[[], None] = lambda: None
    ) -> "OutsideResponders | None":
        """Those of the operator's file; None where none is set. RefusedError(SETTING_INVALID)."""
        return None if path is None else cls(read_directory(path), before_waiting)

    def ask(self, presented: Presented) -> OutsideAnswer | None:
        """What the responder of the product answers; None where none is listed, or none answered well.

        A question has to be whole: product number, lot, serial and expiry, none of them repaired.
        """
        unit = _unit(presented)
        entry = self._directory.find(unit.gtin) if unit is not None else None
        if unit is None or entry is None:
            return None
        self._before_waiting()
        if not self._places.acquire(blocking=False):
            return None
        try:
            return self._asked(entry, unit)
        finally:
            self._places.release()

    def _asked(self, entry: ResponderEntry, unit: OutsideUnit) -> OutsideAnswer | None:
        breaker = self._breakers[entry.url]
        if not breaker.admits():
            return None
        try:
            answer = self._ask(entry, unit, self._directory.req_gln)
        except ResponderFault as fault:
            # The request holds a serial number: the log gets the responder's name and what it did.
            _log.warning("the responder %s did not answer: %s", entry.name, fault)
            breaker.note(failed=True)
            return None
        breaker.note(failed=False)
        return answer


def _unit(presented: Presented) -> OutsideUnit | None:
    """The unit as LMS asks for one; None where a part is missing, was repaired, or has other characters."""
    gtin, lot, serial, expiry = presented.gtin, presented.lot, presented.serial, presented.expiry
    if gtin is None or lot is None or serial is None or expiry is None or presented.repairs:
        return None
    try:
        require_cset_82(lot.printed, field="lot")
        require_cset_82(serial.printed, field="serial")
    except VialcheckError:
        return None
    return OutsideUnit(gtin, lot, serial, expiry)
