"""`vialcheck import`: put lists of products, batches, units and alerts on record."""

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from service.registry.alerts.matches import count_checks_of_new
from service.registry.lists.columns import ListKind
from service.registry.lists.import_files import FileOutcome, ImportOutcome, run
from service.registry.lists.rejected_rows import explain
from service.settings import load
from service.storage.audit import AuditActor

_PATH = click.Path(path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=_PATH)
@click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
@click.option("--keep-good", is_flag=True, help="Take the good rows even when others are refused.")
@click.option(
    "--errors",
    type=_PATH,
    help="Where the refused rows of one list go. [default: FILE.refused.csv beside it]",
)
@click.option("--sheet", default="", help="The sheet of a workbook. [default: the only one that is a list]")
@click.option("--reason", default="import", show_default=True, help="Why, for the audit.")
@click.option("--actor", default="", help="Who, for the audit. [default: your user name]")
def import_files(
    files: tuple[Path, ...],
    dry_run: bool,
    keep_good: bool,
    errors: Path | None,
    sheet: str,
    reason: str,
    actor: str,
) -> None:
    """Put the lists in FILES on record: products, batches, units and alerts, told by their header lines.

    A list is a text file (.csv) or a spreadsheet (.xlsx, .ods).

    All of them or, when any row is refused, none (but see --keep-good). The same list twice changes nothing.
    Exit status: 0 when nothing was refused, 1 when something was, 2 for wrong usage.
    """
    database, began, touched = load().open_database(), datetime.now(UTC), 0
    try:
        with _progress(files) as progress:
            outcome = run(
                database,
                files,
                who=AuditActor(actor.strip() or getpass.getuser()),
                reason=reason.strip() or "import",
                dry_run=dry_run,
                keep_good=keep_good,
                errors=errors,
                sheet=sheet,
                progress=progress,
            )
        if outcome.committed and any(file.kind is ListKind.ALERTS and file.new for file in outcome.files):
            touched = count_checks_of_new(database, began)
    finally:
        database.close()
    for line in _told(outcome, dry_run=dry_run):
        click.echo(line)
    if touched:
        click.echo(f"Checks so far that the new alerts touch: {touched:,}")
    sys.exit(0 if outcome.good else 1)


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Callable[[int], None] | None]:
    """A progress bar where standard error is a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    size = sum(file.stat().st_size for file in files if file.is_file())
    with click.progressbar(length=size, label="Reading", file=sys.stderr) as bar:
        yield bar.update


def _told(outcome: ImportOutcome, *, dry_run: bool) -> Iterator[str]:
    """Yield the lines that describe the outcome."""
    for file in outcome.files:
        yield from _told_of(file, put_in=outcome.committed)
    if dry_run:
        yield "Dry run: nothing was changed."
    elif not outcome.committed:
        yield "Nothing was put in, because something was refused. Mend it, or use --keep-good."
    elif outcome.changes_nothing:
        yield "Nothing new: all of this was on record before."
    else:
        yield "Done: on record."


def _told_of(file: FileOutcome, *, put_in: bool) -> Iterator[str]:
    name = click.style(str(file.path), bold=True)
    if file.error is not None:
        field = f" ({file.error.field})" if file.error.field else ""
        yield f"{name}: refused. {explain(file.error)}{field}"
        return
    counts = [
        ("new", file.new),
        ("changed", file.changed),
        ("unchanged", file.unchanged),
        ("refused", file.refused),
    ]
    shown = ", ".join(f"{count:,} {word}" for word, count in counts if count or word == "new")
    yield f"{name}: {file.kind}, {shown}{'' if put_in else ' (not put in)'}"
    if file.waiting:
        yield f"  Not released yet, a second person has to do that: {file.waiting:,} batches"
    if not file.encoding.startswith("utf-8"):
        yield f"  Read as {file.encoding}, found by its letters. Look at names with accents."
    if file.ignored_columns:
        yield f"  Columns not read: {', '.join(file.ignored_columns)}"
    for error in file.errors:
        value = f" {error.value!r}" if error.value else ""
        yield f"  {error.where}{value}: {error.reason}"
    if file.refused_file is not None:
        yield f"  All refused rows, with their reasons: {file.refused_file}"
    elif file.unwritten:
        yield f"  The refused rows could not be written to {file.unwritten}"
