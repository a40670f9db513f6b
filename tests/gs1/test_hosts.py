"""Hosts that are not ours: those that could pass for ours are told apart from all others."""

# ruff: noqa: RUF001 - that characters look like others is what this is about

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gs1 import hosts
from service.gs1.hosts import in_ascii, resembles, same_host
from service.gs1.reading import read

OURS = "check.example.org"


@pytest.mark.parametrize(
    "host",
    [
        "check.examp1e.org",  # 1 for l
        "сheck.example.org".encode("idna").decode(),  # a Cyrillic letter
        "chèck.example.org".encode("idna").decode(),
        "check.exarnple.org",  # rn for m
        "check-example.org",  # a hyphen for a dot
        "chek.example.org",
        "check.exampel.org",
        "check.exampple.org",
        "check.example.org.evil.example",  # our whole name before another's
        "check.example.org:8443",
    ],
)
def test_a_host_that_could_pass_for_ours(host: str) -> None:
    assert resembles(host, OURS)
    assert not same_host(host, OURS)


@pytest.mark.parametrize("host", ["id.gs1.org", "evil.example", "medicines.example.com", "localhost:8000"])
def test_a_host_that_nobody_takes_for_ours(host: str) -> None:
    assert not resembles(host, OURS)


@pytest.mark.parametrize("host", [OURS, OURS.upper(), OURS + ".", OURS + ":443", OURS + ":80"])
def test_our_own_host_however_it_is_written(host: str) -> None:
    assert same_host(host, OURS)
    assert not resembles(host, OURS)


def test_a_short_name_is_inside_many_by_chance() -> None:
    assert not resembles("italiano.example", "a.io")


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://сheck.example.org/01/09506000134352", "xn--heck-k6d.example.org"),
        ("]Q1https://bücher.example/01/09506000134352", "xn--bcher-kva.example"),
        ("https://check。example。org/01/09506000134352", OURS),  # as browsers read it
    ],
)
def test_a_host_in_other_letters_is_read_as_browsers_send_it(link: str, host: str) -> None:
    assert read(link).host == host


@pytest.mark.parametrize("text", ["https://exa\u202emple.org/01/1", "https://" + "ü" * 70 + "/", "LOT ü", ""])
def test_what_is_no_such_host_is_left_alone(text: str) -> None:
    assert in_ascii(text) == text


@given(st.text(), st.text())
def test_any_text_can_be_asked(one: str, other: str) -> None:
    in_ascii(one)
    in_ascii("https://" + one)
    resembles(one, other)


def test_the_examples_in_the_documentation_hold() -> None:
    result = doctest.testmod(hosts)
    assert result.attempted
    assert not result.failed
