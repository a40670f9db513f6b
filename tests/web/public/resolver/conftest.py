"""One running resolver for all statements that are asked of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.resolver_service import Resolver, running_resolver


@pytest.fixture(scope="package")
def resolver(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    with running_resolver(migrated_sqlite, tmp_path_factory.mktemp("resolver")) as running:
        yield running
