"""Starts the worker processes and keeps them running, until it is told to stop."""

import gc
import os
import resource
import socket
import tempfile
from importlib import import_module
from pathlib import Path

from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.errors import ErrorCode, RefusedError
from service.server.claims import PortClaim, RecordsClaim
from service.server.shared import marks_of, require_shared
from service.server.supervisor import UP, SupervisedServer
from service.settings import Settings, is_loopback
from service.storage.database import Database

_HEAD_MILLISECONDS = 10_000
"""For a request's first byte and its head, and between two requests of a connection."""

_CONNECTIONS = 8192
"""Open connections of one worker process; granian does not accept more."""

_BACKLOG = 4096
_OPEN_FILES = 65_536
_WORKER = "service.server.worker"
_STOP_SECONDS = 10
"""After so many seconds a worker that was told to stop is killed; one that still starts may not listen."""


def demand_public_address(settings: Settings, host: str) -> None:
    """RefusedError(SETTING_INVALID) where others can reach the service and it does not know its name.

    Links in invitations, labels and e-mails would then follow whatever host a request names.
    """
    if is_loopback(host) or settings.public_url or settings.hosts:
        return
    raise RefusedError(
        ErrorCode.SETTING_INVALID,
        given="",
        expected=f"the address that people open, such as https://check.example.org, because {host} can be "
        "reached from other machines (or VIALCHECK_HOSTS, a list of host names)",
        field="VIALCHECK_PUBLIC_URL",
    )


def claims(settings: Settings, host: str, port: int) -> tuple[PortClaim, RecordsClaim]:
    """The port and the records, for this service alone. RefusedError where either is taken."""
    port_claim = PortClaim(host, port)
    try:
        return port_claim, records_claim(settings)
    except RefusedError:
        port_claim.__exit__(None, None, None)
        raise


def records_claim(settings: Settings) -> RecordsClaim:
    """The records, for this process alone. RefusedError where a service of this host runs on them."""
    return RecordsClaim(_lock_file(settings))


def join_hosts(settings: Settings) -> None:
    """Name this service's connections after what it shares. RefusedError where it should share more."""
    if Database.file_of(settings.database_url) is None:
        marks = marks_of(settings)
        require_shared(settings, marks)
        os.environ["VIALCHECK_CONNECTION_NAME"] = marks.name  # a setting of the workers, not of people


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C. Workers that end start again; SystemExit(1) where none can start."""
    _raise_open_files()
    with tempfile.TemporaryDirectory(prefix="vialcheck-metrics-") as folder:
        os.environ["VIALCHECK_METRICS_FOLDER"] = folder  # a setting of the workers, not of people
        _load_application()
        server = SupervisedServer(
            f"{_WORKER}:worker_app",
            factory=True,
            interface=Interfaces.RSGI,
            loop=Loops.uvloop,
            address=host,
            port=port,
            workers=settings.processes,
            http=HTTPModes.http1,  # "auto" never closes an idle connection
            http1_settings=HTTP1Settings(header_read_timeout=_HEAD_MILLISECONDS),
            websockets=False,
            backlog=_BACKLOG,
            backpressure=_CONNECTIONS,
            workers_kill_timeout=_STOP_SECONDS,
            log_level=LogLevels.warning,
            log_access=False,  # an access log would hold serial numbers
        )
        server.up = Path(folder) / UP
        server.serve()
    if server.failed:
        raise SystemExit(1)


def _load_application() -> None:
    """Import what the workers run: they are forked, and begin with what is loaded here."""
    gc.disable()
    import_module(_WORKER)
    gc.freeze()  # modules stay: no collection of a worker need look through them, nor copy their memory
    gc.enable()


def _lock_file(settings: Settings) -> Path:
    """Beside SQLite's file; for a database server, beside the lists that are on their way."""
    database = Database.file_of(settings.database_url)
    if database is not None:
        return database.with_name(f"{database.name}.serving")
    return settings.files / f"serving-{socket.gethostname()}"  # the folder may be shared by several hosts


def _raise_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
