"""The way out: to public addresses alone, for some seconds, and along no redirect."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from service.errors import RefusedError, UnavailableError
from service.outgoing import requests
from service.outgoing.requests import THIS_MACHINE, check_address, post
from tests.factories.outside import outside


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "[::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",  # NAT64 of 10.0.0.1
        "[2002:a00:1::]",  # 6to4 of 10.0.0.1
        "0.0.0.0",
        "2130706433",  # 127.0.0.1 as one number: the resolver takes it
        "localhost",
    ],
)
def test_hosts_inside_the_network_get_nothing(host: str) -> None:
    with pytest.raises(UnavailableError, match="VIALCHECK_WEBHOOK_HOSTS"):
        post(f"https://{host}/in", b"{}", {})


def test_a_host_that_the_operator_names_may_be_inside() -> None:
    """It is asked then: no server listens there, and that is another refusal."""
    with pytest.raises(UnavailableError, match="ConnectError"):
        post("https://localhost:9/in", b"{}", {}, private={"localhost"})


@contextmanager
def server(answer: Callable[[socketserver.StreamRequestHandler], None]) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            answer(self)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def endless(handler: socketserver.StreamRequestHandler) -> None:
    """A success, and a body that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    except OSError:
        return


def dripping(stop: threading.Event) -> Callable[[socketserver.StreamRequestHandler], None]:
    """A header that never ends, one letter after the other: each comes in time."""

    def answer(handler: socketserver.StreamRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        try:
            while not stop.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            return

    return answer


def test_an_answer_without_an_end_is_not_read() -> None:
    with server(endless) as port:
        post(f"http://127.0.0.1:{port}/", b"{}", {}, private=THIS_MACHINE)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SECONDS", 0.5)
    stop = threading.Event()
    with server(dripping(stop)) as port, pytest.raises(UnavailableError, match="TimeoutError"):
        post(f"http://127.0.0.1:{port}/", b"{}", {}, private=THIS_MACHINE)
    stop.set()


def test_a_redirect_is_not_followed_and_no_more_is_read_than_was_asked_for() -> None:
    with outside() as server:
        server.answers = [(302, b""), (200, b"x" * 5000)]
        assert post(server.address, b"{}", {"X-Key": "k"}, private=THIS_MACHINE).status == 302
        assert post(server.address, b"{}", {}, private=THIS_MACHINE, most=1000).body == b"x" * 1000
        assert [server.next().headers.get("x-key") for _ in range(2)] == ["k", None]
        assert server.received.empty()


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org/in", True),
        ("http://example.org/in", False),  # readable on the way
        ("ftp://example.org/in", False),
        ("http://hook.internal/in", True),  # the operator's own network
        ("http://127.0.0.1/in", False),  # this machine is not an organisation's to reach
        ("https://localhost/in", False),
        ("https://10.0.0.1/in", False),
        ("https://user:password@example.org/in", False),
        ("https://example.org/a b", False),
        ("https://exa\nmple.org/", False),
        ("https://", False),
        ("https:///in", False),
        ("https://[::1/in", False),
        ("https://example.org:99999/in", False),
        ("https://example.org/" + "x" * 2000, False),
        ("", False),
    ],
)
def test_which_addresses_may_be_set(address: str, allowed: bool) -> None:
    if allowed:
        check_address(address, {"hook.internal"})
    else:
        with pytest.raises(RefusedError):
            check_address(address, {"hook.internal"})
