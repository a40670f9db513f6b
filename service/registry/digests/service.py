"""Sending digests: count what is new, send, and only then record that it was sent.

A failure in between sends the same digest again and never leaves one out.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from service.accounts.credentials.secret_box import SecretBox
from service.errors import VialcheckError
from service.outgoing.requests import THIS_MACHINE
from service.registry.digests.counts import DigestCounts, gather
from service.registry.digests.subscriptions import EVERY, Subscription, listed, opened_secret, seal_secrets
from service.registry.digests.transport import mail
from service.registry.webhooks.transport import post
from service.storage.database import Database
from service.storage.models import Digest

_log = logging.getLogger(__name__)

_STILL_COMING = timedelta(seconds=10)
"""Rows with an earlier moment are committed by then."""


@dataclass(frozen=True, slots=True)
class DigestTransport:
    """The text of a digest, and the server that sends it. `address`: where the pages are.

    `secrets` opens what signs a webhook's body; `private`: hosts of webhooks inside the operator's network.
    `open_notices` counts what a clinic, by its id, has not acknowledged.
    """

    text: Callable[[DigestCounts, str], tuple[str, str]]
    address: str
    secrets: SecretBox
    smtp: str = ""
    sender: str = ""
    private: frozenset[str] = frozenset()
    open_notices: Callable[[Database, int], int] = lambda _database, _organisation_id: 0


def content(news: DigestCounts, address: str) -> dict[str, Any]:
    """Return the JSON that a webhook gets."""
    very_strong, strong, worth_a_look = news.suspects
    return {
        "type": "digest",
        "organisation": news.organisation,
        "since": news.since.isoformat(),
        "until": news.until.isoformat(),
        "suspects": {"very_strong": very_strong, "strong": strong, "worth_a_look": worth_a_look},
        "unknown_lots": news.unknown_lots,
        "reports": {"new": news.reports, "harmed": news.harmed},
        "stop_notices": news.stop_notices,
        "links": {
            "watch": f"{address}/watch",
            "reports": f"{address}/reports",
            "clinic": f"{address}/clinic",
        },
    }


def waiting(
    database: Database, ways: DigestTransport, now: datetime, *, due_only: bool = False
) -> list[tuple[Subscription, DigestCounts]]:
    """Return what each organisation (that is due) would be sent now."""
    until = now - _STILL_COMING

    def open_notices(organisation_id: int) -> int:
        return ways.open_notices(database, organisation_id)

    return [
        (each, gather(database, each, until, open_notices))
        for each in listed(database)
        if each.until < until and not (due_only and each.until + EVERY[each.every] > now)
    ]


def send(
    database: Database, ways: DigestTransport, now: datetime, *, due_only: bool = True
) -> list[tuple[str, bool]]:
    """Send to organisations that are due (or all); return each organisation and whether it was reached.

    Where nothing is new nothing is sent, and that counts as sent. A failure of one does not affect the
    others; it is tried again the next time.
    """
    seal_secrets(database, ways.secrets)
    done = []
    for subscription, news in waiting(database, ways, now, due_only=due_only):
        told = True
        if news.anything:
            try:
                _tell(subscription, news, ways, now)
            except VialcheckError as error:
                _log.warning("the digest of %s was not delivered: %s", subscription.organisation, error)
                told = False
        if told:
            _take_for_told(database, subscription, news.until)
        done.append((subscription.organisation, told))
    return done


def _tell(subscription: Subscription, news: DigestCounts, ways: DigestTransport, now: datetime) -> None:
    if subscription.webhook:
        secret = opened_secret(subscription, ways.secrets)
        private = ways.private | THIS_MACHINE
        post(subscription.webhook, secret, content(news, ways.address), now, private=private)
    else:
        mail(ways.smtp, ways.sender, subscription.email, ways.text(news, ways.address), now)


def _take_for_told(database: Database, subscription: Subscription, until: datetime) -> None:
    # Not where an operator has changed the subscription meanwhile.
    its_own = Digest.organisation_id == subscription.organisation_id
    with database.transaction() as connection:
        connection.execute(
            update(Digest).where(its_own, Digest.until == subscription.until).values(until=until)
        )
