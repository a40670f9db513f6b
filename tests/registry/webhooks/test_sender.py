"""What waits is sent, signed, at least once, again after a while, and never more than the queue holds."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from service.accounts.actors import Actor, OrganisationKind
from service.errors import InvalidFieldsError, NotFoundError
from service.registry.webhooks import sender as sending
from service.registry.webhooks.endpoints import Webhooks
from service.registry.webhooks.sender import KEPT, PAUSES, WebhookSender
from service.registry.webhooks.transport import DELIVERY, MOMENT, SIGNATURE
from service.storage import webhook_outbox
from service.storage.database import Database
from service.storage.models import AuditEntry, Webhook, WebhookDelivery
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, put_in_outbox
from tests.factories.people import organisation
from tests.factories.receivers import web_server
from tests.factories.webhooks import BOX, SECRET, queued, webhook

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = frozenset({"127.0.0.1"})
REPORT = WebhookTopic.REPORT


def sender(database: Database) -> WebhookSender:
    return WebhookSender(database, BOX, "https://check.example.org", HERE)


def told(database: Database, number: int, *keys: str) -> None:
    """One message for each key, of this organisation."""
    with database.transaction() as connection:
        messages = [WebhookMessage(REPORT, number, key, {"n": key, "page": "/reports"}) for key in keys]
        put_in_outbox(connection, messages, NOW)


def states(database: Database) -> list[tuple[str, int, str]]:
    columns = (WebhookDelivery.state, WebhookDelivery.attempts, WebhookDelivery.result)
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(WebhookDelivery.id))]  # type: ignore[misc]  # three columns


def test_a_message_is_sent_once_signed_and_with_its_number(database: Database) -> None:
    number = organisation(database, "Maker")
    with web_server() as server:
        webhook(database, number, REPORT, url=f"http://127.0.0.1:{server.port}/in")
        told(database, number, "a")
        assert sender(database).send_due(NOW) == 1
        assert sender(database).send_due(NOW + MINUTE) == 0
        ((path, headers, body),) = server.posts
    signed = hmac.new(bytes.fromhex(SECRET), headers[MOMENT].encode() + b"." + body, hashlib.sha256)
    assert (path, headers[SIGNATURE]) == ("/in", f"sha256={signed.hexdigest()}")
    said = json.loads(body)
    assert headers[DELIVERY] == said.pop("id")
    assert said == {
        "type": "report.received",
        "organisation": "Maker",
        "at": NOW.isoformat(),
        "data": {"n": "a"},
        "link": "https://check.example.org/reports",
    }
    assert states(database) == [("delivered", 1, "the answer 204")]


def test_what_is_not_taken_is_sent_again_later_and_later_and_then_not(database: Database) -> None:
    number, now = organisation(database, "Maker"), NOW
    with web_server() as server:
        webhook(database, number, REPORT, url=f"http://127.0.0.1:{server.port}/in")
        told(database, number, "a")
        server.answer = 302  # it could lead anywhere
        for pause in PAUSES:
            assert sender(database).send_due(now) == 0
            assert sender(database).send_due(now + pause - timedelta(seconds=1)) == 0
            now += pause
        sender(database).send_due(now)
        assert states(database) == [("failed", len(PAUSES) + 1, "the answer 302")]
        assert len(server.posts) == len(PAUSES) + 1
        sender(database).send_due(now + timedelta(days=2))
        assert len(server.posts) == len(PAUSES) + 1
        assert len({headers[DELIVERY] for _, headers, _ in server.posts}) == 1


def test_a_dead_address_costs_one_attempt_and_keeps_no_other_webhook_waiting(database: Database) -> None:
    dead, alive = organisation(database, "Dead"), organisation(database, "Alive")
    with web_server() as server, web_server() as closed:
        closed.answer = 500
        webhook(database, dead, REPORT, url=f"http://127.0.0.1:{closed.port}/")
        webhook(database, alive, REPORT, url=f"http://127.0.0.1:{server.port}/")
        told(database, dead, "a", "b", "c")
        told(database, alive, "d", "e")
        assert sender(database).send_due(NOW) == 2
        assert [json.loads(body)["data"]["n"] for _, _, body in server.posts] == ["d", "e"]
        assert len(closed.posts) == 1
        closed.answer = 200
        assert sender(database).send_due(NOW + MINUTE) == 3


def test_a_round_that_is_over_leaves_the_rest_to_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ROUND_SECONDS", -1.0)
    number = organisation(database, "Maker")
    with web_server() as server:
        webhook(database, number, REPORT, url=f"http://127.0.0.1:{server.port}/")
        told(database, number, "a")
        assert sender(database).send_due(NOW) == 0
        monkeypatch.setattr(sending, "ROUND_SECONDS", 15.0)
        assert sender(database).send_due(NOW) == 1


def test_what_a_process_took_and_died_with_is_sent_by_the_next(database: Database) -> None:
    number = organisation(database, "Maker")
    with web_server() as server:
        webhook(database, number, REPORT, url=f"http://127.0.0.1:{server.port}/")
        told(database, number, "a")
        assert len(sender(database)._claim(NOW)) == 1
        assert sender(database).send_due(NOW + MINUTE) == 0
        assert sender(database).send_due(NOW + 2 * MINUTE) == 1


def test_the_queue_is_bounded_and_says_what_it_left_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_outbox, "MOST_WAITING", 2)
    number = organisation(database, "Maker")
    hook = webhook(database, number, REPORT)
    told(database, number, "a", "b", "c", "d")
    told(database, number, "a")  # of which it was told before
    assert [content["n"] for _, _, content in queued(database)] == ["a", "b"]
    found = Webhooks(database, BOX).one(number, hook)
    assert (found.waiting, found.left_out) == (2, 2)


def test_what_is_rolled_back_is_not_told(database: Database) -> None:
    number = organisation(database, "Maker")
    webhook(database, number, REPORT)
    with database.transaction() as connection:
        put_in_outbox(connection, [WebhookMessage(REPORT, number, "a", {})], NOW)
        connection.rollback()
    assert queued(database) == []


def test_a_private_address_is_refused_when_it_is_set_and_when_it_is_sent_to(database: Database) -> None:
    number = organisation(database, "Maker")
    admin = Actor("Ana", None, number, "Maker", OrganisationKind.MANUFACTURER, frozenset())
    with pytest.raises(InvalidFieldsError):
        Webhooks(database, BOX).add(admin, url="https://10.0.0.1/in", topics=["report.received"])
    with web_server() as server:  # the operator has taken it off the list since
        webhook(database, number, REPORT, url=f"http://127.0.0.1:{server.port}/")
        told(database, number, "a")
        assert WebhookSender(database, BOX, "", frozenset()).send_due(NOW) == 0
        assert server.posts == []


def test_set_tried_replayed_and_removed(database: Database) -> None:
    number, other = organisation(database, "Maker"), organisation(database, "Other")
    kind = OrganisationKind.MANUFACTURER
    admin = Actor("Ana", None, number, "Maker", kind, frozenset())
    stranger = Actor("Eve", None, other, "Other", kind, frozenset())
    hooks = Webhooks(database, BOX, HERE, clock=lambda: NOW)
    with web_server() as server:
        url = f"http://127.0.0.1:{server.port}/in"
        with pytest.raises(InvalidFieldsError) as refused:
            hooks.add(admin, url="", topics=["recall.issued"])  # a clinic's topic
        assert [each.field for each in refused.value.errors] == ["webhook", "topics"]
        hook, secret = hooks.add(admin, url=url, topics=["report.received"])
        hooks.test(admin, hook)
        assert sender(database).send_due(NOW) == 1
        [entry] = hooks.log(number, hook)[0]
        assert (entry.topic, entry.state) == (WebhookTopic.TEST, "delivered")
        hooks.replay(admin, hook, entry.id)
        assert sender(database).send_due(NOW) == 1
        assert len({headers[DELIVERY] for _, headers, _ in server.posts}) == 1
        for act in (
            lambda: hooks.one(other, hook),
            lambda: hooks.log(other, hook),
            lambda: hooks.test(stranger, hook),
            lambda: hooks.replay(stranger, hook, entry.id),
            lambda: hooks.remove(stranger, hook),
            lambda: hooks.replay(admin, hook, 99),
        ):
            with pytest.raises(NotFoundError):
                act()
        hooks.test(admin, hook)
        hooks.remove(admin, hook)
        assert sender(database).send_due(NOW) == 0
        assert len(server.posts) == 2
    assert (hooks.of(number), queued(database)) == ([], [])
    with database.reading() as connection:
        entries = connection.execute(select(AuditEntry.action, AuditEntry.after)).all()
        kept = connection.scalars(select(Webhook.secret)).one()
    assert [each.action for each in entries] == ["make_webhook", "replay_delivery", "remove_webhook"]
    assert secret not in str(entries)
    assert kept == ""


def test_old_messages_are_deleted_and_waiting_ones_are_not(database: Database) -> None:
    number = organisation(database, "Maker")
    hook = webhook(database, number, REPORT)
    with database.transaction() as connection:
        for state in ("delivered", "failed", "waiting"):
            values = {"webhook_id": hook, "topic": "test", "key": state, "content": {}, "state": state}
            values |= {"at": NOW, "due": NOW + timedelta(days=99)}
            connection.execute(insert(WebhookDelivery).values(values))
    sender(database).send_due(NOW + KEPT)
    assert len(queued(database)) == 3
    sender(database).send_due(NOW + KEPT + MINUTE)
    assert states(database) == [("waiting", 0, "")]
    with database.transaction() as connection:
        connection.execute(update(Webhook).values(removed=NOW))
    sender(database).send_due(NOW + KEPT + MINUTE)
    assert states(database) == []
