"""`vialcheck recall`, `hold`, `lift`, `release`, `extend`: the use cases of the pages from a terminal."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from service.cli.records.changes import carry_out
from service.gs1.identifiers import Gtin, Lot
from service.registry import recalls
from service.registry.corrections.extensions import read_extension
from service.registry.recalls import releases
from service.settings import load
from service.storage.audit import AuditActor
from service.storage.database import Database

F = TypeVar("F", bound=Callable[..., Any])

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what it would touch and change nothing.")
_ACTOR = click.option("--actor", default="", help="Who, for the audit. [default: your user name]")
_REASON = click.option("--reason", required=True, help="Why: shown to whoever checks such a vial.")


def _what(command: F) -> F:
    """Add the options that say what is recalled or held; exactly one way of saying it has to be used."""
    for option in reversed(
        (
            click.option("--gtin", required=True, help="The product."),
            click.option(
                "--lot",
                default="",
                help="One lot of it, or several with commas; beside serials, the lot they are of.",
            ),
            click.option("--expires", nargs=2, metavar="FROM TO", help="Whatever expires in this window."),
            click.option("--serials", nargs=2, metavar="FIRST LAST", help="A range of serial numbers."),
            click.option(
                "--serial-list",
                type=click.Path(path_type=Path, exists=True, dir_okay=False),
                help="A file of serial numbers.",
            ),
            click.option("--reference", default="", help="The number under which it is known."),
            click.option("--public-text", default="", help="One or two sentences for patients."),
            _REASON,
            _ACTOR,
            _DRY_RUN,
        )
    ):
        command = option(command)
    return command


@click.command("recall")
@_what
@click.option("--class", "recall_class", required=True, help="I, II or III.")
def recall(dry_run: bool, actor: str, **given: Any) -> None:
    """Recall a product, a lot, a window of expiries or serial numbers: the very next check says so."""
    _stop(given, hold=False, dry_run=dry_run, actor=actor)


@click.command("hold")
@_what
def hold(dry_run: bool, actor: str, **given: Any) -> None:
    """Put on hold what may have to be recalled, until it is lifted."""
    _stop(given, hold=True, dry_run=dry_run, actor=actor)


@click.command("lift")
@click.argument("number", type=int)
@_REASON
@click.option("--reference", default="", help="The number of the decision.")
@_ACTOR
@_DRY_RUN
def lift(number: int, reason: str, reference: str, actor: str, dry_run: bool) -> None:
    """End the recall or hold NUMBER. Its record stays, and this is another one."""
    with _database() as database:
        stands = recalls.find(database, number, _who(actor))
        click.echo(f"{_kind(hold=stands.hold)} {number} of {stands.product} ({stands.gtin}), {stands.scope}")
        if dry_run:
            click.echo("Dry run: nothing was changed.")
            return
        recalls.lift(database, number, reason=reason, reference=reference, who=_who(actor))
    click.echo("Lifted.")


@click.command("release")
@click.argument("lots", nargs=-1, metavar="GTIN/LOT...")
@click.option("--reason", default="", help="Why; needed to release.")
@_ACTOR
@_DRY_RUN
def release(lots: tuple[str, ...], reason: str, actor: str, dry_run: bool) -> None:
    """Release pending lots, all or none; without any, list what waits."""
    who = _who(actor)
    with _database() as database:
        if not lots:
            for each in releases.waiting(database, who):
                tests = "; ".join(" | ".join(filter(None, result)) for result in each.results)
                click.echo(f"{each.gtin}/{each.lot}  {each.product}  expires {each.expiry}  {tests}".rstrip())
            return
        numbers = [_waiting(database, each, who) for each in lots]
        if dry_run:
            click.echo(f"{len(numbers)} would be released. Dry run: nothing was changed.")
            return
        for name in releases.release(database, numbers, reason=reason, who=who):
            click.echo(f"{name}: released")


@click.command("extend")
@click.option("--gtin", required=True)
@click.option("--lot", required=True)
@click.option("--expiry", required=True, help="The new one.")
@click.option("--reference", required=True, help="The decision that allows it.")
@_REASON
@_ACTOR
@_DRY_RUN
def extend(gtin: str, lot: str, expiry: str, reference: str, reason: str, actor: str, dry_run: bool) -> None:
    """Put the expiry of a lot later. Vials with the old one printed on them stay in use.

    A date beyond the product's stability time (5 years from manufacture where it has none) needs a second
    person: vialcheck requests.
    """
    change = read_extension({"gtin": gtin, "lot": lot, "expiry": expiry, "reference": reference})
    with _database() as database:
        carry_out(database, change, reason=reason, who=_who(actor), dry_run=dry_run)


def _stop(given: dict[str, Any], *, hold: bool, dry_run: bool, actor: str) -> None:
    order = recalls.read_recall_form(_fields(given), hold=hold)
    with _database() as database:
        found = recalls.preview(database, order, who=_who(actor))
        lots = ", ".join(batch.lot for batch in found.batches[:20])
        more = f" and {len(found.batches) - 20} more" if len(found.batches) > 20 else ""
        click.echo(f"{found.product} ({found.gtin}), {found.manufacturer}")
        click.echo(f"Batches: {len(found.batches)} ({lots}{more})" if lots else "Batches: none on record")
        click.echo(f"Units: {found.units:,}\nChecks so far: {found.scans:,}")
        for lot, meant in found.unknown:
            asked = f" Did you mean {' or '.join(meant)}?" if meant else ""
            click.echo(f"Lot {lot} is not on record.{asked}")
        if not found.all_serials:
            click.echo("Not every serial is on record: a vial of any lot without its serial may be meant.")
        if dry_run:
            click.echo("Dry run: nothing was changed.")
            return
        number = recalls.issue(database, order, who=_who(actor))
        others = recalls.find(database, number, _who(actor)).others
    numbers = ", ".join(map(str, (number, *(other for other, _ in others))))
    click.echo(f"{_kind(hold=hold)} {numbers} {'stand' if others else 'stands'} now.")


def _fields(given: dict[str, Any]) -> dict[str, str]:
    ways = {"window": given["expires"], "range": given["serials"], "list": given["serial_list"]}
    chosen = [scope for scope, value in ways.items() if value]
    if len(chosen) > 1:
        raise click.UsageError("Give one of --expires, --serials and --serial-list.")
    scope = chosen[0] if chosen else "lot" if given["lot"] else "product"
    fields = {name: given[name] for name in ("gtin", "lot", "reference", "public_text", "reason")}
    fields |= {"scope": scope, "recall_class": given.get("recall_class", "")}
    if scope == "window":
        fields["expiry_from"], fields["expiry_to"] = given["expires"]
    elif scope == "range":
        fields["serial_from"], fields["serial_to"] = given["serials"]
    elif scope == "list":
        fields["serials"] = given["serial_list"].read_text(encoding="utf-8", errors="replace")
    return fields


def _waiting(database: Database, name: str, who: AuditActor) -> int:
    gtin, _, lot = name.partition("/")
    return releases.batch_id(database, Gtin.parse(gtin).value, Lot.parse(lot), who)


def _kind(*, hold: bool) -> str:
    return "Hold" if hold else "Recall"


def _who(actor: str) -> AuditActor:
    return AuditActor(actor.strip() or getpass.getuser())


@contextmanager
def _database() -> Iterator[Database]:
    database = load().open_database()
    try:
        yield database
    finally:
        database.close()
