"""Organisations, ownership of manufacturers' records, and parsing of names, addresses, roles and places."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.accounts.actors import OrganisationKind, Role
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.gs1.iso.countries import parse_country
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation

# One @, no space, a dot in the domain. Whether the mailbox exists only a message would show.
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")
_LONGEST_NAME = 200


def read_email(text: str) -> str:
    """Return the e-mail address in lower case. RefusedError(EMPTY, EMAIL_INVALID)."""
    email = text.strip().lower()
    if not email:
        raise RefusedError(ErrorCode.EMPTY, field="email")
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise RefusedError(ErrorCode.EMAIL_INVALID, given=text, field="email")
    return email


def read_name(text: str, *, field: str = "name", longest: int = _LONGEST_NAME) -> str:
    """Return a name on one line, unchanged. RefusedError(EMPTY), or NAME_INVALID for control and invisible
    characters.
    """
    name = " ".join(unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).split())
    if not name:
        raise RefusedError(ErrorCode.EMPTY, field=field)
    if len(name) > longest or not name.isprintable():
        raise RefusedError(
            ErrorCode.NAME_INVALID, given=text, expected=f"1 to {longest} characters", field=field
        )
    return name


def read_roles(words: Iterable[str]) -> frozenset[Role]:
    """Return the roles of these names; none given is a viewer. RefusedError for an unknown name."""
    try:
        return frozenset(Role(word) for word in words) or frozenset({Role.VIEWER})
    except ValueError:
        raise RefusedError(ErrorCode.CHOICE_MISSING, expected=", ".join(Role), field="roles") from None


def read_place(country: str, region: str) -> tuple[str, str]:
    """Return a country code (ISO 3166-1 alpha-2) and a region's name; either may be empty."""
    code = parse_country(country) if country.strip() else ""
    return code, read_name(region, field="region", longest=80) if region.strip() else ""


def create_organisation(
    connection: Connection,
    name: str,
    kind: OrganisationKind,
    *,
    who: AuditActor,
    at: datetime,
    country: str = "",
    region: str = "",
    invited_from: int | None = None,
) -> int:
    """Create an organisation and return its id. ConflictError(TAKEN) where the name is used."""
    if connection.scalar(select(Organisation.id).where(Organisation.name == name)) is not None:
        raise ConflictError(ErrorCode.TAKEN, given=name, field="organisation")
    values = {"name": name, "kind": kind, "country": country, "region": region}
    statement = (
        insert(Organisation)
        .values(values | {"created": at, "invited_from": invited_from})
        .returning(Organisation.id)
    )
    try:
        number: int = connection.execute(statement).scalar_one()
    except IntegrityError as error:  # a concurrent request created it first
        raise ConflictError(ErrorCode.TAKEN, given=name, field="organisation") from error
    who = who if who.organisation_id else replace(who, organisation_id=number)
    change = AuditChange("found", "organisation", name, after=values)
    write_down(connection, [change], who=who, at=at, reason="a new organisation")
    return number


def find_organisation(database: Database, name: str) -> int:
    """Return the id of the organisation of this name. NotFoundError where there is none."""
    with database.reading() as connection:
        number = connection.scalar(select(Organisation.id).where(Organisation.name == name))
    if number is None:
        raise NotFoundError(ErrorCode.NOT_ON_RECORD, given=name, field="organisation")
    return number


class Ownership:
    """Assigns a manufacturer's records to the organisation whose people may change them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, manufacturer: str, organisation: str, *, who: AuditActor, at: datetime) -> None:
        """Make `organisation` the owner of `manufacturer`. NotFoundError names the one that is
        not on record.
        """
        with self._database.transaction() as connection:
            new = connection.scalar(select(Organisation.id).where(Organisation.name == organisation))
            if new is None:
                raise NotFoundError(ErrorCode.NOT_ON_RECORD, given=organisation, field="organisation")
            here = Manufacturer.name == manufacturer
            row = connection.execute(
                select(Manufacturer.id, Manufacturer.organisation_id).where(here)
            ).first()
            if row is None:
                raise NotFoundError(ErrorCode.NOT_ON_RECORD, given=manufacturer, field="manufacturer")
            if row.organisation_id == new:
                return
            old = connection.scalar(select(Organisation.name).where(Organisation.id == row.organisation_id))
            connection.execute(update(Manufacturer).where(here).values(organisation_id=new))
            change = AuditChange(
                "own", "manufacturer", manufacturer, {"organisation": old}, {"organisation": organisation}
            )
            write_down(connection, [change], who=who, at=at, reason="ownership")
