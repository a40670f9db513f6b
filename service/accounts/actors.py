"""Somebody who is signed in, or a program with a key: of which organisation, and what they may do there.

>>> may_act({Role.ADMIN}, Role.RELEASER), may_act({Role.IMPORTER}, Role.RELEASER)
(True, False)
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from service.storage.audit import Who


class Role(StrEnum):
    """What a person does in their organisation. Everybody may look at what is the organisation's."""

    ADMIN = "admin"
    IMPORTER = "importer"
    RELEASER = "releaser"
    CLINIC = "clinic"
    VIEWER = "viewer"


class OrganisationKind(StrEnum):
    """What an organisation is to a vial."""

    MANUFACTURER = "manufacturer"
    DISTRIBUTOR = "distributor"
    CLINIC = "clinic"
    REGULATOR = "regulator"


_INCLUDES = {Role.ADMIN: frozenset(Role)}
"""An admin may do whatever the organisation's people may; releasing one's own import is refused elsewhere."""


def may_act(roles: Collection[Role], role: Role) -> bool:
    """Whether somebody with `roles` may do what `role` does. Everybody is a viewer."""
    return role is Role.VIEWER or role in roles or any(role in _INCLUDES.get(own, ()) for own in roles)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `strong`: with a second factor in this session. `session`: the hash of its token, or empty.

    `country` and `region` are the organisation's registered place; `network` the address cut to /24 or /48.
    """

    name: str
    account_id: int | None
    organisation_id: int
    organisation: str
    kind: OrganisationKind
    roles: frozenset[Role]
    strong: bool = False
    country: str = ""
    region: str = ""
    network: str = ""
    session: str = ""

    def may(self, role: Role) -> bool:
        """Whether this person may do what `role` does, in their own organisation."""
        return may_act(self.roles, role)

    @property
    def who(self) -> Who:
        """How the audit names them."""
        return Who(self.name, self.account_id, self.organisation_id, self.network)
