"""`vialcheck correct`, `withdraw`, `merge`, `requests`, `approve`, `refuse`: records put right."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from service.errors import ErrorCode, RefusedError
from service.gs1.identifiers import Gtin, Lot
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.batches import FORM as OF_BATCH
from service.registry.corrections.batches import read_batch
from service.registry.corrections.changes import ChangePreview, RecordChange, SecondPerson
from service.registry.corrections.extensions import ExtensionWithdrawal
from service.registry.corrections.imports.withdrawal import ImportWithdrawal, latest_imports
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.manufacturers import ManufacturerMerge
from service.registry.corrections.marks import MarkWithdrawal
from service.registry.corrections.products import FORM as OF_PRODUCT
from service.registry.corrections.products import read_product
from service.registry.corrections.units.selection import read_selection
from service.registry.corrections.units.unit_changes import STEPS, UnitCorrection, UnitsWithdrawal
from service.registry.pack_marks import listed_marks
from service.settings import load
from service.storage.audit import AuditActor
from service.storage.database import Database

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what it would change and change nothing.")
_ACTOR = click.option("--actor", default="", help="Who, for the audit. [default: your user name]")
_REASON = click.option("--reason", required=True, help="Why, for the audit.")

_WITHDRAWN: dict[str, Callable[[int], RecordChange]] = {
    "alert": AlertWithdrawal,
    "import": ImportWithdrawal,
    "extension": ExtensionWithdrawal,
    "units": UnitsWithdrawal,
    "mark": MarkWithdrawal,
}


@click.group("correct")
def correct() -> None:
    """Put a product, a lot or units on record right, with a reason. Earlier answers stay as given."""


@correct.command("product")
@click.argument("gtin")
@click.option(
    "--set", "values", multiple=True, required=True, metavar="FIELD=VALUE", help=", ".join(OF_PRODUCT)
)
@_REASON
@_ACTOR
@_DRY_RUN
def correct_product(gtin: str, values: tuple[str, ...], reason: str, actor: str, dry_run: bool) -> None:
    """Correct the product GTIN: --set name="Verotox 100" --set markets="FR; DE"."""
    with opened() as database:
        given, who = _given(values, OF_PRODUCT), _who(actor)
        change = read_product(database, Gtin.parse(gtin), given, who)
        carry_out(database, change, reason=reason, who=who, dry_run=dry_run)


@correct.command("lot")
@click.argument("name", metavar="GTIN/LOT")
@click.option(
    "--set", "values", multiple=True, required=True, metavar="FIELD=VALUE", help=", ".join(OF_BATCH)
)
@_REASON
@_ACTOR
@_DRY_RUN
def correct_lot(name: str, values: tuple[str, ...], reason: str, actor: str, dry_run: bool) -> None:
    """Correct the lot GTIN/LOT: --set expiry=2028-06 --set quantity=12000."""
    gtin, _, lot = name.partition("/")
    with opened() as database:
        given, who = _given(values, OF_BATCH), _who(actor)
        change = read_batch(database, Gtin.parse(gtin), Lot.parse(lot), given, who)
        carry_out(database, change, reason=reason, who=who, dry_run=dry_run)


@correct.command("units")
@click.argument("gtin")
@click.option("--serial", "serials", multiple=True, help="One serial number; may be given again.")
@click.option("--serials", "span", nargs=2, metavar="FIRST LAST", help="A range of serial numbers.")
@click.option(
    "--serial-list",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of serial numbers.",
)
@click.option("--of-lot", default="", help="Only units of this lot.")
@click.option(
    "--step", type=click.Choice([each.name.lower() for each in STEPS]), help="What was done to them."
)
@click.option("--to-lot", default="", help="The lot that they belong to.")
@_REASON
@_ACTOR
@_DRY_RUN
def correct_units(  # noqa: PLR0913, PLR0917 (one parameter for each option)
    gtin: str,
    serials: tuple[str, ...],
    span: tuple[str, str] | None,
    serial_list: Path | None,
    of_lot: str,
    step: str | None,
    to_lot: str,
    reason: str,
    actor: str,
    dry_run: bool,
) -> None:
    """Write down a step of units of the product GTIN (decommissioning …), or give them to another lot."""
    if bool(step) == bool(to_lot):
        raise click.UsageError("Give one of --step and --to-lot.")
    if sum(map(bool, (serials, span, serial_list))) != 1:
        raise click.UsageError("Give one of --serial, --serials and --serial-list.")
    given = {"which": "range" if span else "list", "lot": of_lot}
    given |= {"serial_from": span[0], "serial_to": span[1]} if span else {}
    listed = serial_list.read_text(encoding="utf-8", errors="replace") if serial_list else " ".join(serials)
    selection = read_selection(given | {"serials": listed})
    lot = Lot.parse(to_lot).printed if to_lot else ""
    change = UnitCorrection(Gtin.parse(gtin).value, selection, step or "", lot)
    with opened() as database:
        carry_out(database, change, reason=reason, who=_who(actor), dry_run=dry_run)


@click.command("withdraw")
@click.argument("what", type=click.Choice(list(_WITHDRAWN)))
@click.argument("number", type=int, required=False)
@click.option("--reason", default="", help="Why, for the audit; needed to withdraw.")
@_ACTOR
@_DRY_RUN
def withdraw(what: str, number: int | None, reason: str, actor: str, dry_run: bool) -> None:
    """Withdraw the alert, import, extension, mark or change of units NUMBER.

    Of imports and marks without a number, list them.
    """
    with opened() as database:
        if number is None and what == "mark":
            for mark in listed_marks(database):
                ended = "  withdrawn" if mark.withdrawn else ""
                click.echo(f"{mark.id}  {mark.mark}  {mark.product}  {mark.look_at}{ended}")
            return
        if number is None:
            if what != "import":
                raise click.UsageError("Give the number.")
            for each in latest_imports(database):
                what = f"{each.kind}  {each.file_name}  {each.new:,} new"
                ended = f"  withdrawn by {each.withdrawn}" if each.withdrawn else ""
                click.echo(f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {what}{ended}")
            return
        carry_out(database, _WITHDRAWN[what](number), reason=reason, who=_who(actor), dry_run=dry_run)


@click.command("merge")
@click.argument("wrong")
@click.argument("right")
@_REASON
@_ACTOR
@_DRY_RUN
def merge(wrong: str, right: str, reason: str, actor: str, dry_run: bool) -> None:
    """Give all products of the manufacturer WRONG to RIGHT, and remove WRONG."""
    with opened() as database:
        change = ManufacturerMerge(wrong, right)
        carry_out(database, change, reason=reason, who=_who(actor), dry_run=dry_run)


@click.command("requests")
def requests() -> None:
    """List the changes that wait for a second person."""
    with opened() as database:
        waiting = change_requests(database).waiting(AuditActor(getpass.getuser()))
        for each in waiting:
            what = f"{each.kind}  {each.object_id}  {each.actor}: {each.reason}"
            click.echo(f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {what}")
        if not waiting:
            click.echo("Nothing waits.")


@click.command("approve")
@click.argument("number", type=int)
@_ACTOR
@_DRY_RUN
def approve(number: int, actor: str, dry_run: bool) -> None:
    """Agree to the request NUMBER as a second person: the change is made."""
    who = _who(actor)
    with opened() as database:
        known = change_requests(database)
        request = known.find(number, who)
        for line in told(known.preview(known.change_of(request), who)):
            click.echo(line)
        if dry_run:
            click.echo("Dry run: nothing was changed.")
            return
        known.approve(number, who=who)
    click.echo(f"Done: request {number} of {request.actor} is made.")


@click.command("refuse")
@click.argument("number", type=int)
@_REASON
@_ACTOR
def refuse(number: int, reason: str, actor: str) -> None:
    """End the request NUMBER: nothing is changed."""
    with opened() as database:
        change_requests(database).refuse(number, reason=reason, who=_who(actor))
    click.echo(f"Done: request {number} is ended, and nothing was changed.")


def carry_out(
    database: Database, change: RecordChange, *, reason: str, who: AuditActor, dry_run: bool
) -> None:
    """Print what the change does, then make it, or ask for the second person that it needs."""
    known = change_requests(database)
    seen = known.preview(change, who)
    for line in told(seen):
        click.echo(line)
    if dry_run:
        click.echo("Dry run: nothing was changed.")
        return
    number = known.submit(change, reason=reason, who=who, seal=seen.seal)
    if number is None:
        click.echo("Done: on record.")
    else:
        click.echo(f"A second person has to agree: vialcheck approve {number} --actor NAME")


def told(seen: ChangePreview) -> Iterator[str]:
    """The lines that describe a preview."""
    yield seen.title
    for each in seen.fields:
        yield f"  {each.field}: {_said(each.before)} → {_said(each.after)}"
    for kept in seen.left:
        yield f"  Stays as it is: {kept.name} ({kept.why.replace('_', ' ')}, {kept.count:,})"
    for code, value in seen.notes:
        yield f"  {code}: {value}"
    what = seen.touched
    yield f"Checks so far: {what.checks:,}\nLots: {what.lots:,}\nUnits: {what.units:,}"
    if what.clinics:
        yield "Clinics that received it: " + ", ".join(
            f"{each.clinic} ({each.vials})" for each in what.clinics
        )
    if seen.second is not SecondPerson.NOT_NEEDED:
        yield f"A second person has to agree ({seen.second})."


def _said(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_said, value)) or "–"  # noqa: RUF001 (a dash for nothing)
    return "–" if value in (None, "") else str(value)  # noqa: RUF001 (likewise)


def _given(values: tuple[str, ...], known: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for each in values:
        name, equals, value = each.partition("=")
        if not equals or name.strip() not in known:
            expected = f"FIELD=VALUE with a field of {', '.join(known)}"
            raise RefusedError(ErrorCode.VALUE_INVALID, given=each, expected=expected, field="set")
        given[name.strip()] = value
    return given


def _who(actor: str) -> AuditActor:
    return AuditActor(actor.strip() or getpass.getuser())


@contextmanager
def opened() -> Iterator[Database]:
    """The database of the settings."""
    database = load().open_database()
    try:
        yield database
    finally:
        database.close()
