"""When workers are started again: at once, then ever more slowly; never again where none was ever up."""

import pytest

from service.server.supervisor import LONGEST_WAIT, MOST_AT_START, RespawnPolicy


def after(policy: RespawnPolicy, *ends: float, up: bool = True) -> RespawnPolicy:
    """The policy after workers have ended at these moments."""
    for end in ends:
        policy.ended(end, up=up)
    return policy


def test_two_ends_shortly_after_another_are_started_again_at_once() -> None:
    """What granian's own supervision takes for a crash loop, within 5.5 s."""
    policy = after(RespawnPolicy(2), 60.0, 61.0)
    assert policy.wait == 0.0
    assert not policy.gives_up


def test_each_further_end_waits_longer_up_to_a_limit() -> None:
    policy, waits = after(RespawnPolicy(2), 60.0), []
    for number in range(12):
        policy.ended(60.5 + number, up=True)
        waits.append(policy.wait)
    assert waits[:4] == [0.0, 0.5, 1.0, 2.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    assert not policy.gives_up  # it has been up


def test_an_end_is_forgotten() -> None:
    policy = after(RespawnPolicy(1), *(60.0 + number for number in range(6)))
    assert policy.wait > 0
    policy.ended(300.0, up=True)
    assert policy.wait == 0.0


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_service_that_was_never_up_gives_up(workers: int) -> None:
    policy = RespawnPolicy(workers)
    for number in range(MOST_AT_START * workers):
        policy.ended(float(number), up=False)
        assert not policy.gives_up
    policy.ended(100.0, up=False)
    assert policy.gives_up


def test_one_that_was_up_never_gives_up() -> None:
    policy = after(RespawnPolicy(1), 10.0)
    assert not after(policy, *(20.0 + number for number in range(100)), up=False).gives_up
