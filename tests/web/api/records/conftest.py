"""The service with the records of `recall_records`, and a program of their owner."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.app import create_app
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.worker import ImportWorker
from service.settings import Settings
from service.web.core.services import services_of
from tests.factories import recall_records
from tests.web.api.records.program import OWN_RECORDS, Program, program_of


@pytest.fixture
def registry(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(Settings(database_url=database_url, files=tmp_path / "files"))
    app.testing = True
    recall_records.put(services_of(app).database)
    yield app
    services_of(app).close()


@pytest.fixture
def program(registry: Flask, tmp_path: Path) -> Program:
    database = services_of(registry).database
    client = program_of(registry, database, *OWN_RECORDS)
    return Program(client, database, ImportWorker(database, ImportFiles(tmp_path / "files")))
