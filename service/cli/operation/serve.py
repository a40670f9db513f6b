"""`vialcheck serve`: migrate, load demonstration records where asked, serve. Also `migrate` and `demo`."""

import sys
from dataclasses import asdict

import click

from service.authenticity.evidence import Asker
from service.errors import UnavailableError
from service.registry.demonstration import load_demonstration, remove_demonstration
from service.server import launcher
from service.settings import Settings, load
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from service.web.core.i18n import translation
from service.web.text import error_message, verdict_title

TO_TRY = (
    "(01)09506000134352(17)281031(10)OVA2714(21)J38QAPXKADRQ8",
    "(01)09506000134352(17)291231(10)OVA9999",
    "OVA2618",
)
"""Examples from the seed: a code that matches, a lot that was never issued, a lot that was recalled."""


@click.command()
@click.option("--host", default=None, help="Address to listen on (VIALCHECK_HOST).")
@click.option("--port", default=None, type=click.IntRange(1, 65535), help="Port (VIALCHECK_PORT).")
@click.option(
    "--seed/--no-seed",
    default=False,
    show_default=True,
    help="Load the demonstration records into an empty database.",
)
def serve(host: str | None, port: int | None, seed: bool) -> None:
    """Serve the pages and the API."""
    settings = load()
    host, port = host or settings.host, port or settings.port
    launcher.demand_public_address(settings, host)
    port_claim, records_claim = launcher.claims(settings, host, port)
    with port_claim, records_claim:
        database = settings.open_database(by_any_clock=True)
        if seed and database.is_empty() and not load_demonstration(database, AuditActor("vialcheck serve")):
            click.echo("The demonstration records were not taken; the database is empty.", err=True)
        database.close()
        launcher.join_hosts(settings)
        _greet(settings, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        sys.stdout.flush()
        try:
            launcher.run(settings, host, port)
        finally:
            Database(settings.database_url).write_back()


@click.command()
@click.option(
    "--app-role", default="", help="A PostgreSQL role that shall use the tables, and only add to the audit."
)
def migrate(app_role: str) -> None:
    """Bring the database to this version's shape, and say whether anything was done."""
    settings = load()
    database = Database(settings.database_url, wait_seconds=settings.wait)
    try:
        done = database.migrate()
        if app_role:
            database.grant(app_role)
    finally:
        database.close()
    click.echo("migrated" if done else "nothing to do")


@click.group()
def demo() -> None:
    """Load or remove the demonstration records."""


@demo.command("load")
def load_demo() -> None:
    """Put the demonstration records into an empty database. Exit status 1 where it is not empty."""
    database = load().open_database()
    try:
        if not database.is_empty():
            raise click.ClickException("the database holds records already; nothing was loaded")
        if not load_demonstration(database, AuditActor("vialcheck demo")):
            raise click.ClickException("the demonstration records were not taken; nothing was loaded")
        click.echo("demonstration records loaded")
    finally:
        database.close()


@demo.command("remove")
def remove_demo() -> None:
    """Remove the demonstration records and what was made of them. Checks, reports and vials stay."""
    database = load().open_database()
    try:
        removed = remove_demonstration(database, AuditActor("vialcheck demo"))
        for name, count in asdict(removed).items():
            click.echo(f"{name} removed: {count}")
    finally:
        database.close()


def _greet(settings: Settings, address: str) -> None:
    click.echo(f"Vialcheck is at {address}  (records: {Database.shown(settings.database_url)})")
    database = Database(settings.database_url, wait_seconds=settings.wait)
    verification, tr = VerificationService(database), translation()
    origin = RequestOrigin(Channel.CLI)
    try:
        shown = [(scan, verification.preview(Question(scan=scan), origin).verdict) for scan in TO_TRY]
    except UnavailableError as error:
        click.echo(f"No check is answered: {error_message(error, tr)} Found: {error.found}.", err=True)
        shown = []
    finally:
        database.close()
    # otherwise the records are the operator's own
    if shown and all(verdict.record is not None for _, verdict in shown):
        click.echo("Three things to try in the box there:")
        for scan, verdict in shown:
            click.echo(f"  {scan:<58}  {verdict_title(verdict, Asker.PATIENT, tr)}")
    click.echo("Stop with Ctrl-C.")
