"""Counts of what is new for an organisation. A digest holds counts only: no number, no place, no person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true

from service.accounts.actors import OrganisationKind
from service.registry.digests.subscriptions import Subscription
from service.registry.suspects.queries import NOBODYS, STRONG, VERY_STRONG
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.models import Manufacturer, Product, Report, Suspect
from service.storage.suspects import SuspectState


@dataclass(frozen=True, slots=True)
class DigestCounts:
    """Counts of what came after `since` and not after `until`.

    `suspects`: very strong, strong, weak; lots that are not on record are in `unknown_lots` instead.
    `harmed`: reports that say that a person is ill. `stop_notices`: of a clinic, those of its stopped vials
    that it has not acknowledged, whenever they came.
    """

    organisation: str
    since: datetime
    until: datetime
    suspects: tuple[int, int, int]
    unknown_lots: int
    reports: int
    harmed: int
    stop_notices: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything is new."""
        return bool(sum(self.suspects) or self.unknown_lots or self.reports or self.stop_notices)


def gather(
    database: Database, subscription: Subscription, until: datetime, open_notices: Callable[[int], int]
) -> DigestCounts:
    """Count what is new since the last digest and still undecided.

    `open_notices`: counts the notices that a clinic, by its id, has not acknowledged.
    """
    since = subscription.until
    if subscription.kind is OrganisationKind.CLINIC:
        count = open_notices(subscription.organisation_id)
        return DigestCounts(subscription.organisation, since, until, (0, 0, 0), 0, 0, 0, count)
    regulator = subscription.kind is OrganisationKind.REGULATOR
    own: ColumnElement[bool] = Manufacturer.organisation_id == subscription.organisation_id
    level = case((Suspect.score >= VERY_STRONG, 3), (Suspect.score >= STRONG, 2), else_=1).label("level")
    unknown = (Suspect.scope == SubjectScope.UNKNOWN_LOT).label("unknown")
    standing: Any = (
        select(level, unknown, func.count().label("many"))
        .select_from(Suspect)
        .outerjoin(Product, Product.id == Suspect.product_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Suspect.state == SuspectState.OPEN, Suspect.moved > since, Suspect.moved <= until)
        .where(Suspect.product_id == NOBODYS if regulator else own)
        .group_by(level, unknown)
    )
    theirs = true() if regulator else Report.organisation_id == subscription.organisation_id
    reported = select(func.count(), func.sum(case((Report.harmed, 1), else_=0))).where(
        theirs, Report.at > since, Report.at <= until
    )
    levels, lots = {3: 0, 2: 0, 1: 0}, 0
    with database.reading() as connection:
        for row in connection.execute(standing):
            if row.unknown:
                lots += row.many
            else:
                levels[row.level] += row.many
        reports, harmed = connection.execute(reported).one()
    return DigestCounts(
        organisation=subscription.organisation,
        since=since,
        until=until,
        suspects=(levels[3], levels[2], levels[1]),
        unknown_lots=lots,
        reports=reports,
        harmed=int(harmed or 0),
    )
