"""Places where a clinic keeps vials, their temperature, and what an excursion holds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class StoragePlace(Base):
    """A fridge, freezer or room of a clinic. `zone`: the IANA time zone of its loggers' clocks.

    `usual`: vials that come in lie there until they are put elsewhere; at most one of a clinic.
    """

    __tablename__ = "storage_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    zone: Mapped[str] = mapped_column(String(60))
    usual: Mapped[bool] = mapped_column(default=False, server_default=false())
    created: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
    )


class VialPlace(Base):
    """From `since` on a vial lies in a place, until its next row. Rows are added and never changed."""

    __tablename__ = "vial_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    vial_id: Mapped[int] = mapped_column(ForeignKey("vial.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("storage_place.id"), index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)


class TemperatureLog(Base):
    """One file or message of readings that was taken in. `known`: readings that were on record already."""

    __tablename__ = "temperature_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("storage_place.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(Integer)
    file_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    first: Mapped[datetime] = mapped_column(Moment)
    last: Mapped[datetime] = mapped_column(Moment)
    new: Mapped[int]
    known: Mapped[int]


class TemperatureReading(Base):
    """One reading in a place, in hundredths of a degree Celsius. Two values at one moment both count."""

    __tablename__ = "temperature_reading"
    place_id: Mapped[int] = mapped_column(
        ForeignKey("storage_place.id"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    hundredths: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    log_id: Mapped[int] = mapped_column(ForeignKey("temperature_log.id"))
    __table_args__ = (
        CheckConstraint("hundredths BETWEEN -10000 AND 10000", name="plausible"),
        {"sqlite_with_rowid": False},
    )


class TemperatureExcursion(Base):
    """A time outside the limits of a product that lay in a place: hundredths of degrees, limits in whole.

    `ended`: the next reading inside the limits, or the last one outside. It grows when later readings show
    that it was longer.
    """

    __tablename__ = "temperature_excursion"
    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("storage_place.id"))
    storage_min: Mapped[int | None]
    storage_max: Mapped[int | None]
    started: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime] = mapped_column(Moment)
    lowest: Mapped[int]
    highest: Mapped[int]
    found: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        Index(None, "place_id", "started"),
        CheckConstraint("started <= ended", name="period"),
        CheckConstraint("storage_min IS NOT NULL OR storage_max IS NOT NULL", name="limits"),
    )


class TemperatureHold(Base):
    """A vial that lay in a place during an excursion. It is held until `decision` is use.

    `event_id`: the quarantine that the hold made, None where the vial was quarantined or gone already.
    `decision`: use or destroy, with who, when and why; None while it is open.
    """

    __tablename__ = "temperature_hold"
    excursion_id: Mapped[int] = mapped_column(
        ForeignKey("temperature_excursion.id"), primary_key=True, autoincrement=False
    )
    vial_id: Mapped[int] = mapped_column(
        ForeignKey("vial.id"), primary_key=True, autoincrement=False, index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("vial_event.id"))
    decision: Mapped[str | None] = mapped_column(String(8))
    decided: Mapped[datetime | None] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200), default="", server_default="")
    account_id: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    __table_args__ = (
        CheckConstraint("decision IN ('use', 'destroy')", name="decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided IS NULL) AND (decision IS NULL OR length(trim(reason)) > 0)",
            name="decided",
        ),
    )
