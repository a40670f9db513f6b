"""Two live instances ask each other; others lie or hang, and what they say or do changes no other answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.gs1.identifiers import check_digit
from tests.browser.server import Service
from tests.factories.records import TOXIN
from tests.factories.responders import bad_responders
from tests.factories.running_service import running_service
from tests.factories.two_instances import OTHER_TOXIN, Instance, application, two_instances

UNIT = {"lot": "A1001", "serial": "SN0001", "expiry": "2070-12-31"}


@pytest.fixture
def both(migrated_sqlite: Path, tmp_path: Path) -> Iterator[tuple[Instance, Instance]]:
    first, second = two_instances(migrated_sqlite, tmp_path)
    with application(first) as one, application(second) as other:
        running = [Service.of(one, first.port), Service.of(other, second.port)]
        yield first, second
        for each in running:
            each.off()


def asked(address: str, **fields: str) -> Any:
    answer = httpx.post(f"{address}/api/v1/verifications", json=fields, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


def reasons(said: Any) -> dict[str, str]:
    return {each["code"]: each["message"] for each in said["reasons"]}


def test_two_instances_ask_each_other(both: tuple[Instance, Instance]) -> None:
    first, second = both
    for here, gtin, name in ((first, OTHER_TOXIN, "Second Registry"), (second, TOXIN, "First Registry")):
        said = asked(here.address, gtin=gtin, **UNIT)
        assert (said["action"], said["match"], said["record"]) == ("check", "none", None)
        assert name in reasons(said)["verified_elsewhere"]
        # dispensed there: another organisation's word holds the pack, and rejects nothing
        said = asked(here.address, gtin=gtin, **UNIT | {"serial": "SN0002"})
        assert (said["action"], set(reasons(said))) == (
            "quarantine",
            {"not_verified_elsewhere", "no_records_held"},
        )
        assert name in reasons(said)["not_verified_elsewhere"]
        said = asked(here.address, gtin=gtin, **UNIT | {"expiry": "2071-12-31"})
        assert said["action"] == "quarantine"
        # a lot alone is not asked about, nor is a product that is on record here
        assert asked(here.address, gtin=gtin, lot="A1001")["action"] == "unknown"
    assert asked(first.address, gtin=TOXIN, **UNIT)["action"] == "accept"
    # a product that neither knows: each may ask the other once, and no answer comes round again
    assert asked(first.address, gtin="04012345000009", **UNIT)["action"] == "unknown"


@pytest.mark.slow
def test_a_responder_that_hangs_keeps_no_other_request_from_its_answer(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    """One thread for checks, and eight questions that wait for a responder: a ninth, of a record here, goes first."""
    first, _ = two_instances(migrated_sqlite, tmp_path)
    prefixes = [f"406{number}" for number in range(1, 9)]
    with bad_responders() as third, ThreadPoolExecutor(8) as others:
        for number, prefix in enumerate(prefixes):
            first.lists(f"{third.address}/hang{number}", prefix, name=f"Slow {number}")
        settings: dict[str, Any] = {
            "RATE_LIMIT": "off",
            "WORKERS": 1,
            "THREADS": 1,
            "OUTSIDE_RESPONDERS": first.directory,
        }
        with running_service(first.database_url, tmp_path, ready="/ready", **settings) as service:
            gtins = [with_check_digit(f"0{prefix}00000000") for prefix in prefixes]
            waiting = [others.submit(asked, service.address, gtin=gtin, **UNIT) for gtin in gtins]
            assert third.received.wait(30)
            assert asked(service.address, gtin=TOXIN, **UNIT)["action"] == "accept"
            assert not all(each.done() for each in waiting)
            answers = [each.result(60) for each in waiting]
        assert {each["action"] for each in answers} == {"unknown"}


def with_check_digit(payload: str) -> str:
    return payload[:13] + check_digit(payload[:13])
