"""Files in watched folders: waited for, taken once, with their results beside them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.app import import_queue_of
from service.registry.import_jobs.service import ImportJobs
from service.registry.import_jobs.worker import ImportWorker
from service.registry.watched_folders.watcher import FolderWatcher
from service.settings import Settings
from service.storage.database import Database
from service.verification.clock import Clock, machine_time
from tests.factories import recall_records
from tests.factories.lists import count
from tests.factories.recall_records import GTIN

PROFILE = 'organisation = "Example Biologics"\nreason = "nightly list"\n'
HEADER = "gtin,lot,expiry,status\n"
GOOD = f"{HEADER}{GTIN},C3,2029-06-30,released\n"
BAD = f"{GOOD}{GTIN},D4,2029-13-31,released\n"


class Share:
    """A folder that a maker's system fills, and the service that watches it."""

    def __init__(self, database: Database, root: Path) -> None:
        settings = Settings(files=root / "files", watched=root / "incoming")
        shelf, _, captures = import_queue_of(settings, database, Clock.of(database, machine_time))
        jobs = ImportJobs(database, shelf, lambda _: None, most_bytes=1 << 20)
        self.database, self.events = database, captures
        self.worker = ImportWorker(database, shelf)
        self.folder = root / "incoming" / "maker"
        self.folder.mkdir(parents=True)
        self.watcher = FolderWatcher(database, root / "incoming", jobs, captures)

    def look(self, times: int = 1) -> None:
        """Look, and do the work of imports and captures in between."""
        for _ in range(times):
            self.watcher.look()
            for number in self.worker.waiting():
                self.worker.carry_on(number)
            for number in self.events.waiting():
                self.events.carry_on(number)

    def result(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.result.json").read_text())

    def names(self, place: str = ".") -> set[str]:
        found = (self.folder / place).iterdir()
        return {each.name for each in found if each.is_file() and each.name != "profile.toml"}


@pytest.fixture
def share(database_url: str, tmp_path: Path) -> Iterator[Share]:
    database = Database(database_url)
    recall_records.put(database)
    found = Share(database, tmp_path)
    (found.folder / "profile.toml").write_text(PROFILE)
    yield found
    database.close()


def test_a_list_is_taken_when_it_no_longer_grows_and_put_away(share: Share) -> None:
    path = share.folder / "week.csv"
    path.write_text(HEADER)
    share.look()
    path.write_text(GOOD)  # it was still being sent
    share.look()
    assert path.exists()
    share.look(2)
    assert share.names() == set()
    assert share.names("done") == {"week.csv", "week.csv.result.json"}
    assert share.result("done/week.csv")["state"] == "done"
    assert (share.result("done/week.csv")["new"], count(share.database, "batch")) == (1, 3)


def test_a_list_with_a_refused_row_waits_for_a_person(share: Share) -> None:
    (share.folder / "week.csv").write_text(BAD)
    share.look(4)
    assert share.names("working") == {"week.csv", "week.csv.job.json", "week.csv.result.json"}
    assert share.result("working/week.csv")["state"] == "preview"
    assert count(share.database, "batch") == 2


def test_the_good_rows_are_taken_where_the_profile_says_so(share: Share) -> None:
    (share.folder / "profile.toml").write_text(PROFILE + "keep_good = true\n")
    (share.folder / "week.csv").write_text(BAD)
    share.look(4)
    assert share.names("done") == {"week.csv", "week.csv.result.json", "week.csv.refused.csv"}
    assert "2029-13-31" in (share.folder / "done" / "week.csv.refused.csv").read_text()


def test_a_list_that_cannot_be_read_is_refused_with_the_reason(share: Share) -> None:
    (share.folder / "empty.csv").write_text("")
    (share.folder / "odd.csv").write_text("stone,colour\ngranite,grey\n")
    share.look(4)
    assert {"empty.csv", "odd.csv"} <= share.names("refused")
    assert share.result("refused/empty.csv")["error"]["code"] == "file_empty"
    assert share.result("refused/odd.csv")["error"]["code"] in {"column_missing", "file_kind_unknown"}


def test_the_same_file_may_come_again_under_its_name(share: Share) -> None:
    for _ in range(2):
        (share.folder / "week.csv").write_text(GOOD)
        share.look(4)
    assert {"week.csv", "week.2.csv"} <= share.names("done")
    first, second = share.result("done/week.csv"), share.result("done/week.2.csv")
    assert first["import"] != second["import"]
    assert (first["new"], second["new"], second["unchanged"]) == (1, 0, 1)


def test_a_start_after_a_crash_goes_on_and_takes_nothing_twice(share: Share) -> None:
    (share.folder / "week.csv").write_text(GOOD)
    share.look(2)
    (share.folder / "working" / "week.csv.job.json").unlink()  # it died before it noted the import
    share.look(2)
    assert share.result("done/week.csv")["state"] == "done"
    assert count(share.database, "import_job") == 1


def test_what_is_no_list_is_left_alone(share: Share, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD)
    (share.folder / "link.csv").symlink_to(secret)
    for name in (".hidden.csv", "week.csv.part", "~week.csv"):
        (share.folder / name).write_text(GOOD)
    (share.folder / "more").mkdir()
    share.look(4)
    assert share.names() == {"link.csv", ".hidden.csv", "week.csv.part", "~week.csv"}
    assert count(share.database, "import_job") == 0


@pytest.mark.parametrize(
    "profile",
    [
        "organisation = ",
        'organisation = "Nowhere Ltd"',
        f'{PROFILE}kind = "stones"',
        f'{PROFILE}keep_good = "perhaps"',
        f'{PROFILE}colour = "grey"',
    ],
)
def test_a_wrong_profile_is_named_and_takes_nothing(share: Share, profile: str) -> None:
    (share.folder / "profile.toml").write_text(profile)
    (share.folder / "week.csv").write_text(GOOD)
    share.look(3)
    assert share.result("profile.toml")["state"] == "failed"
    assert "week.csv" in share.names()
    (share.folder / "profile.toml").write_text(PROFILE)
    share.look(4)
    assert share.names() == set()
    assert "week.csv" in share.names("done")


def test_a_folder_that_fails_leaves_the_others(share: Share) -> None:
    other = share.folder.parent / "another"
    other.mkdir()
    (other / "profile.toml").write_text(PROFILE)
    (other / "working").write_text("no folder")  # where one has to be
    (share.folder / "week.csv").write_text(GOOD)
    share.look(4)
    assert "week.csv" in share.names("done")


def test_a_document_of_events_is_captured(share: Share, corpora: Path) -> None:
    document = next(iter(sorted((corpora / "epcis").rglob("*ObjectEvent*.xml"))))
    shutil.copy(document, share.folder / "events.xml")
    share.look(5)
    assert "capture" in share.result("done/events.xml") or "capture" in share.result("refused/events.xml")
