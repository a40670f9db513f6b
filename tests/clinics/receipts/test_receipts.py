"""Receipts: judged anew, of no name, opened by their link alone, and of no use that a copy of the records tells."""

import hashlib
import json
import secrets
import string
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest
from sqlalchemy import insert, select, update

from service.accounts.actors import Actor
from service.accounts.credentials.secret_box import SecretBox
from service.authenticity.reasons import Action, ReasonCode
from service.clinics.receipts.content import decrypted, encrypted, hash_of, new_token
from service.clinics.receipts.day_uses import is_use
from service.clinics.receipts.service import ReceiptService, use_rows
from service.clinics.receipts.signing import ReceiptKeys, read_signed
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.storage.database import Database
from service.storage.models import AuditEntry, Base, Batch, ReceiptUse, TreatmentReceipt
from service.storage.retention import apply_retention
from tests.clinics.receipts.handed_over import issued, used
from tests.factories.clinics import Ward, clinic

KEY = b"k" * 32


def test_a_receipt_says_what_was_used(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, use = issued(ward, nurse, receipts)
    opened = receipts.open(token)
    (said,) = opened.lines
    assert (said.lot, said.serial, said.expiry, said.units) == ("A1001", "SN0001", "2070-12-31", "40")
    assert (said.clinic, said.country) == (nurse.organisation, "GB")
    assert said.day == use.at.astimezone(UTC).date()
    assert opened.void_reason == ""


def test_the_clinics_own_use_is_nothing_against_it(
    ward: Ward, nurse: Actor, receipts: ReceiptService
) -> None:
    token, _ = issued(ward, nurse, receipts)
    content = receipts.open(token).lines[0]
    verdict = receipts.verdict(content)
    assert verdict.action.rank < Action.QUARANTINE.rank
    assert {str(each.code) for each in verdict.reasons} == set(content.reasons)
    assert ReasonCode.DISPENSED not in {each.code for each in verdict.reasons}


def test_a_later_recall_flips_it(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, _ = issued(ward, nurse, receipts)
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status="recalled"))
    content = receipts.open(token).lines[0]
    verdict = receipts.verdict(content)
    assert verdict.action is Action.REJECT
    assert str(ReasonCode.RECALLED) not in content.reasons


def test_an_expiry_date_counts_on_the_day_of_the_treatment(
    ward: Ward, nurse: Actor, receipts: ReceiptService
) -> None:
    """Years later the date is over, and nothing is wrong with what was used in time."""
    token, _ = issued(ward, nurse, receipts)
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(expiry=date(2026, 1, 31)))
    content = receipts.open(token).lines[0]
    before = receipts.verdict(replace(content, used_on="2026-01-31"))
    after = receipts.verdict(replace(content, used_on="2026-02-01"))
    assert ReasonCode.EXPIRED not in {each.code for each in before.reasons}
    assert ReasonCode.EXPIRED in {each.code for each in after.reasons}


def test_nothing_is_recorded_by_reading(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, _ = issued(ward, nurse, receipts)
    before = dump(ward.database)
    for _ in range(3):
        receipts.verdict(receipts.open(token).lines[0])
    assert dump(ward.database) == before


def dump(database: Database) -> str:
    """Every row of every table, as a copy of the database has them."""
    with database.reading() as connection:
        return "\n".join(
            f"{table.name} {tuple(row)}"
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def test_a_copy_of_the_records_opens_no_receipt_and_joins_none(
    ward: Ward, nurse: Actor, receipts: ReceiptService
) -> None:
    token, use = issued(ward, nurse, receipts)
    with ward.database.reading() as connection:
        row = connection.execute(select(TreatmentReceipt.__table__)).one()
        entry = connection.execute(
            select(AuditEntry.__table__).where(AuditEntry.object_type == "receipt")
        ).one()
    for told in (token, "SN0001", "A1001", "A-1042", nurse.name):
        assert told not in str(row)
    with ward.database.reading() as connection:
        marks = connection.scalars(select(ReceiptUse.use_mark)).all()
    for told in (token, row.token_hash, *marks, "SN0001", "A-1042"):
        assert told not in str(entry)
    assert row.month.day == 1  # no day to compare with the uses of that day
    # who has everything but the key and the link, and tries every use
    for wrong in (b"", b"x" * 32, hashlib.sha256(str(use.id).encode()).digest()):
        other = ReceiptService(ward.database, ward.desk, lambda key=wrong: key)  # type: ignore[misc]
        assert other.of_uses(nurse, range(1, 500)) == {}
    with pytest.raises(NotFoundError):
        decrypted(row.content, row.token_hash[:22])
    assert receipts.of_uses(nurse, range(1, 500)) == {use.id: False}
    assert receipts.of_uses(clinic(ward.database, "Elsewhere"), range(1, 500)) == {}


def test_handed_over_again_the_first_link_is_closed(
    ward: Ward, nurse: Actor, receipts: ReceiptService
) -> None:
    first, use = issued(ward, nurse, receipts)
    held = ward.shelves.vial(nurse, use.vial_id)[0].vial
    second = receipts.issue(nurse, held, use, ward.desk.now())
    assert receipts.open(second).lines[0].serial == "SN0001"
    with pytest.raises(NotFoundError):
        receipts.open(first)


def test_only_a_use_has_a_receipt(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    vial_id, use = used(ward, nurse)
    traced = ward.shelves.vial(nurse, vial_id)[0]
    received = next(each for each in traced.events if not is_use(each))
    with pytest.raises(NotFoundError):
        receipts.issue(nurse, traced.vial, received, ward.desk.now())
    with pytest.raises(NotFoundError):  # another clinic's vial
        receipts.issue(clinic(ward.database, "Elsewhere"), traced.vial, use, ward.desk.now())


def test_the_clinic_takes_it_back_with_a_reason(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, use = issued(ward, nurse, receipts)
    for wrong, code in (
        ("", ErrorCode.REASON_MISSING),
        (" \n", ErrorCode.REASON_MISSING),
        ("x" * 501, ErrorCode.TOO_LONG),
    ):
        with pytest.raises(RefusedError) as caught:
            receipts.void(nurse, use.id, wrong, ward.desk.now())
        assert caught.value.code is code
    assert not receipts.void(clinic(ward.database, "Elsewhere"), use.id, "No", ward.desk.now())
    assert receipts.void(nurse, use.id, "Wrong vial chosen", ward.desk.now())
    assert receipts.open(token).void_reason == "Wrong vial chosen"
    assert not receipts.void(nurse, use.id, "Again", ward.desk.now())  # the reason stays
    assert receipts.of_uses(nurse, [use.id]) == {use.id: True}


def test_its_holder_deletes_it(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, use = issued(ward, nurse, receipts)
    with pytest.raises(NotFoundError):
        receipts.delete(new_token())
    receipts.delete(token)
    with pytest.raises(NotFoundError):
        receipts.open(token)
    assert receipts.of_uses(nurse, [use.id]) == {}
    assert not receipts.void(nurse, use.id, "Too late", ward.desk.now())


def test_a_receipt_goes_after_five_years(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    token, _ = issued(ward, nurse, receipts)
    now = datetime.now(UTC)
    apply_retention(ward.database, now + timedelta(days=5 * 365 - 1))
    assert receipts.open(token)
    apply_retention(ward.database, now + timedelta(days=5 * 365 + 62))
    with pytest.raises(NotFoundError):
        receipts.open(token)


@pytest.mark.slow
def test_no_guessed_link_opens(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    """A million guesses, against the hashes that the database finds receipts by; and odd ones against `open`."""
    token, _ = issued(ward, nurse, receipts)
    kept = {hash_of(token)}
    assert sum(hash_of(secrets.token_urlsafe(16)) in kept for _ in range(1_000_000)) == 0
    assert len(token) == 22
    assert len({new_token() for _ in range(1000)}) == 1000
    for odd in ("", token[:-1], token + "A", token.swapcase(), "../" + token, "%", "é" * 22, "A" * 100_000):
        with pytest.raises(NotFoundError):
            receipts.open(odd)


def test_a_signed_file_is_checked_without_the_records(
    ward: Ward, nurse: Actor, receipts: ReceiptService
) -> None:
    keys = ReceiptKeys(ward.database, SecretBox("s" * 40, None), ward.desk.now)  # type: ignore[arg-type]  # no file is read
    token, _ = issued(ward, nurse, receipts)
    signed = keys.sign(receipts.open(token).lines, "https://vialcheck.example")
    published = json.loads(json.dumps(keys.published()))
    assert all("d" not in key for key in published["keys"])  # the private part stays here
    read = read_signed(signed + "\n", published)
    assert read.issuer == "https://vialcheck.example"
    assert (read.uses[0]["lot"], read.uses[0]["serial"], read.uses[0]["units"]) == ("A1001", "SN0001", "40")
    assert nurse.name not in str(read.uses)
    head, body, signature = signed.split(".")
    for wrong, code in (
        (f"{head}.{body[:-2]}AA.{signature}", ErrorCode.SIGNATURE_INVALID),
        (f"{head}.{body}.{signature[:-6]}AAAAAA", ErrorCode.SIGNATURE_INVALID),
        ("eyJhbGciOiJub25lIn0." + body + ".", ErrorCode.SIGNATURE_INVALID),
        ("", ErrorCode.RECEIPT_UNREADABLE),
        ("a.b", ErrorCode.RECEIPT_UNREADABLE),
        ("x" * 20_000, ErrorCode.RECEIPT_UNREADABLE),
    ):
        with pytest.raises(RefusedError) as caught:
            read_signed(wrong, published)
        assert caught.value.code is code, wrong[:60]
    with pytest.raises(RefusedError):
        read_signed(signed, {"keys": []})


@pytest.mark.fuzz
def test_a_million_guessed_links_find_none(ward: Ward, nurse: Actor, receipts: ReceiptService) -> None:
    """Of a hundred receipts: tokens by chance, and those of the receipts with one character changed."""
    tokens, content = set(), receipts.open(issued(ward, nurse, receipts)[0]).lines
    with ward.database.transaction() as connection:
        for _ in range(100):
            token = new_token()
            values = {
                "token_hash": hash_of(token),
                "content": encrypted(content, token),
                "month": date(2026, 11, 1),
            }
            connection.execute(insert(TreatmentReceipt).values(values))
            connection.execute(insert(ReceiptUse), use_rows(hash_of(token), []))
            tokens.add(token)
    letters = f"{string.ascii_letters}{string.digits}-_"
    near = {
        f"{token[:at]}{letter}{token[at + 1 :]}" for token in tokens for at in range(22) for letter in letters
    } - tokens
    guesses, found = 0, 0
    for token in chain(near, (new_token() for _ in range(1_000_000 - len(near)))):
        guesses += 1
        try:
            receipts.open(token)
            found += 1
        except NotFoundError:
            pass
    assert (guesses, found) == (1_000_000, 0)
