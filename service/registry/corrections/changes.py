"""What every change of a record has in common: its preview, the seal of the preview, and who may make it.

A change is first looked at (`RecordChange.look`), then made within the transaction that writes its audit.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from sqlalchemy import Connection

from service.gs1.identifiers import Expiry
from service.storage.audit import AuditActor, AuditChange
from service.storage.clinic_holdings import ClinicHolding
from service.storage.database import Database


class SecondPerson(StrEnum):
    """Why a second person has to agree.

    ORGANISATION: the owner asks for two persons. BOUND: an expiry later than the product is known to keep.
    ALWAYS: the change ends the rule itself.
    """

    NOT_NEEDED = ""
    ORGANISATION = "organisation"
    BOUND = "bound"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value before and after, as plain JSON values."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class TouchedRecords:
    """What a change concerns. `checks`: checks so far; `clinics`: those that received vials of it."""

    checks: int = 0
    lots: int = 0
    units: int = 0
    clinics: tuple[ClinicHolding, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftRecord:
    """A record that stays as it is although the change names it. `why`: a code, with its count."""

    name: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would do. `object_id` is the audit's. `title`: what people call the record.

    `organisation_id`: whose record it is. `left`: what stays. `notes`: codes of what a person has to know.
    `plan`: what was read for it, so that `make` in the same transaction reads it only once.
    """

    object_type: str
    object_id: str
    title: str
    organisation_id: int | None
    fields: tuple[FieldChange, ...]
    touched: TouchedRecords
    second: SecondPerson = SecondPerson.NOT_NEEDED
    left: tuple[LeftRecord, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    plan: object = None

    @property
    def seal(self) -> str:
        """SHA-256 of what the change does: it differs as soon as the record does. Checks do not count."""
        said = [
            self.object_type,
            self.object_id,
            [[each.field, each.before, each.after] for each in self.fields],
            [[each.name, each.why, each.count] for each in self.left],
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChangeMaker:
    """Who makes a change, when and why; `seen`: what it does, as it was looked at."""

    seen: ChangePreview
    who: AuditActor
    at: datetime
    reason: str


class RecordChange(Protocol):
    """One change of the record. Values of it are immutable, and survive being stored as JSON."""

    kind: ClassVar[str]

    def values(self) -> dict[str, Any]:
        """The change as JSON, for `of_values`."""

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """The change from `values`."""

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it would do. NotFoundError for a record that is not theirs, RefusedError for what cannot be.

        `lock`: keep the record as it is until the transaction ends.
        """

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Make it, and return what is to be audited."""


@runtime_checkable
class LargeChange(Protocol):
    """A change that begins in pieces, each a transaction of its own, so that other writers wait little."""

    def begin(self, database: Database, maker: ChangeMaker) -> None:
        """Do all but the rest, which `make` does. Interrupted, the same change is made once more."""


def plain(value: Any) -> Any:
    """A value of a record as JSON has it: days as YYYY-MM-DD, expiries as printed, several as a list."""
    if isinstance(value, Expiry):
        return value.printed_form
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return str(value) if isinstance(value, StrEnum) else value


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields of `after` whose values are others than before."""
    return tuple(
        FieldChange(name, plain(before[name]), plain(value))
        for name, value in after.items()
        if plain(before[name]) != plain(value)
    )


def withdrawal_row(kind: str, number: int, maker: ChangeMaker) -> dict[str, Any]:
    """The row of a withdrawal."""
    return {
        "kind": kind,
        "number": number,
        "at": maker.at,
        "actor": maker.who.name,
        "account_id": maker.who.account_id,
        "reason": maker.reason,
    }
