"""Sending digests: what is new is counted, told, and only then taken for told.

Whatever goes wrong in between sends the same once more, and never leaves anything untold.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from service.errors import VialcheckError
from service.registry.digests.counts import DigestCounts, gather
from service.registry.digests.subscriptions import EVERY, Subscription, listed
from service.registry.digests.transport import mail, post
from service.storage.database import Database
from service.storage.models import Digest

_log = logging.getLogger(__name__)

_STILL_COMING = timedelta(seconds=10)
"""What bears an earlier moment is on disk by then."""


@dataclass(frozen=True, slots=True)
class DigestTransport:
    """How to say it, and by which server. `address` is where the pages are."""

    text: Callable[[DigestCounts, str], tuple[str, str]]
    address: str
    smtp: str = ""
    sender: str = ""


def content(news: DigestCounts, address: str) -> dict[str, Any]:
    """What a web address is sent."""
    very_strong, strong, worth_a_look = news.suspects
    return {
        "type": "digest",
        "organisation": news.organisation,
        "since": news.since.isoformat(),
        "until": news.until.isoformat(),
        "suspects": {"very_strong": very_strong, "strong": strong, "worth_a_look": worth_a_look},
        "unknown_lots": news.unknown_lots,
        "reports": {"new": news.reports, "harmed": news.harmed},
        "links": {"watch": f"{address}/watch", "reports": f"{address}/reports"},
    }


def waiting(database: Database, now: datetime) -> list[tuple[Subscription, DigestCounts]]:
    """What each organisation would be told now."""
    until = now - _STILL_COMING
    return [(each, gather(database, each, until)) for each in listed(database) if each.until < until]


def send(
    database: Database, ways: DigestTransport, now: datetime, *, due_only: bool = True
) -> list[tuple[str, bool]]:
    """Tell whoever is due (or everybody); each organisation, and whether it was told.

    Where there is nothing new nothing is sent, and that counts as told. One that cannot be reached keeps
    nobody else from being told; it is tried again the next time.
    """
    done = []
    for subscription, news in waiting(database, now):
        if due_only and subscription.until + EVERY[subscription.every] > now:
            continue
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
        post(subscription.webhook, subscription.secret, content(news, ways.address), now)
    else:
        mail(ways.smtp, ways.sender, subscription.email, ways.text(news, ways.address), now)


def _take_for_told(database: Database, subscription: Subscription, until: datetime) -> None:
    # Not where an operator has set it anew meanwhile.
    its_own = Digest.organisation_id == subscription.organisation_id
    with database.transaction() as connection:
        connection.execute(
            update(Digest).where(its_own, Digest.until == subscription.until).values(until=until)
        )
