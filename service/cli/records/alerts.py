"""`vialcheck alerts cut`: parse the free text of recall notices, and print what was found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from service.registry.alerts.code_info import cut
from service.registry.alerts.openfda import OpenFda, OpenFdaReport, looks_like_json


@click.group("alerts")
def alerts() -> None:
    """Regulators' notices."""


@alerts.command("cut")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, exists=True))
def cut_file(file: Path) -> None:
    """Cut lots and expiries out of each line of FILE (- for standard input), or of openFDA's reports (JSON).

    Writes one JSON object for each: text, lots [{lot, expiry}], ranges, all_lots, and rest, for a person to
    read: every piece of the text that did not become a lot or its expiry. Changes nothing.
    """
    for text, more in _texts(file):
        found = cut(text)
        said = more | {
            "text": text,
            "lots": [
                {"lot": each.lot, "expiry": each.expiry.printed_form if each.expiry else None}
                for each in found.lots
            ],
            "ranges": [[each.first, each.last] for each in found.ranges],
            "all_lots": found.all_lots,
            "rest": list(found.rest),
        }
        click.echo(json.dumps(said, ensure_ascii=False))


def _texts(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if str(file) != "-" and looks_like_json(file):
        for place, report in OpenFda(file).reports():
            if isinstance(report, OpenFdaReport):
                yield report.cut.text, {"recall_number": report.number}
            else:
                click.echo(f"report {place}: {report}", err=True)
        return
    with click.open_file(str(file), encoding="utf-8", errors="replace") as lines:
        yield from ((line.rstrip("\r\n"), {}) for line in lines if line.strip())
