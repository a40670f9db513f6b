"""RSGI requests as WSGI environs, and the application's answers."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.server.wsgi import IN_MEMORY, FileAnswer, call, environ_of


@dataclass
class Lines:
    """A request's headers, a line each."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def items(self) -> list[tuple[str, str]]:
        return self.lines


@dataclass
class Request:
    """What granian says of a request."""

    path: str = "/"
    query_string: str = ""
    headers: Lines = field(default_factory=Lines)
    client: str = "203.0.113.9:5000"
    server: str = "192.0.2.1:8000"
    method: str = "GET"
    scheme: str = "http"
    http_version: str = "1.1"
    proto: str = "http"


def test_the_path_that_granian_decoded_is_not_decoded_again() -> None:
    """Sent as `/01/x/10/A%2F7%252F%C3%A9`; a real service: `test_assertions` of the resolver."""
    environ = environ_of(Request("/01/x/10/A/7%2F\xe9", "17=271231"))
    assert environ["PATH_INFO"] == "/01/x/10/A/7%2F\xc3\xa9"  # bytes as latin-1 (PEP 3333)
    assert environ["QUERY_STRING"] == "17=271231"
    assert "RAW_URI" not in environ


@pytest.mark.parametrize(
    ("client", "address"), [("203.0.113.9:5000", "203.0.113.9"), ("[2001:db8::1]:5000", "2001:db8::1")]
)
def test_addresses_are_without_port_and_brackets(client: str, address: str) -> None:
    assert environ_of(Request(client=client))["REMOTE_ADDR"] == address


def test_headers_of_one_name_are_joined_and_none_passes_for_another() -> None:
    sent = [("cookie", "a=1"), ("cookie", "b=2"), ("x-forwarded-for", "203.0.113.9")]
    sent += [
        ("x_forwarded_for", "198.51.100.1"),
        ("content-type", "text/plain"),
        ("accept", "a"),
        ("accept", "b"),
    ]
    environ = environ_of(Request(headers=Lines(sent)))
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ_of(Request())["wsgi.input"].read() == b""


class Parts:
    """An answer in parts, that notices when it is closed."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self.closed = parts, False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        self.closed = True


def application(answer: Iterable[bytes]) -> Any:
    def run(_environ: object, start_response: Any) -> Iterable[bytes]:
        start_response("201 Created", [("Content-Type", "text/plain")])
        return answer

    return run


def test_a_small_answer_is_whole_and_closed() -> None:
    parts = Parts([b"a", b"b"])
    answer = call(application(parts), {})
    assert (answer.status, answer.headers, answer.body) == (201, [("content-type", "text/plain")], b"ab")
    assert parts.closed


def test_a_large_answer_is_not_held_in_memory() -> None:
    answer = call(application([b"x" * IN_MEMORY, b"y"]), {})
    assert answer.spooled is not None
    assert answer.body == b""
    assert answer.spooled.read() == b"x" * IN_MEMORY + b"y"
    answer.spooled.close()


def test_a_file_is_sent_by_its_path_and_a_part_of_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert call(application(FileAnswer(path.open("rb"))), {}).path == str(path)
    begun = path.open("rb")
    begun.read(1)
    assert call(application(FileAnswer(begun)), {}).body == b"bc"
    assert call(application(FileAnswer(io.BytesIO(b"abc"))), {}).body == b"abc"
