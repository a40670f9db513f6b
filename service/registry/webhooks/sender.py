"""Sends what waits in the outbox of webhooks: signed, at least once, again after longer and longer pauses.

Webhooks are told side by side; of one webhook a message waits for the earlier ones, and a failure ends its
turn, so that an address that does not answer costs one attempt and not one for each message.
"""

import logging
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select, update

from service.accounts.credentials.secret_box import SecretBox
from service.errors import VialcheckError
from service.registry.webhooks.endpoints import sealed_for
from service.registry.webhooks.transport import post
from service.storage.database import Database
from service.storage.models import Organisation, Webhook, WebhookDelivery

PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 30, 120, 360, 720, 1440))
"""After each failed attempt; after one more the message has failed, and is sent again only when replayed."""

KEPT = timedelta(days=30)
"""How long a message is kept after it was delivered or has failed."""

AT_ONCE = 200
"""Messages of one round."""

SIDE_BY_SIDE = 8
"""Webhooks that are told at the same time."""

ROUND_SECONDS = 15.0
"""No message is begun later in a round: the same process has lists to put on record."""

_LEASE = timedelta(minutes=2)
# While one process sends, no other does; what a process that dies was sending is sent again after it.

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Sends over one database. `address`: where the service's pages are. `private`: hosts inside the
    operator's network that may be told.
    """

    database: Database
    box: SecretBox
    address: str
    private: Collection[str] = ()

    def send_due(self, now: datetime) -> int:
        """Send what is due, delete what is old; return how many messages were delivered."""
        self._tidy(now)
        claimed = self._claim(now)
        turns = [list(rows) for _, rows in groupby(claimed, key=lambda row: row.webhook_id)]
        if not turns:
            return 0
        ends = time.monotonic() + ROUND_SECONDS
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return sum(pool.map(lambda rows: self._turn(rows, now, ends), turns))

    def _claim(self, now: datetime) -> Sequence[Any]:
        """Take the messages that are due, the oldest of each webhook first, for `_LEASE`."""
        due = (WebhookDelivery.state == "waiting", WebhookDelivery.due <= now, Webhook.removed.is_(None))
        statement = (
            select(WebhookDelivery.__table__, Webhook.url, Webhook.secret, Organisation.name)
            .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
            .join(Organisation, Organisation.id == Webhook.organisation_id)
            .where(*due, Organisation.left.is_(None))
            .order_by(WebhookDelivery.due, WebhookDelivery.id)
            .limit(AT_ONCE)
            .with_for_update(of=WebhookDelivery, skip_locked=True)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(statement).all()
            numbers = [row.id for row in rows]
            taken = update(WebhookDelivery).where(WebhookDelivery.id.in_(numbers))
            connection.execute(taken.values(due=now + _LEASE))
        return sorted(rows, key=lambda row: (row.webhook_id, row.id))

    def _turn(self, rows: Sequence[Any], now: datetime, ends: float) -> int:
        """Send the messages of one webhook until one fails or the round is over; the others are due again."""
        for done, row in enumerate(rows):
            if time.monotonic() > ends:
                self._put_back(rows[done:], now)
                return done
            try:
                result = f"the answer {self._post(row, now)}"
            except VialcheckError as error:
                self._failed(row, error, now)
                self._put_back(rows[done + 1 :], now + PAUSES[0])
                return done
            self._note(row.id, now, state="delivered", attempts=row.attempts + 1, result=result)
        return len(rows)

    def _post(self, row: Any, now: datetime) -> int:
        secret = self.box.open(row.secret, bound_to=sealed_for(row.webhook_id))
        content = {"id": str(row.id), "type": row.topic, "organisation": row.name, "at": row.at.isoformat()}
        data = {name: value for name, value in row.content.items() if name != "page"}
        content |= {"data": data, "link": self.address + str(row.content.get("page", "/"))}
        return post(row.url, secret, content, now, private=self.private, delivery=str(row.id))

    def _failed(self, row: Any, error: VialcheckError, now: datetime) -> None:
        attempts = row.attempts + 1
        result = (error.found or str(error.code))[:100]
        _log.warning("message %s of webhook %s was not delivered: %s", row.id, row.webhook_id, result)
        if attempts > len(PAUSES):
            self._note(row.id, now, state="failed", attempts=attempts, result=result)
        else:
            self._note(row.id, now, due=now + PAUSES[attempts - 1], attempts=attempts, result=result)

    def _note(self, number: int, now: datetime, **values: Any) -> None:
        with self.database.transaction() as connection:
            this = update(WebhookDelivery).where(WebhookDelivery.id == number)
            connection.execute(this.values(tried=now, **values))

    def _put_back(self, rows: Sequence[Any], due: datetime) -> None:
        numbers = [row.id for row in rows]
        if numbers:
            with self.database.transaction() as connection:
                these = update(WebhookDelivery).where(WebhookDelivery.id.in_(numbers))
                connection.execute(these.values(due=due))

    def _tidy(self, now: datetime) -> None:
        """Delete messages that ended long ago, and those that wait for a webhook that was removed."""
        gone = select(Webhook.id).where(Webhook.removed.is_not(None))
        old = (WebhookDelivery.state != "waiting") & (WebhookDelivery.at < now - KEPT)
        with self.database.transaction() as connection:
            connection.execute(delete(WebhookDelivery).where(old | WebhookDelivery.webhook_id.in_(gone)))
