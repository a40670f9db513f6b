"""Serials are guessed at a running service of several processes, from many networks.

Of the serials between 0 and 99,999 one in ten is on record: far more than anywhere, so that a short attack
would find many. A network may miss `GUEST.misses.burst` times at once, and then has found one serial in nine
misses. VIALCHECK_LONG=1 sends 1,000,000 guesses from 1,000 networks over HTTP; `make chaos` asks as many of
`ask_check`, the one way from a view to a verdict, in one process.
"""

import itertools
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert

from service.accounts.networks import network_of
from service.app import create_app
from service.authenticity.dispositions import Disposition
from service.authenticity.reasons import Match
from service.errors import WaitError
from service.gs1.identifiers import Lot
from service.rate_limit.budgets import GUEST
from service.rate_limit.limiter import Payer
from service.settings import Settings
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.web.core.services import services_of
from service.web.limits.checks import ask_check
from tests.factories.records import TOXIN
from tests.factories.running_service import RunningService, ask_on, running_service

pytestmark = pytest.mark.slow

LONG = bool(os.environ.get("VIALCHECK_LONG"))
NETWORKS, GUESSES = (1_000, 1_000) if LONG else (40, 60)
ON_RECORD = range(3, 100_000, 10)
DENSITY = len(ON_RECORD) / 100_000


def serial(number: int) -> str:
    """No serial looks like its neighbour: then a near miss would be said to be one."""
    return f"{(number * 2654435761) % 2**32:010d}{number:05d}"


@pytest.fixture
def records(sqlite_url: str) -> str:
    database = Database(sqlite_url)
    with database.transaction() as connection:
        connection.execute(insert(Manufacturer).values(id=1, name="Dense"))
        product = {"id": 1, "manufacturer_id": 1, "gtin": TOXIN, "name": "Densum", "complete": True}
        connection.execute(insert(Product).values(**product, markets=("FR",)))
        lot = {"id": 1, "product_id": 1, "lot": "D1", "lot_key": "D1", "lot_folded": Lot.parse("D1").folded}
        connection.execute(
            insert(Batch).values(**lot, expiry=date(2070, 12, 31), expiry_month_only=False, status="released")
        )
        rows = [{"product_id": 1, "serial": serial(each), "batch_id": 1} for each in ON_RECORD]
        connection.execute(insert(Unit), [row | {"disposition": Disposition.ACTIVE} for row in rows])
    database.close()
    return sqlite_url


def scan_of(number: int) -> str:
    return f"(01){TOXIN}(17)701231(10)D1(21){serial(number)}"


def guess(service: RunningService, network: int) -> tuple[int, int]:
    """One network guesses; how many it found, and how many answers it had."""
    chosen = random.Random(network)  # each its own serials
    found = answered = 0
    connection = service.connect(f"127.{network // 250 + 1}.{network % 250}.1")
    for _ in range(GUESSES):
        record = bool(chosen.getrandbits(1))
        said = ask_on(connection, scan=scan_of(chosen.randrange(100_000)), record=record)
        assert said.status in {200, 201, 429}
        if said.status != 429:
            answered += 1
            found += said.json["match"] == "unit"
    connection.close()
    return found, answered


def attack(service: RunningService) -> tuple[int, int, float]:
    """All networks at once: found, answered, and the seconds that it took."""
    start = time.monotonic()
    with ThreadPoolExecutor(16) as networks:
        done = list(networks.map(lambda number: guess(service, number), range(NETWORKS)))
    return sum(each[0] for each in done), sum(each[1] for each in done), time.monotonic() - start


@pytest.fixture
def attacked(records: str, tmp_path: Path) -> Iterator[RunningService]:
    with running_service(records, tmp_path, WORKERS=3) as service:
        yield service


def test_guessing_finds_no_more_than_the_budget_of_misses_pays_for(attacked: RunningService) -> None:
    found, answered, seconds = attack(attacked)
    earned_back = seconds / GUEST.misses.interval + 1
    in_flight = 1  # of one network, whose guesses come one after the other
    misses = NETWORKS * (GUEST.misses.burst + in_flight + earned_back)
    assert answered - found <= misses
    # As many serials as guesses in that many misses find; and three standard deviations.
    due = misses * DENSITY / (1 - DENSITY)
    assert found <= due + 3 * due**0.5
    print(f"{NETWORKS * GUESSES} guesses of {NETWORKS} networks: {answered} answered, {found} found")


@pytest.mark.chaos
def test_a_million_guesses_of_a_thousand_networks_in_one_process(records: str, tmp_path: Path) -> None:
    """The networks take turns, as an attacker does who has them all: nothing is lost to waiting for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIALCHECK_DATA", str(tmp_path))
        app = create_app(Settings(database_url=records, rate_limit="on"))
    chosen, start = random.Random(1), time.monotonic()
    payers = [Payer(network_of(f"127.{n // 250 + 1}.{n % 250}.1")) for n in range(1_000)]
    assert len({payer.key for payer in payers}) == 1_000
    found = answered = 0
    with app.test_request_context():
        for _, payer in itertools.product(range(1_000), payers):
            question = Question(scan=scan_of(chosen.randrange(100_000)))
            try:
                answer = ask_check(question, RequestOrigin(Channel.API), record=False, payer=payer)
            except WaitError:
                continue
            answered += 1
            found += answer.verdict.match is Match.UNIT
    services_of(app).close()
    earned_back = (time.monotonic() - start) / GUEST.misses.interval + 1
    misses = 1_000 * (GUEST.misses.burst + earned_back)
    due = misses * DENSITY / (1 - DENSITY)
    print(f"1,000,000 guesses: {answered} answered, {found} found, at most {due:.0f} stated")
    assert answered - found <= misses
    assert found <= due + 3 * due**0.5


@pytest.mark.chaos
def test_without_budgets_it_finds_what_there_is(records: str, tmp_path: Path) -> None:
    """The negative control: the attack above is one."""
    with running_service(records, tmp_path, RATE_LIMIT="off") as service:
        found, answered = (sum(each) for each in zip(*(guess(service, n) for n in range(20)), strict=True))
    assert answered == 20 * GUESSES
    assert found > 20 * GUESSES * DENSITY / 2


@pytest.mark.chaos
def test_a_spent_budget_is_still_spent_after_every_process_was_replaced(records: str, tmp_path: Path) -> None:
    wrong = [number for number in range(1000) if number not in ON_RECORD][: GUEST.misses.burst + 1]
    with running_service(records, tmp_path, WORKERS=3) as service:
        statuses = [service.ask("127.9.9.1", scan=scan_of(number)).status for number in wrong]
        assert statuses == [201] * GUEST.misses.burst + [429]
    with running_service(records, tmp_path, WORKERS=3) as service:
        assert {service.ask(f"127.9.9.{host}", scan=scan_of(3)).status for host in range(1, 9)} == {429}
        assert service.ask("127.9.8.1", scan=scan_of(3)).status == 201


def test_an_honest_clinic_behind_one_address_is_never_stopped(attacked: RunningService) -> None:
    """An hour's work of 60 a minute at once is more than it ever has; 300 a minute are."""
    assert GUEST.checks.per_hour >= 5 * 60 * 60
    connection = attacked.connect("127.8.8.1")
    for number in range(GUEST.checks.burst - 10):
        # A few in a hundred are mistyped: what a clinic has of those in five minutes.
        right = number % 20 or number > 300
        scan = scan_of(ON_RECORD[number]) if right else scan_of(ON_RECORD[number] + 1)
        assert ask_on(connection, scan=scan, asker="clinic").status == 201
    connection.close()
