"""SQLAlchemy's engine for each database, and how its URL is read."""

import os
import re
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from service.errors import ErrorCode, RefusedError
from service.storage.database.server_watch import ServerWatch, WatchedConnection

APPLICATION_NAME = "vialcheck"

_SEVERAL_HOSTS = re.compile(r"(postgresql://(?:[^@/]*@)?)([^/?]+,[^/?]+)(/[^?]*)?(\?.*)?")
# postgresql://user@one:5432,two:5432/name, as libpq has it

_CONNECT_SECONDS = 2  # the least that libpq takes
_SLOW_CONNECT = 1.0

_KEEPALIVE = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""What ends a connection that nothing is asked on, where the other side has gone."""

_IDLE_SECONDS = 1.0
"""For so long after its use a connection is lent again without being asked whether it lives."""

_NOT_LIBPQ = frozenset({"context", "autocommit", "prepare_threshold", "row_factory", "cursor_factory"})


def parse_url(url: str) -> URL:
    """Read the URL of a database. RefusedError(SETTING_INVALID) for another kind, without its password."""
    try:
        parsed = make_url(_with_hosts_apart(url))
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in {"sqlite", "postgresql"}:
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given=url.rsplit("@", maxsplit=1)[-1],  # never the password
            expected="sqlite:///path/to/file.db or postgresql://user@host/name",
            field="database_url",
        )
    return parsed


def _with_hosts_apart(url: str) -> str:
    """Rewrite libpq's list of hosts as SQLAlchemy has it: ?host=one:5432&host=two:5432."""
    found = _SEVERAL_HOSTS.fullmatch(url)
    if found is None:
        return url
    begin, hosts, path, options = found.groups()
    query = "&".join(f"host={host if ':' in host else f'{host}:5432'}" for host in hosts.split(","))
    return f"{begin}{path or '/'}?{query}" + (f"&{options[1:]}" if options else "")


def sqlite_engine(url: URL, wait_seconds: float) -> Engine:
    """The engine of a SQLite file, whose folder is made where it is missing."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        _keep_private(Path(url.database))
    engine = create_engine(
        url,
        json_serializer=_json,
        hide_parameters=True,  # errors are logged, and logs must not hold serial numbers
        pool_size=16,
        max_overflow=48,  # at most as many as there may be threads
        pool_timeout=wait_seconds,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the `begin` listener below issues BEGIN
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32768"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        # Directly on the driver: this runs on every check, and a statement through SQLAlchemy costs 30 µs.
        driver_of(connection).execute("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 (for the type checker)
    return driver


def _keep_private(path: Path) -> None:
    """Let its owner alone (and the owner's group, where it could before) read the file of the records.

    SQLite gives the files beside it (-wal, -shm) the same mode.
    """
    with suppress(OSError):  # where it cannot be made, connecting says why
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        mode = path.stat().st_mode & 0o777
        if mode & 0o007:
            path.chmod(mode & ~0o007)


def _json(value: Any) -> str:
    return to_json(value).decode()  # a seventh of the time of the standard library


def postgresql_engine(url: URL, wait_seconds: float, name: str) -> tuple[Engine, ServerWatch]:
    """The engine of a PostgreSQL database, and what ends its waits where the server hangs."""
    ours = f"-c lock_timeout={int(wait_seconds * 1000)} -c timezone=UTC"

    def named() -> dict[str, Any]:
        _, given = engine.dialect.create_connect_args(url)
        options = f"{ours} {given.get('options', '')}".strip()
        return {**_KEEPALIVE, "application_name": name, **given, "options": options}

    def connect() -> WatchedConnection:
        watch.require_up()
        begun = time.monotonic()
        try:
            connection = _connect(named())
        except psycopg.OperationalError as error:
            if time.monotonic() - begun > _SLOW_CONNECT:
                watch.give_up(str(error))
            raise
        connection.watch = watch
        return connection

    engine = create_engine(
        url,
        creator=connect,
        json_serializer=_json,
        hide_parameters=True,  # errors are logged, and logs must not hold serial numbers
        pool_size=16,
        max_overflow=16,
        pool_timeout=wait_seconds,
    )
    _ping_idle(engine)
    watch = ServerWatch(lambda: _connect(named()).close(), engine.dispose)
    return engine, watch


def _ping_idle(engine: Engine) -> None:
    """Have a connection that was idle for a while asked whether it lives, before it is lent.

    SQLAlchemy's own `pool_pre_ping` asks each time: a round trip more for every check.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _lent: Any) -> None:
        used = record.info.get("used")
        if used is None or time.monotonic() - used < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError(str(error)) from error  # another one is lent


def _connect(named: dict[str, Any]) -> WatchedConnection:
    try:
        connection = WatchedConnection.connect(**named)
    except psycopg.ProgrammingError as error:  # an option that libpq does not know
        raise RefusedError(
            ErrorCode.SETTING_INVALID,
            given="…",
            expected="options that libpq knows",
            found=str(error).strip(),
            field="VIALCHECK_DATABASE_URL",
        ) from error
    connection.conninfo = make_conninfo(
        **{key: value for key, value in named.items() if key not in _NOT_LIBPQ}
    )
    return connection
