"""`vialcheck serve`: migrate, load the seed into an empty database, serve, and print the address."""

import gc
import logging
import signal
import sys

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from service.app import create_app
from service.authenticity.evidence import Asker
from service.registry.import_jobs import import_files
from service.resources import seed_folder
from service.settings import Settings, load
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from service.web.core.concurrency import WAITING
from service.web.core.i18n import translation
from service.web.core.services import services_of
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
    database = settings.open_database()
    if seed and database.is_empty():
        _load_seed(database)
    database.close()
    _greet(settings, f"http://{f'[{host}]' if ':' in host else host}:{port}")
    sys.stdout.flush()
    # Most threads only wait for slow clients (`web.core.concurrency`): the number is intended.
    logging.getLogger("_granian").addFilter(lambda said: "Python threads" not in said.getMessage())
    Granian(
        "service.cli.serve:worker_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=settings.processes,
        blocking_threads=settings.threads + WAITING,
        log_level=LogLevels.warning,
        log_access=False,  # an access log would hold serial numbers
    ).serve()


def worker_app() -> Flask:
    """Return the application for a worker process, which stops when its parent does.

    Ctrl-C reaches both; a worker that gets the signal twice, from the terminal and from its parent, may hang.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    app = create_app()
    services = services_of(app)
    if services.settings.work:
        services.job_queue.start()
    gc.freeze()  # exclude everything created so far from garbage collection
    return app


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
