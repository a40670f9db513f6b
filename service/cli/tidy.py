"""`vialcheck tidy`: apply the retention rules (`/privacy`); the server does so every hour."""

import click

from service.settings import load
from service.storage.retention import apply_retention as let_go
from service.verification.clock import Clock


@click.command()
def tidy() -> None:
    """Delete and shorten what has been kept for as long as the privacy page says."""
    database = load().open_database()
    try:
        for code, count in let_go(database, Clock.of(database).exact()).items():
            click.echo(f"{code}: {count}")
    finally:
        database.close()
