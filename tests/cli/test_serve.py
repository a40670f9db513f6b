"""`vialcheck serve` with several processes: whichever answers, it is one service."""

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from service.storage.database import Database
from service.storage.models import Scan
from tests.factories.records import put

pytestmark = pytest.mark.slow

PROCESSES = 3


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    """A running service of a few processes."""
    database = Database(sqlite_url)
    put(database)
    database.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"DATABASE_URL": sqlite_url, "PORT": port, "WORKERS": PROCESSES, "FILES": tmp_path / "files"}
    environment = os.environ | {f"VIALCHECK_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "service.cli", "serve", "--no-seed"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    here = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None
            try:
                urllib.request.urlopen(f"{here}/health", timeout=5).close()
                break
            except OSError:
                Event().wait(0.1)
        yield here
    finally:
        process.terminate()
        process.wait(20)


def test_phones_on_slow_lines_keep_nobody_waiting(address: str) -> None:
    """More photos on their way than there are turns: each is half sent, and never goes on."""
    host, _, port = address.removeprefix("http://").partition(":")
    head = (
        "POST /photo HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    phones = []
    try:
        for number in range(6 * PROCESSES):
            phones.append(socket.create_connection((host, int(port))))
            length = 3_000_000 if number % 2 else 30_000
            phones[-1].sendall(head.format(host=host, length=length).encode())
        for _ in range(4 * PROCESSES):
            assert "nonce" in page(address)[1]
    finally:
        for each in phones:
            each.close()


def page(url: str, **form: str) -> tuple[str, str]:
    """Where a new connection, and so any of the processes, leads to, and what is said there."""
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, body, timeout=10) as answer:
        return answer.url, answer.read().decode()


def test_whichever_process_is_asked_the_check_is_there_and_counted_once(
    address: str, sqlite_url: str
) -> None:
    """Each press of the button twice, each page asked for again: on connections of their own."""
    checks = set()
    for _ in range(4 * PROCESSES):
        _, start = page(address)
        nonce = re.search(r'name="nonce" value="([^"]+)"', start)
        assert nonce is not None
        form = {"scan": "A1001", "nonce": nonce[1]}
        places = {page(f"{address}/check", **form)[0] for _ in range(2)}
        assert len(places) == 1
        (place,) = places
        assert "A1001" in page(place)[1]
        checks.add(place)
    database = Database(sqlite_url)
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Scan)) == len(checks) == 4 * PROCESSES
    database.close()
