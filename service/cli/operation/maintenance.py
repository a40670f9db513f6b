"""`vialcheck tidy` deletes what is due; `vialcheck clock` shows whether the clock is believed."""

import getpass

import click

from service.errors import UnavailableError
from service.settings import load
from service.storage.audit import AuditActor
from service.storage.clock_records import latest_record, set_right
from service.storage.retention import apply_retention
from service.verification.clock import Clock, machine_time


@click.command()
@click.option("--shrink", is_flag=True, help="Also give free space back (SQLite); others wait meanwhile.")
def tidy(*, shrink: bool) -> None:
    """Delete and shorten what has been kept for as long as the privacy page says.

    The service does it by itself every hour. Not by a clock that is in doubt: exit status 2.
    """
    database = load().open_database()
    try:
        for code, count in apply_retention(database, Clock.of(database).exact()).items():
            click.echo(f"{code}: {count}")
        if shrink:
            click.echo(f"bytes given back: {database.shrink()}")
    finally:
        database.close()


@click.group(invoke_without_command=True)
@click.pass_context
def clock(context: click.Context) -> None:
    """Show the machine's time and the latest moment on record. Exit status 1 where they do not fit."""
    if context.invoked_subcommand is not None:
        return
    database = load().open_database(by_any_clock=True)
    try:
        latest = latest_record(database)
        click.echo(f"machine: {machine_time():%Y-%m-%dT%H:%M:%SZ}")
        click.echo(f"latest record: {f'{latest.moment:%Y-%m-%dT%H:%M:%SZ}' if latest.moment else 'none'}")
        Clock.of(database).exact()
    except UnavailableError as error:
        click.echo(f"in doubt: {error.found}", err=True)
        context.exit(1)
    finally:
        database.close()
    click.echo("The clock is believed.")


@clock.command("set-right")
@click.option("--reason", prompt=True, help="What was wrong; it is kept in the audit.")
@click.confirmation_option(prompt="Is the machine's time, shown by `vialcheck clock`, right now?")
def set_clock_right(reason: str) -> None:
    """Say on record that the machine's time is right now. Set the machine's clock first.

    Checks that were recorded under a clock that was ahead become checks of now. Running processes notice
    within a second.
    """
    database, now = load().open_database(by_any_clock=True), machine_time()
    try:
        before = set_right(database, now, who=AuditActor(getpass.getuser()), reason=reason)
    finally:
        database.close()
    was = f"{before.moment:%Y-%m-%dT%H:%M:%SZ}" if before.moment else "none"
    click.echo(f"It is {now:%Y-%m-%dT%H:%M:%SZ}. The latest record was of: {was}")
