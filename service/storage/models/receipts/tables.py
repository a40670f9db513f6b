"""Receipts of treatments, and the keys that sign them. No patient is recorded, and no use can be joined.

A copy of the database opens no receipt and cannot tell which uses one is about, nor how many: the content is
encrypted with the token of its link, which is not kept, and a use is a keyed hash whose key is outside the
database, among as many random ones as fill every receipt up to the same number.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class TreatmentReceipt(Base):
    """One receipt of one or more uses. `token_hash`: SHA-256 of the link's token.

    `month`: the first day of the month of issue: a day would tell which use it may be about. `voided`: the
    clinic took it back, for `void_reason`, which its reader sees. SQLite keeps the rows by their hashes, not
    in the order of their issue.
    """

    __tablename__ = "treatment_receipt"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    month: Mapped[date]
    voided: Mapped[bool] = mapped_column(default=False)
    void_reason: Mapped[str] = mapped_column(String(500), default="")
    __table_args__ = (
        CheckConstraint("length(token_hash) = 64", name="hashes"),
        CheckConstraint("NOT voided OR length(trim(void_reason)) > 0", name="reason"),
        {"sqlite_with_rowid": False},
    )


class ReceiptUse(Base):
    """A use that a receipt is about, or nothing: each receipt has the same number of rows. It goes with the
    receipt. `use_mark`: keyed hash of clinic and use, or random.
    """

    __tablename__ = "receipt_use"
    use_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(
        ForeignKey("treatment_receipt.token_hash", ondelete="CASCADE"), index=True
    )
    __table_args__ = (
        CheckConstraint("length(use_mark) = 64", name="hashes"),
        {"sqlite_with_rowid": False},
    )


class ReceiptSubscription(Base):
    """A browser that is told when something about a receipt changes. It goes with the receipt.

    `endpoint_mark`: keyed hash of where the push service takes messages. `content`: the endpoint, its keys,
    what the receipt says and what was told last, sealed with the service's secret key.
    """

    __tablename__ = "receipt_subscription"
    token_hash: Mapped[str] = mapped_column(
        ForeignKey("treatment_receipt.token_hash", ondelete="CASCADE"), primary_key=True
    )
    endpoint_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    __table_args__ = ({"sqlite_with_rowid": False},)


class ChangedReceiptList(Base):
    """The list of a day: receipts whose answer stops, or that were taken back, by hashes that only their
    links lead to. `signed`: as it is published.
    """

    __tablename__ = "changed_receipt_list"
    day: Mapped[date] = mapped_column(primary_key=True)
    signed: Mapped[str] = mapped_column(Text)


class ReceiptKey(Base):
    """A key pair that signs receipts (Ed25519). `public`: the JWK, published as long as the row is there.

    `private`: the JWK, sealed with the service's secret key.
    """

    __tablename__ = "receipt_key"
    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    public: Mapped[str] = mapped_column(Text)
    private: Mapped[str] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(Moment)
