"""A server on this machine that stands for one outside: it keeps what it is sent, and answers as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread


@dataclass(frozen=True, slots=True)
class Received:
    """One request. `headers`: by their names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Outside:
    """`answers`: status and body of the next answers, the last of them for all that follow."""

    address: str
    received: "Queue[Received]" = field(default_factory=Queue)
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"")])

    def next(self) -> Received:
        """The next request; queue.Empty where none comes."""
        return self.received.get(timeout=20)


@contextmanager
def outside() -> Iterator[Outside]:
    """Yield a server that listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", server.address)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
            server.received.put(Received(self.path, headers, body))

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server = Outside(f"http://127.0.0.1:{listening.server_port}/")
        Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()
