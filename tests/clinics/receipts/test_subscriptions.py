"""Browsers that are told when a receipt changes: once for each change, with "look" alone, and not a day too long."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from service.accounts.actors import Actor
from service.accounts.credentials.secret_box import SecretBox
from service.clinics.receipts.content import new_token
from service.clinics.receipts.service import ReceiptService
from service.clinics.receipts.subscriptions import MESSAGE, MOST, ReceiptSubscriptions
from service.errors import ConflictError, NotFoundError, RefusedError
from service.outgoing.requests import THIS_MACHINE, Reply, post
from service.outgoing.web_push import PushSender, PushSubscription
from service.storage.models import Batch, ReceiptSubscription
from service.storage.retention import apply_retention
from tests.clinics.receipts.handed_over import issued, used, used_pack
from tests.factories.clinics import Ward
from tests.factories.outside import Outside, outside
from tests.factories.records import FILLER
from tests.outgoing.browser import AUTH, BROWSER, opened

BOX = SecretBox("s" * 32, Path("unused"))


@pytest.fixture
def server() -> Iterator[Outside]:
    with outside() as listening:
        listening.answers = [(201, b"")]
        yield listening


@pytest.fixture
def told(ward: Ward, receipts: ReceiptService, server: Outside) -> ReceiptSubscriptions:
    def send(address: str, body: bytes, headers: dict[str, str], **more: Any) -> Reply:
        end = address.removeprefix("https://push.example.net/")
        return post(server.address + end, body, headers, private=THIS_MACHINE, **more)

    sender = replace(PushSender.of(b"k" * 32, "mailto:a@example.org"), send=send)
    return ReceiptSubscriptions(ward.database, receipts, BOX, lambda: sender)


def browser(name: str = "one") -> PushSubscription:
    return PushSubscription(f"https://push.example.net/{name}", BROWSER, AUTH)


def recall(ward: Ward, status: str = "recalled") -> None:
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "A1001").values(status=status))


def count(ward: Ward) -> int:
    with ward.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(ReceiptSubscription)) or 0


def test_a_recall_is_told_once_and_says_only_look(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions, server: Outside
) -> None:
    token, _ = issued(ward, nurse, receipts)
    told.subscribe(token, browser())
    told.subscribe(token, browser())  # pressed twice
    assert told.tell(ward.desk.now()) == {"told": 0, "ended": 0, "failed": 0}
    recall(ward)
    assert told.tell(ward.desk.now())["told"] == 1
    sent = server.next()
    assert sent.path == "/one"
    assert opened(sent.body) == MESSAGE == b"look"
    assert told.tell(ward.desk.now())["told"] == 0
    recall(ward, "released")  # the recall was a mistake: that is a change too
    assert told.tell(ward.desk.now())["told"] == 1
    server.next()
    assert server.received.empty()


def test_a_receipt_that_is_taken_back_is_told(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions, server: Outside
) -> None:
    token, use = issued(ward, nurse, receipts)
    told.subscribe(token, browser())
    receipts.void(nurse, use.id, "Wrong vial chosen", ward.desk.now())
    assert told.tell(ward.desk.now())["told"] == 1
    assert told.tell(ward.desk.now())["told"] == 0


def test_a_change_of_one_of_several_uses_is_told(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    """The worst answer of the receipt stays as it is, and another pack of it gets worse."""
    _, filler = used_pack(ward, nurse, f"(01){FILLER}(17)700731(10)SHARED1")
    vial_id, use = used(ward, nurse)
    held = ward.shelves.vial(nurse, vial_id)[0].vial
    token = receipts.issue(nurse, held, use, ward.desk.now(), [filler.id])
    told.subscribe(token, browser())
    recall(ward)
    assert told.tell(ward.desk.now())["told"] == 1
    with ward.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "SHARED1").values(status="recalled"))
    assert told.tell(ward.desk.now())["told"] == 1
    assert told.tell(ward.desk.now())["told"] == 0


def test_what_an_earlier_version_kept_is_read(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    token, _ = issued(ward, nurse, receipts)
    told.subscribe(token, browser())
    with ward.database.transaction() as connection:
        row = connection.execute(select(ReceiptSubscription.__table__)).one()
        bound = f"receipt subscription {row.token_hash} {row.endpoint_mark}"
        kept = json.loads(BOX.open(row.content, bound_to=bound))
        before = {
            "to": kept["to"],
            "content": kept["content"][0],
            "told": [*kept["told"]["uses"][0], kept["told"]["voided"]],
        }
        sealed = BOX.seal(json.dumps(before), bound_to=bound)
        connection.execute(update(ReceiptSubscription).values(content=sealed))
    assert told.tell(ward.desk.now())["told"] == 0
    recall(ward)
    assert told.tell(ward.desk.now())["told"] == 1


@pytest.mark.parametrize(
    ("status", "kept", "field"),
    [(404, 0, "ended"), (410, 0, "ended"), (503, 1, "failed"), (400, 1, "failed")],
)
def test_a_subscription_ends_where_its_push_service_says_so(
    ward: Ward,
    nurse: Actor,
    receipts: ReceiptService,
    told: ReceiptSubscriptions,
    server: Outside,
    status: int,
    kept: int,
    field: str,
) -> None:
    told.subscribe(issued(ward, nurse, receipts)[0], browser())
    recall(ward)
    server.answers = [(status, b"")]
    assert told.tell(ward.desk.now())[field] == 1
    assert count(ward) == kept
    server.answers = [(201, b"")]
    assert told.tell(ward.desk.now())["told"] == kept  # tried again


def test_it_goes_with_the_receipt(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    token, use = issued(ward, nurse, receipts)
    told.subscribe(token, browser())
    told.unsubscribe(token, browser().endpoint)
    told.unsubscribe(token, "never was")
    assert count(ward) == 0
    told.subscribe(token, browser())
    receipts.delete(token)
    assert count(ward) == 0
    held = ward.shelves.vial(nurse, use.vial_id)[0].vial
    again = receipts.issue(nurse, held, use, ward.desk.now())
    told.subscribe(again, browser())
    receipts.issue(nurse, held, use, ward.desk.now())  # with a new link
    assert count(ward) == 0


def test_it_goes_after_the_retention_of_receipts_and_not_before(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    told.subscribe(issued(ward, nurse, receipts)[0], browser())
    issued_at = ward.desk.now()
    apply_retention(ward.database, issued_at + timedelta(days=5 * 365 - 1))
    assert count(ward) == 1
    apply_retention(ward.database, issued_at + timedelta(days=5 * 365 + 62))
    assert count(ward) == 0


def test_what_is_taken(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    token, _ = issued(ward, nurse, receipts)
    with pytest.raises(NotFoundError):
        told.subscribe(new_token(), browser())
    with pytest.raises(RefusedError):
        told.subscribe(token, PushSubscription("http://127.0.0.1:8000/", BROWSER, AUTH))
    for number in range(MOST):
        told.subscribe(token, browser(str(number)))
    with pytest.raises(ConflictError):
        told.subscribe(token, browser("one-more"))
    told.subscribe(token, browser("0"))


def test_a_copy_of_the_records_tells_neither_the_browser_nor_the_pack(
    ward: Ward, nurse: Actor, receipts: ReceiptService, told: ReceiptSubscriptions
) -> None:
    told.subscribe(issued(ward, nurse, receipts)[0], browser())
    with ward.database.reading() as connection:
        row = connection.execute(select(ReceiptSubscription.__table__)).one()
    for planted in ("push.example.net", "A1001", "SN0001", "Riverside", AUTH):
        assert planted not in str(row)
