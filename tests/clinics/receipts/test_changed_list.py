"""The daily list: exactly the receipts that are to be looked at, and nothing that leads to one without its link."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet
from sqlalchemy import update

from service.accounts.actors import Actor
from service.clinics.receipts.changed_list import ENTRY_BYTES, FEWEST, ChangedReceipts, entry, packed
from service.clinics.receipts.content import hash_of, new_token
from service.clinics.receipts.service import ReceiptService
from service.clinics.receipts.signing import ALGORITHM, ReceiptKeys
from service.outgoing.web_push import unbase64
from service.storage.models import Batch
from tests.clinics.receipts.handed_over import issued
from tests.factories.clinics import Ward

DAY = date(2026, 11, 28)


@pytest.fixture
def lists(ward: Ward, receipts: ReceiptService, keys: ReceiptKeys) -> ChangedReceipts:
    return ChangedReceipts(ward.database, receipts, keys)


def entries(text: str) -> list[bytes]:
    content = unbase64(text)
    return [content[at : at + ENTRY_BYTES] for at in range(0, len(content), ENTRY_BYTES)]


def named(lists: ChangedReceipts, keys: ReceiptKeys, token: str) -> bool:
    """Whether the latest list names the receipt of a link, as a telephone finds out."""
    signed = jws.deserialize_compact(
        lists.latest().encode(),
        KeySet.import_key_set({"keys": list(keys.published()["keys"])}),
        algorithms=[ALGORITHM],
    )
    said = json.loads(signed.payload)
    assert len(entries(said["entries"])) == FEWEST
    return entry(date.fromisoformat(said["day"]), hash_of(token)) in entries(said["entries"])


def test_a_recalled_and_a_voided_receipt_are_named_and_others_are_not(
    ward: Ward, nurse: Actor, receipts: ReceiptService, keys: ReceiptKeys, lists: ChangedReceipts
) -> None:
    now = ward.desk.now()
    token, use = issued(ward, nurse, receipts)
    assert lists.latest() == ""
    assert lists.make(now)
    assert not named(lists, keys, token)
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    assert not lists.make(now)  # once a day
    assert lists.make(now + timedelta(days=1))
    assert named(lists, keys, token)
    assert not named(lists, keys, new_token())
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="released"))
    assert lists.make(now + timedelta(days=2))
    assert not named(lists, keys, token)
    receipts.void(nurse, use.id, "Wrong vial chosen", now)
    assert lists.make(now + timedelta(days=3))
    assert named(lists, keys, token)
    receipts.delete(token)
    assert lists.make(now + timedelta(days=4))
    assert not named(lists, keys, token)


@given(st.sets(st.integers(0, 2**64).map(lambda number: f"{number:064x}"), max_size=600))
def test_a_list_names_each_and_its_length_tells_little(hashes: set[str]) -> None:
    found = entries(packed(DAY, hashes))
    assert {entry(DAY, each) for each in hashes} <= set(found)
    assert found == sorted(found)
    assert len(found) in {FEWEST, 2 * FEWEST, 4 * FEWEST}
    assert len(found) >= len({entry(DAY, each) for each in hashes})


def test_two_days_have_nothing_in_common() -> None:
    hashes = [hash_of(new_token()) for _ in range(FEWEST)]
    today, tomorrow = (set(entries(packed(DAY + timedelta(days=each), hashes))) for each in (0, 1))
    assert len(today & tomorrow) <= 1  # by chance once in 65,000 pairs of days
