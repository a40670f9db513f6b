"""Compressed answers: what goes in comes out, for as long as rows last."""

import hashlib
import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.authenticity.evidence import Asker
from service.authenticity.verdicts import judge
from service.storage.database import Database
from service.storage.packed_json import pack, unpack
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from service.verification.verdict_codec import verdict_to_plain
from tests.factories import maker_records
from tests.factories.evidence import evidence

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(JSON)
def test_what_is_packed_is_unpacked(value: Any) -> None:
    assert unpack(pack(value)) == value


def test_an_answer_takes_a_quarter() -> None:
    plain = verdict_to_plain(judge(evidence(asker=Asker.PATIENT)))
    as_it_is = len(str(plain))
    assert unpack(pack(plain)) == plain
    assert len(pack(plain)) < as_it_is / 4


@pytest.mark.parametrize(
    "kept", ['{"action": "check"}', b'{"action": "check"}'], ids=["SQLite's", "PostgreSQL's"]
)
def test_rows_that_were_written_before_are_read(kept: str | bytes) -> None:
    assert unpack(kept) == {"action": "check"}


WHOLE = pack({"said": "twice and again, twice and again, twice and again"})


@pytest.mark.parametrize("kept", [WHOLE[:-1], b"\x02" + WHOLE[1:], b"\x01", b""])
def test_a_damaged_answer_is_none(kept: bytes) -> None:
    with pytest.raises(ValueError, match=r"damaged|cut off|expected value|EOF"):
        unpack(kept)


_CHECKS = 900
_SCAN = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"


def test_a_check_takes_at_most_700_bytes(sqlite_url: str) -> None:
    """The pages of its row and of all its indexes, in SQLite's file."""
    database = Database(sqlite_url)
    maker_records.fill(database)
    before = _pages_of_checks(sqlite_url)
    desk = VerificationService(database)
    for number in range(_CHECKS):
        question = Question(lot="VX2401") if number % 3 else Question(scan=_SCAN)
        desk.verify(
            question, RequestOrigin(Channel.API, client=f"{number % 100}", country="FR", region="Lyon")
        )
    desk.close()
    database.close()
    assert (_pages_of_checks(sqlite_url) - before) / _CHECKS <= 700


def _pages_of_checks(url: str) -> int:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        pages = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%scan%'"
        return int(connection.execute(pages).fetchone()[0])


def test_the_dictionary_never_changes() -> None:
    """Rows that were packed with it could not be read any more: a better one is another file with the next number."""
    kept = files("service.storage").joinpath("answer_dictionary_1.txt").read_bytes()
    assert (
        hashlib.sha256(kept).hexdigest() == "6edce5fb9bb5fad7583545e251478f8b1b2db1ee1ed14799a7875f44874f2919"
    )
