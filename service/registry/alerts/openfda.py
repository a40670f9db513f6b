"""openFDA's drug enforcement reports (JSON) as alerts: one for each lot that `code_info` names.

Format: https://open.fda.gov/apis/drug/enforcement/ (`recall_number`, `classification` (Class I to III),
`product_description`, `reason_for_recall`, `code_info`, `report_date`, `status`). The same recall number with
the same lot and expiry is on record once, however often the file comes. A recall that FDA has closed
("Terminated") is an alert all the same: recalled vials do not become usable by that.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from service.authenticity.evidence import AlertKind
from service.errors import ErrorCode, IdentifierError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Lot, check_digit
from service.registry.alerts.code_info import Cut, CutLot, cut
from service.registry.lists.cells import free_text
from service.registry.lists.columns import Header, ListKind
from service.registry.lists.import_journal import ImportJournal
from service.registry.lists.kinds.alerts import AlertFacts, Alerts
from service.registry.lists.list_importer import CHUNK, Meter
from service.registry.lists.readers import Row
from service.registry.lists.rejected_rows import RejectedRows

AUTHORITY = "FDA"
LARGEST = 64 * 1024 * 1024
"""The most bytes of one file; openFDA publishes larger ones in parts."""

_LABELS = ("recall_number", "product_description", "code_info")
_SOURCE = "https://api.fda.gov/drug/enforcement.json?search=recall_number:%22{number}%22"
_NUMBER = re.compile(r"[A-Za-z]-[0-9A-Za-z-]{1,30}")
_NDC = re.compile(
    r"(?<![0-9-])([0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-(?:[0-9]{3}-[0-9]{2}|[0-9]{4}-[0-9]))(?![0-9-])"
)


def looks_like_json(path: Path) -> bool:
    """Return whether the file begins as JSON does."""
    try:
        with path.open("rb") as source:
            return source.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    except OSError:
        return False  # the next reader of the file reports the error


@dataclass(frozen=True, slots=True)
class OpenFdaReport:
    """One report: its parsed text (`cut`), and the alerts that it becomes."""

    number: str
    product: str
    cut: Cut
    uncut: str
    notices: tuple[AlertFacts, ...]


class OpenFda:
    """A file of reports, in place of a list of alerts."""

    encoding = "utf-8"
    delimiter = ","
    header = Header(ListKind.ALERTS, _LABELS, dict(zip(_LABELS, range(3), strict=True)), (), None)

    def __init__(self, path: Path) -> None:
        """Read the file. Raises NOT_FOUND or FILE_UNREADABLE."""
        self.path = path
        try:
            content = path.read_bytes() if path.stat().st_size <= LARGEST else None
        except OSError as error:
            found = error.strerror or "cannot be opened"
            raise RefusedError(
                ErrorCode.NOT_FOUND, given=str(path), expected="a file", found=found
            ) from error
        if content is None:
            raise _unreadable(path, f"more than {LARGEST >> 20} MB")
        self.size = self.position = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._results = _results(path, content)

    def rows(self) -> Iterator[Row]:
        """Yield each report's position in the file, from 1, and its cells: for the file of rejected rows."""
        for place, result in enumerate(self._results, start=1):
            yield place, [_text(result, label) for label in _LABELS]

    def reports(self) -> Iterator[tuple[int, "OpenFdaReport | VialcheckError"]]:
        """Yield each report, or the error that rejects it."""
        for place, result in enumerate(self._results, start=1):
            try:
                yield place, read_report(result)
            except VialcheckError as error:
                yield place, error


class OpenFdaNotices:
    """Imports reports."""

    def __init__(self, source: OpenFda) -> None:
        self._source = source

    def prepare(self, refusals: RejectedRows, meter: Meter) -> None:  # noqa: ARG002 (all is refused in `apply`)
        """Nothing can be checked without the records."""
        meter(self._source.size)

    def apply(
        self, connection: Connection, journal: ImportJournal, refusals: RejectedRows, meter: Meter
    ) -> None:
        """Insert the alerts that are not on record yet."""
        waiting: list[tuple[int, AlertFacts]] = []
        for place, report in self._source.reports():
            if isinstance(report, VialcheckError):
                refusals.add(place, [report])
                continue
            waiting += [(place, notice) for notice in report.notices]
            if len(waiting) >= CHUNK:
                self._store(connection, waiting, journal)
        self._store(connection, waiting, journal)
        meter(self._source.size)

    @staticmethod
    def _store(connection: Connection, waiting: list[tuple[int, AlertFacts]], journal: ImportJournal) -> None:
        if waiting:
            Alerts().store(connection, waiting, journal)
            journal.write()
            waiting.clear()


def read_report(result: Mapping[str, Any]) -> OpenFdaReport:
    """Parse one of `results`. Raises VALUE_MISSING or VALUE_INVALID for one without its number or product."""
    number = _text(result, "recall_number").strip()
    if not _NUMBER.fullmatch(number):
        expected = "FDA's number of the recall, such as D-1362-2012"
        code = ErrorCode.VALUE_INVALID if number else ErrorCode.VALUE_MISSING
        raise RefusedError(code, given=number, expected=expected, field="recall_number")
    described = _plain(_text(result, "product_description"))
    if not described:
        raise RefusedError(ErrorCode.VALUE_MISSING, field="product_description")
    found = cut(_text(result, "code_info"))
    lots = {each: lot for each in found.lots if (lot := _lot(each)) is not None}
    unread = [each.lot for each in found.lots if each not in lots]
    uncut = "\n".join((*found.rest, *unread))
    common = _common(result, number, described, uncut)
    notices = tuple(_notice(common, lot, each.expiry) for each, lot in lots.items())
    if not notices:
        gtin = _gtin(described) if found.all_lots and not re.search(r"[0-9]", uncut) else ""
        notices = (_notice(common | {"gtin": gtin}, None, None),)
    return OpenFdaReport(number, described, found, uncut, notices)


def _common(result: Mapping[str, Any], number: str, described: str, uncut: str) -> dict[str, Any]:
    said = {
        "": _text(result, "reason_for_recall"),
        "Recalled by": _text(result, "recalling_firm"),
        "Status": _text(result, "status"),
        "Codes as published": _text(result, "code_info"),
    }
    parts = [f"{name}: {value}" if name else value for name, value in said.items() if value.strip()]
    return {
        "authority": AUTHORITY,
        "kind": AlertKind.RECALLED,
        "product_name": described[:200],
        "gtin": "",
        "serial": "",
        "serial_prefix": "",
        "lot_issued": None,
        "recall_class": _plain(_text(result, "classification"))[:40],
        "reference": number,
        "reported": _day(_text(result, "report_date")),
        "source_url": _SOURCE.format(number=number),
        "detail": _plain("; ".join(parts))[:4000],
        "uncut": uncut[:20_000],
    }


def _notice(common: Mapping[str, Any], lot: Lot | None, expiry: Expiry | None) -> AlertFacts:
    identity = f"{AUTHORITY} {common['reference']} {lot.key if lot else ''} {expiry or ''}"
    return AlertFacts(**common, lot=lot, expiries=(expiry,), identity=identity)


def _lot(found: CutLot) -> Lot | None:
    try:
        return Lot.parse(found.lot)
    except IdentifierError:
        return None  # a pack cannot carry it (GS1 General Specifications, AI 10): left for a person


def _gtin(described: str) -> str:
    """Return the GTIN-14 of the one NDC named: 00, 3, its ten digits, the check digit; empty where there is
    not one.
    """
    numbers = {each.replace("-", "") for each in _NDC.findall(described)}
    if len(numbers) != 1:
        return ""
    digits = f"003{numbers.pop()}"
    return digits + check_digit(digits)


def _day(text: str) -> str:
    """Return `20120905` or `2012-09-05` as YYYY-MM-DD; empty for anything else."""
    match = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", text.strip())
    return "-".join(match.groups()) if match else ""


def _text(result: Mapping[str, Any], name: str) -> str:
    value = result.get(name, "")
    return value if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Return the text without characters that a page must not contain."""
    shown = "".join(each if each.isprintable() or each.isspace() else " " for each in text)
    try:
        return free_text(shown, len(shown) + 1)
    except IdentifierError:
        return " ".join(shown.encode("ascii", "ignore").decode().split())


def _results(path: Path, content: bytes) -> list[Mapping[str, Any]]:
    try:
        parsed = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _unreadable(path, f"no JSON: {error}") from error
    if isinstance(parsed, dict):
        parsed = parsed.get("results", [parsed])
    if not isinstance(parsed, list) or not all(isinstance(each, dict) for each in parsed):
        raise _unreadable(path, "JSON of another shape")
    if parsed and not any("code_info" in each or "recall_number" in each for each in parsed):
        raise _unreadable(path, "JSON of something else")
    return parsed


def _unreadable(path: Path, found: str) -> RefusedError:
    return RefusedError(
        ErrorCode.FILE_UNREADABLE,
        given=path.name,
        expected="openFDA's drug enforcement reports: results[], each with recall_number and code_info",
        found=found,
    )
