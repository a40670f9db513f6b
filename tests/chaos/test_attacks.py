"""A check is answered while all attackers hold; without the front the same attacks stop it.

The short form of some runs always, the long one of all in `make chaos`. How fast checks are meanwhile: `make bench`.
"""

import pytest

from tests.chaos.attacking import attacked, check_seconds
from tests.factories.running_service import RunningService

ATTACKS = [
    # attack, connections in the short form (0: it has none), in the long form
    ("large_slow_bodies", 4, 64),  # what stopped the service once: read inside a slot
    ("slow_bodies", 80, 200),
    ("half_heads", 0, 1100),
    ("idle", 0, 5000),
    ("label_sheets", 16, 64),
    ("large_photos", 0, 64),
    ("report_photos", 0, 64),
    ("made_up_checks", 16, 64),
    ("sign_ins", 16, 64),
    ("unread_answers", 0, 64),
]
STOPPING = [
    # attack and connections that stop a service without the front: more than it has threads
    ("slow_bodies", 40),
    ("large_slow_bodies", 40),
    ("label_sheets", 64),
    ("idle", 3000),
    ("large_photos", 64),
    ("report_photos", 64),
    ("sign_ins", 256),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "number"), [(name, short) for name, short, _ in ATTACKS if short])
def test_a_check_is_answered_beside(service: RunningService, name: str, number: int) -> None:
    with attacked(service, name, number):
        check_seconds(service, 10)


@pytest.mark.chaos
@pytest.mark.parametrize(("name", "number"), [(name, long) for name, _, long in ATTACKS])
def test_a_hundred_checks_are_answered_beside(service: RunningService, name: str, number: int) -> None:
    with attacked(service, name, number):
        check_seconds(service, 100)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["slow_bodies", *(pytest.param(each, marks=pytest.mark.chaos) for each in ("half_heads", "idle"))]
)
def test_a_slow_sender_is_ended(service: RunningService, name: str) -> None:
    """Within 10 s, and the time that a sweep takes; here each attacker waits until it is."""
    with attacked(service, name, 8) as attackers:
        assert attackers.process.stdout is not None
        assert attackers.process.stdout.readline() == "ended\n"
    assert sum(attackers.ended.values()) == 8
    assert set(attackers.ended) <= ({"408"} if name == "slow_bodies" else {"408", "closed"})


@pytest.mark.chaos
@pytest.mark.parametrize(("name", "number"), STOPPING)
def test_without_the_front_each_attack_stops_checks(
    unguarded: RunningService, name: str, number: int
) -> None:
    """The negative control: what the tests above pass is a real attack."""
    with attacked(unguarded, name, number), pytest.raises((TimeoutError, ConnectionError)):
        check_seconds(unguarded, 20, patience=5.0)
