"""Calls the WSGI application (PEP 3333) for a request of granian's RSGI, and gathers its answer."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from typing import IO, TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

Environ = dict[str, Any]

IN_MEMORY = 128 * 1024
"""Bytes of an answer that are handed to the socket at once; a larger one is sent piece by piece."""

_CONSTANT: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "vialcheck",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
_MOST_NAMES = 200
_names: dict[str, str] = {}


class RequestHeaders(Protocol):
    """Granian's headers of a request: names in small letters, one item for each line."""

    def items(self) -> list[tuple[str, str]]: ...  # noqa: D102


class Scope(Protocol):
    """Granian's description of a request, as far as it is used here."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    """Percent-decoded."""

    query_string: str

    @property
    def headers(self) -> RequestHeaders: ...  # noqa: D102


class FileAnswer:
    """What `wsgi.file_wrapper` makes of an open file: its blocks (PEP 3333, Optional Platform-Specific File
    Handling)."""

    def __init__(self, file: IO[bytes], block_size: int = 8192) -> None:
        self.file, self._block_size = file, block_size

    def __iter__(self) -> "FileAnswer":
        return self

    def __next__(self) -> bytes:
        block = self.file.read(self._block_size)
        if not block:
            raise StopIteration
        return block

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    @property
    def path(self) -> str | None:
        """The file's path, where it is a whole file on disk that nothing was read of."""
        file = self.file
        named = isinstance(file, BufferedReader) and isinstance(file.name, str) and file.tell() == 0
        return file.name if named else None


@dataclass(slots=True)
class WsgiAnswer:
    """Status, headers (names in small letters), and either a body, or the path of a file that is the body,
    or a temporary file that holds it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    path: str | None = None
    spooled: IO[bytes] | None = None


def environ_of(scope: Scope) -> Environ:
    """The environ of a request without its body: `wsgi.input` is empty.

    A header whose name has an underscore is left out: it could pass for another one (X_Forwarded_For).
    """
    path, query = scope.path, scope.query_string
    server, _, port = scope.server.rpartition(":")
    environ = dict(_CONSTANT)
    environ.update(
        REQUEST_METHOD=scope.method,
        PATH_INFO=_as_latin(path),
        QUERY_STRING=query,
        SERVER_PROTOCOL=f"HTTP/{scope.http_version}",
        REMOTE_ADDR=_address(scope.client),
        SERVER_NAME=server,
        SERVER_PORT=port,
    )
    environ["wsgi.url_scheme"] = scope.scheme
    environ["wsgi.input"] = BytesIO()
    environ["wsgi.file_wrapper"] = FileAnswer
    for name, value in scope.headers.items():
        key = _names.get(name) or _key(name)
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        elif key:
            environ[key] = value
    return environ


def call(application: "Application", environ: Environ) -> WsgiAnswer:
    """The application's answer, whole. Raises what the application raises."""
    said: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Any:
        said[:] = status, headers
        return _no_write

    parts = application(environ, start_response)
    try:
        if isinstance(parts, FileAnswer) and (path := parts.path):
            return WsgiAnswer(int(said[0][:3]), _lowered(said[1]), path=path)
        body, spooled = _gathered(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return WsgiAnswer(int(said[0][:3]), _lowered(said[1]), body, spooled=spooled)


def _gathered(parts: Iterable[bytes]) -> tuple[bytes, IO[bytes] | None]:
    """All parts in memory; in a temporary file where they are more than `IN_MEMORY` bytes."""
    kept: list[bytes] = []
    size = 0
    spooled: IO[bytes] | None = None
    for part in parts:
        size += len(part)
        if spooled is None and size > IN_MEMORY:
            spooled = tempfile.TemporaryFile()  # noqa: SIM115 (the front closes it when it is sent)
            spooled.writelines(kept)
            kept.clear()
        if spooled is None:
            kept.append(part)
        else:
            spooled.write(part)
    if spooled is not None:
        spooled.seek(0)
    return b"".join(kept), spooled


def _lowered(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


def _no_write(_data: bytes) -> None:
    raise RuntimeError("the application returns its body")


def _as_latin(path: str) -> str:
    """A path as WSGI has it: each byte as one character (PEP 3333, Unicode Issues).

    Granian has percent-decoded it, and does not tell what was sent: no RAW_URI is set, so that a path is
    never decoded twice. `web.core.raw_target` rebuilds a Digital Link.
    """
    return path if path.isascii() else path.encode("utf-8", "surrogatepass").decode("latin-1")


def _address(client: str) -> str:
    """The address in `address:port`; IPv6 without its brackets."""
    return client.rpartition(":")[0].strip("[]")


def _key(name: str) -> str:
    if "_" in name:
        return ""
    key = name.upper().replace("-", "_")
    key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
    if len(_names) < _MOST_NAMES:
        _names[name] = key
    return key


def header(environ: Mapping[str, Any], name: str) -> str:
    """A request's header by its environ name; empty where it is not there."""
    return str(environ.get(name, ""))
