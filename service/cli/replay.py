"""`vialcheck replay`: which units of a scan log stand out, since when, and why."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import click
from msgspec.structs import replace

from service.authenticity.evidence import Asker
from service.authenticity.scan_history.score import DEFAULTS, Thresholds
from service.errors import ErrorCode, RefusedError
from service.verification.history_replay.replay import Replay, UnitReplay, columns
from service.web.core.i18n import translation
from service.web.text import reason_message

_SAMPLE = 64 * 1024
_NUMBERS = frozenset({"count", "days", "devices", "scans"})


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each unit that stands out.")
@click.option(
    "--all", "every", is_flag=True, help="All units with their scores, not only those that stand out."
)
@click.option(
    "--threshold",
    type=float,
    default=Thresholds().suspicion,
    show_default=True,
    help="From which score on a unit stands out.",
)
@click.option(
    "--key-days",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Give each client another key after so many days, as the service does (7); 0: as the log names it.",
)
def replay(file: BinaryIO, *, as_json: bool, every: bool, threshold: float, key_days: int) -> None:
    """Read a log of scans (CSV) from FILE or standard input, and say which units stand out.

    Columns, in any order and case: time, gtin, serial, lot, country, region, client, asker. time and serial
    are needed, others may be missing. With --json one object a line, in the order in which they were flagged:
    {gtin, serial, lot, flagged_at, scan_number, score, scans, reasons: [{code, severity, message, places,
    count, days, devices, scans}]}. scan_number is the unit's own count of scans at the moment of the flag,
    score the suspicion when the whole log was read. With --all also the others: flagged_at null, no reasons.
    """
    log = Replay(replace(DEFAULTS, suspicion=threshold), key_days)
    flagged = list(log.read(_rows(file)))
    if every:
        flagged += [unit for unit in log.units.values() if unit.flagged_at is None]
    for unit in flagged:
        click.echo(json.dumps(_to_json(unit, log.thresholds)) if as_json else _line(unit, log.thresholds))
    for count, example in log.refused.values():
        click.echo(f"{count} rows left out: {example}", err=True)
    if not as_json:
        stand_out = sum(unit.flagged_at is not None for unit in log.units.values())
        click.echo(f"{stand_out} of {len(log.units)} units stand out.", err=True)


def _rows(file: BinaryIO) -> Iterator[dict[str, str]]:
    """Yield rows with our names for the columns; the delimiter is the one that occurs most in the header."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    header = text.readline(_SAMPLE)
    if not header.strip():
        raise RefusedError(ErrorCode.FILE_EMPTY, given=getattr(file, "name", "-"))
    delimiter = max(",;\t|", key=header.count)
    names = columns(next(csv.reader([header], delimiter=delimiter)))
    try:
        for row in csv.reader(text, delimiter=delimiter):
            yield {name: value for name, value in zip(names, row, strict=False) if name}
    except csv.Error as error:
        raise RefusedError(
            ErrorCode.FILE_UNREADABLE, given=getattr(file, "name", "-"), found=str(error)
        ) from None


def _to_json(unit: UnitReplay, thresholds: Thresholds) -> dict[str, Any]:
    tr = translation()
    return {
        "gtin": unit.gtin,
        "serial": unit.serial,
        "lot": unit.lot,
        "flagged_at": unit.flagged_at.isoformat().replace("+00:00", "Z") if unit.flagged_at else None,
        "scan_number": unit.scan_number,
        "score": unit.suspicion(thresholds).score,
        "scans": unit.scans,
        "reasons": [
            {
                "code": reason.code,
                "severity": reason.severity,
                "message": reason_message(reason, Asker.CLINIC, tr),
                **{
                    name: int(value) if name in _NUMBERS else value
                    for name, value in reason.params
                    if name in _NUMBERS or name == "places"
                },
            }
            for reason in unit.reasons
        ],
    }


def _line(unit: UnitReplay, thresholds: Thresholds) -> str:
    score = f"{unit.suspicion(thresholds).score:.1f}"
    if unit.flagged_at is None:
        return f"{unit.gtin} {unit.serial}: nothing, score {score}"
    why = " ".join(reason_message(each, Asker.CLINIC, translation()) for each in unit.reasons)
    when = f"{unit.flagged_at:%Y-%m-%d}, scan {unit.scan_number}, score {score}"
    return f"{unit.gtin} {unit.serial}: {when}. {why}"
