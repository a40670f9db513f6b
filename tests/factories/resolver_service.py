"""A resolver as an operator runs it: a service behind TLS, with the links of the small world's product."""

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from service.storage.database import Database
from tests.factories.records import TOXIN, put
from tests.factories.resolver_links import ALL, put_links
from tests.factories.running_service import free_port, running_service
from tests.factories.tls_front import Certificate, make_certificate, tls_front


class Reply(NamedTuple):
    version: int
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def links(self) -> str:
        return ", ".join(self.headers.get_all("Link", []))


class Resolver(NamedTuple):
    address: str
    context: ssl.SSLContext
    certificate: Certificate

    def ask(self, target: str, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        host = urlsplit(self.address).netloc
        connection = http.client.HTTPSConnection(host, timeout=30, context=self.context)
        try:
            connection.request(method, target, headers=named)
            answer = connection.getresponse()
            return Reply(answer.version, answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def linkset(self, target: str = f"/01/{TOXIN}") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(target, Accept="application/linkset+json").json["linkset"]
        return found


@contextmanager
def running_resolver(migrated: Path, folder: Path) -> Iterator[Resolver]:
    """Run it on a copy of a migrated database, with files in `folder`."""
    (folder / "vialcheck.db").write_bytes(migrated.read_bytes())
    url = f"sqlite:///{folder / 'vialcheck.db'}"
    database = Database(url)
    put(database)
    put_links(database, *ALL)
    database.close()
    port, certificate = free_port(), make_certificate(folder)
    context = ssl.create_default_context(cafile=str(certificate.chain))
    with (
        running_service(url, folder, PUBLIC_URL=f"https://127.0.0.1:{port}", WORKERS=1) as service,
        tls_front(port, service.port, certificate) as address,
    ):
        yield Resolver(address, context, certificate)
