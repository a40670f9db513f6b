"""Receipts of several uses: each judged by itself, one link, and a copy of the records tells not even how many."""

import base64
import hashlib
import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select, update

from service.accounts.actors import Actor
from service.authenticity.reasons import Action
from service.clinics.receipts.changed_list import ChangedReceipts
from service.clinics.receipts.content import decrypted, encrypted, new_token, of_plain
from service.clinics.receipts.service import MOST_USES, ReceiptService
from service.clinics.receipts.signing import ReceiptKeys, read_signed
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.models import Batch, Product, ReceiptUse, TreatmentReceipt, VialEvent
from service.storage.retention import apply_retention
from tests.clinics.receipts.handed_over import used, used_pack
from tests.factories.clinics import Ward, clinic
from tests.factories.records import FILLER

FILLER_PACK = f"(01){FILLER}(17)700731(10)SHARED1"


@pytest.fixture
def uses(ward: Ward, nurse: Actor) -> list[int]:
    """A vial of toxin and one of filler, used one after the other: the ids of the events."""
    return [used(ward, nurse)[1].id, used_pack(ward, nurse, FILLER_PACK)[1].id]


def issue(
    ward: Ward, who: Actor, receipts: ReceiptService, use: int, further: list[int] | None = None
) -> str:
    with ward.database.reading() as connection:
        vial_id = connection.scalars(select(VialEvent.vial_id).where(VialEvent.id == use)).one()
    traced = ward.shelves.vial(who, vial_id)[0]
    step = next(each for each in traced.events if each.id == use)
    return receipts.issue(who, traced.vial, step, ward.desk.now(), further)


def recall(ward: Ward) -> None:
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))


def test_each_use_has_its_own_verdict(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    lines = receipts.open(issue(ward, nurse, receipts, uses[1], uses[:1])).lines
    assert {each.lot for each in lines} == {"A1001", "SHARED1"}
    recall(ward)
    now = {each.lot: receipts.verdict(each).action for each in lines}
    assert now["A1001"] is Action.REJECT
    assert now["SHARED1"].rank < Action.QUARANTINE.rank


def test_the_clinic_finds_it_by_each_use_and_takes_it_back_by_each(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    token = issue(ward, nurse, receipts, uses[0], uses[1:])
    assert receipts.of_uses(nurse, uses) == dict.fromkeys(uses, False)
    assert receipts.of_uses(clinic(ward.database, "Elsewhere"), uses) == {}
    assert receipts.void(nurse, uses[1], "Wrong vial chosen", ward.desk.now())
    assert receipts.open(token).void_reason == "Wrong vial chosen"
    assert receipts.of_uses(nurse, uses) == dict.fromkeys(uses, True)


def test_a_copy_of_the_records_tells_neither_which_nor_how_many(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    lakeside = clinic(ward.database, "Lakeside")
    alone = used_pack(ward, lakeside, FILLER_PACK)[1].id
    issue(ward, lakeside, receipts, alone)
    uses += [used_pack(ward, nurse, FILLER_PACK)[1].id for _ in range(MOST_USES - 2)]
    issue(ward, nurse, receipts, uses[0], uses[1:])
    with ward.database.reading() as connection:
        rows = connection.execute(
            select(func.count(), func.max(func.length(TreatmentReceipt.content)))
            .join(ReceiptUse, ReceiptUse.token_hash == TreatmentReceipt.token_hash)
            .group_by(TreatmentReceipt.token_hash)
        ).all()
    assert len(rows) == 2
    assert rows[0] == rows[1]  # as many marks, and content of the same length
    assert rows[0][0] == MOST_USES
    assert set(receipts.of_uses(nurse, range(1, 100))) == set(uses)
    other = ReceiptService(ward.database, ward.desk, lambda: b"x" * 32)
    assert other.of_uses(nurse, range(1, 100)) == {}


def test_its_holder_deletes_the_marks_with_it_and_so_does_time(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    def marks() -> int:
        with ward.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(ReceiptUse)) or 0

    receipts.delete(issue(ward, nurse, receipts, uses[0], uses[1:]))
    assert (receipts.of_uses(nurse, uses), marks()) == ({}, 0)
    issue(ward, nurse, receipts, uses[0], uses[1:])
    assert marks() == MOST_USES
    apply_retention(ward.database, ward.desk.now() + timedelta(days=5 * 365 + 62))
    assert marks() == 0


def test_handed_over_again_it_keeps_its_uses_unless_others_are_chosen(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    first = issue(ward, nurse, receipts, uses[0], uses[1:])
    second = issue(ward, nurse, receipts, uses[1])
    assert len(receipts.open(second).lines) == 2
    with pytest.raises(NotFoundError):
        receipts.open(first)
    third = issue(ward, nurse, receipts, uses[1], [])
    assert [each.lot for each in receipts.open(third).lines] == ["SHARED1"]
    assert receipts.of_uses(nurse, uses) == {uses[1]: False}
    receipts.void(nurse, uses[1], "Wrong vial chosen", ward.desk.now())
    assert len(receipts.open(issue(ward, nurse, receipts, uses[1])).lines) == 1


def test_what_is_offered(ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]) -> None:
    other = used_pack(ward, nurse, FILLER_PACK, "B-7")[1]
    late = used_pack(ward, nurse, FILLER_PACK, "A-1042")[1]
    with ward.database.transaction() as connection:  # another day's
        connection.execute(
            update(VialEvent).where(VialEvent.id == late.id).values(at=late.at - timedelta(days=2))
        )
    use = next(each for each in ward.shelves.vial(nurse, 1)[0].events if each.id == uses[0])

    def offered() -> list[tuple[int, bool]]:
        return [(each.used.use.id, each.chosen) for each in receipts.offered(nurse, use)]

    assert offered() == [(uses[1], False), (other.id, False)]  # the same reference first
    issue(ward, nurse, receipts, uses[0], [other.id])
    assert offered() == [(other.id, True), (uses[1], False)]
    issue(ward, nurse, receipts, uses[1])
    assert offered() == [(other.id, True)]  # the other one stands on another receipt
    receipts.void(nurse, uses[1], "Wrong vial chosen", ward.desk.now())
    assert offered() == [(other.id, True), (uses[1], False)]


def test_what_is_refused(ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]) -> None:
    elsewhere = used_pack(ward, clinic(ward.database, "Elsewhere"), FILLER_PACK)[1].id
    received = 1  # the step that received the vial
    for no_use in (elsewhere, received, 9999):
        with pytest.raises(NotFoundError):
            issue(ward, nurse, receipts, uses[0], [no_use])
    standing = issue(ward, nurse, receipts, uses[1])
    with pytest.raises(ConflictError) as taken:  # another patient's would open no more
        issue(ward, nurse, receipts, uses[0], uses[1:])
    assert taken.value.code is ErrorCode.RECEIPT_ELSEWHERE
    assert receipts.open(standing)
    more = [used_pack(ward, nurse, FILLER_PACK)[1].id for _ in range(MOST_USES)]
    with pytest.raises(RefusedError) as full:
        issue(ward, nurse, receipts, uses[0], more)
    assert full.value.code is ErrorCode.RECEIPT_FULL
    assert len(receipts.open(issue(ward, nurse, receipts, uses[0], more[1:])).lines) == MOST_USES


def test_the_next_treatment_is_the_latest_of_its_products(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    lines = receipts.open(issue(ward, nurse, receipts, uses[0], uses[1:])).lines
    assert receipts.next_day(lines) is None
    for gtin, days in ((FILLER, 14), (lines[0].gtin, 84)):
        with ward.database.transaction() as connection:
            connection.execute(update(Product).where(Product.gtin == gtin).values(interval_days=days))
        assert receipts.next_day(lines) == (lines[0].day + timedelta(days=days), days)


def test_a_stop_of_any_use_names_it_in_the_daily_list(
    ward: Ward, nurse: Actor, receipts: ReceiptService, keys: ReceiptKeys, uses: list[int]
) -> None:
    issue(ward, nurse, receipts, uses[1], uses[:1])  # the toxin is the further use
    changed = ChangedReceipts(ward.database, receipts, keys)
    assert changed._changed() == set()
    recall(ward)
    with ward.database.reading() as connection:
        assert changed._changed() == {connection.scalar(select(TreatmentReceipt.token_hash))}


def test_a_signed_file_has_every_use_and_earlier_files_are_read(
    ward: Ward, nurse: Actor, receipts: ReceiptService, keys: ReceiptKeys, uses: list[int]
) -> None:
    lines = receipts.open(issue(ward, nurse, receipts, uses[0], uses[1:])).lines
    read = read_signed(keys.sign(lines, "https://vialcheck.example"), keys.published())
    assert [each["lot"] for each in read.uses] == [each.lot for each in lines]
    assert {each["clinic"] for each in read.uses} == {nurse.organisation}
    assert [each["lot"] for each in read.plain()["uses"]] == [each.lot for each in lines]
    one = read_signed(keys.sign(lines[:1], "https://vialcheck.example"), keys.published())
    assert one.plain()["lot"] == lines[0].lot  # in the form of earlier versions
    assert "uses" not in one.plain()


def test_what_earlier_versions_wrote_is_read(
    ward: Ward, nurse: Actor, receipts: ReceiptService, uses: list[int]
) -> None:
    lines = receipts.open(issue(ward, nurse, receipts, uses[0], uses[1:])).lines
    assert of_plain(json.loads(json.dumps(asdict(lines[0])))) == lines[:1]
    token, nonce = new_token(), bytes(12)
    key = hashlib.sha256(f"vialcheck receipt content {token}".encode()).digest()
    plain = json.dumps(asdict(lines[0]), separators=(",", ":")).encode()
    sealed = base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode()
    assert decrypted(sealed, token) == lines[:1]
    assert decrypted(encrypted(lines, token), token) == lines


def test_the_longest_file_is_signed_and_read(
    ward: Ward, nurse: Actor, receipts: ReceiptService, keys: ReceiptKeys, uses: list[int]
) -> None:
    lines = receipts.open(issue(ward, nurse, receipts, uses[0], [])).lines
    long = of_plain([asdict(lines[0]) | {"product": "注" * 200, "clinic": "院" * 200}] * MOST_USES)
    read = read_signed(keys.sign(long, "https://vialcheck.example"), keys.published())
    assert len(read.uses) == MOST_USES
