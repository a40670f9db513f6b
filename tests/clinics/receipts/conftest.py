"""What every test of receipts begins with: a ward, its nurse, and the services."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.accounts.actors import Actor
from service.accounts.credentials.secret_box import SecretBox
from service.clinics.receipts.service import ReceiptService
from service.clinics.receipts.signing import ReceiptKeys
from service.storage.database import Database
from tests.factories.clinics import Ward, a_ward, clinic


@pytest.fixture
def ward(database: Database) -> Iterator[Ward]:
    made = a_ward(database)
    yield made
    made.desk.close()


@pytest.fixture
def nurse(ward: Ward) -> Actor:
    return clinic(ward.database, "Riverside")


@pytest.fixture
def receipts(ward: Ward) -> ReceiptService:
    return ReceiptService(ward.database, ward.desk, lambda: b"k" * 32)


@pytest.fixture
def keys(ward: Ward) -> ReceiptKeys:
    return ReceiptKeys(ward.database, SecretBox("s" * 32, Path("unused")), ward.desk.now)
