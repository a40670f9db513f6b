"""The shipped configurations of nginx and Caddy, run where they are installed, in front of a server that notes."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.factories.running_service import free_port

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
SERIAL = "J38QAPXKADRQ8"
CODED = f"/01/09506000134352/10/A%2F1//21/{SERIAL}?17=281031"


@dataclass
class Noting:
    """A service that notes what reaches it."""

    port: int
    seen: list[tuple[str, Mapping[str, str], int]] = field(default_factory=list)
    """Path, headers and bytes of the body of each request."""


@pytest.fixture
def noting() -> Iterator[Noting]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            service.seen.append((self.path, dict(self.headers), len(body)))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.send_header("Strict-Transport-Security", "max-age=31536000")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST  # noqa: N815 (the name that http.server calls)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Noting(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield service
        server.shutdown()


@dataclass
class Proxy:
    port: int
    log: Path

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> "tuple[int, Message[str, str]]":
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", body, dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=20, context=unverified()) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.headers


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)


def nginx_command(folder: Path, port: int, upstream: int) -> list[str]:
    """The shipped file inside the smallest `http` block, with ports and paths of this test."""
    write_certificate(folder)
    shipped = (DEPLOY / "nginx.conf").read_text()
    for ours, here in (
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("/etc/ssl/vialcheck", str(folder)),
        ("/var/log/nginx/vialcheck.log", str(folder / "log")),
        ("/var/log/nginx/vialcheck-error.log", str(folder / "error")),
    ):
        assert ours in shipped
        shipped = shipped.replace(ours, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    user = "user root;" if os.getuid() == 0 else ""
    main = f"{user} daemon off; pid {folder}/pid; error_log {folder}/error; events {{}} http {{ {places} {shipped} }}"
    (folder / "nginx.conf").write_text(main)
    return ["nginx", "-p", str(folder), "-e", str(folder / "error"), "-c", str(folder / "nginx.conf")]


def caddy_command(folder: Path, port: int, upstream: int) -> list[str]:
    del port, upstream  # in its environment
    shipped = (DEPLOY / "Caddyfile").read_text()
    options = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n"
    (folder / "Caddyfile").write_text(shipped.replace("{\n", options, 1))
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


COMMANDS: dict[str, Callable[[Path, int, int], list[str]]] = {"nginx": nginx_command, "caddy": caddy_command}


@pytest.fixture(params=sorted(COMMANDS))
def proxy(request: pytest.FixtureRequest, noting: Noting, tmp_path: Path) -> Iterator[Proxy]:
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here")
    port = free_port()
    environment = os.environ | {
        "VIALCHECK_SITE": f"https://localhost:{port}",
        "VIALCHECK_UPSTREAM": f"127.0.0.1:{noting.port}",
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    log = tmp_path / ("log" if request.param == "nginx" else "output")
    with (tmp_path / "output").open("wb") as output:
        command = COMMANDS[request.param](tmp_path, port, noting.port)
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    running = Proxy(port, log)
    try:
        for _ in range(200):
            assert process.poll() is None, (tmp_path / "output").read_text()
            try:
                running.ask("/begin")
                break
            except OSError:
                threading.Event().wait(0.05)
        noting.seen.clear()
        yield running
    finally:
        process.terminate()
        process.wait(20)


def test_a_code_and_the_asker_arrive_as_they_are(proxy: Proxy, noting: Noting) -> None:
    """What a client claims about itself is dropped: the service believes its own proxy."""
    claimed = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "other.example",
        "X-Request-Id": "mine",
    }
    status, answer = proxy.ask(CODED, headers=claimed)
    ((path, headers, _),) = noting.seen
    said = {name.lower(): value for name, value in headers.items()}
    assert (status, path) == (200, CODED)
    assert said["x-forwarded-for"] == "127.0.0.1"
    assert said["x-forwarded-proto"] == "https"
    assert said["x-forwarded-host"].partition(":")[0] == "localhost"
    assert said["x-request-id"] != "mine"
    assert answer.get_all("Strict-Transport-Security") == ["max-age=31536000"]


def test_an_upload_arrives_whole_and_one_too_large_does_not(proxy: Proxy, noting: Noting) -> None:
    assert proxy.ask("/imports", b"x" * 5_000_000)[0] == 200
    assert noting.seen[-1][2] == 5_000_000
    noting.seen.clear()
    if proxy.log.name != "log":
        return  # Caddy refuses it once so many bytes have come
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as plain,
        unverified().wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(b"POST /imports HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\nx")
        line.settimeout(20)
        assert b"413" in line.recv(100)
    assert noting.seen == []


def test_slow_clients_wait_at_the_proxy_and_keep_nobody_waiting(proxy: Proxy, noting: Noting) -> None:
    """Half a head, half a body: the service sees none of them, and others are answered."""
    lines = []
    for number in range(60):
        plain = socket.create_connection(("127.0.0.1", proxy.port))
        line = unverified().wrap_socket(plain, server_hostname="localhost")
        line.sendall(b"POST /photo HTTP/1.1\r\nHost: localhost\r\n")
        if number % 2:
            line.sendall(b"Content-Length: 1000\r\n\r\nhalf")
        lines.append(line)
    assert proxy.ask("/")[0] == 200
    assert [path for path, _, _ in noting.seen] == ["/"]
    for line in lines:
        line.close()


def test_what_is_inside_stays_inside(proxy: Proxy, noting: Noting) -> None:
    for path in ("/metrics", "/ready", "/health"):
        status, answer = proxy.ask(path)
        assert status == 404
        assert answer["Strict-Transport-Security"] == "max-age=31536000"
    assert noting.seen == []


def test_no_log_holds_a_serial_or_a_whole_address(proxy: Proxy) -> None:
    proxy.ask(CODED, headers={"Referer": f"https://localhost{CODED}"})
    for _ in range(100):
        if proxy.log.exists() and "200" in proxy.log.read_text():
            break
        threading.Event().wait(0.05)
    said = proxy.log.read_text()
    assert "127.0.0.0" in said, "the network"
    lines = [line for line in said.splitlines() if "200" in line and ("handled" in line or "GET" in line)]
    assert lines
    assert [line for line in lines if SERIAL in line or "127.0.0.1" in line] == []
