"""Targets of links that the resolver leads to (GS1-Conformant Resolver)."""

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base


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
