"""Two live instances that keep records of different products, and ask each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Product
from service.web.core.services import services_of
from tests.factories.people import account, organisation
from tests.factories.records import put
from tests.factories.running_service import free_port

OTHER_TOXIN = "04012345678901"
"""A product of the second instance; under another company's prefix than those of the first."""

GLNS = ("9506000000008", "9506000000015")


@dataclass(frozen=True)
class Instance:
    """One of the two. `directory`: its file, written anew by `lists`."""

    folder: Path
    port: int
    gln: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'records.db'}"

    @property
    def directory(self) -> Path:
        return self.folder / "responders.toml"

    def lists(self, address: str, *prefixes: str, name: str, key: str = "") -> None:
        """Add a responder to the directory."""
        if not self.directory.exists():
            self.directory.write_text(f'req_gln = "{self.gln}"\n')
        (self.folder / f"{name}.key").write_text(key)
        with self.directory.open("a") as file:
            file.write(
                f'[[responder]]\nname = "{name}"\nurl = "{address}"\nprivate = true\n'
                f'prefixes = {list(prefixes)}\nkey_file = "{self.folder / f"{name}.key"}"\n'.replace("'", '"')
            )

    def admits(self, gln: str) -> str:
        """Make the other operator a trading partner with this GLN; its key."""
        database = Database(self.database_url)
        number = organisation(database, "The other operator", OrganisationKind.DISTRIBUTOR, "US")
        with database.transaction() as connection:
            connection.execute(update(Organisation).where(Organisation.id == number).values(glns=(gln,)))
        kind = OrganisationKind.DISTRIBUTOR
        person = Actor("A", account(database, number, Role.ADMIN), number, "Other", kind, frozenset())
        key = ApiKeys(database).make(person, name="LMS", scopes=(ApiKeyScope.VERIFY,), days="30")
        database.close()
        return key


def two_instances(migrated: Path, folder: Path) -> tuple[Instance, Instance]:
    """Both, filled and listing each other; neither is running yet."""
    made = []
    for name, gln in zip(("first", "second"), GLNS, strict=True):
        own = Instance(folder / name, free_port(), gln)
        own.folder.mkdir()
        (own.folder / "records.db").write_bytes(migrated.read_bytes())
        database = Database(own.database_url)
        put(database)
        with database.transaction() as connection:
            connection.execute(update(Manufacturer).values(gln="4012345000009"))
            if name == "second":
                connection.execute(update(Manufacturer).values(gs1_prefixes=("4012345",)))
                connection.execute(update(Product).where(Product.id == 1).values(gtin=OTHER_TOXIN))
                connection.execute(update(Product).where(Product.id == 2).values(gtin="04012345678918"))
        database.close()
        made.append(own)
    first, second = made
    first.lists(second.address, "4012345", name="Second Registry", key=second.admits(first.gln))
    second.lists(first.address, "9506000", name="First Registry", key=first.admits(second.gln))
    return first, second


@contextmanager
def application(own: Instance) -> Iterator[Flask]:
    """The application of one instance, with its directory as it is now."""
    app = create_app(
        Settings(
            database_url=own.database_url,
            files=own.folder / "files",
            outside_responders=own.directory,
            rate_limit="off",
        )
    )
    yield app
    services_of(app).close()
