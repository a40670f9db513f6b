"""Feeds of notices: taken as they come, once, each run on record."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import import_queue_of
from service.registry.import_jobs.service import ImportJobs
from service.registry.watched_folders import notice_feed
from service.registry.watched_folders.notice_feed import feed_runs
from service.registry.watched_folders.watcher import FolderWatcher
from service.settings import Settings
from service.storage.database import Database
from service.verification.clock import Clock, machine_time
from tests.factories import recall_records
from tests.factories.lists import count, table
from tests.factories.recall_records import GTIN

LIST = (
    "authority,kind,product,lot,expiry,reference,source_url\n"
    "MHRA,recalled,Ondrevaine,69403A,2029-10-31,EL(26)A/1,https://example.org/m\n"
    "Swissmedic,recalled,Ondrevaine,7,2029-99-31,S-1,https://example.org/s\n"
)


def report(number: int) -> dict[str, str]:
    """A report of one lot."""
    said = {"recall_number": f"D-{number:04}-2026", "product_description": "Exampline Tablets 10 mg"}
    return said | {"code_info": f"Lot #: 69{number:03}A, Exp 10/29", "report_date": "20260213"}


class Feed:
    """A folder that the operator's job fills, and the service that watches it."""

    def __init__(self, database: Database, root: Path) -> None:
        settings = Settings(files=root / "files", watched=root / "incoming")
        files, _, captures = import_queue_of(settings, database, Clock.of(database, machine_time))
        jobs = ImportJobs(database, files, lambda _: None, most_bytes=1 << 20)
        self.database, self.folder = database, root / "incoming" / "notices"
        self.folder.mkdir(parents=True)
        (self.folder / "profile.toml").write_text('feed = "notices"\n')
        self.watcher = FolderWatcher(database, root / "incoming", jobs, captures)

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.watcher.look()

    def runs(self) -> list[tuple[str, int, int, int, bool]]:
        found = feed_runs(self.database)
        return [(each.file_name, each.new, each.unchanged, each.refused, bool(each.error)) for each in found]


@pytest.fixture
def feed(database_url: str, tmp_path: Path) -> Iterator[Feed]:
    database = Database(database_url)
    recall_records.put(database)
    yield Feed(database, tmp_path)
    database.close()


def test_a_day_and_then_the_whole_zipped_and_in_pieces(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_feed, "AT_ONCE", 2)
    (feed.folder / "day.json").write_text(json.dumps({"results": [report(1)]}))
    feed.look()
    broken = report(9) | {"recall_number": ""}
    whole = json.dumps({"meta": {}, "results": [broken, *map(report, range(5)), broken]})
    with zipfile.ZipFile(feed.folder / "whole.json.zip", "w") as archive:
        archive.writestr("drug-enforcement-0001-of-0001.json", whole)
    feed.look()
    assert feed.runs() == [("whole.json.zip", 4, 1, 2, False), ("day.json", 1, 0, 0, False)]
    assert count(feed.database, "alert") == 5
    done = {each.name for each in (feed.folder / "done").iterdir()}
    assert done == {
        *("day.json", "day.json.result.json", "whole.json.zip", "whole.json.zip.result.json"),
        "whole.json.zip.refused.csv",
    }
    refused = (feed.folder / "done" / "whole.json.zip.refused.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(refused.splitlines()))
    assert ("recall_number" in rows[0], len(rows)) == (True, 3), "one header, a row of each piece"


def test_recalls_of_mhra_and_those_that_are_not_certain(feed: Feed) -> None:
    def notice(title: str, lot: str) -> dict[str, object]:
        head = "<tr><th>Batch No.</th><th>Expiry Date</th></tr>"
        body = f"<table>{head}<tr><td>{lot}</td><td>12/2027</td></tr></table>"
        said: dict[str, object] = {"title": title, "base_path": "/drug-device-alerts/a"}
        said["details"] = {"body": body}
        return said | {"description": "D", "first_published_at": "2026-08-20T14:21:27+01:00"}

    sure = notice("Class 2 Medicines Recall: A Ltd, Ondrevaine 100, EL(26)A/1", "K1")
    range_of_lots = notice("Class 2 Medicines Recall: A Ltd, Ondrevaine 100, EL(26)A/2", "from K2 to K9")
    (feed.folder / "both.json").write_text(json.dumps([sure, range_of_lots]))
    (feed.folder / "range.json").write_text(json.dumps(range_of_lots))
    feed.look()
    assert sorted(feed.runs()) == [("both.json", 1, 0, 1, False), ("range.json", 0, 0, 0, True)]
    [alert] = table(feed.database, "alert")
    assert (alert["lot"], alert["reference"], str(alert["expiry"])) == ("K1", "EL(26)A/1", "2027-12-31")
    assert "from K2 to K9" in (feed.folder / "done" / "both.json.refused.csv").read_text()


def test_pages_and_dossiers_of_other_authorities(feed: Feed) -> None:
    def page(lots: str) -> str:
        link = '<link rel="canonical" href="https://recalls-rappels.canada.ca/en/alert-recall/a">'
        table = (
            f"<table><tr><th>Product</th><th>Lot</th></tr><tr><td>Ondrevaine</td><td>{lots}</td></tr></table>"
        )
        return f"<!DOCTYPE html>{link}<h1>Ondrevaine recalled</h1>{table}"

    dossier = {
        "tipoProduto": {"codigo": 1},
        "assunto": {"descricao": "MEDICAMENTO - Falsificação"},
        "produtos": [{"produto": "Ondrevaine", "lotes": "K3"}],
        "medidasCautelares": [{"situacaoMedidaCautelar": "Ativa", "numeroResolucao": "3.240"}],
    }
    (feed.folder / "canada.html").write_text(page("K1, K2"))
    (feed.folder / "unsure.html").write_text(page("K4, all lots"))
    (feed.folder / "brazil.json").write_text(json.dumps(dossier))
    feed.look()
    assert sorted(feed.runs()) == [
        ("brazil.json", 1, 0, 0, False),
        ("canada.html", 2, 0, 0, False),
        ("unsure.html", 0, 0, 0, True),
    ]
    found = {
        (row["authority"], row["kind"], row["lot"], row["source_url"])
        for row in table(feed.database, "alert")
    }
    assert found == {
        ("Health Canada", "recalled", "K1", "https://recalls-rappels.canada.ca/en/alert-recall/a"),
        ("Health Canada", "recalled", "K2", "https://recalls-rappels.canada.ca/en/alert-recall/a"),
        ("ANVISA", "falsified", "K3", "https://consultas.anvisa.gov.br/#/dossie/"),
    }


def test_a_list_of_several_authorities_and_what_is_refused_of_it(feed: Feed) -> None:
    (feed.folder / "week.csv").write_text(LIST)
    feed.look()
    assert feed.runs() == [("week.csv", 1, 0, 1, False)]
    [alert] = table(feed.database, "alert")
    assert (alert["authority"], alert["source_url"]) == ("MHRA", "https://example.org/m")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("batches.csv", f"gtin,lot,expiry,status\n{GTIN},A1,2035-12-31,released\n".encode()),
        ("other.json", b'{"results": [{"name": "x"}]}'),
        ("half.json", b'{"results": [{"recall_num'),
        ("broken.zip", b"PK\x03\x04nothing"),
        ("ema.html", b'<html><link rel="canonical" href="https://www.ema.europa.eu/en/news/a">'),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00"),
    ],
)
def test_what_is_no_list_of_notices_is_refused_and_changes_nothing(
    feed: Feed, name: str, content: bytes
) -> None:
    before = table(feed.database, "batch")
    (feed.folder / name).write_bytes(content)
    feed.look()
    assert [run[-1] for run in feed.runs()] == [True]
    assert name in {each.name for each in (feed.folder / "refused").iterdir()}
    assert (count(feed.database, "alert"), table(feed.database, "batch")) == (0, before)


def test_a_feed_with_an_organisation_is_refused(feed: Feed) -> None:
    profile = 'feed = "notices"\norganisation = "Example Biologics"\n'
    (feed.folder / "profile.toml").write_text(profile)
    (feed.folder / "week.csv").write_text(LIST)
    feed.look()
    assert json.loads((feed.folder / "profile.toml.result.json").read_text())["state"] == "failed"
    assert feed.runs() == []


def test_a_file_of_which_a_process_died_is_taken_again_and_nothing_is_twice(feed: Feed) -> None:
    (feed.folder / "working").mkdir()
    (feed.folder / "working" / "day.json").write_text(json.dumps({"results": [report(1), report(2)]}))
    feed.look(1)
    (feed.folder / "done" / "day.json").rename(feed.folder / "working" / "day.json")
    feed.look(1)
    assert [run[1:3] for run in feed.runs()] == [(0, 2), (2, 0)]
    assert count(feed.database, "alert") == 2
