"""What is new is told by e-mail or webhook, to those for whom it was set up, and to nobody else."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from service.accounts.actors import OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.errors import RefusedError
from service.registry.digests.service import DigestTransport, send, waiting
from service.registry.digests.subscriptions import listed, subscribe, unsubscribe
from service.registry.webhooks.transport import MOMENT, SIGNATURE
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import AuditEntry, Manufacturer, Report, Suspect
from service.web.core.i18n import translation
from service.web.text.workspace.digest_text import digest_text
from tests.factories.people import organisation
from tests.factories.receivers import Received, smtp_server, web_server
from tests.factories.records import put

START = datetime(2026, 3, 8, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WHO = AuditActor("operator")
NAME = "Example Biologics"
BOX = SecretBox("k" * 32, Path("unused"))


@pytest.fixture
def watched(database: Database) -> Database:
    """One organisation, of which two things stand out since `START`, and one before."""
    put(database)
    number = organisation(database, NAME)
    organisation(database, "Agency", OrganisationKind.REGULATOR)
    organisation(database, "Clinic", OrganisationKind.CLINIC)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=number))
        for scope, product, name, score, moved in (
            ("unit", 1, "SECRET-SERIAL", 9.0, START + timedelta(hours=1)),
            ("unknown_lot", 1, "SECRETLOT", 3.0, START + timedelta(hours=2)),
            ("unknown_lot", 0, "NOBODYS", 3.0, START + timedelta(hours=2)),
            ("lot", 1, "OLD", 5.0, START - timedelta(hours=1)),
        ):
            what = {"scope": scope, "product_id": product, "name": name, "score": score, "moved": moved}
            rest = {"codes": (), "reasons": [], "first": 1, "last": 2, "state": "open"}
            connection.execute(insert(Suspect).values(what | rest))
        connection.execute(
            insert(Report).values(
                reference="R-1",
                at=START + timedelta(hours=3),
                organisation_id=number,
                what="Secret words",
                contact="ana@example.org",
                harmed=True,
                asker="patient",
            )
        )
    return database


def ways(*, smtp: Received | None = None) -> DigestTransport:
    tr = translation()
    return DigestTransport(
        lambda news, address: digest_text(news, address, tr),
        "https://check.example.org",
        BOX,
        f"smtp://127.0.0.1:{smtp.port}" if smtp else "",
        "vialcheck@example.org",
    )


def by_mail(database: Database, every: str = "day") -> None:
    subscribe(
        database, NAME, every=every, email="watch@example.org", who=WHO, secrets_of=BOX, clock=lambda: START
    )


def test_nobody_is_sent_anything_before_it_is_set_up(watched: Database) -> None:
    assert waiting(watched, ways(), START + DAY) == []
    assert send(watched, ways(), START + DAY) == []


def test_an_email_says_how_much_and_where_and_no_more(watched: Database) -> None:
    by_mail(watched)
    with smtp_server() as server:
        assert send(watched, ways(smtp=server), START + DAY) == [(NAME, True)]
        (raw,) = server.mails
    message = message_from_string(raw, policy=policy.default)
    assert (message["To"], message["From"]) == ("watch@example.org", "vialcheck@example.org")
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    for line in (
        "New for Example Biologics since 8 March 2026:",
        "- 1 thing stands out very strongly",
        "- 1 lot that is not on record is asked for again and again",
        "- 1 report of a suspicious product",
        "- 1 of them says that somebody is ill",
        "https://check.example.org/watch",
        "https://check.example.org/reports",
    ):
        assert line in text
    for secret in ("SECRET", "OLD", "ana@", "Secret words", "stands out strongly"):
        assert secret not in raw


def test_a_webhook_is_sent_counts_that_it_can_trust(watched: Database) -> None:
    with web_server() as server:
        address = f"http://127.0.0.1:{server.port}/in?for=us"
        secret = subscribe(
            watched, NAME, every="hour", webhook=address, who=WHO, secrets_of=BOX, clock=lambda: START
        )
        now = START + timedelta(hours=5)
        assert send(watched, ways(), now) == [(NAME, True)]
        ((path, headers, body),) = server.posts
    assert path == "/in?for=us"
    signed = hmac.new(bytes.fromhex(secret), headers[MOMENT].encode() + b"." + body, hashlib.sha256)
    assert headers[SIGNATURE] == f"sha256={signed.hexdigest()}"
    assert datetime.fromisoformat(headers[MOMENT]) == now
    assert json.loads(body) == {
        "type": "digest",
        "organisation": NAME,
        "since": START.isoformat(),
        "until": (now - timedelta(seconds=10)).isoformat(),
        "suspects": {"very_strong": 1, "strong": 0, "worth_a_look": 0},
        "unknown_lots": 1,
        "reports": {"new": 1, "harmed": 1},
        "stop_notices": 0,
        "links": {
            "watch": "https://check.example.org/watch",
            "reports": "https://check.example.org/reports",
            "clinic": "https://check.example.org/clinic",
        },
    }


def test_it_is_told_once_and_only_when_due(watched: Database) -> None:
    by_mail(watched)
    with smtp_server() as server:
        assert send(watched, ways(smtp=server), START + timedelta(hours=23)) == []
        send(watched, ways(smtp=server), START + DAY)
        # nothing is new on the second day: nothing is sent, and that day is done too
        assert send(watched, ways(smtp=server), START + 2 * DAY) == [(NAME, True)]
        assert len(server.mails) == 1
    assert listed(watched)[0].until == START + 2 * DAY - timedelta(seconds=10)


@pytest.mark.parametrize("answer", [500, 404, 302, 307])
def test_what_was_not_taken_is_told_again(watched: Database, answer: int) -> None:
    """A redirect is not followed: it could lead anywhere."""
    with web_server() as server:
        webhook = f"http://127.0.0.1:{server.port}/"
        subscribe(watched, NAME, every="hour", webhook=webhook, who=WHO, secrets_of=BOX, clock=lambda: START)
        server.answer = answer
        assert send(watched, ways(), START + DAY) == [(NAME, False)]
        server.answer = 200
        assert send(watched, ways(), START + DAY) == [(NAME, True)]
        assert [path for path, _, _ in server.posts] == ["/", "/"]


def test_one_that_cannot_be_reached_keeps_nobody_else_waiting(watched: Database) -> None:
    by_mail(watched)
    with web_server() as server, smtp_server() as mails:
        mails.refuse = True
        webhook = f"http://localhost:{server.port}/"
        subscribe(
            watched, "Agency", every="day", webhook=webhook, who=WHO, secrets_of=BOX, clock=lambda: START
        )
        assert send(watched, ways(smtp=mails), START + DAY) == [("Agency", True), (NAME, False)]
        # nobody's lot, and a report of anybody's product
        assert json.loads(server.posts[0][2])["unknown_lots"] == 1
        # no mail server at all
        assert send(watched, ways(), START + DAY) == [(NAME, False)]


@pytest.mark.parametrize(
    "address",
    [
        *("http://example.org/", "ftp://127.0.0.1/", "https://", "https://user:pw@example.org/", "x"),
        *("http://127.0.0.1.example.org/", "http://localhost.example.org/", "https://[::1", "http://[::2]/"),
    ],
)
def test_addresses_that_nothing_is_sent_to(watched: Database, address: str) -> None:
    with pytest.raises(RefusedError):
        subscribe(watched, NAME, every="day", webhook=address, who=WHO, secrets_of=BOX)
    assert listed(watched) == []


@pytest.mark.parametrize("email", ["x", "a@b@c", "a@b\r\nBcc: c@d", "a b@c", "a@", "ü@example.org", "a@-b"])
def test_addresses_that_are_none(watched: Database, email: str) -> None:
    with pytest.raises(RefusedError):
        subscribe(watched, NAME, every="day", email=email, who=WHO, secrets_of=BOX)


def test_set_again_and_off_are_on_record(watched: Database) -> None:
    by_mail(watched)
    secret = subscribe(watched, NAME, every="hour", webhook="https://example.org/in", who=WHO, secrets_of=BOX)
    assert [(each.email, each.webhook, each.every) for each in listed(watched)] == [
        ("", "https://example.org/in", "hour")
    ]
    assert unsubscribe(watched, NAME, who=WHO)
    assert not unsubscribe(watched, NAME, who=WHO)
    assert listed(watched) == []
    with watched.reading() as connection:
        entries = connection.execute(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.before, AuditEntry.after)
        ).all()
    assert [(each.action, each.actor) for each in entries] == [
        ("digest_set", "operator"),
        ("digest_set", "operator"),
        ("digest_off", "operator"),
    ]
    assert secret not in str(entries)


def test_only_an_organisation_on_record_is_told(watched: Database) -> None:
    with pytest.raises(RefusedError):
        subscribe(watched, "Nobody", every="day", email="a@b.example", who=WHO, secrets_of=BOX)


def test_a_clinic_is_reminded_until_it_has_confirmed(watched: Database) -> None:
    subscribe(
        watched,
        "Clinic",
        every="hour",
        email="a@b.example",
        who=WHO,
        secrets_of=BOX,
        clock=lambda: START,
    )
    counts = iter([2, 1, 0])
    with smtp_server() as server:
        told = replace(ways(smtp=server), open_notices=lambda _database, _organisation: next(counts))
        for hour in (1, 2, 3):
            assert send(watched, told, START + timedelta(hours=hour)) == [("Clinic", True)]
        said = [message_from_string(each, policy=policy.default).get_content() for each in server.mails]
    assert len(said) == 2
    assert "2 notices of stopped vials that you have or used are not confirmed yet" in said[0]
    assert "https://check.example.org/clinic" in said[0]
