"""Budgets in a file: exact in one process, shared by several, kept by whoever comes after them."""

import itertools
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rate_limit import shared_file
from service.rate_limit.budgets import Budget, Column
from service.rate_limit.shared_file import SLOTS, SharedFile, open_budgets
from tests.rate_limit.hammer import OTHER, TAKEN

CHECKS = Budget(Column.CHECKS, burst=3, per_hour=3600)  # one a second
MISSES = Budget(Column.MISSES, burst=2, per_hour=360)


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def held(hands: Hands, tmp_path_factory: pytest.TempPathFactory) -> SharedFile:
    return SharedFile(tmp_path_factory.mktemp("budgets") / "budgets", clock=hands)


STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "miss"]), st.sampled_from("ab"), st.floats(0, 20)), max_size=60
)


NAMES = itertools.count()  # each example has keys of its own, also when it is run again


@given(steps=STEPS)
def test_it_is_the_token_bucket_of_its_budgets(
    held: SharedFile, hands: Hands, steps: list[tuple[str, str, float]]
) -> None:
    """Held against a plain model: a bucket of `burst` tokens that fills evenly."""
    name = next(NAMES)
    full = {"a": {CHECKS: 3.0, MISSES: 2.0}, "b": {CHECKS: 3.0, MISSES: 2.0}}
    for what, key, later in steps:
        hands.at += later
        for bucket in full.values():
            for budget, tokens in bucket.items():
                bucket[budget] = min(float(budget.burst), tokens + later / budget.interval)
        left = full[key]
        if what == "miss":
            held.charge(f"{name}{key}", MISSES)
            left[MISSES] = max(left[MISSES] - 1, float(-shared_file._OVERDRAWN))
            continue
        wait = held.take(f"{name}{key}", CHECKS, MISSES)
        missing = max((1 - left[budget]) * budget.interval for budget in (CHECKS, MISSES))
        assert wait == pytest.approx(max(missing, 0.0), abs=1e-6)
        if wait == 0.0:
            left[CHECKS] -= 1


def test_a_refusal_takes_nothing(tmp_path: Path) -> None:
    hands = Hands()
    store = SharedFile(tmp_path / "budgets", clock=hands)
    waits = [store.take("one", CHECKS, MISSES) for _ in range(100)]
    assert waits[:3] == [0.0, 0.0, 0.0]
    assert waits[3:] == [pytest.approx(1.0)] * 97
    hands.at += 1.0
    assert store.take("one", CHECKS, MISSES) == 0.0


def hammer(path: Path, seconds: float, key: str = "one") -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.rate_limit.hammer", str(path), str(seconds), key]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def begun(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"


def taken(paths: list[Path]) -> tuple[int, float]:
    """How many all of them were given, and how many one budget has at the most in that time."""
    start = time.monotonic()
    processes = [hammer(path, 1.0) for path in paths]
    given_out = sum(int(each.communicate()[0].split()[-1]) for each in processes)
    return given_out, TAKEN.burst + (time.monotonic() - start) / TAKEN.interval


def test_four_processes_share_one_budget(tmp_path: Path) -> None:
    given_out, due = taken([tmp_path / "budgets"] * 4)
    assert TAKEN.burst < given_out <= due


def test_with_a_file_each_they_do_not(tmp_path: Path) -> None:
    """The negative control: the test above measures the sharing."""
    given_out, _ = taken([tmp_path / str(number) for number in range(4)])
    assert given_out >= 4 * TAKEN.burst


def test_threads_of_a_process_share_it_too(tmp_path: Path) -> None:
    store, given_out = open_budgets(tmp_path / "budgets"), []
    start = time.monotonic()

    def go() -> None:
        given_out.append(sum(store.take("one", TAKEN, OTHER) == 0.0 for _ in range(20_000)))

    threads = [Thread(target=go) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(given_out) <= TAKEN.burst + (time.monotonic() - start) / TAKEN.interval


def test_processes_that_are_killed_leave_no_lock_and_no_budget_behind(tmp_path: Path) -> None:
    path, store = tmp_path / "budgets", open_budgets(tmp_path / "budgets")
    start = time.monotonic()
    for _ in range(8):
        victim = hammer(path, 0)
        begun(victim)
        victim.kill()
        victim.communicate()
    # Nothing is held, and what they took is gone: this returns, and is refused until it is paid off.
    given_out = sum(store.take("one", TAKEN, OTHER) == 0.0 for _ in range(10_000))
    assert given_out <= TAKEN.burst + (time.monotonic() - start) / TAKEN.interval
    assert store.take("another", TAKEN, OTHER) == 0.0


SPENT = Budget(Column.MISSES, burst=2, per_hour=2)


def test_what_was_spent_stays_spent_for_a_new_process(tmp_path: Path) -> None:
    path = tmp_path / "budgets"
    script = (
        "import pathlib, sys; from service.rate_limit.shared_file import open_budgets;"
        "from service.rate_limit.budgets import Budget, Column;"
        "b = Budget(Column.MISSES, burst=2, per_hour=2); s = open_budgets(pathlib.Path(sys.argv[1]));"
        "s.charge('one', b); s.charge('one', b)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    store = open_budgets(path)
    assert store.take("one", CHECKS, SPENT) > 0.0
    assert store.take("two", CHECKS, SPENT) == 0.0


def test_a_file_of_an_earlier_boot_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The monotonic clock began anew: what is kept there would be far in the future, or long past."""
    path = tmp_path / "budgets"
    earlier = SharedFile(path)
    earlier.charge("one", SPENT)
    earlier.charge("one", SPENT)
    boot = tmp_path / "boot_id"
    boot.write_text("another boot\n")
    assert SharedFile(path).take("one", CHECKS, SPENT) > 0.0
    monkeypatch.setattr(shared_file, "_BOOT_ID", boot)
    assert SharedFile(path).take("one", CHECKS, SPENT) == 0.0


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(4096), b"vialcheck budgets 1\n"])
def test_whatever_lies_there_becomes_an_empty_file_of_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "budgets"
    path.write_bytes(content)
    assert open_budgets(path).take("one", CHECKS, MISSES) == 0.0


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    open_budgets(tmp_path / "budgets")
    assert (tmp_path / "budgets").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def full(tmp_path: Path) -> SharedFile:
    """A file in which a debtor stands, and through which twice as many keys have passed as it has slots."""
    store = SharedFile(tmp_path / "budgets")
    for _ in range(40):
        store.charge("debtor", SPENT)
    for number in range(2 * SLOTS):
        store.take(f"passing {number}", CHECKS, SPENT)
    return store


def test_keys_that_pass_do_not_push_out_one_that_owes_much(full: SharedFile) -> None:
    assert full.take("debtor", CHECKS, SPENT) > 3600
