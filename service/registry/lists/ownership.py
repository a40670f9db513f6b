"""Decides which records a list may touch: those of its organisation; from a terminal, all.

>>> Owner().owns(7), Owner(7, "Ostrelind", frozenset({ListKind.UNITS})).owns(8)
(True, False)
"""

from dataclasses import dataclass
from typing import Self

from service.accounts.actors import Actor, OrganisationKind
from service.errors import ErrorCode, ForbiddenError, RefusedError, VialcheckError
from service.registry.lists.columns import ListKind

_ISSUED = frozenset(
    {
        *(ListKind.PRODUCTS, ListKind.BATCHES, ListKind.UNITS, ListKind.LINKS),
        *(ListKind.STATEMENTS, ListKind.MARKS),
    }
)
_MAY: dict[OrganisationKind, frozenset[ListKind]] = {
    OrganisationKind.MANUFACTURER: _ISSUED,
    OrganisationKind.DISTRIBUTOR: _ISSUED,
    OrganisationKind.REGULATOR: frozenset({ListKind.ALERTS, ListKind.MARKS}),
    OrganisationKind.CLINIC: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation and the kinds of list that it may put in. `organisation_id` None: a terminal."""

    organisation_id: int | None = None
    name: str = ""
    kinds: frozenset[ListKind] = frozenset(ListKind)

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """The organisation of the signed-in person."""
        return cls.organisation(actor.organisation_id, actor.organisation, actor.kind)

    @classmethod
    def organisation(cls, number: int, name: str, kind: OrganisationKind) -> Self:
        """An organisation of this kind."""
        return cls(number, name, _MAY[kind])

    @property
    def everybody(self) -> bool:
        """Whether all records may be touched."""
        return self.organisation_id is None

    @property
    def issues_products(self) -> bool:
        """Whether it is a maker or distributor, whose marks are of its own products alone."""
        return ListKind.PRODUCTS in self.kinds and not self.everybody

    def owns(self, organisation_id: int | None) -> bool:
        """Whether records of this organisation (None: of no organisation) may be touched."""
        return self.everybody or organisation_id == self.organisation_id

    def require(self, kind: ListKind) -> None:
        """Raise LIST_NOT_YOURS for a kind of list that others put in."""
        if kind not in self.kinds:
            expected = "a list of " + " or ".join(each for each in ListKind if each in self.kinds)
            raise ForbiddenError(ErrorCode.LIST_NOT_YOURS, expected=expected, found=f"a list of {kind}")


def no_product(gtin: str, owner: Owner) -> VialcheckError:
    """The error for an unknown GTIN. It does not tell whether another organisation has the product."""
    code = ErrorCode.PRODUCT_NOT_ON_RECORD if owner.everybody else ErrorCode.PRODUCT_NOT_YOURS
    return RefusedError(code, given=gtin, field="gtin")


def not_yours(given: str, field: str) -> VialcheckError:
    """The error for a record of another organisation; it tells nothing of what is on record."""
    return RefusedError(ErrorCode.RECORD_NOT_YOURS, given=given, field=field)
