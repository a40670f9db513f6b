"""`vialcheck doctor`: looks over a service's settings, files and database, and says what to do."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click

from service.accounts.credentials.second_factor import key_opens_secrets
from service.errors import RefusedError, UnavailableError, VialcheckError
from service.server.launcher import demand_public_address
from service.settings import Settings, load, misspelt
from service.storage.backup.service import latest_backup
from service.storage.database import Database
from service.storage.database.health import SchemaState, faults_of, owns_the_audit, server_time
from service.verification.clock import Clock

_MARKS = ("ok", "warning", "fault")
_LITTLE, _VERY_LITTLE = 2 << 30, 200 << 20  # bytes of free space
_FEW_FILES = 8192
_BACKUP_DUE = timedelta(days=7)
_CLOCKS_APART = timedelta(seconds=5)


class SelfCheck(NamedTuple):
    """One line: 0 well, 1 a warning, 2 a fault; what was looked at, what was found, what to do."""

    grade: int
    about: str
    text: str


@click.command()
def doctor() -> None:
    """Look over settings, permissions, space, clock, database and key; one line for each.

    Exit status 1 where a fault was found; a warning is none. Nothing is changed.
    """
    settings = load()
    worst = 0
    for check in _self_checks(settings):
        click.echo(f"{_MARKS[check.grade]:<8} {check.about}: {check.text}")
        worst = max(worst, check.grade)
    raise SystemExit(1 if worst == 2 else 0)


def _self_checks(settings: Settings) -> Iterator[SelfCheck]:
    yield from _of_settings(settings)
    for about, folder in (("records", settings.beside_records), ("lists", settings.files)):
        yield _of_folder(about, folder)
    yield from _of_permissions(settings)
    yield _of_open_files()
    if (file := Database.file_of(settings.database_url)) is not None and not file.exists():
        yield SelfCheck(1, "database", f"there is none at {file.absolute()}; `vialcheck serve` makes it")
        return
    database = Database(settings.database_url, wait_seconds=settings.wait)
    try:
        yield from _of_database(database, settings)
    finally:
        database.close()


def _of_settings(settings: Settings) -> Iterator[SelfCheck]:
    for name, meant in misspelt():
        yield SelfCheck(1, "settings", f"{name} is none" + (f"; {meant} is one" if meant else ""))
    try:
        demand_public_address(settings, settings.host)
    except RefusedError as error:
        yield SelfCheck(2, "settings", f"set {error.field}: {error.expected}")
        return
    if settings.public_url.startswith("https://") and not settings.proxies:
        yield SelfCheck(1, "settings", "VIALCHECK_PROXIES is 0 behind https: all people share one address")
    elif settings.rate_limit == "off":
        yield SelfCheck(1, "settings", "VIALCHECK_RATE_LIMIT is off: serial numbers can be guessed")
    else:
        yield SelfCheck(0, "settings", "they fit together")


def _of_folder(about: str, folder: Path) -> SelfCheck:
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return SelfCheck(2, about, f"user {os.getuid()} cannot write to {there}; change its owner or mode")
    free = shutil.disk_usage(there).free
    said = f"{free / (1 << 30):.1f} GiB free in {folder.absolute()}"
    if free < _VERY_LITTLE:
        return SelfCheck(2, about, f"{said}; make room, or checks are refused")
    return SelfCheck(1 if free < _LITTLE else 0, about, said + ("; make room" if free < _LITTLE else ""))


def _of_permissions(settings: Settings) -> Iterator[SelfCheck]:
    kept = {"records": Database.file_of(settings.database_url), "key": settings.secret_file}
    for about, file in kept.items():
        if file is None or not file.exists():
            continue
        mode = file.stat().st_mode & 0o777
        if mode & (0o077 if about == "key" else 0o007):
            yield SelfCheck(1, about, f"others can read {file} ({mode:03o}); chmod 600 {file}")
        elif not os.access(file, os.R_OK | os.W_OK):
            yield SelfCheck(2, about, f"user {os.getuid()} cannot write to {file}; change its owner")


def _of_open_files() -> SelfCheck:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _FEW_FILES:
        return SelfCheck(1, "open files", f"at most {hard}; raise the limit (LimitNOFILE, ulimit -n)")
    return SelfCheck(0, "open files", "enough may be open")


def _of_database(database: Database, settings: Settings) -> Iterator[SelfCheck]:
    try:
        state, revision = database.schema()
    except UnavailableError as error:
        yield SelfCheck(
            2, "database", f"{Database.shown(settings.database_url)} does not answer: {error.found}"
        )
        return
    yield SelfCheck(0, "database", f"{Database.shown(settings.database_url)} answers")
    yield _of_schema(state, revision)
    yield _of_integrity(database)
    yield from _of_role(database)
    if state is SchemaState.CURRENT:
        for look in (_of_clock, _of_key, _of_backups):
            yield _guarded(look, database, settings)


def _guarded(
    look: Callable[[Database, Settings], SelfCheck], database: Database, settings: Settings
) -> SelfCheck:
    try:
        return look(database, settings)
    except VialcheckError as error:
        return SelfCheck(2, look.__name__.removeprefix("_of_"), error.found or str(error))


def _of_schema(state: SchemaState, revision: str) -> SelfCheck:
    match state:
        case SchemaState.CURRENT:
            return SelfCheck(0, "schema", f"{revision}, this version's")
        case SchemaState.OLDER:
            return SelfCheck(
                1, "schema", f"{revision}, of an earlier version; back up, then vialcheck migrate"
            )
        case SchemaState.NEWER:
            return SelfCheck(2, "schema", f"{revision}, of a newer version; install that one")
    return SelfCheck(1, "schema", "none yet; vialcheck migrate makes it")


def _of_integrity(database: Database) -> SelfCheck:
    with database.reading() as connection:
        faults = faults_of(connection)
    if faults:
        return SelfCheck(2, "integrity", f"{'; '.join(faults)[:300]}; restore a backup")
    return SelfCheck(0, "integrity", "the database finds no fault in itself")


def _of_role(database: Database) -> Iterator[SelfCheck]:
    with database.reading() as connection:
        if owns_the_audit(connection):
            yield SelfCheck(1, "role", "it owns the audit; run the service as another (migrate --app-role)")


def _of_clock(database: Database, _settings: Settings) -> SelfCheck:
    with database.reading() as connection:
        apart = abs(server_time(connection) - datetime.now(UTC))
    if apart > _CLOCKS_APART:
        return SelfCheck(
            1, "clock", f"{apart.total_seconds():.0f} s apart from the database's machine; use NTP"
        )
    Clock.of(database).exact()  # what is in doubt becomes a fault
    return SelfCheck(0, "clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC is believed")


def _of_key(database: Database, settings: Settings) -> SelfCheck:
    if not settings.secret_key and not settings.secret_file.exists():
        return SelfCheck(0, "key", f"none yet; it is made in {settings.secret_file.absolute()}")
    if not key_opens_secrets(database, settings.secret_box()):
        return SelfCheck(2, "key", "it does not open the secrets on record; put the right one back")
    where = "VIALCHECK_SECRET_KEY" if settings.secret_key else str(settings.secret_file.absolute())
    return SelfCheck(0, "key", f"{where} opens the secrets on record")


def _of_backups(database: Database, _settings: Settings) -> SelfCheck:
    latest = latest_backup(database)
    if latest is None:
        return SelfCheck(1, "backup", "none is on record; vialcheck backup FOLDER makes one")
    late = datetime.now(UTC) - latest > _BACKUP_DUE
    return SelfCheck(1 if late else 0, "backup", f"the latest is of {latest:%Y-%m-%d %H:%M} UTC")
