"""An identity provider that is silent or drips holds up sign-ins through it, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.chaos.attacking import attacked, check_seconds
from tests.factories.running_service import running_service

pytestmark = pytest.mark.slow
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


@contextmanager
def provider(*, drips: bool) -> Iterator[str]:
    """One that takes connections and answers nothing, or a byte a second for ever."""
    ended = Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                if drips:
                    connection.sendall(HEAD)
                while not ended.wait(1):
                    if drips:
                        connection.sendall(b" ")
            except OSError:
                return  # the service has had enough

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("drips", [False, True])
def test_a_provider_that_does_not_answer_ends_in_503_and_holds_up_no_check(
    records: str, tmp_path: Path, drips: bool
) -> None:
    with (
        provider(drips=drips) as issuer,
        running_service(
            records,
            tmp_path,
            OIDC_ISSUER=issuer,
            OIDC_CLIENT_ID="x",
            OIDC_CLIENT_SECRET="y",
            RATE_LIMIT="off",
        ) as service,
    ):
        # it would never end by itself: the provider goes on for as long as the test does
        assert service.get("/sign-in/organisation", Accept="text/html").status == 503
        with attacked(service, "provider_sign_ins", 32):
            check_seconds(service, 10)
            assert service.get("/sign-in").status == 200
