"""Somebody who is signed in, or a program with a key: of which organisation, and what they may do there.

>>> may_act({Role.ADMIN}, Role.RELEASER), may_act({Role.IMPORTER}, Role.RELEASER)
(True, False)
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.errors import ErrorCode, ForbiddenError
from service.storage.audit import AuditActor


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


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Whether one of these roles can put in, release or recall, or say who may."""
    return bool({Role.ADMIN, Role.IMPORTER, Role.RELEASER}.intersection(roles))


class ApiKeyScope(StrEnum):
    """What a program may do with an organisation's key."""

    VERIFY = "verify"
    READ = "read"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `strong`: with a second factor in this session. `session`: the hash of its token, or empty.

    `country` and `region` are the organisation's registered place; `network` the address cut to /24 or /48.
    A program has no account but `scopes`, and comes in only where one of them is asked for.
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
    email: str = ""
    scopes: frozenset[ApiKeyScope] = frozenset()

    def may(self, role: Role) -> bool:
        """Whether this person may do what `role` does, in their own organisation."""
        return may_act(self.roles, role)

    @property
    def person_id(self) -> int:
        """The account; ForbiddenError(NOT_ALLOWED) for a program, which has none to change."""
        if self.account_id is None:
            raise ForbiddenError(ErrorCode.NOT_ALLOWED)
        return self.account_id

    @property
    def is_program(self) -> bool:
        """Whether a key asks, and no person."""
        return self.account_id is None

    @property
    def needs_second_factor(self) -> bool:
        """Whether what this person may do asks for one."""
        return needs_second_factor(self.roles)

    @property
    def who(self) -> AuditActor:
        """How the audit names them."""
        return AuditActor(self.name, self.account_id, self.organisation_id, self.network)
