"""A clinic's stock control over a database with the small world of records."""

from collections.abc import Iterator

import pytest

from service.storage.database import Database
from tests.clinics.stock_control.world import Rooms


@pytest.fixture
def rooms(database: Database) -> Iterator[Rooms]:
    made = Rooms.of(database)
    yield made
    made.ward.desk.close()
