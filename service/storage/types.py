"""Column types for values of the domain: words, moments, dispositions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Integer, SmallInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from service.authenticity.dispositions import Disposition


class WordTuple(TypeDecorator[tuple[str, ...]]):
    """Several words without spaces (country codes) in one column, sorted, separated by a space."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """`("TR", "BR")` → `BR TR`."""
        return None if value is None else " ".join(sorted(set(value)))

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002 (SQLAlchemy's signature)
        """`BR TR` → `("BR", "TR")`; an empty column is no words."""
        return tuple(value.split()) if value else ()


class LineTuple(TypeDecorator[tuple[str, ...]]):
    """Several short texts in one column, one on each line, in the given order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """`("50 units", "100 units")` → two lines."""
        return None if value is None else "\n".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002 (SQLAlchemy's signature)
        """Two lines → two texts; an empty column is none."""
        return tuple(value.split("\n")) if value else ()


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive one raises ValueError: its meaning would depend
    on the machine.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """To UTC; ValueError for a naive moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return an aware moment: SQLite returns naive UTC, PostgreSQL an aware one in the session's zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class DispositionNumber(TypeDecorator[Disposition]):
    """A disposition as a small integer, so that a unit's row costs little more than its key."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Disposition | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """CBV word → number."""
        return None if value is None else value.number

    def process_result_value(self, value: Any, dialect: Dialect) -> Disposition | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Number → CBV word; KeyError for an unknown number."""
        return None if value is None else Disposition.from_number(value)


class Thousandths(TypeDecorator[Decimal]):
    """A decimal number with at most three places, stored as an integer: sums are exact."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """`Decimal("2.5")` → 2500."""
        return None if value is None else int(value * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """2500 → `Decimal("2.5")`."""
        return None if value is None else Decimal(value) / 1000
