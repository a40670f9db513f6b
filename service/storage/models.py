"""The tables. What cannot be true cannot be stored: the constraints say so, not the code in front of them.

Identifiers are kept as printed, beside the key under which they are found (`service.gs1.identifiers`).
An expiry is the last day that it covers, and whether only its month was ever said.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.authenticity.dispositions import Disposition
from service.storage.types import DispositionNumber, Lines, Moment, Words

_DIGITS = " + ".join(
    f"{3 if place % 2 else 1} * CAST(substr(gtin, {place}, 1) AS INTEGER)" for place in range(1, 14)
)
# GS1 General Specifications section 7.9: the last digit makes the weighted sum a multiple of ten.
_GTIN = (
    "length(gtin) = 14 AND replace(replace(replace(replace(replace(replace(replace(replace(replace(replace("
    "gtin,'0',''),'1',''),'2',''),'3',''),'4',''),'5',''),'6',''),'7',''),'8',''),'9','') = '' "
    f"AND ({_DIGITS} + CAST(substr(gtin, 14, 1) AS INTEGER)) % 10 = 0"
)


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Manufacturer(Base):
    """Who issues. `catalogue_complete`: every product under its GS1 company prefixes is on record here."""

    __tablename__ = "manufacturer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    gs1_prefixes: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    catalogue_complete: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (CheckConstraint("length(trim(name)) > 0", name="named"),)


class Product(Base):
    """One presentation under one GTIN. `complete`: every batch of it is on record here."""

    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    gtin: Mapped[str] = mapped_column(String(14), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    active_substance: Mapped[str] = mapped_column(String(200), default="")
    strengths: Mapped[tuple[str, ...]] = mapped_column(Lines, default=())
    form: Mapped[str] = mapped_column(String(200), default="")
    national_numbers: Mapped[tuple[str, ...]] = mapped_column(Lines, default=())
    markets: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    languages: Mapped[tuple[str, ...]] = mapped_column(Words, default=(), server_default="")
    complete: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        CheckConstraint(_GTIN, name="gtin"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("markets = upper(markets)", name="markets"),
        CheckConstraint("languages = lower(languages)", name="languages"),
    )


class Batch(Base):
    """One lot of one product. `expiry` is the last day; `expiry_month_only`: no day was ever printed."""

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot: Mapped[str] = mapped_column(String(40))
    lot_key: Mapped[str] = mapped_column(String(40))
    lot_folded: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[date]
    expiry_month_only: Mapped[bool] = mapped_column(default=False)
    made: Mapped[date | None]
    released: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(20))
    markets: Mapped[tuple[str, ...]] = mapped_column(Words, default=())
    quantity: Mapped[int | None]
    recall_class: Mapped[str] = mapped_column(String(40), default="")
    recall_reference: Mapped[str] = mapped_column(String(200), default="")
    recall_reason: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        UniqueConstraint("product_id", "lot_key"),
        UniqueConstraint("product_id", "id"),
        Index(None, "lot_key"),
        Index(None, "lot_folded"),
        CheckConstraint("status IN ('released', 'pending', 'on_hold', 'recalled')", name="status"),
        CheckConstraint("length(lot_key) > 0 AND lot_key = upper(lot_key)", name="lot_key"),
        CheckConstraint("quantity IS NULL OR quantity >= 0", name="quantity"),
        CheckConstraint("made IS NULL OR made <= expiry", name="made_before_expiry"),
        CheckConstraint("released IS NULL OR made IS NULL OR made <= released", name="made_before_release"),
        CheckConstraint("markets = upper(markets)", name="markets"),
    )


class QualityResult(Base):
    """One release test of one batch: what was tested, how, and what came out."""

    __tablename__ = "quality_result"
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    test: Mapped[str] = mapped_column(String(200), primary_key=True)
    method: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[str] = mapped_column(String(200))


class Unit(Base):
    """One serialised unit. The key is the row: it costs little more than product and serial alone."""

    __tablename__ = "unit"
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[str] = mapped_column(String(20), primary_key=True)
    batch_id: Mapped[int]
    disposition: Mapped[Disposition] = mapped_column(DispositionNumber)
    __table_args__ = (
        # a unit's batch is a batch of the unit's own product
        ForeignKeyConstraint(["product_id", "batch_id"], ["batch.product_id", "batch.id"]),
        CheckConstraint("length(serial) BETWEEN 1 AND 20", name="serial"),
        CheckConstraint("disposition BETWEEN 1 AND 19", name="disposition"),
        {"sqlite_with_rowid": False},
    )


class Alert(Base):
    """One notice of a regulator, with only what it published. `fingerprint` makes a second import a no-op.

    `serial_folded` is the serial, or the prefix, in lower case: whichever of the two was published.
    """

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    authority: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    product_name: Mapped[str] = mapped_column(String(200), default="")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    gtin: Mapped[str] = mapped_column(String(14), default="")
    lot: Mapped[str] = mapped_column(String(40), default="")
    lot_key: Mapped[str] = mapped_column(String(40), default="")
    lot_folded: Mapped[str] = mapped_column(String(40), default="")
    expiry: Mapped[date | None]
    expiry_month_only: Mapped[bool] = mapped_column(default=False)
    serial: Mapped[str] = mapped_column(String(20), default="")
    serial_prefix: Mapped[str] = mapped_column(String(20), default="")
    serial_folded: Mapped[str] = mapped_column(String(40), default="")
    lot_issued: Mapped[bool | None]
    recall_class: Mapped[str] = mapped_column(String(40), default="")
    reference: Mapped[str] = mapped_column(String(200), default="")
    reported: Mapped[str] = mapped_column(String(10), default="")
    source_url: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index(None, "lot_key"),
        Index(None, "lot_folded"),
        Index(None, "gtin"),
        # only the few notices that name a serial are ever compared with one
        Index(
            "ix_alert_serial_folded",
            "serial_folded",
            sqlite_where=text("serial_folded <> ''"),
            postgresql_where=text("serial_folded <> ''"),
        ),
        CheckConstraint("kind IN ('falsified', 'recalled', 'stolen', 'tampered')", name="kind"),
        CheckConstraint("length(trim(authority)) > 0", name="authority"),
        CheckConstraint(
            "gtin <> '' OR lot_key <> '' OR serial <> '' OR serial_prefix <> '' OR product_name <> ''",
            name="names_something",
        ),
        CheckConstraint("reported = '' OR reported LIKE '____%'", name="reported"),
        CheckConstraint(f"gtin = '' OR ({_GTIN})", name="gtin"),
    )


class Scan(Base):
    """One check that somebody made, with its answer. Unknown and unreadable things are scans too.

    `verdict` holds codes and parameters, no sentences; never an address, a user agent or a name.
    """

    __tablename__ = "scan"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    nonce: Mapped[str | None] = mapped_column(String(64), unique=True)
    door: Mapped[str] = mapped_column(String(10))
    asker: Mapped[str] = mapped_column(String(10))
    product_id: Mapped[int | None] = mapped_column(Integer)
    batch_id: Mapped[int | None] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(12))
    match: Mapped[str] = mapped_column(String(10))
    presented: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdict: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (
        CheckConstraint("asker IN ('patient', 'clinic')", name="asker"),
        CheckConstraint("door IN ('web', 'api', 'cli')", name="door"),
        CheckConstraint("action IN ('accept', 'unknown', 'check', 'quarantine', 'reject')", name="action"),
    )


class Import(Base):
    """One file that put facts in: what it was, who brought it, what it changed."""

    __tablename__ = "import"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(400))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        CheckConstraint("kind IN ('products', 'batches', 'units', 'alerts')", name="kind"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )


class AuditEntry(Base):
    """One change of the record: who, when, why, before and after. Written in the change's transaction."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    action: Mapped[str] = mapped_column(String(40))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    __table_args__ = (
        CheckConstraint("length(trim(actor)) > 0", name="actor"),
        Index(None, "object_type", "object_id"),
    )
