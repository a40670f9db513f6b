"""Who is asked, how often, and who is left alone; without a connection."""

from typing import Any

import pytest
from msgspec.structs import replace

from service.authenticity.evidence import OutsideAnswer, Presented
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.repairs import Repair
from service.verification.outside.breaker import FAILURES, REST, CircuitBreaker
from service.verification.outside.directory import ResponderDirectory, ResponderEntry
from service.verification.outside.requests import OutsideUnit, ResponderFault
from service.verification.outside.responders import AT_ONCE, OutsideResponders

WHOLE = Presented(Gtin("04012345678901"), Lot.parse("A1"), Serial.parse("S1"), Expiry(2028, 12, 31))
GOOD = OutsideAnswer("One", verified=True)
LISTED = ResponderEntry("One", "https://one.example.org", prefixes=("4012345",))


class Asked:
    """Stands for the connection: answers, or fails, and counts."""

    def __init__(self, *, fails: bool = False) -> None:
        self.times, self.fails = 0, fails

    def __call__(self, _entry: ResponderEntry, _unit: OutsideUnit, _gln: str) -> OutsideAnswer:
        self.times += 1
        if self.fails:
            raise ResponderFault("status 500")
        return GOOD


def responders(ask: Any, **more: Any) -> OutsideResponders:
    return OutsideResponders(ResponderDirectory("9506000000008", (LISTED,)), ask=ask, **more)


@pytest.mark.parametrize(
    ("presented", "asked"),
    [
        (WHOLE, True),
        # not listed: never asked
        (replace(WHOLE, gtin=Gtin("09506000134352")), False),
        # LMS answers about a unit, whole
        (replace(WHOLE, lot=None), False),
        (replace(WHOLE, serial=None), False),
        (replace(WHOLE, expiry=None), False),
        (replace(WHOLE, gtin=None), False),
        # what was repaired is not what is printed
        (replace(WHOLE, repairs=(next(iter(Repair)),)), False),
        # a lot with a space is none of GS1's characters
        (replace(WHOLE, lot=Lot.parse("A 1")), False),
    ],
)
def test_only_a_whole_question_is_asked(presented: Presented, asked: bool) -> None:
    connection = Asked()
    assert responders(connection).ask(presented) == (GOOD if asked else None)
    assert connection.times == asked


def test_a_thread_that_must_not_wait_is_stopped_before_anything_is_sent() -> None:
    class ElsewhereError(Exception):
        pass

    def refuse() -> None:
        raise ElsewhereError

    connection = Asked()
    with pytest.raises(ElsewhereError):
        responders(connection, before_waiting=refuse).ask(WHOLE)
    assert connection.times == 0


def test_a_responder_that_fails_is_left_alone() -> None:
    connection = Asked(fails=True)
    own = responders(connection)
    assert [own.ask(WHOLE) for _ in range(FAILURES + 5)] == [None] * (FAILURES + 5)
    assert connection.times == FAILURES


def test_only_a_few_wait_at_once() -> None:
    depth: list[int] = []

    def ask(*given: Any) -> OutsideAnswer:
        depth.append(1)
        own.ask(WHOLE)  # asked while this one waits, and so on
        return GOOD

    own = responders(ask)
    assert own.ask(WHOLE) == GOOD
    assert len(depth) == AT_ONCE


def test_a_circuit_opens_rests_and_closes() -> None:
    now = [0.0]
    breaker = CircuitBreaker(lambda: now[0])
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.note(failed=True)
    assert not breaker.admits()
    now[0] += REST
    assert breaker.admits()  # one is let through …
    assert not breaker.admits()  # … and no other meanwhile
    breaker.note(failed=True)
    now[0] += REST - 1
    assert not breaker.admits()
    now[0] += 1
    assert breaker.admits()
    breaker.note(failed=False)
    assert breaker.admits()
    breaker.note(failed=True)
    assert breaker.admits()  # one failure alone opens nothing
