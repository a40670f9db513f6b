"""The records of manufacturers and regulators.

Identifiers are stored as printed, beside the key by which they are found (`service.gs1.identifiers`). An
expiry is the last day that it covers, and whether only its month was printed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.authenticity.dispositions import Disposition
from service.storage.models.base import GTIN_IS_RIGHT, Base
from service.storage.types import DispositionNumber, LineTuple, Moment, WordTuple


class Manufacturer(Base):
    """A manufacturer. `catalogue_complete`: every product under its GS1 company prefixes is on record here.

    Only the owning organisation may change its records; without an owner, only a terminal.
    `two_person_release`: a batch that one person put in counts once another person has released it.
    `link_hosts`: the web servers that links of its products may lead to. `gln`: how it is named in
    verification messages (GS1 LMS), empty for not; `verifies_recalled`: there, a recalled unit is verified.
    """

    __tablename__ = "manufacturer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    gs1_prefixes: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    catalogue_complete: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    two_person_release: Mapped[bool] = mapped_column(default=False, server_default=false())
    link_hosts: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    gln: Mapped[str] = mapped_column(String(13), default="", server_default="")
    verifies_recalled: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (CheckConstraint("length(trim(name)) > 0", name="named"),)


class Product(Base):
    """One presentation under one GTIN. `complete`: every batch of it is on record here.

    `complete_until`: those made until that day (None: until the last list came). `lists_received`: the days
    (YYYY-MM-DD) on which lists of its batches came, the latest few. `source_gtins`: the products whose lots
    its packs bear (a parallel importer's or relabeller's pack).
    `content`: what one vial holds. `in_use_hours`: how long it may be used after opening. `storage_min`,
    `storage_max`: the limits of its storage in degrees Celsius, None for no limit. `stability_months`: from
    manufacture to expiry. `interval_days`: at least between two treatments. `importing`: the number of the
    import at a terminal that is still putting in lots or units of it; until that is done, the product does
    not count as `complete`.
    `stopped`: a recall or hold of it is in force; only then does a check read them.
    """

    __tablename__ = "product"
    id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer_id: Mapped[int] = mapped_column(ForeignKey("manufacturer.id"), index=True)
    gtin: Mapped[str] = mapped_column(String(14), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    active_substance: Mapped[str] = mapped_column(String(200), default="")
    strengths: Mapped[tuple[str, ...]] = mapped_column(LineTuple, default=())
    form: Mapped[str] = mapped_column(String(200), default="")
    national_numbers: Mapped[tuple[str, ...]] = mapped_column(LineTuple, default=())
    markets: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    languages: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    complete: Mapped[bool] = mapped_column(default=False)
    content: Mapped[str] = mapped_column(String(200), default="", server_default="")
    in_use_hours: Mapped[int | None]
    storage_min: Mapped[int | None]
    storage_max: Mapped[int | None]
    stability_months: Mapped[int | None]
    interval_days: Mapped[int | None]
    importing: Mapped[int | None]
    complete_until: Mapped[date | None]
    lists_received: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    source_gtins: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    stopped: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        CheckConstraint(GTIN_IS_RIGHT, name="gtin"),
        CheckConstraint("length(trim(name)) > 0", name="named"),
        CheckConstraint("markets = upper(markets)", name="markets"),
        CheckConstraint("languages = lower(languages)", name="languages"),
    )


def _written(context: Any) -> str:
    lot: str = context.get_current_parameters()["lot"]
    return lot.upper().replace(" ", "")


class Batch(Base):
    """One lot of one product. `expiry`: the last day; `expiry_month_only`: no day is printed.

    `lot_written` (`Lot.written`) tells the lots of a product apart; `lot_key` and `lot_folded` find
    candidates. `earlier_expiries` (YYYY-MM-DD or YYYY-MM) stand on packs too: the expiry was put later.
    `status_before` is what to go back to when the last recall or hold of the batch is lifted; None when none
    stands.
    """

    __tablename__ = "batch"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot: Mapped[str] = mapped_column(String(40))
    lot_key: Mapped[str] = mapped_column(String(40))
    lot_folded: Mapped[str] = mapped_column(String(40))
    lot_written: Mapped[str] = mapped_column(String(40), default=_written)
    expiry: Mapped[date]
    expiry_month_only: Mapped[bool] = mapped_column(default=False)
    made: Mapped[date | None]
    released: Mapped[date | None]
    earlier_expiries: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=(), server_default="")
    status: Mapped[str] = mapped_column(String(20))
    status_before: Mapped[str | None] = mapped_column(String(20))
    markets: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    quantity: Mapped[int | None]
    recall_class: Mapped[str] = mapped_column(String(40), default="")
    recall_reference: Mapped[str] = mapped_column(String(200), default="")
    recall_reason: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        UniqueConstraint("product_id", "lot_written"),
        UniqueConstraint("product_id", "id"),
        Index(None, "product_id", "lot_key"),
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
    """One release test of one batch: what was tested, by which method, with which result."""

    __tablename__ = "quality_result"
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), primary_key=True)
    test: Mapped[str] = mapped_column(String(200), primary_key=True)
    method: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[str] = mapped_column(String(200))


UNIT_IS_RECALLED = f"unit.disposition = {Disposition.RECALLED.number}"
"""The condition of units that are recalled one by one, as in the partial index that finds their batches among
millions of units. A literal: neither database uses a partial index for a parameter.
"""


class Unit(Base):
    """One serialised unit. The key is the row, so that it costs little more than product and serial alone.

    `import_id`: the import that put it in (`import`); None where that is not known.
    """

    __tablename__ = "unit"
    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial: Mapped[str] = mapped_column(String(20), primary_key=True)
    batch_id: Mapped[int]
    disposition: Mapped[Disposition] = mapped_column(DispositionNumber)
    import_id: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        # a unit's batch is a batch of the unit's own product
        ForeignKeyConstraint(["product_id", "batch_id"], ["batch.product_id", "batch.id"]),
        CheckConstraint("length(serial) BETWEEN 1 AND 20", name="serial"),
        CheckConstraint("disposition BETWEEN 1 AND 19", name="disposition"),
        Index(
            "ix_unit_recalled",
            "batch_id",
            sqlite_where=text(UNIT_IS_RECALLED),
            postgresql_where=text(UNIT_IS_RECALLED),
        ),
        {"sqlite_with_rowid": False},
    )


NAMES_ONLY_PRODUCT = "alert.lot_key = '' AND alert.gtin = '' AND alert.serial_folded = ''"
"""The condition of alerts that name a product and no number, as in the partial index that finds them: few,
and read with every check.
"""


class Alert(Base):
    """One alert of a regulator, with only what it published. `fingerprint` makes a second import a no-op.

    `serial_folded`: the serial or the prefix in lower case, whichever was published. `uncut`: the part of the
    text that could not be parsed, word for word. `organisation_id`: the organisation that entered it by hand.
    `withdrawn`: no check knows it any more; when, by whom and why is in `withdrawal`.
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
    uncut: Mapped[str] = mapped_column(Text, default="", server_default="")
    organisation_id: Mapped[int | None] = mapped_column(Integer)
    entered: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        Index(None, "lot_key"),
        Index(None, "lot_folded"),
        Index(None, "gtin"),
        # only alerts that name a serial are compared with one
        Index(
            "ix_alert_serial_folded",
            "serial_folded",
            sqlite_where=text("serial_folded <> ''"),
            postgresql_where=text("serial_folded <> ''"),
        ),
        # all three are empty in alerts that name a product alone
        Index("ix_alert_names_only_product", "lot_key", "gtin", "serial_folded"),
        CheckConstraint("kind IN ('falsified', 'recalled', 'stolen', 'tampered', 'unlicensed')", name="kind"),
        CheckConstraint("length(trim(authority)) > 0", name="authority"),
        CheckConstraint(
            "gtin <> '' OR lot_key <> '' OR serial <> '' OR serial_prefix <> '' OR product_name <> ''",
            name="names_something",
        ),
        CheckConstraint("reported = '' OR reported LIKE '____%'", name="reported"),
        CheckConstraint(f"gtin = '' OR ({GTIN_IS_RIGHT})", name="gtin"),
    )


class PackMark(Base):
    """One mark of the catalogue: a visible feature by which known fakes of a product are told.

    `mark`: its code, in lower case. `part`, `look_at`, `should_be`, `differs`: where and what to look at, how
    it is on the maker's packs, and how on the fakes. `fakes`: the known fakes that differ so; `lots` and
    `lot_keys`: the lots that they bear. `organisation_id`: whose list it came with; None for a terminal.
    `withdrawn`: no check knows it any more; when, by whom and why is in `withdrawal`.
    """

    __tablename__ = "pack_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(60), unique=True)
    authority: Mapped[str] = mapped_column(String(200))
    product_name: Mapped[str] = mapped_column(String(200), default="")
    gtin: Mapped[str] = mapped_column(String(14), default="")
    feature: Mapped[str] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(100))
    look_at: Mapped[str] = mapped_column(String(300))
    should_be: Mapped[str] = mapped_column(String(300))
    differs: Mapped[str] = mapped_column(String(300))
    fakes: Mapped[tuple[str, ...]] = mapped_column(LineTuple)
    lots: Mapped[tuple[str, ...]] = mapped_column(LineTuple, default=())
    lot_keys: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    markets: Mapped[tuple[str, ...]] = mapped_column(WordTuple, default=())
    reference: Mapped[str] = mapped_column(String(200), default="")
    reported: Mapped[str] = mapped_column(String(10), default="")
    source_url: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(Integer)
    entered: Mapped[datetime] = mapped_column(Moment)
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        CheckConstraint("length(mark) > 0 AND mark = lower(mark)", name="mark"),
        CheckConstraint("length(trim(authority)) > 0", name="authority"),
        CheckConstraint("gtin <> '' OR length(trim(product_name)) > 0", name="of_product"),
        CheckConstraint("length(look_at) > 0 AND length(should_be) > 0 AND length(differs) > 0", name="said"),
        CheckConstraint("length(fakes) > 0", name="fakes"),
        CheckConstraint("source_url LIKE 'http%://%'", name="source_url"),
        CheckConstraint("markets = upper(markets)", name="markets"),
        CheckConstraint(f"gtin = '' OR ({GTIN_IS_RIGHT})", name="gtin"),
    )


class ResolverLink(Base):
    """A link of a product, or of its lots under `lot_key` where that is not empty.

    `link_type`: its name in GS1's Web Vocabulary. `language`, `media_type` and `context` (a market) may be
    empty. `is_default`: a request without a link type is led there.
    """

    __tablename__ = "resolver_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    lot: Mapped[str] = mapped_column(String(40), default="")
    lot_key: Mapped[str] = mapped_column(String(40), default="")
    link_type: Mapped[str] = mapped_column(String(40))
    href: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default="")
    media_type: Mapped[str] = mapped_column(String(60), default="")
    context: Mapped[str] = mapped_column(String(2), default="")
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (
        UniqueConstraint(
            "product_id",
            "lot_key",
            "link_type",
            "href",
            "language",
            "media_type",
            "context",
            name="uq_resolver_link_same",
        ),
        CheckConstraint("href LIKE 'https://%'", name="href"),
        CheckConstraint("length(trim(title)) > 0 AND length(link_type) > 0", name="said"),
        CheckConstraint("(lot = '') = (lot_key = '')", name="lot"),
    )


class ProductStatement(Base):
    """A version of what a manufacturer states about a product on one topic, in one language.

    `dated`: YYYY, YYYY-MM or YYYY-MM-DD of its source. `state`: waiting, then released or refused by another
    person than the one who put it in; a newer version makes it replaced; a released one may be withdrawn.
    Texts are never changed: another text is another version.
    """

    __tablename__ = "product_statement"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    topic: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(300))
    source_url: Mapped[str] = mapped_column(Text, default="")
    dated: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    put_in: Mapped[datetime] = mapped_column(Moment)
    put_in_by: Mapped[str] = mapped_column(String(200))
    put_in_account_id: Mapped[int | None] = mapped_column(Integer)
    decided: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_account_id: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        UniqueConstraint("product_id", "topic", "language", "version", name="uq_product_statement_version"),
        CheckConstraint("length(trim(text)) > 0 AND length(trim(source)) > 0", name="said"),
        CheckConstraint("dated LIKE '____%'", name="dated"),
        CheckConstraint("state IN ('waiting', 'released', 'refused', 'withdrawn', 'replaced')", name="state"),
        CheckConstraint(
            "state NOT IN ('released', 'refused', 'withdrawn') OR decided IS NOT NULL", name="decided"
        ),
    )
