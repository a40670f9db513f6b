"""A service as `vialcheck serve` starts it, on a free port, for tests that attack it from outside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

_PATIENCE = 600  # tenths of a second


class Said(NamedTuple):
    """What the service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class RunningService:
    """Where it is, and its process."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, source: str = "127.0.0.1") -> http.client.HTTPConnection:
        """A connection from one of the many addresses of this machine: all of 127.0.0.0/8."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(source, 0))

    def ask(self, source: str = "127.0.0.1", *, record: bool = True, **fields: object) -> Said:
        """One check at the JSON door, from an address."""
        connection = self.connect(source)
        try:
            return ask_on(connection, record=record, **fields)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Said:
        return _open(urllib.request.Request(self.address + path, headers=headers))

    def post(self, path: str, **form: str) -> Said:
        """A form, as a browser sends it."""
        body = urllib.parse.urlencode(form).encode()
        return _open(urllib.request.Request(self.address + path, body, {"Accept": "text/html"}))


def ask_on(connection: http.client.HTTPConnection, *, record: bool = True, **fields: object) -> Said:
    """One check on a connection that stays open."""
    body = json.dumps(fields | {"record": record})
    connection.request("POST", "/api/v1/verifications", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return Said(answer.status, dict(answer.headers), answer.read())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running_service(
    url: str,
    folder: Path,
    *,
    ready: str = "/live",
    environment: Mapping[str, str] | None = None,
    **settings: object,
) -> Iterator[RunningService]:
    """Run it on a database, with VIALCHECK_… settings; `ready`: the address that answers when it runs.

    `environment`: further variables of its processes.
    """
    port = free_port()
    own = {"DATABASE_URL": url, "PORT": port, "WORKERS": 2, "FILES": folder / "files", "RATE_LIMIT": "on"}
    given = {f"VIALCHECK_{name}": str(value) for name, value in (own | settings).items()}
    command = [sys.executable, "-m", "service.cli", "serve", "--no-seed"]
    env = os.environ | dict(environment or {}) | given
    process = subprocess.Popen(command, env=env, start_new_session=True)
    try:
        for _ in range(_PATIENCE):
            assert process.poll() is None, "the service has ended"
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}", timeout=5).close()
                break
            except urllib.error.HTTPError:
                raise
            except OSError:
                Event().wait(0.1)
        yield RunningService(port, process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its workers too: the group is its own
            raise


def _open(request: urllib.request.Request) -> Said:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Said(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Said(error.code, dict(error.headers), error.read())
