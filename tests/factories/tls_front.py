"""Ends TLS in front of a service that runs here, as an operator's proxy does, with a certificate of its own."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certificate(NamedTuple):
    """Files in PEM: a certificate for 127.0.0.1, and its key."""

    chain: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    made = Certificate(folder / "front.pem", folder / "front.key")
    made.chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


@contextmanager
def tls_front(port: int, behind: int, certificate: Certificate) -> Iterator[str]:
    """Take TLS on `port` and pass the bytes to `behind`; the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", port)) as listening:
        threading.Thread(target=_accept, args=(listening, behind, context), daemon=True).start()
        yield f"https://127.0.0.1:{port}"


def _accept(listening: socket.socket, behind: int, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return  # the front was closed
        threading.Thread(target=_serve, args=(plain, behind, context), daemon=True).start()


def _serve(plain: socket.socket, behind: int, context: ssl.SSLContext) -> None:
    try:
        outside = context.wrap_socket(plain, server_side=True)
        inside = socket.create_connection(("127.0.0.1", behind))
    except OSError:
        plain.close()
        return
    back = threading.Thread(target=_pass_on, args=(inside, outside), daemon=True)
    back.start()
    _pass_on(outside, inside)
    back.join()
    outside.close()
    inside.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # either side has hung up
