"""`vialcheck simulate` and `vialcheck replay`, as a terminal runs them, and logs of other people's making."""

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.authenticity.scan_history.score import DEFAULTS
from service.errors import RefusedError
from service.verification.history_replay.replay import Replay, columns, parse_time
from tests.bench.clones.detectors import replayed
from tests.bench.clones.measure import measure
from tests.bench.clones.worlds import Size, lived

pytestmark = pytest.mark.slow


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, input=given, check=False)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def flagged(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "scans.csv"
    done = run(
        "simulate",
        "--seed",
        "7",
        "--genuine",
        "4000",
        "--cloned",
        "100",
        "--leaked",
        "50",
        "--out",
        str(path),
    )
    assert done.returncode == 0, done.stderr
    return path


def test_the_same_seed_gives_the_same_scans_and_another_seed_others() -> None:
    one, same, other = (run("simulate", "--seed", seed, "--genuine", "50").stdout for seed in ("3", "3", "4"))
    assert one == same != other
    header = one.splitlines()[0]
    assert header == "time,gtin,serial,lot,country,region,client,asker,truth"


def test_the_truth_can_be_kept_apart(tmp_path: Path) -> None:
    run(
        "simulate",
        "--genuine",
        "20",
        "--cloned",
        "5",
        "--out",
        str(tmp_path / "s.csv"),
        "--truth",
        str(tmp_path / "t.csv"),
    )
    assert "truth" not in (tmp_path / "s.csv").read_text()
    rows = table(tmp_path / "t.csv")
    assert Counter(row["truth"] for row in rows) == {"genuine": 20, "cloned": 5}


def test_copies_stand_out_and_single_vials_do_not(log: Path) -> None:
    truth = {row["serial"]: row["truth"] for row in table(log)}
    found = Counter(truth[each["serial"]] for each in flagged(run("replay", str(log), "--json")))
    assert found["cloned"] >= 65  # of 100; the bench measures it exactly
    assert found["genuine"] <= 10  # of 4,000
    assert found["leaked"] == 0  # nothing tells them apart, and nothing is made up


def test_each_flag_says_when_and_why(log: Path) -> None:
    rows = table(log)
    for each in flagged(run("replay", str(log), "--json"))[:20]:
        own = [row for row in rows if row["serial"] == each["serial"]]
        assert own[each["scan_number"] - 1]["time"] == each["flagged_at"]
        assert each["scans"] == len(own)
        assert each["score"] >= DEFAULTS.suspicion - 1
        (first, *_) = each["reasons"]
        assert {"code", "severity", "message", "places", "count", "days", "devices"} <= first.keys()
        assert first["severity"] == "quarantine"


def test_with_all_units_the_score_is_for_whoever_wants_another_threshold(log: Path) -> None:
    units = flagged(run("replay", str(log), "--json", "--all"))
    assert len(units) == 4150
    quiet = [each for each in units if each["flagged_at"] is None]
    assert all(each["reasons"] == [] and each["scan_number"] is None for each in quiet)
    few = flagged(run("replay", str(log), "--json", "--threshold", "8"))
    assert 0 < len(few) < len(units) - len(quiet)


HEADERS = [
    "time,gtin,serial,lot,country,region,client,asker",
    "Asker;CLIENT;Region;Country;LOT;Serial Number;GTIN;Timestamp;colour",  # any order, case, and more
    "serial\ttime\tregion\tclient",  # a few of them only
]
LIVES = {
    # several vials: five towns, five devices, more than half a year
    "COPIED": [
        (0, "Lyon", "a"),
        (60, "Lille", "b"),
        (120, "Nice", "c"),
        (180, "Metz", "d"),
        (240, "Brest", "f"),
    ],
    # one vial: at home, and once on a journey
    "SINGLE": [(0, "Lyon", "e"), (2, "Lyon", "e"), (4, "Paris", "e")],
}


@pytest.mark.parametrize("header", HEADERS)
def test_columns_in_any_order_and_case(header: str) -> None:
    delimiter = next(each for each in ",;\t" if each in header)
    names = columns(header.split(delimiter))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header.split(delimiter))
    for serial, scans in LIVES.items():
        for day, town, client in scans:
            row = {"serial": serial, "time": f"2026-{1 + day // 30:02d}-{1 + day % 28:02d}T08:00:00Z"}
            row |= {"region": town, "client": client, "country": "France", "asker": "patient"}
            writer.writerow([row.get(name, "") for name in names])
    (found,) = flagged(run("replay", "--json", given="\ufeff" + text.getvalue()))
    assert found["serial"] == "COPIED"


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-14T08:30:00Z",
        "2026-03-14 08:30:00",
        "2026-03-14T09:30:00+01:00",
        "2026-03-14 08:30:00.123456 UTC",
        "1773477000",
        "1773477000000",
        "1773477000.5",
        "14/03/2026 08:30",
        "14.03.2026, 08:30:00",
        "3/14/2026 8:30 AM",  # no month has that number: then it is the day
        "2026/03/14 08:30",
        "20260314T083000Z",
    ],
)
def test_a_moment_as_logs_write_it(written: str) -> None:
    assert parse_time(written) == int(datetime(2026, 3, 14, 8, 30, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2026-13-40", "99999999999999999999", "31/02/2026", "nan"]
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(RefusedError):
        parse_time(written)


def test_rows_that_say_nothing_are_left_out_and_counted() -> None:
    rows = "time,serial\n2026-01-01,A\nsoon,A\n2026-01-02,\n\n2026-01-03,B\x00\n"
    done = run("replay", given=rows)
    assert done.returncode == 0
    assert "0 of 2 units stand out." in done.stderr
    assert "1 rows left out" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "given", ["", "lot,expiry\n1,2\n", "\x89PNG\r\n\x1a\n", "time,serial\n" + "x" * 200_000]
)
def test_what_is_no_log_is_said_in_a_line(given: str) -> None:
    done = run("replay", given=given)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("vialcheck: ")


def test_a_flood_of_one_unit_costs_no_memory_for_its_scans() -> None:
    log = Replay()
    rows = (
        {"time": str(1_773_477_000 + n), "serial": "A", "region": f"T{n}", "client": f"d{n}"}
        for n in range(3000)
    )
    (unit,) = log.read(rows)
    assert unit.scans == 3000
    assert len(unit.lines) <= 17


def test_another_world_is_judged_as_well() -> None:
    """A generator that the detector was not tuned to: people who live day by day in towns on a line."""
    figures, _ = measure(lived(31, Size(4000, 150, (20, 100), client="network")), replayed(0))
    assert (figures["genuine"].as_shipped or 0) <= 0.2
    assert figures["spread 20"].at_line >= 65
    assert (figures["spread 100"].as_shipped or 0) >= 97
