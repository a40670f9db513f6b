"""Compressed links: published ones, the law that both directions agree, and texts that are none."""

import json
import string
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import IdentifierError
from service.gs1.resolver.compression import compressed, decompressed

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
GTIN = ("01", "09506000134352")


def published(corpora: Path) -> list[tuple[str, list[list[str]]]]:
    """Compressed texts of the corpora, with the elements that each carries besides those of the path."""
    found = []
    for line in (corpora / "gs1" / "gs1-vectors.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] == "dl-uri-compressed" and row["ais"]:
            *before, text = urlsplit(row["input"]).path.strip("/").split("/")
            if len(before) % 2 == 0 and before[:1] != ["glnProd"]:
                found.append((text, [each for each in row["ais"] if each[0] != (before or [""])[0]]))
    return found


def test_published_links_are_read(corpora: Path) -> None:
    rows = published(corpora)
    assert len(rows) > 15
    for text, elements in rows:
        assert sorted(map(list, decompressed(text).elements)) == sorted(elements), text


@pytest.mark.parametrize(
    ("bits", "elements", "others"),
    [
        # 0D: 01 and 17; 1A: a lot and a serial between them
        ("00001101" + f"{9506000134352:047b}" + f"{271231:020b}", (GTIN, ("17", "271231")), ()),
        (
            "00011010" + f"{9506000134352:047b}" + "000" + "00010" + f"{7:07b}" + "001" + "00010" + "10101011" + f"{271231:020b}",
            (GTIN, ("10", "07"), ("21", "ab"), ("17", "271231")),
            (),
        ),
        # the same in the order in which GS1's toolkit writes it, the date before the serial
        (
            "00011010"
            + f"{9506000134352:047b}"
            + "000" + "00010" + f"{7:07b}"
            + f"{271231:020b}"
            + "001" + "00010" + "10101011",
            (GTIN, ("10", "07"), ("17", "271231"), ("21", "ab")),
            (),
        ),
        # F: a pair that is not GS1's; its key is k1
        ("00000001" + f"{9506000134352:047b}" + "1111" + f"{2:07b}" + "100100110101" + "000" + f"{3:07b}" + f"{42:010b}", (GTIN,), (("k1", "042"),)),
    ],
)  # fmt: skip
def test_sequences_and_other_pairs(
    bits: str, elements: tuple[tuple[str, str], ...], others: tuple[tuple[str, str], ...]
) -> None:
    padded = bits + "0" * (-len(bits) % 6)
    found = decompressed("".join(ALPHABET[int(padded[at : at + 6], 2)] for at in range(0, len(padded), 6)))
    assert (found.elements, found.others) == (elements, others)


X = st.text(alphabet="".join(map(chr, range(0x21, 0x7F))), min_size=1, max_size=20)
ELEMENTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["10", "21", "22", "710", "715", "235"]), X),
        st.tuples(st.just("10"), st.from_regex(r"0*[0-9]{1,10}", fullmatch=True).map(lambda text: text[:20])),
        st.tuples(st.just("17"), st.from_regex(r"[0-9]{6}", fullmatch=True)),
        st.tuples(st.just("30"), st.from_regex(r"[0-9]{1,8}", fullmatch=True)),
        st.tuples(st.just("8003"), st.from_regex(r"[0-9]{14}[A-Za-z0-9/]{0,16}", fullmatch=True)),
    ),
    max_size=6,
)


@given(ELEMENTS)
def test_what_is_compressed_is_read_again(elements: list[tuple[str, str]]) -> None:
    """Zeros in front stay; a hyphen that makes a text base64url as well."""
    everything = (GTIN, *elements)
    assert decompressed(compressed(everything)).elements == everything


@given(st.text(alphabet="ABCDXYZabcxyz0189-_", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = decompressed(text)
    except IdentifierError:
        return
    assert found.elements or found.others


@pytest.mark.parametrize(
    "text", ["", "foo", "nowhere", "A", "AQ", "AQnYUc1gmiCNV4J", "ä", "A=", "A" * 401, "x" * 30]
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        decompressed(text)
