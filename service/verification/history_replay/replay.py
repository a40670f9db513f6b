"""Replays a log of scans through the detector: which units stand out, since when, and why.

A log is rows of text with the columns `time gtin serial lot country region client asker`, in any order and
case; only `serial` and `time` are required. Rows are read one at a time, in order; a few lines are kept for
each unit, whatever the number of its scans.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from service.authenticity.reasons import Reason
from service.authenticity.scan_history.rules import of_suspicion
from service.authenticity.scan_history.score import DEFAULTS, SuspicionScore, Thresholds, weigh
from service.authenticity.scan_history.sightings import (
    Region,
    Sighting,
    SightingKind,
    rounded,
    sighting_at,
    together,
)
from service.errors import ErrorCode, RefusedError, VialcheckError
from service.gs1.identifiers import Gtin
from service.gs1.iso.countries import parse_country

_DAY = 86400

_NAMES = {
    "time": "time timestamp datetime date when at scanned scannedat scantime ts eventtime createdat",
    "gtin": "gtin gtin14 product productcode ean ndc",
    "serial": "serial serialnumber sn unit unitid sgtin serialno code uid",
    "lot": "lot batch lotnumber batchnumber lotno batchno",
    "country": "country countrycode market nation",
    "region": "region city state province area location place town",
    "client": "client device clientid deviceid clientkey devicekey key user userid visitor fingerprint",
    "asker": "asker role who actor usertype askertype persona",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}

_KINDS = {
    SightingKind.TRADE: "clinic pharmacy pharmacist hospital doctor physician nurse hcp professional "
    "practice",
    SightingKind.DISPENSING: "dispensing dispensed dispense decommission decommissioned administered used",
    SightingKind.SUPPLY: "distributor wholesaler manufacturer depot warehouse logistics carrier supplier "
    "factory mah inspector regulator authority customs bot crawler preview monitor",
}
_ASKERS = {word: kind for kind, words in _KINDS.items() for word in words.split()}


@dataclass(slots=True)
class UnitReplay:
    """One unit of a log: what is kept of its scans, and the first one at which it stood out."""

    gtin: str
    serial: str
    lot: str
    lines: tuple[Sighting, ...] = ()
    scans: int = 0
    flagged_at: datetime | None = None
    scan_number: int | None = None
    reasons: tuple[Reason, ...] = ()
    strongest: float = 0.0

    def suspicion(self, thresholds: Thresholds) -> SuspicionScore:
        """Return what all its scans say; never less than when it was flagged, whatever the order of rows."""
        found = weigh(self.lines, thresholds)
        return found if found.score >= self.strongest else replace(found, score=self.strongest)


class Replay:
    """A log so far. `refused`: counts of unusable rows, with an example of each kind.

    `key_days`: each client gets another key after so many days, as the service's own marks do
    (`verification.device_marks`); 0: as the log names it.
    """

    def __init__(self, thresholds: Thresholds = DEFAULTS, key_days: int = 0) -> None:
        self.thresholds = thresholds
        self.units: dict[tuple[str, str], UnitReplay] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        self._key_seconds = key_days * _DAY

    def read(self, rows: Iterable[Mapping[str, str]]) -> Iterator[UnitReplay]:
        """Read rows; yield each unit once, at the scan at which it stands out."""
        for row in rows:
            try:
                unit = self._add(row)
            except VialcheckError as error:
                count, example = self.refused.get(str(error.code), (0, str(error)))
                self.refused[str(error.code)] = (count + 1, example)
                continue
            if unit is not None:
                yield unit

    def _add(self, row: Mapping[str, str]) -> UnitReplay | None:
        unit, seconds = self.keep(row)
        if unit.flagged_at is not None:
            return None
        suspicion = unit.suspicion(self.thresholds)
        if suspicion.score < self.thresholds.suspicion:
            return None
        unit.strongest = suspicion.score
        unit.flagged_at = datetime.fromtimestamp(seconds, UTC)
        unit.scan_number = unit.scans
        unit.reasons = tuple(of_suspicion(suspicion, self.thresholds))
        return unit

    def keep(self, row: Mapping[str, str]) -> tuple[UnitReplay, int]:
        """Add a row to its unit's history, unjudged; return the unit and the moment (seconds since 1970)."""
        serial = row.get("serial", "").strip()
        if not serial:
            raise RefusedError(ErrorCode.VALUE_MISSING, field="serial", expected="the serial of one unit")
        seconds = parse_time(row.get("time", ""))
        gtin = _gtin(row.get("gtin", ""))
        unit = self.units.get((gtin, serial))
        if unit is None:
            unit = self.units[gtin, serial] = UnitReplay(gtin, serial, row.get("lot", "").strip())
        place = _place(row.get("country", ""), row.get("region", ""))
        client = row.get("client", "").strip()
        if client and self._key_seconds:
            client = f"{seconds // self._key_seconds}-{client}"
        line = sighting_at(_kind(row.get("asker", "")), place, seconds, client)
        unit.scans += 1
        unit.lines = together((*unit.lines, line))
        return unit, seconds


def columns(header: Iterable[str]) -> list[str]:
    """Return our names of a log's columns, "" for those that are not used. RefusedError(COLUMN_MISSING)."""
    names: list[str] = []
    for written in header:
        ours = _COLUMNS.get("".join(re.findall(r"[a-z0-9]+", written.casefold())), "")
        names.append("" if ours in names else ours)
    for needed in ("time", "serial"):
        if needed not in names:
            raise RefusedError(
                ErrorCode.COLUMN_MISSING, field=needed, expected=f"a column {needed}", found=", ".join(header)
            )
    return names


_EPOCH = re.compile(r"\d{9,19}(\.\d+)?")
_PARTS = re.compile(
    r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm)?)?",
    re.IGNORECASE,
)


def parse_time(text: str) -> int:
    """Seconds since 1970 of a moment: ISO 8601, an epoch in seconds to nanoseconds, or as people write it.

    Without an offset it is taken as UTC. Of `03/04/2026` the first is the day, unless it cannot be.

    >>> parse_time("2026-03-01T12:00:00Z") == parse_time("1772366400000") == parse_time("1/3/2026 12:00 pm")
    True
    """
    said = text.strip()
    try:
        if _EPOCH.fullmatch(said):
            number = float(said)
            while number > 1e11:
                number /= 1000
            return int(number)
        return int(_moment(said).timestamp())
    except (ValueError, OverflowError):
        raise RefusedError(
            ErrorCode.MOMENT_UNREADABLE, given=text, expected="such as 2026-03-01T12:00:00Z", field="time"
        ) from None


def _moment(said: str) -> datetime:
    try:
        moment = datetime.fromisoformat(said.removesuffix(" UTC"))
    except ValueError:
        found = _PARTS.fullmatch(said.removesuffix(" UTC"))
        if found is None:
            raise
        moment = _written(*found.groups())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(one: str, two: str, three: str, *clock: str | None) -> datetime:
    hour, minute, second, half = (*(int(each or 0) for each in clock[:3]), (clock[3] or "").lower())
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    first, middle, last = int(one), int(two), int(three)
    if len(one) == 4:
        year, month, day = first, middle, last
    elif middle > 12:
        month, day, year = first, middle, last
    else:
        day, month, year = first, middle, last
    return datetime(year + (2000 if year < 100 else 0), month, day, hour, minute, second, tzinfo=UTC)


def _gtin(text: str) -> str:
    try:
        return Gtin.parse(text).value
    except VialcheckError:
        return text.strip()  # a format of another system: compared, and not interpreted


def _place(country: str, region: str) -> Region:
    try:
        code = parse_country(country) if country.strip() else ""
    except VialcheckError:
        return rounded("", f"{country} {region}")  # a country that is not in the list is a place all the same
    return rounded(code, region)


def _kind(asker: str) -> SightingKind:
    words = re.findall(r"[a-z]+", asker.casefold())
    return next((_ASKERS[word] for word in words if word in _ASKERS), SightingKind.STRANGER)
