"""The operator's directory: who is found for a product, and what is refused when it is read."""

from pathlib import Path

import pytest

from service.errors import ErrorCode, RefusedError
from service.gs1.identifiers import Gtin
from service.verification.outside.directory import read_directory

HEAD = 'req_gln = "9506000000008"\n[[responder]]\nname = "One"\nurl = "https://one.example.org/"\n'


def test_a_single_product_goes_before_the_longest_prefix(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("vck_secret\n")
    path = tmp_path / "responders.toml"
    path.write_text(
        f'{HEAD}prefixes = ["4012345"]\nkey_file = "{key}"\n'
        '[[responder]]\nname = "Two"\nurl = "http://127.0.0.1:1"\nprivate = true\nprefixes = ["40123456"]\n'
        '[[responder]]\nname = "Three"\nurl = "https://three.example.org"\ngtins = ["4012345678901"]\n'
    )
    directory = read_directory(path)
    named = {
        "04012345678901": "Three",
        "14012345678908": "Two",  # the packaging level's digit is no part of a prefix
        "04012345000009": "One",
        "09506000134352": None,
    }
    found = {gtin: directory.find(Gtin(gtin)) for gtin in named}
    assert {gtin: each.name if each else None for gtin, each in found.items()} == named
    one = found["04012345000009"]
    assert one is not None
    assert (one.url, one.key, one.private) == ("https://one.example.org", "vck_secret", False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "req_gln =",
        'req_gln = "9506000000008"\nresponder = "x"',
        HEAD.replace("9506000000008", "9506000000009") + 'prefixes = ["4012345"]',
        HEAD.replace("https", "http") + 'prefixes = ["4012345"]',  # in the clear, to the Internet
        HEAD.replace("https://", "file://") + 'prefixes = ["4012345"]',
        HEAD.replace("https://one", "https://user:pw@one") + 'prefixes = ["4012345"]',
        HEAD.replace("example.org/", "example.org/?a=b") + 'prefixes = ["4012345"]',
        HEAD.replace("one.example.org", "one.example.org:99999") + 'prefixes = ["4012345"]',
        HEAD.replace('"One"', '""') + 'prefixes = ["4012345"]',
        HEAD + 'prefixes = ["401"]',
        HEAD + 'prefixes = ["40123a5"]',
        HEAD + 'gtins = ["4012345678902"]',
        HEAD + 'prefixes = ["4012345", "4012345"]',
        HEAD + 'prefix = ["4012345"]',
        HEAD + 'key_file = "/nowhere"',
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "responders.toml"
    path.write_text(text)
    with pytest.raises(RefusedError) as caught:
        read_directory(path)
    assert (caught.value.code, caught.value.field) == (
        ErrorCode.SETTING_INVALID,
        "VIALCHECK_OUTSIDE_RESPONDERS",
    )
