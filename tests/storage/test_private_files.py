"""The records' file holds serials: nobody but its owner reads it."""

from pathlib import Path

import pytest

from service.storage.database import Database
from tests.factories.records import put


def modes(path: Path) -> set[int]:
    return {each.stat().st_mode & 0o777 for each in path.parent.glob(f"{path.name}*")}


def test_a_new_file_and_those_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "vialcheck.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    put(database)
    assert {each.name for each in tmp_path.iterdir()} >= {"vialcheck.db", "vialcheck.db-wal"}
    assert modes(path) == {0o600}
    database.close()


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o640), (0o640, 0o640), (0o600, 0o600)])
def test_one_of_an_older_version_is_closed_to_others(tmp_path: Path, before: int, after: int) -> None:
    """What its group could read before stays so: a backup may run as another user of it."""
    path = tmp_path / "vialcheck.db"
    path.touch()
    path.chmod(before)
    Database(f"sqlite:///{path}").close()
    assert modes(path) == {after}
