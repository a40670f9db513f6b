"""An organisation's webhooks: set, removed, tried and replayed by its admins, with a log of what was sent."""

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from service.accounts.actors import Actor, OrganisationKind
from service.accounts.credentials.secret_box import SecretBox
from service.errors import ErrorCode, InvalidFieldsError, NotFoundError, RefusedError, VialcheckError
from service.outgoing.requests import check_address
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Webhook, WebhookDelivery
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, queue_delivery

MOST_WEBHOOKS = 10
"""Webhooks of one organisation at a time."""

PAGE = 50
_SECRET = 32  # bytes
_OWNERS = (WebhookTopic.RED_VERDICT, WebhookTopic.REPORT, WebhookTopic.IMPORT, WebhookTopic.CASE)
_TOPICS = {
    OrganisationKind.CLINIC: (WebhookTopic.RECALL, WebhookTopic.CASE),
    OrganisationKind.REGULATOR: (WebhookTopic.REPORT, WebhookTopic.IMPORT),
}


def topics_for(kind: OrganisationKind) -> tuple[WebhookTopic, ...]:
    """Return what an organisation of this kind can be told of."""
    return _TOPICS.get(kind, _OWNERS)


@dataclass(frozen=True, slots=True)
class WebhookSummary:
    """A webhook as its organisation sees it. `waiting`, `failed`: its messages in that state."""

    id: int
    url: str
    topics: tuple[WebhookTopic, ...]
    made: datetime
    waiting: int
    failed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class WebhookLogEntry:
    """One message of a webhook, and what became of it. `result`: what the last attempt met."""

    id: int
    topic: WebhookTopic
    at: datetime
    state: str
    attempts: int
    due: datetime
    tried: datetime | None
    result: str
    content: dict[str, Any]


class Webhooks:
    """Every organisation's webhooks. `private`: hosts inside the operator's network that may be told."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        private: Collection[str] = (),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._box = box
        self._private = private
        self._clock = clock

    def of(self, organisation_id: int | None) -> list[WebhookSummary]:
        """Return the webhooks of an organisation that are in use, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_mine(organisation_id).order_by(Webhook.id)).all()
            return [_summary(connection, row) for row in rows]

    def one(self, organisation_id: int | None, number: int) -> WebhookSummary:
        """Return one of them. NotFoundError for another organisation's, and one that was removed."""
        with self._database.reading() as connection:
            return _summary(connection, _row(connection, organisation_id, number))

    def log(
        self, organisation_id: int | None, number: int, page: int = 1
    ) -> tuple[list[WebhookLogEntry], int]:
        """Return a page of what a webhook was sent, newest first, and how many messages there are.
        NotFoundError.
        """
        of_webhook = WebhookDelivery.webhook_id == number
        statement = select(WebhookDelivery.__table__).where(of_webhook).order_by(WebhookDelivery.id.desc())
        with self._database.reading() as connection:
            _row(connection, organisation_id, number)
            rows = connection.execute(statement.limit(PAGE).offset((page - 1) * PAGE)).all()
            many = connection.scalar(select(func.count()).select_from(WebhookDelivery).where(of_webhook))
        return [_entry(row) for row in rows], many or 0

    def add(self, actor: Actor, *, url: str, topics: Iterable[str]) -> tuple[int, str]:
        """Set a webhook; return its number and the secret that signs its messages, which is not shown again.

        InvalidFieldsError lists every invalid field.
        """
        url, chosen = url.strip(), self._checked(actor, url.strip(), topics)
        secret, now = secrets.token_hex(_SECRET), self._clock()
        values = {"organisation_id": actor.organisation_id, "url": url, "topics": chosen, "made": now}
        with self._database.transaction() as connection:
            held = select(func.count()).select_from(_mine(actor.organisation_id).subquery())
            if (connection.scalar(held) or 0) >= MOST_WEBHOOKS:
                most = f"at most {MOST_WEBHOOKS} webhooks"
                raise RefusedError(ErrorCode.VALUE_INVALID, given=url, expected=most, field="webhook")
            made = insert(Webhook).values(values | {"secret": ""}).returning(Webhook.id)
            number: int = connection.execute(made).scalar_one()
            sealed = self._box.seal(secret, bound_to=sealed_for(number))
            connection.execute(update(Webhook).where(Webhook.id == number).values(secret=sealed))
            after = {"url": url, "topics": sorted(chosen)}
            change = AuditChange("make_webhook", "webhook", str(number), after=after)
            write_down(connection, [change], who=actor.who, at=now, reason="people")
        return number, secret

    def remove(self, actor: Actor, number: int) -> None:
        """Send a webhook nothing from now on; what waits is not sent. NotFoundError."""
        now = self._clock()
        with self._database.transaction() as connection:
            row = _row(connection, actor.organisation_id, number)
            connection.execute(update(Webhook).where(Webhook.id == number).values(removed=now, secret=""))
            change = AuditChange("remove_webhook", "webhook", str(number), before={"url": row.url})
            write_down(connection, [change], who=actor.who, at=now, reason="people")

    def test(self, actor: Actor, number: int) -> None:
        """Queue a message that says only that it is a test. NotFoundError."""
        now = self._clock()
        content = {"page": "/webhooks"}
        key = f"test {secrets.token_hex(8)}"
        message = WebhookMessage(WebhookTopic.TEST, actor.organisation_id or 0, key, content)
        with self._database.transaction() as connection:
            _row(connection, actor.organisation_id, number)
            if queue_delivery(connection, number, message, now) is None:
                found = "too many messages wait for it"
                raise RefusedError(ErrorCode.VALUE_INVALID, given=str(number), found=found, field="webhook")

    def replay(self, actor: Actor, number: int, delivery: int) -> None:
        """Send one message again, under the same number, whatever became of it. NotFoundError."""
        now = self._clock()
        again = {"state": "waiting", "attempts": 0, "due": now}
        with self._database.transaction() as connection:
            _row(connection, actor.organisation_id, number)
            mine = WebhookDelivery.id == delivery, WebhookDelivery.webhook_id == number
            if not connection.execute(update(WebhookDelivery).where(*mine).values(again)).rowcount:
                raise NotFoundError(ErrorCode.NOT_FOUND)
            change = AuditChange("replay_delivery", "webhook", str(number), after={"delivery": delivery})
            write_down(connection, [change], who=actor.who, at=now, reason="people")

    def _checked(self, actor: Actor, url: str, topics: Iterable[str]) -> tuple[WebhookTopic, ...]:
        errors: list[VialcheckError] = []
        if not url:
            errors.append(RefusedError(ErrorCode.VALUE_MISSING, field="webhook"))
        else:
            try:
                check_address(url, self._private)
            except VialcheckError as error:
                errors.append(error)
        asked = set(topics)
        chosen = tuple(each for each in topics_for(actor.kind) if each in asked)
        if not chosen:
            errors.append(RefusedError(ErrorCode.CHOICE_MISSING, field="topics"))
        if errors:
            raise InvalidFieldsError(tuple(errors))
        return chosen


def sealed_for(number: int) -> str:
    """Return what the secret of a webhook is bound to, so that it opens for no other."""
    return f"webhook {number}"


def _mine(organisation_id: int | None) -> Any:
    table = Webhook.__table__
    return select(table).where(Webhook.organisation_id == organisation_id, Webhook.removed.is_(None))


def _row(connection: Connection, organisation_id: int | None, number: int) -> Any:
    row = connection.execute(_mine(organisation_id).where(Webhook.id == number)).first()
    if row is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), expected="a webhook of yours")
    return row


def _summary(connection: Connection, row: Any) -> WebhookSummary:
    of_state = (
        select(WebhookDelivery.state, func.count())
        .where(WebhookDelivery.webhook_id == row.id, WebhookDelivery.state != "delivered")
        .group_by(WebhookDelivery.state)
    )
    many = {state: count for state, count in connection.execute(of_state)}  # noqa: C416 (rows, not pairs)
    return WebhookSummary(
        row.id,
        row.url,
        tuple(map(WebhookTopic, row.topics)),
        row.made,
        many.get("waiting", 0),
        many.get("failed", 0),
        row.left_out,
    )


def _entry(row: Any) -> WebhookLogEntry:
    return WebhookLogEntry(
        row.id,
        WebhookTopic(row.topic),
        row.at,
        row.state,
        row.attempts,
        row.due,
        row.tried,
        row.result,
        row.content,
    )
