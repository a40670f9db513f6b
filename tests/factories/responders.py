"""Responders of verification messages that do not behave, each at a path of one server of this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

_DEEP = '{"a":' * 5000 + "1" + "}" * 5000


class BadResponders(ThreadingHTTPServer):
    """`asked`: the paths of all requests, as they came; `received` is set with the first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.received, self.ended = Event(), Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: BadResponders
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that it has there)
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.received.set()
        kind = urlsplit(self.path).path.split("/")[1]
        uuid = parse_qs(urlsplit(self.path).query)["corrUUID"][0]
        good = {"responderGLN": "4012345000009", "data": {"verified": True}, "corrUUID": uuid}
        if kind.startswith("hang"):
            self.server.ended.wait(30)
        elif kind == "drip":
            self._head(200, 1000)
            while not self.server.ended.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        elif kind == "redirect":
            self.send_response(307)
            self.send_header("Location", f"{self.server.address}/good/verify?corrUUID={uuid}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind.isdigit():
            self._send(int(kind), "{}")
        else:
            bodies = {
                "good": json.dumps(good),
                "no": json.dumps(good | {"data": {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"}}),
                "html": "<p>welcome</p>",
                "deep": _DEEP,
                "long": json.dumps(good) + " " * 70_000,
                "other": json.dumps(good | {"corrUUID": "0e3be7d3-1c3c-4a5a-9a4c-0d6f6a3b6d11"}),
                "text": json.dumps(good | {"data": {"verified": "yes"}}),
                "invented": json.dumps(good | {"data": {"verified": True, "additionalInfo": "<b>Genuine</b>"}}),
                "list": "[]",
            }  # fmt: skip
            self._send(200, bodies[kind])

    def _send(self, status: int, body: str) -> None:
        self._head(status, len(body.encode()))
        self.wfile.write(body.encode())

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()


@contextmanager
def bad_responders() -> Iterator[BadResponders]:
    """The server, until the block ends."""
    server = BadResponders()
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        serving.join()
        server.server_close()
