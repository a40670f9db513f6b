"""Extensions of an expiry up to a bound, beyond it by two persons; and their withdrawal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from sqlalchemy import Connection, Row, insert, select

from service.errors import (
    ConflictError,
    ErrorCode,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry.corrections.batches import batch_name, batch_row
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    FieldChange,
    SecondPerson,
    withdrawal_row,
)
from service.registry.corrections.expiry_bound import bound_of
from service.registry.corrections.touched import touched
from service.registry.lists.cells import free_text
from service.registry.lists.kinds.plausible_cells import listed_expiry
from service.registry.recalls.expiry_extensions import (
    NewExtension,
    RecordedExtension,
    extend,
    extensions,
    shorten,
)
from service.storage.audit import AuditActor, AuditChange
from service.storage.models import Batch, ExpiryExtension, Product, Withdrawal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ExpiryChange:
    """A later expiry of a lot, with the reference of the decision that allows it."""

    gtin: str
    lot: str
    expiry: str
    reference: str
    kind: ClassVar[str] = "extension"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"gtin": self.gtin, "lot": self.lot, "expiry": self.expiry, "reference": self.reference}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["gtin"], values["lot"], values["expiry"], values["reference"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it would do. VALUE_INVALID for a date that is not later than the one on record."""
        row = batch_row(connection, self.gtin, Lot.parse(self.lot), who, lock=lock)
        old, new = Expiry.from_record(row.expiry, row.expiry_month_only), Expiry.parse(self.expiry)
        if new.last_day <= old.last_day:
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=new.printed_form,
                expected=f"a date after {old.printed_form}, the one on record",
                field="expiry",
            )
        bound = bound_of(row.made, row.released, row.stability_months)
        second = SecondPerson.ORGANISATION if row.two_person_release else SecondPerson.NOT_NEEDED
        beyond = new.last_day > bound
        return ChangePreview(
            object_type="batch",
            object_id=batch_name(row),
            title=f"{row.name}, {row.lot}",
            organisation_id=row.organisation_id,
            fields=(
                FieldChange("expiry", old.printed_form, new.printed_form),
                FieldChange("reference", None, self.reference),
            ),
            touched=touched(connection, row.product_id, row.organisation_id, batch_ids=[row.id]),
            second=SecondPerson.BOUND if beyond else second,
            notes=(("bound", bound.isoformat()),) if beyond else (),
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the extension."""
        row = batch_row(connection, self.gtin, Lot.parse(self.lot), maker.who)
        expiry = Expiry.parse(self.expiry)
        return extend(
            connection, row, NewExtension(expiry, self.reference, maker.reason, maker.who, maker.at)
        )


def read_extension(given: Mapping[str, str]) -> ExpiryChange:
    """Read `gtin lot expiry reference`. InvalidFieldsError lists everything wrong or missing."""
    errors: list[VialcheckError] = []

    def read(name: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(given.get(name, "").strip())
        except VialcheckError as error:
            error.field = name
            errors.append(error)
            return None

    gtin, lot = read("gtin", Gtin.parse), read("lot", Lot.parse)
    expiry = read("expiry", listed_expiry)
    reference = read("reference", lambda raw: free_text(raw, 200))
    if reference == "":
        errors.append(RefusedError(ErrorCode.VALUE_MISSING, field="reference"))
    if gtin is None or lot is None or expiry is None or not reference or errors:
        raise InvalidFieldsError(tuple(errors))
    return ExpiryChange(gtin.value, lot.printed, expiry.printed_form, reference)


@dataclass(frozen=True, slots=True)
class ExtensionWithdrawal:
    """Withdraws an extension; the latest of a lot that stands."""

    number: int
    kind: ClassVar[str] = "extension_withdrawal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it would do. WITHDRAWN_BEFORE; EXTENSION_STANDS where a later one comes first."""
        row, extension = self._found(connection, who, lock=lock)
        return ChangePreview(
            object_type="batch",
            object_id=batch_name(row),
            title=f"{row.name}, {row.lot}",
            organisation_id=row.organisation_id,
            fields=(FieldChange("expiry", extension.new.printed_form, extension.old.printed_form),),
            touched=touched(connection, row.product_id, row.organisation_id, batch_ids=[row.id]),
            second=SecondPerson.ORGANISATION if row.two_person_release else SecondPerson.NOT_NEEDED,
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the withdrawal, and put the expiry back."""
        row, extension = self._found(connection, maker.who)
        connection.execute(insert(Withdrawal).values(withdrawal_row("extension", self.number, maker)))
        return shorten(connection, row, extension)

    def _found(
        self, connection: Connection, who: AuditActor, *, lock: bool = False
    ) -> tuple[Row[Any], RecordedExtension]:
        place = connection.execute(
            select(Product.gtin, Batch.lot)
            .join(Batch, Batch.product_id == Product.id)
            .join(ExpiryExtension, ExpiryExtension.batch_id == Batch.id)
            .where(ExpiryExtension.id == self.number)
        ).first()
        if place is None:
            expected = "the number of an extension"
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(self.number), expected=expected, field="id")
        row = batch_row(connection, place.gtin, Lot.parse(place.lot), who, lock=lock)
        known = extensions(connection, row.id)
        (own,) = (each for each in known if each.id == self.number)
        if not own.stands:
            raise ConflictError(ErrorCode.WITHDRAWN_BEFORE, given=row.lot, field="reason")
        if any(each.stands and each.id > self.number for each in known):
            raise ConflictError(ErrorCode.EXTENSION_STANDS, given=row.lot, field="reason")
        return row, own
