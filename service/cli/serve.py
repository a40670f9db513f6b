"""`vialcheck serve`: migrate, load the seed into an empty database, serve, and print the address."""

import sys

import click

from service.authenticity.evidence import Asker
from service.registry.import_jobs import import_files
from service.resources import seed_folder
from service.server import launcher
from service.settings import Settings, load
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from service.web.core.i18n import translation
from service.web.text import verdict_title

TO_TRY = (
    "(01)09506000134352(17)281031(10)OVA2714(21)J38QAPXKADRQ8",
    "(01)09506000134352(17)291231(10)OVA9999",
    "OVA2618",
)
"""Examples from the seed: a code that matches, a lot that was never issued, a lot that was recalled."""


@click.command()
@click.option("--host", default=None, help="Address to listen on (VIALCHECK_HOST).")
@click.option("--port", default=None, type=click.IntRange(1, 65535), help="Port (VIALCHECK_PORT).")
@click.option("--seed/--no-seed", default=True, help="Load the demonstration records into an empty database.")
def serve(host: str | None, port: int | None, seed: bool) -> None:
    """Serve the pages and the API."""
    settings = load()
    host, port = host or settings.host, port or settings.port
    launcher.demand_public_address(settings, host)
    port_claim, records_claim = launcher.claims(settings, host, port)
    with port_claim, records_claim:
        database = settings.open_database()
        if seed and database.is_empty():
            _load_seed(database)
        database.close()
        _greet(settings, f"http://{f'[{host}]' if ':' in host else host}:{port}")
        sys.stdout.flush()
        launcher.run(settings, host, port)


@click.command()
@click.option(
    "--app-role", default="", help="A PostgreSQL role that shall use the tables, and only add to the audit."
)
def migrate(app_role: str) -> None:
    """Bring the database to this version's shape, and say whether anything was done."""
    settings = load()
    database = Database(settings.database_url, wait_seconds=settings.wait)
    done = database.migrate()
    if app_role:
        database.grant(app_role)
    database.close()
    click.echo("migrated" if done else "nothing to do")


def _load_seed(database: Database) -> None:
    files = sorted(seed_folder().glob("*.csv"))
    outcome = import_files.run(
        database, files, who=AuditActor("vialcheck serve"), reason="first start with an empty database"
    )
    if not outcome.good:
        click.echo("The demonstration records were not taken; the database is empty.", err=True)


def _greet(settings: Settings, address: str) -> None:
    click.echo(f"Vialcheck is at {address}  (records: {Database.shown(settings.database_url)})")
    database = Database(settings.database_url, wait_seconds=settings.wait)
    verification, tr = VerificationService(database), translation()
    origin = RequestOrigin(Channel.CLI)
    shown = [(scan, verification.preview(Question(scan=scan), origin).verdict) for scan in TO_TRY]
    database.close()
    # otherwise the records are the operator's own
    if all(verdict.record is not None for _, verdict in shown):
        click.echo("Three things to try in the box there:")
        for scan, verdict in shown:
            click.echo(f"  {scan:<58}  {verdict_title(verdict, Asker.PATIENT, tr)}")
    click.echo("Stop with Ctrl-C.")
