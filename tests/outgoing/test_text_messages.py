"""The outbox: a failure is tried again, a refusal is not, and neither lasts longer than its minute."""

import threading
from collections.abc import Callable

import pytest

from service.errors import ErrorCode, RefusedError, UnavailableError
from service.outgoing.requests import undelivered
from service.outgoing.text_messages import OutgoingText, TextOutbox
from service.outgoing.text_providers import AfricasTalking, Vonage
from tests.factories.outside import outside


class Scripted:
    """A provider that answers as it is told, and says when it was asked for the last time."""

    name = "scripted"

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.begun, self.done = threading.Event(), threading.Event()

    def send(self, message: OutgoingText) -> None:
        self.asked.append(message.text)
        self.begun.set()
        answer = self.answers.pop(0)
        if not self.answers:
            self.done.set()
        if answer is not None:
            raise answer


def message(text: str = "hello") -> OutgoingText:
    return OutgoingText("447700900001", "447700900000", text)


LATER, NEVER = undelivered("the answer 503"), RefusedError(ErrorCode.NOT_DELIVERED, found="the answer 422")


@pytest.mark.parametrize(
    ("answers", "attempts"),
    [
        ((None,), 1),
        ((LATER, None), 2),
        ((LATER, LATER, LATER), 3),  # then it is given up
        ((NEVER,), 1),
        ((LATER, NEVER), 2),
    ],
)
def test_a_message_is_tried_again_as_long_as_that_may_help(
    answers: tuple[Exception | None, ...], attempts: int
) -> None:
    outbox, provider = TextOutbox(pauses=(0.0, 0.0)), Scripted(*answers)
    outbox.put(provider, message())
    assert provider.done.wait(20)
    outbox.close()
    assert len(provider.asked) == attempts


def test_a_message_whose_time_is_over_does_not_leave() -> None:
    outbox, late, provider = TextOutbox(lasts=-1.0), Scripted(None), Scripted(None)
    outbox.put(late, message())
    outbox.close()
    assert late.asked == []
    again = TextOutbox(lasts=5.0, pauses=(10.0,))
    provider.answers.insert(0, LATER)
    again.put(provider, message())
    assert provider.begun.wait(20)
    again.close()  # the second attempt would come after its end
    assert provider.asked == ["hello"]


def test_there_is_room_for_so_many_and_no_more() -> None:
    held, go = threading.Event(), threading.Event()

    class Slow:
        name = "slow"

        def send(self, _message: OutgoingText) -> None:
            held.set()
            go.wait(20)

    outbox = TextOutbox(most=2)
    outbox.put(Slow(), message())
    assert held.wait(20)  # one leaves: it does not wait any more
    for _ in range(2):
        outbox.admit()
        outbox.put(Slow(), message())
    with pytest.raises(UnavailableError):
        outbox.admit()
    go.set()
    outbox.close()
    with pytest.raises(UnavailableError):
        outbox.admit()  # closed


def accepted(status: int) -> bytes:
    return b'{"SMSMessageData": {"Message": "", "Recipients": [{"statusCode": %d}]}}' % status


@pytest.mark.parametrize(
    ("make", "status", "body", "error"),
    [
        (Vonage, 202, b'{"message_uuid": "1"}', None),
        (Vonage, 401, b"", RefusedError),
        (Vonage, 422, b"", RefusedError),
        (Vonage, 302, b"", RefusedError),  # not followed: the credentials would go along
        (Vonage, 429, b"", UnavailableError),
        (Vonage, 503, b"", UnavailableError),
        (AfricasTalking, 201, accepted(101), None),
        (AfricasTalking, 201, accepted(102), None),
        (AfricasTalking, 201, accepted(405), RefusedError),  # no money left
        (AfricasTalking, 201, accepted(500), UnavailableError),
        (
            AfricasTalking,
            201,
            b'{"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}',
            RefusedError,
        ),
        (AfricasTalking, 201, b"accepted", None),
        (AfricasTalking, 401, b"", RefusedError),
        (AfricasTalking, 500, b"", UnavailableError),
    ],
)
def test_what_a_provider_answers(
    make: Callable[[str, str, str], Vonage | AfricasTalking],
    status: int,
    body: bytes,
    error: type[Exception] | None,
) -> None:
    with outside() as server:
        server.answers = [(status, body)]
        provider = make(server.address, "name", "secret")
        if error is None:
            provider.send(message())
        else:
            with pytest.raises(error):
                provider.send(message())
        server.next()
        assert server.received.empty()


def test_a_provider_that_is_not_there_may_be_tried_again() -> None:
    for provider in (make("http://127.0.0.1:9/", "n", "s") for make in (Vonage, AfricasTalking)):
        with pytest.raises(UnavailableError):
            provider.send(message())
