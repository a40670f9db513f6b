"""Statistics of the checks of an organisation's products: by day and action, by country, by lot, and lots
that are not on record and often typed.

Days are UTC. Only recorded checks are counted; a lot not on record has no owner, so each organisation sees
only those that came with one of its GTINs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, select

from service.accounts.actors import Actor
from service.authenticity.reasons import Action
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Product, Scan

MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often each action was answered on one day."""

    day: date
    answers: dict[Action, int]

    @property
    def total(self) -> int:
        """The sum over all actions."""
        return sum(self.answers.values())


@dataclass(frozen=True, slots=True)
class StatisticBar:
    """One label and how often it was checked; `stopped` of these were answered with quarantine or reject."""

    key: tuple[str, ...]
    label: str
    count: int
    stopped: int = 0


class Statistics:
    """Counts the checks of an organisation's products."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def by_day(self, actor: Actor, days: int, *, batch_id: int | None = None) -> list[DayCount]:
        """Return the last `days` days, oldest first, days without a check included."""
        day = func.substr(cast(Scan.at, Text), 1, 10)
        query = select(day.label("day"), Scan.action, func.count().label("checks"))
        rows = self._rows(actor, query.group_by(day, Scan.action), days, batch_id=batch_id)
        found: dict[str, dict[Action, int]] = {}
        for each in rows:
            found.setdefault(each.day, {})[Action(each.action)] = each.checks
        today = self._clock().date()
        wanted = (today - timedelta(days=back) for back in range(days - 1, -1, -1))
        return [DayCount(each, found.get(each.isoformat(), {})) for each in wanted]

    def by_country(self, actor: Actor, days: int, *, batch_id: int | None = None) -> list[StatisticBar]:
        """Return the countries that askers stated, most first; an empty label: none was stated."""
        country = func.coalesce(Scan.country, Scan.presented["market"].as_string(), "")
        query = select(country.label("country"), *_COUNTED).group_by(country).order_by(func.count().desc())
        rows = self._rows(actor, query, days, batch_id=batch_id)
        return [StatisticBar((each.country,), each.country, each.checks, each.stopped) for each in rows]

    def by_lot(self, actor: Actor, days: int) -> list[StatisticBar]:
        """Return the lots that were checked most."""
        query = (
            select(Product.gtin, Product.name, Batch.lot, *_COUNTED)
            .join(Batch, Batch.id == Scan.batch_id)
            .group_by(Product.gtin, Product.name, Batch.lot)
            .order_by(func.count().desc(), Batch.lot)
            .limit(MOST_BARS)
        )
        rows = self._rows(actor, query, days)
        return [
            StatisticBar((each.gtin, each.lot), f"{each.lot}, {each.name}", each.checks, each.stopped)
            for each in rows
        ]

    def unknown_lots(self, actor: Actor, days: int) -> list[StatisticBar]:
        """Return lots that people enter for the organisation's products and that are not on record."""
        lot = Scan.presented["lot"].as_string()
        query = (
            select(lot.label("lot"), Product.gtin, Product.name, *_COUNTED)
            .where(Scan.batch_id.is_(None), lot.is_not(None))
            .group_by(lot, Product.gtin, Product.name)
            .order_by(func.count().desc(), lot)
            .limit(MOST_BARS)
        )
        rows = self._rows(actor, query, days)
        return [
            StatisticBar((each.gtin, each.lot), f"{each.lot}, {each.name}", each.checks, each.stopped)
            for each in rows
        ]

    def _rows(self, actor: Actor, query: Any, days: int, *, batch_id: int | None = None) -> Sequence[Any]:
        first = datetime.combine(self._clock().date() - timedelta(days=days - 1), datetime.min.time(), UTC)
        where: list[ColumnElement[bool]] = [Scan.at >= first]
        where += [Scan.batch_id == batch_id] if batch_id is not None else []
        query = (
            query.join(Product, Product.id == Scan.product_id)
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Manufacturer.organisation_id == actor.organisation_id, *where)
        )
        with self._database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
        return rows


_STOPPED = Scan.action.in_([Action.REJECT, Action.QUARANTINE])
_COUNTED = (func.count().label("checks"), func.sum(case((_STOPPED, 1), else_=0)).label("stopped"))
