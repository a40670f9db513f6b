"""Targets of links: plain https addresses on registered hosts, and nothing else."""

import pytest

from service.errors import ErrorCode, RefusedError
from service.gs1.resolver.statements import MOST_OF_A_TARGET, is_on, read_host, read_target

HOSTS = ("www.maker.example", "xn--mller-kva.example")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://www.maker.example/leaflet?a=1&b=%20#c", "https://www.maker.example/leaflet?a=1&b=%20#c"),
        (" HTTPS://WWW.Maker.Example/Leaflet ", "https://www.maker.example/Leaflet"),
        ("https://müller.example/x", "https://xn--mller-kva.example/x"),
        ("https://www.maker.example", "https://www.maker.example"),
    ],
)
def test_a_target_is_kept(given: str, kept: str) -> None:
    assert read_target(given, HOSTS) == kept
    assert read_target(kept, HOSTS) == kept
    assert is_on(kept, HOSTS)
    assert not is_on(kept, ("other.example",))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt://www.maker.example/%0aalert(1)",
        "data:text/html,x",
        "http://www.maker.example/",
        "//www.maker.example/",
        "www.maker.example",
        "https:///x",
        "https:www.maker.example",
        "https://user@www.maker.example/",
        "https://www.maker.example@evil.example/",
        "https://www.maker.example:8443/",
        "https://www.maker.example:/",
        "https://www.maker.example:99999/",
        "https://[::1]/",
        "https://[::1",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://www.maker.example/<script>",
        "https://www.maker.example/a b",
        "https://www.maker.example/\r\nSet-Cookie:x",
        "https://www.maker.example\\@evil.example/",
        "https://www.maker.example/%zz",
        "https://www.maker.example/ü",
        "https://www.maker.example/" + "a" * MOST_OF_A_TARGET,
    ],
)
def test_what_is_no_plain_address_is_refused(given: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_target(given, HOSTS)
    assert refused.value.code is ErrorCode.LINK_TARGET_INVALID


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/",
        "https://maker.example/",  # a name above is another one
        "https://x.www.maker.example/",
        "https://www.maker.example.evil.example/",
        "https://www.mаker.example/",  # noqa: RUF001 (a Cyrillic letter is what this is about)
    ],
)
def test_a_host_that_is_not_registered_is_refused(given: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_target(given, HOSTS)
    assert refused.value.code is ErrorCode.LINK_HOST_UNKNOWN


@pytest.mark.parametrize(
    "given", ["", "localhost", "10.0.0.1", "www.maker.example:80", "https://www.maker.example", "a b.example", "-a.example", "maker.123", "[::1]", "www.maker.example/x"]
)  # fmt: skip
def test_a_host_is_a_name_with_a_dot(given: str) -> None:
    with pytest.raises(RefusedError):
        read_host(given)


def test_a_host_is_kept_as_it_is_compared() -> None:
    assert read_host(" WWW.Maker.Example. ") == "www.maker.example"
    assert read_host("müller.example") == "xn--mller-kva.example"
