"""Organisations that put the check on their own site, with the operator's leave: their name beside ours."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from service.accounts.actors import OrganisationKind
from service.errors import ErrorCode, RefusedError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Organisation

KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
"""Who may: those whose products, or whose public, the check is for."""

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(frozen=True, slots=True)
class PartnerSite:
    """`reference`: what a link or form names it by; it is public, and no name of a person or a secret."""

    organisation_id: int
    name: str
    reference: str
    has_logo: bool


class PartnerSites:
    """Reads and changes who may stand beside ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def named(self, reference: str) -> PartnerSite | None:
        """Return the organisation of a reference; None where there is none, or it has left."""
        if not _REFERENCE.fullmatch(reference):
            return None
        return self._found(Organisation.embed == reference)

    def of(self, organisation_id: int) -> PartnerSite | None:
        """Return what stands for an organisation; None where the operator has not allowed it."""
        return self._found((Organisation.id == organisation_id) & Organisation.embed.is_not(None))

    def logo(self, site: PartnerSite) -> bytes | None:
        """Return the logo as PNG; None where the organisation has sent none."""
        with self._database.reading() as connection:
            return connection.scalar(select(Organisation.logo).where(Organisation.id == site.organisation_id))

    def allow(self, name: str, *, who: AuditActor, at: datetime, reason: str) -> str:
        """Let an organisation stand beside ours; return its reference, the one that it has already if so.

        RefusedError for a name that no organisation of `KINDS` has.
        """
        return self._change(name, secrets.token_urlsafe(8), who, at, reason) or ""

    def stop(self, name: str, *, who: AuditActor, at: datetime, reason: str) -> None:
        """Take the leave back; links and forms that name it go on to work, without its name."""
        self._change(name, None, who, at, reason)

    def _change(
        self, name: str, reference: str | None, who: AuditActor, at: datetime, reason: str
    ) -> str | None:
        here = Organisation.name == name
        with self._database.transaction() as connection:
            query = select(Organisation.kind, Organisation.embed).where(here, Organisation.left.is_(None))
            row = connection.execute(query).first()
            if row is None or row.kind not in KINDS:
                expected = "a manufacturer, distributor or regulator by its exact name"
                raise RefusedError(
                    ErrorCode.VALUE_INVALID, given=name, expected=expected, field="organisation"
                )
            if (row.embed is None) == (reference is None):
                return str(row.embed) if row.embed else None
            connection.execute(update(Organisation).where(here).values(embed=reference))
            change = AuditChange("embed", "organisation", name, {"embed": row.embed}, {"embed": reference})
            write_down(connection, [change], who=who, at=at, reason=reason)
        return reference

    def _found(self, where: object) -> PartnerSite | None:
        query = select(
            Organisation.id,
            Organisation.name,
            Organisation.embed,
            Organisation.logo.is_not(None).label("logo"),
        ).where(where, Organisation.left.is_(None))  # type: ignore[arg-type]
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return PartnerSite(row.id, row.name, row.embed, bool(row.logo)) if row is not None else None
