"""Who acts in a request: a signed-in person or a program with an API key, with roles, scopes and
organisation.

>>> may_act({Role.ADMIN}, Role.RELEASER), may_act({Role.IMPORTER}, Role.RELEASER)
(True, False)
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.errors import ErrorCode, ForbiddenError
from service.storage.audit import AuditActor


class Role(StrEnum):
    """A person's role in their organisation. Every person of it is at least a viewer."""

    ADMIN = "admin"
    IMPORTER = "importer"
    RELEASER = "releaser"
    CLINIC = "clinic"
    VIEWER = "viewer"


class OrganisationKind(StrEnum):
    """What kind of organisation this is; it decides which records and pages it gets."""

    MANUFACTURER = "manufacturer"
    DISTRIBUTOR = "distributor"
    CLINIC = "clinic"
    REGULATOR = "regulator"


OWNERS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR})
"""Organisations that own records: products, lots, units and their recalls."""


_INCLUDES = {Role.ADMIN: frozenset(Role)}
"""The roles that a role includes. An admin has all of them; releasing one's own import is refused elsewhere
(`OWN_IMPORT`).
"""


def may_act(roles: Collection[Role], role: Role) -> bool:
    """Return whether `roles` include `role`. VIEWER is included in every set, the empty one too."""
    return role is Role.VIEWER or role in roles or any(role in _INCLUDES.get(own, ()) for own in roles)


BY_PIN = frozenset({Role.CLINIC})
"""The most that a session begun with a PIN may do: receive, use and waste a clinic's vials."""


def needs_second_factor(roles: Iterable[Role]) -> bool:
    """Return whether one of `roles` may import, release, recall or administer people: these need a second
    factor.
    """
    return bool({Role.ADMIN, Role.IMPORTER, Role.RELEASER}.intersection(roles))


class ApiKeyScope(StrEnum):
    """What a program may do with an organisation's API key."""

    VERIFY = "verify"
    READ = "read"
    IMPORT = "import"
    RELEASE = "release"
    TEMPERATURE = "temperature"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person or program.

    `strong`: a second factor was shown in this session. `session`: hash of the session token, empty without
    one. `country`, `region`: the organisation's registered place. `network`: the address cut to /24 (IPv4) or
    /48 (IPv6). `scopes`: what a program's key allows; a program has no account id and is admitted only by
    views that ask for one of its scopes. `device`: name of the enrolled device that the session holds for,
    empty for a browser of one person; `idle_minutes`: after which it ends there; `by_pin`: it began with a
    PIN.
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
    device: str = ""
    idle_minutes: int = 0
    by_pin: bool = False

    def may(self, role: Role) -> bool:
        """Return whether this actor may do what `role` does, in its own organisation."""
        return may_act(self.roles, role)

    @property
    def person_id(self) -> int:
        """The account's id. ForbiddenError(NOT_ALLOWED) for a program, which has no account to change."""
        if self.account_id is None:
            raise ForbiddenError(ErrorCode.NOT_ALLOWED)
        return self.account_id

    @property
    def is_program(self) -> bool:
        """Whether the actor is a program with an API key."""
        return self.account_id is None

    @property
    def needs_second_factor(self) -> bool:
        """Whether the actor's roles need a second factor."""
        return needs_second_factor(self.roles)

    @property
    def who(self) -> AuditActor:
        """The actor as the audit records it."""
        device = self.device if self.by_pin else ""
        return AuditActor(self.name, self.account_id, self.organisation_id, self.network, device)
