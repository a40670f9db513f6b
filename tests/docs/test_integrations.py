"""The examples of docs/integrations, run as they are written, by curl against a server of the small world."""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.serving import make_server

from service.accounts.actors import ApiKeyScope, OrganisationKind
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation
from service.web.core.services import services_of
from tests.docs.pages import ROOT
from tests.factories.fhir import UsedVials, program
from tests.factories.people import organisation

FOLDER = ROOT / "docs" / "integrations"
TOKEN = "twilio-token-of-a-test"
KEYS: dict[str, Callable[[Flask], str]] = {
    "clinic-software": lambda app: key(app, "High Street Clinic", OrganisationKind.CLINIC),
    "wholesaler": lambda app: key(app, "Medica Wholesale", OrganisationKind.DISTRIBUTOR),
    "serialisation-system": lambda app: key(app, "Example Biologics", OrganisationKind.MANUFACTURER),
    "sms-gateway": lambda app: key(app, "Medica Wholesale", OrganisationKind.DISTRIBUTOR),
    "regulator": lambda app: key(app, "The Authority", OrganisationKind.REGULATOR),
}
"""The partner of each page, and its key."""


def key(app: Flask, name: str, kind: OrganisationKind) -> str:
    client = program(app, name, kind, *ApiKeyScope)
    return client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")


@pytest.fixture(scope="module")
def world(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("partners")
    (folder / "records.db").write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{folder / 'records.db'}"
    database = Database(url)
    UsedVials.put(database)
    wholesaler = organisation(database, "Medica Wholesale", OrganisationKind.DISTRIBUTOR)
    maker = organisation(database, "Example Biologics")
    with database.transaction() as connection:
        own = update(Organisation).where(Organisation.id == wholesaler)
        connection.execute(own.values(glns=("9506000000008",)))
        connection.execute(update(Manufacturer).values(organisation_id=maker, gln="4012345000009"))
    database.close()
    settings = Settings(database_url=url, files=folder / "files", rate_limit="off", twilio_token=TOKEN)
    app = create_app(settings)
    yield app
    services_of(app).close()


@pytest.fixture(scope="module")
def address(world: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, world, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()


def test_each_partner_has_a_page_with_examples() -> None:
    pages = {each.stem for each in FOLDER.glob("*.md")} - {"README"}
    assert pages == KEYS.keys()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("partner", KEYS)
def test_each_example_does_what_the_page_says(
    world: Flask, address: str, partner: str, tmp_path: Path
) -> None:
    page = (FOLDER / f"{partner}.md").read_text()
    examples = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert examples
    known = {"URL": address, "KEY": KEYS[partner](world), "TOKEN": TOKEN, "no_proxy": "*"}
    for example in examples:
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            env=os.environ | known,
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        made = {each.name: each.read_text()[:2000] for each in tmp_path.iterdir()}
        assert run.returncode == 0, (example, run.stdout, run.stderr, made)
        captures = services_of(world).captures
        for waiting in captures.waiting():
            captures.carry_on(waiting)
