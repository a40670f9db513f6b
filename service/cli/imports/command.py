"""`vialcheck import`: put lists of products, batches, units and alerts on record."""

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from service.cli.imports.events import (
    CapturedFile,
    capture_files,
    outcome_json,
    resume_captures,
    separated,
    told_of_events,
)
from service.cli.imports.profiles import ANSWERS, asked_at_terminal, hints_of, write_profile
from service.registry.alerts.matches import count_checks_of_new
from service.registry.import_jobs.file_import import FileOutcome
from service.registry.import_jobs.import_files import ImportOutcome, run
from service.registry.import_jobs.terminal_runs import TerminalRuns
from service.registry.lists.columns import ListKind
from service.registry.lists.rejected_rows import explain
from service.settings import load
from service.storage.audit import AuditActor

_SHOWN = 20  # refused rows of an import that was resumed
_PATH = click.Path(path_type=Path)


@click.command("import")
@click.argument("files", nargs=-1, type=_PATH)
@click.option("--dry-run", is_flag=True, help="Check everything and change nothing.")
@click.option("--keep-good", is_flag=True, help="Take the good rows even when others are refused.")
@click.option(
    "--errors",
    type=_PATH,
    help="Where the refused rows of one list go. [default: FILE.refused.csv beside it]",
)
@click.option("--sheet", default="", help="The sheet of a workbook. [default: the only one that is a list]")
@click.option("--kind", type=click.Choice([str(each) for each in ListKind]), help="The kind of the lists.")
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column means, by its header, number or letters; nothing behind = to leave it unread.",
)
@click.option(
    "--header-row", type=click.IntRange(0), help="The line of the column headers; 0: there are none."
)
@ANSWERS
@click.option("--profile", type=_PATH, help="A saved profile: the options above for lists of this form.")
@click.option(
    "--save-profile", type=_PATH, help="Where to save these options, for the next list of this form."
)
@click.option("--json", "as_json", is_flag=True, help="Say what became of the files as one JSON object.")
@click.option("--resume", is_flag=True, help="Go on with imports of units that were interrupted.")
@click.option("--undo", is_flag=True, help="Take back what interrupted imports of units have put in.")
@click.option("--reason", default="import", show_default=True, help="Why, for the audit.")
@click.option("--actor", default="", help="Who, for the audit. [default: your user name]")
def import_files(  # noqa: PLR0913, PLR0917 (a command's options)
    files: tuple[Path, ...],
    dry_run: bool,
    keep_good: bool,
    errors: Path | None,
    sheet: str,
    kind: str | None,
    columns: tuple[str, ...],
    header_row: int | None,
    date_order: str | None,
    day_month: str | None,
    thousands: str | None,
    words: tuple[str, ...],
    hidden_rows: str | None,
    struck_rows: str | None,
    profile: Path | None,
    save_profile: Path | None,
    as_json: bool,
    resume: bool,
    undo: bool,
    reason: str,
    actor: str,
) -> None:
    """Put the lists in FILES on record: products, batches, units and alerts, told by their header lines.

    A list is a text file (.csv) or a spreadsheet (.xlsx, .ods). A document of events (EPCIS 1.2 or 2.0, in
    XML or JSON-LD) goes on record behind the lists; each is taken whole or refused.

    All of them or, when any row is refused, none (but see --keep-good). The same list twice changes nothing.
    What a column cannot tell is asked for: the options that answer it are named.
    Units go in piece by piece, so that checks of vials go on meanwhile; until the last piece, their products
    do not count as complete. What was interrupted is resumed by --resume, or taken back by --undo.
    Exit status: 0 when nothing was refused, 1 when something was, 2 for wrong usage.
    """
    if resume or undo:
        if files or (resume and undo):
            raise click.UsageError("--resume and --undo stand alone, without files")
        _finish_interrupted(undo=undo)
        return
    if not files:
        raise click.UsageError("Missing argument 'FILES...'.")
    said = {
        "date_order": date_order,
        "day_month": day_month,
        "thousands": thousands,
        "rows:hidden": hidden_rows,
        "rows:struck": struck_rows,
    }
    hints = hints_of(profile, said, words, columns)
    hints = replace(
        hints,
        kind=ListKind(kind) if kind else hints.kind,
        sheet=sheet or hints.sheet,
        header_row=hints.header_row if header_row is None else header_row,
    )
    settings = load()
    who, reason = AuditActor(actor.strip() or getpass.getuser()), reason.strip() or "import"
    lists, documents = separated(files)
    database, began, touched, taken = settings.open_database(), datetime.now(UTC), 0, list[CapturedFile]()
    try:
        with _progress(lists) as progress:
            outcome = run(
                database,
                lists,
                who=who,
                reason=reason,
                dry_run=dry_run,
                keep_good=keep_good,
                errors=errors,
                hints=hints,
                plans=settings.files / "terminal",
                progress=progress,
            )
        if outcome.committed and any(file.kind is ListKind.ALERTS and file.new for file in outcome.files):
            touched = count_checks_of_new(database, began)
        if outcome.good or keep_good:
            taken = capture_files(
                database, documents, who=who, reason=reason, plans=settings.files / "events", dry_run=dry_run
            )
    finally:
        database.close()
    good = outcome.good and all(file.taken for file in taken) and len(taken) == len(documents)
    if as_json:
        click.echo(outcome_json(outcome, taken, good=good, dry_run=dry_run))
        sys.exit(0 if good else 1)
    for line in chain(
        _told(outcome, dry_run=dry_run) if lists else (), told_of_events(taken, dry_run=dry_run)
    ):
        click.echo(line)
    if touched:
        click.echo(f"Checks so far that the new alerts touch: {touched:,}")
    if save_profile is not None:
        write_profile(save_profile, hints)
        click.echo(f"Profile saved: {save_profile}")
    sys.exit(0 if good else 1)


def _finish_interrupted(*, undo: bool) -> None:
    """Resume or undo every import of units that was interrupted; exit status 1 when units were refused."""
    database, good = load().open_database(), True
    try:
        runs = TerminalRuns(database)
        waiting = runs.unfinished()
        for run_ in waiting:
            name = f"Import {run_.id} of {', '.join(run_.files)}, begun {run_.began:%Y-%m-%d %H:%M} UTC"
            if undo or run_.state == "undoing":
                outcome = runs.undo(run_.id)
                click.echo(f"{name}: undone, {outcome.units:,} units taken back")
                for left in outcome.left:
                    click.echo(f"  Left as it is: {left}")
                continue
            outcome = runs.carry_on(run_.id)
            good = good and not outcome.refused
            click.echo(f"{name}: {outcome.units:,} units put in" + (", done" if not outcome.refused else ""))
            for line, errors in outcome.refused[:_SHOWN]:
                click.echo(f"  line {line}: {'; '.join(map(explain, errors))}")
        resumed = [] if undo else resume_captures(database)
        for told in told_of_events(resumed, dry_run=False):
            click.echo(told)
        good = good and all(file.taken for file in resumed)
        if not waiting and not resumed:
            click.echo("No import was interrupted.")
    finally:
        database.close()
    sys.exit(0 if good else 1)


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
    elif not outcome.committed and any(file.questions for file in outcome.files):
        yield "Nothing was put in, because something has to be answered first."
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
    for question in file.questions:
        yield from asked_at_terminal(question)
    if file.waiting:
        yield f"  Not released yet, a second person has to do that: {file.waiting:,} batches"
    for lot in file.overfull:
        yield (
            f"  Lot {lot.lot}: {lot.units:,} units in this list, and {lot.quantity:,} packs on record. "
            "Look at the lot's quantity."
        )
    yield from _remarks(file)
    for cause in file.causes if len(file.errors) > 1 else ():
        if cause.rows > 1:
            yield f"  {cause.rows:,} rows, {cause.column or 'whole row'}: {cause.reason}"
    for error in file.errors:
        value = f" {error.value!r}" if error.value else ""
        yield f"  {error.where}{value}: {error.reason}"
    if file.refused_file is not None:
        yield f"  All refused rows, with their reasons: {file.refused_file}"
    elif file.unwritten:
        yield f"  The refused rows could not be written to {file.unwritten}"


def _remarks(file: FileOutcome) -> Iterator[str]:
    """How the file was read, where that is not plain."""
    if not file.encoding.startswith("utf-8"):
        yield f"  Read as {file.encoding}, found by its letters. Look at names with accents."
    if file.ignored_columns:
        yield f"  Columns not read: {', '.join(file.ignored_columns)}"
    notes = file.notes
    if notes.header_row != 1:
        yield f"  Column headers: {f'line {notes.header_row}' if notes.header_row else 'none'}"
    if notes.standing:
        yield "  The fields stand below one another: each column was read as a record."
    if notes.no_rows:
        some = ", ".join(f"line {line} ({text})" for line, text in notes.no_rows[:5])
        yield f"  Lines that are no rows of the list: {some}{' …' if len(notes.no_rows) > 5 else ''}"
    if notes.broken:
        some = ", ".join(map(str, notes.broken[:10]))
        yield f"  Quotation marks that do not match, each line read by itself: line {some}"
    for state, count in notes.states:
        said = dict(notes.conventions).get(f"rows:{state}")
        yield f"  Rows that the sheet shows as {state}: {count:,}{', left out' if said == 'out' else ''}"
