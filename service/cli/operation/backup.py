"""`vialcheck backup` copies everything while the service runs; `vialcheck restore` puts a copy back."""

import getpass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.server.launcher import records_claim
from service.settings import Settings, load
from service.storage.audit import AuditActor
from service.storage.backup.archive import Manifest
from service.storage.backup.service import (
    MadeBackup,
    make_backup,
    note_backup,
    restore_backup,
    verify_backup,
)
from service.storage.database import Database
from service.storage.database.health import SchemaState
from service.verification.clock import Clock


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--without-key", is_flag=True, help="Leave the key file out; keep a copy of it elsewhere.")
def backup(destination: Path, without_key: bool) -> None:
    """Write a backup of this moment to a new file, or into a folder. The service may run meanwhile.

    It holds the records, the lists on their way and the key file. Everything is read back and compared
    before the file has its name.
    """
    settings = load()
    _require_records(settings)
    if destination.is_dir():
        destination /= f"vialcheck-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup"
    places = settings.backup_places
    try:
        made = make_backup(
            places,
            destination,
            version=version("vialcheck"),
            with_key=not without_key,
        )
        click.echo(f"{made.path}: {_shown(made.manifest)}; read back and right.")
        _note(places.database, made)
    finally:
        places.database.close()
    if made.manifest.key_mark and "vialcheck.key" not in made.manifest.members:
        click.echo("The encryption key is not in it. Keep a copy of the key elsewhere.")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also where records are; they are replaced.")
@click.option("--check", is_flag=True, help="Only read the backup and compare all checksums.")
@click.option("--reason", default="", help="Why; it is kept in the audit.")
def restore(source: Path, replace: bool, check: bool, reason: str) -> None:
    """Put a backup in place. Stop the service first.

    The backup is verified before anything is replaced, and migrated to this version. Everybody signs in
    again afterwards.
    """
    if check:
        click.echo(f"{source}: {_shown(verify_backup(source))}; it is whole.")
        return
    settings = load()
    with records_claim(settings):
        places = settings.backup_places
        try:
            done = restore_backup(
                places, source, who=AuditActor(getpass.getuser()), reason=reason, replace=replace
            )
        finally:
            places.database.close()
    click.echo(f"Restored: {_shown(done.manifest)}.")
    for path in done.kept:
        click.echo(f"What was replaced is kept as {path}; delete it when all is well.")


def _require_records(settings: Settings) -> None:
    """RefusedError where there is no database; opening it would make an empty one."""
    file = Database.file_of(settings.database_url)
    if file is not None and not file.exists():
        raise RefusedError(ErrorCode.BACKUP_REFUSED, expected="records", found=f"no file {file}")


def _note(database: Database, made: MadeBackup) -> None:
    """Write it down in the audit; a backup is good without that too."""
    state, _ = database.schema()
    if state is not SchemaState.CURRENT:
        click.echo("It is not in the audit: these records have the schema of another version.", err=True)
        return
    try:
        note_backup(database, made, who=AuditActor(getpass.getuser()), at=Clock.of(database).now())
    except UnavailableError as error:
        click.echo(f"It is not in the audit: {error.found}", err=True)


def _shown(manifest: Manifest) -> str:
    rows = sum(manifest.records.rows.values())
    made = datetime.fromisoformat(manifest.made)
    return (
        f"{rows:,} rows of {made:%Y-%m-%d %H:%M:%S} UTC, {manifest.records.kind}, "
        f"schema {manifest.records.revision}, version {manifest.version}"
    )
