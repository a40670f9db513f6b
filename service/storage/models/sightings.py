"""Sightings: where and when codes were seen, one row for each place; and what a person cleared."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment, WordTuple


class SightingRow(Base):
    """All scans of one subject in one place by one kind of asker (`authenticity.scan_history.sightings`).

    `scope` says what `name` is: a unit's serial, a lot's key, a lot not on record (of any product: 0), a
    client that asked for serials not on record, or the prefix that such serials share. Of the last two
    `clients` is the set of serials. Every column but the key is a minimum, maximum, sum or union: the order
    in which scans are written does not matter.
    """

    __tablename__ = "sighting"
    scope: Mapped[str] = mapped_column(String(12), primary_key=True)
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    rank: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    region: Mapped[str] = mapped_column(String(40))
    first: Mapped[int] = mapped_column(BigInteger)
    last: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)
    clients: Mapped[int] = mapped_column(BigInteger)
    windows: Mapped[int] = mapped_column(BigInteger)
    windows_later: Mapped[int] = mapped_column(BigInteger)
    periods: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    __table_args__ = (
        CheckConstraint(
            "scope IN ('unit', 'lot', 'unknown_lot', 'guesser', 'neighbours')",
            name="scope",
        ),
        CheckConstraint("kind BETWEEN 1 AND 4", name="kind"),
        CheckConstraint("first <= last AND count > 0", name="counted"),
        {"sqlite_with_rowid": False},
    )


class Clearing(Base):
    """A person found nothing wrong in a unit's scans; up to that strength they are not reported again.

    `score` and `devices`: what had been seen by then. `codes`: the reasons that were cleared.
    `protected`: scans by strangers alone never stop the unit again.
    """

    __tablename__ = "clearing"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]
    serial: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    devices: Mapped[int]
    codes: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    protected: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        Index(None, "product_id", "serial"),
        CheckConstraint("length(trim(actor)) > 0 AND length(trim(reason)) > 0", name="said"),
    )


class DetectionThresholds(Base):
    """A manufacturer's thresholds for reasons of the scan history. No row: the defaults."""

    __tablename__ = "detection_thresholds"
    manufacturer_id: Mapped[int] = mapped_column(
        ForeignKey("manufacturer.id"), primary_key=True, autoincrement=False
    )
    suspicion: Mapped[float]
    devices: Mapped[int]
    recheck_days: Mapped[float]
    lot_checks: Mapped[float]
    lot_countries: Mapped[int]
    guesses: Mapped[int]
    __table_args__ = (
        CheckConstraint("suspicion BETWEEN 2 AND 20", name="suspicion"),
        CheckConstraint("devices BETWEEN 5 AND 62", name="devices"),
        CheckConstraint("recheck_days BETWEEN 0.5 AND 365", name="recheck_days"),
        CheckConstraint("lot_checks BETWEEN 2 AND 1000", name="lot_checks"),
        CheckConstraint("lot_countries BETWEEN 2 AND 100", name="lot_countries"),
        CheckConstraint("guesses BETWEEN 5 AND 60", name="guesses"),
    )


class DeviceMarkKey(Base):
    """The key under which clients' marks of one period are made; an earlier period's key is destroyed."""

    __tablename__ = "client_key"
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(64))
    __table_args__ = (CheckConstraint("length(key) = 64", name="key"),)
