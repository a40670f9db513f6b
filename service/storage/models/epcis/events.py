"""Events of the supply chain (EPCIS): documents that were captured, their events, and what holds what."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.models.base import Base
from service.storage.types import Moment


class EpcisCapture(Base):
    """A document of events on its way in (EPCIS 2.0, section 8.2.7: a capture job).

    waiting → preview (a person decides) → applying → done; `failed` and `cancelled` end it. `previews`: a
    person wants to see it first. `cursor`: how many of its events are on record, `chunk`: how many parts of
    the next one; both move in the transaction that puts them there. `seen`: the counts; `errors`: what was
    refused, with places. `organisation_id` None: a terminal.
    """

    __tablename__ = "epcis_capture"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(String(200))
    network: Mapped[str] = mapped_column(String(60), default="", server_default="")
    created: Mapped[datetime] = mapped_column(Moment)
    moved: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(12), index=True)
    previews: Mapped[bool] = mapped_column(default=False, server_default=false())
    file_name: Mapped[str] = mapped_column(String(400))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(Text, default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    cursor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    chunk: Mapped[int] = mapped_column(default=0, server_default="0")
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    errors: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'preview', 'applying', 'done', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(trim(actor)) > 0", name="actor"),
    )


class EpcisEvent(Base):
    """One event in neutral form; its EPCs are `EpcisEventEpc`. Rows are added, never removed.

    `owner`: the number of the organisation that sent it, 0 for a terminal; each has ids of its own.
    `event_id`: the sender's, or a URI made of the content. `content_sha256`: of what the event says, without
    its identity, error declaration and record time. `declares_error`: it says that the event of the same id
    was wrong; then `wrong_since` of that one is set. `outcome`: applied to the record, or only kept (`why`).
    `effect`: the numbers of the changes that it made, by kind. `whole`: all of its EPCs are on record.
    """

    __tablename__ = "epcis_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("epcis_capture.id"), index=True)
    owner: Mapped[int] = mapped_column(default=0, server_default="0")
    event_id: Mapped[str] = mapped_column(Text)
    declares_error: Mapped[bool] = mapped_column(default=False, server_default=false())
    content_sha256: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(7), default="", server_default="")
    at: Mapped[datetime] = mapped_column(Moment)
    recorded: Mapped[datetime] = mapped_column(Moment)
    biz_step: Mapped[str] = mapped_column(Text, default="", server_default="")
    disposition: Mapped[str] = mapped_column(Text, default="", server_default="")
    read_point: Mapped[str] = mapped_column(Text, default="", server_default="")
    biz_location: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    whole: Mapped[bool] = mapped_column(default=False, server_default=false())
    outcome: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(Text, default="", server_default="")
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    wrong_since: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        UniqueConstraint("owner", "event_id", "declares_error"),
        Index(None, "owner", "at", "id"),
        CheckConstraint("outcome IN ('applied', 'kept')", name="outcome"),
        CheckConstraint("length(event_id) > 0", name="event_id"),
        CheckConstraint("length(content_sha256) = 64", name="content_sha256"),
    )


class EpcisEventEpc(Base):
    """One EPC, class or parent of an event, in its order. `key`: the same for both forms of a URI."""

    __tablename__ = "epcis_event_epc"
    event_id: Mapped[int] = mapped_column(ForeignKey("epcis_event.id"), primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(20), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uri: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index(None, "key"),)


class EpcisContainment(Base):
    """What holds a thing now: the last aggregation of an organisation (0: a terminal) that was not undone."""

    __tablename__ = "epcis_containment"
    owner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    child_key: Mapped[str] = mapped_column(Text, primary_key=True)
    child_uri: Mapped[str] = mapped_column(Text)
    parent_key: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(ForeignKey("epcis_event.id"))
    __table_args__ = (Index(None, "owner", "parent_key"),)
