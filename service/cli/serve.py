"""`vialcheck serve`: migrate, load the seed into an empty database, serve, and say where."""

import os
import sys

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from service.registry import imports
from service.resources import seed_folder
from service.settings import Settings, load
from service.storage.database import Database


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
    Granian(
        "service.app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        log_level=LogLevels.warning,
        log_access=False,  # an access log would hold serial numbers
    ).serve()


@click.command()
def migrate() -> None:
    """Bring the database to this version's shape, and say whether anything was done."""
    settings = load()
    database = Database(settings.database_url, wait_seconds=settings.wait)
    done = database.migrate()
    database.close()
    click.echo("migrated" if done else "nothing to do")


def _load_seed(database: Database) -> None:
    files = sorted(seed_folder().glob("*.csv"))
    imports.run(database, files, actor="vialcheck serve", reason="first start with an empty database")


def _greet(settings: Settings, address: str) -> None:
    click.echo(f"Vialcheck is at {address}  (records: {Database.shown(settings.database_url)})")
    click.echo("Three things to try in the box there:")


__all__ = ["migrate", "os", "serve"]
