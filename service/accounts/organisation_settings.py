"""What an organisation says of itself, and its claims of GS1 company prefixes.

A claim counts once the operator has confirmed it; a prefix that another organisation has, or claims too, is a
conflict, and both see it.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, UnidentifiedImageError
from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from service.accounts.actors import Actor
from service.accounts.organisations import read_name, read_place
from service.errors import (
    ConflictError,
    ErrorCode,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.gs1.identifiers import is_gln
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, PrefixClaim

MOST_LOGO_BYTES = 500_000
_MOST_PIXELS = 25_000_000
_LOGO_SIDE = 400  # pixels at most of a logo as it is kept
_LONGEST_CONTACT = 1000
_MOST_DAYS = 366
_SHORTEST_PREFIX, _LONGEST_PREFIX = 4, 12


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """`list_days`: after how many days without a list its lists are late, None for never. `glns`: its Global
    Location Numbers, with spaces between them.
    """

    name: str
    contact: str
    default_country: str
    list_days: int | None
    has_logo: bool
    glns: str = ""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim. `conflicts`: the companies that have or claim a prefix that overlaps."""

    id: int
    prefix: str
    manufacturer: str
    organisation: str
    evidence: str
    at: datetime
    state: str
    reason: str
    conflicts: tuple[str, ...]


class OrganisationProfiles:
    """Reads and changes the settings and claims of organisations."""

    def __init__(self, database: Database, clean: Callable[[bytes], bytes] = lambda picture: picture) -> None:
        """`clean`: gives a picture from outside as one that can be decoded here."""
        self._database = database
        self._clean = clean

    def settings(self, organisation_id: int) -> OrganisationSettings:
        """Return what the organisation says of itself."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(Organisation.__table__).where(Organisation.id == organisation_id)
            ).one()
        return OrganisationSettings(
            row.name,
            row.contact,
            row.default_country,
            row.list_days,
            row.logo is not None,
            " ".join(row.glns),
        )

    def logo(self, organisation_id: int) -> bytes:
        """Return the logo as PNG. NotFoundError where there is none."""
        with self._database.reading() as connection:
            found = connection.scalar(select(Organisation.logo).where(Organisation.id == organisation_id))
        if found is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, field="logo")
        return found

    def manufacturers(self, organisation_id: int) -> list[tuple[int, str]]:
        """Return the organisation's manufacturers, by name."""
        mine = Manufacturer.organisation_id == organisation_id
        query = select(Manufacturer.id, Manufacturer.name).where(mine).order_by(Manufacturer.name)
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def change(
        self,
        actor: Actor,
        given: dict[str, str],
        logo: bytes,
        *,
        at: datetime,
        without_logo: bool = False,
    ) -> None:
        """Change `name contact default_country list_days glns` and the logo (empty: it stays).

        InvalidFieldsError names every wrong field.
        """
        values, errors = _read(given)
        try:
            picture = _as_png(logo, self._clean) if logo else None
        except RefusedError as error:
            errors.append(error)
        if errors:
            raise InvalidFieldsError(tuple(errors))
        before = self.settings(actor.organisation_id)
        with self._database.transaction() as connection:
            here = Organisation.id == actor.organisation_id
            taken = select(Organisation.id).where(Organisation.name == values["name"], ~here)
            if connection.scalar(taken) is not None:
                raise ConflictError(ErrorCode.TAKEN, given=str(values["name"]), field="name")
            _require_free(connection, str(values["glns"]).split(), actor.organisation_id)
            pictures = {"logo": picture} if picture else {"logo": None} if without_logo else {}
            stored = values | {"glns": tuple(str(values["glns"]).split())} | pictures
            connection.execute(update(Organisation).where(here).values(stored))
            old = {name: getattr(before, name) for name in values}
            changed = {name: value for name, value in values.items() if value != old[name]}
            if pictures:
                changed["logo"] = bool(picture)
            if changed:
                said = {name: old.get(name, before.has_logo) for name in changed}
                change = AuditChange("change", "organisation", before.name, said, changed)
                write_down(connection, [change], who=actor.who, at=at, reason="settings")

    def claim(self, actor: Actor, *, manufacturer: str, prefix: str, evidence: str, at: datetime) -> int:
        """Claim a prefix for a manufacturer of the organisation. InvalidFieldsError names wrong fields."""
        errors: list[VialcheckError] = []
        prefix = prefix.replace(" ", "")
        if not (prefix.isascii() and prefix.isdigit() and _SHORTEST_PREFIX <= len(prefix) <= _LONGEST_PREFIX):
            expected = "4 to 12 digits (GS1 General Specifications, 1.4.4)"
            errors.append(
                RefusedError(ErrorCode.VALUE_INVALID, given=prefix, expected=expected, field="prefix")
            )
        if not evidence.strip():
            errors.append(RefusedError(ErrorCode.VALUE_MISSING, field="evidence"))
        own = dict(self.manufacturers(actor.organisation_id))
        number = int(manufacturer) if manufacturer.isascii() and manufacturer.isdigit() else 0
        if number not in own:
            errors.append(RefusedError(ErrorCode.CHOICE_MISSING, field="manufacturer"))
        if errors:
            raise InvalidFieldsError(tuple(errors))
        reason = evidence.strip()[:_LONGEST_CONTACT]
        values = {
            "organisation_id": actor.organisation_id,
            "manufacturer_id": number,
            "prefix": prefix,
            "evidence": reason,
            "at": at,
            "actor": actor.name,
            "state": "open",
        }
        with self._database.transaction() as connection:
            mine = PrefixClaim.organisation_id == actor.organisation_id, PrefixClaim.prefix == prefix
            if connection.scalar(select(PrefixClaim.id).where(*mine, PrefixClaim.state == "open")):
                raise ConflictError(ErrorCode.TAKEN, given=prefix, field="prefix")
            made = connection.execute(
                insert(PrefixClaim).values(values).returning(PrefixClaim.id)
            ).scalar_one()
            change = AuditChange("claim", "prefix", prefix, after={"manufacturer": own[number]})
            write_down(connection, [change], who=actor.who, at=at, reason=reason)
        return int(made)

    def withdraw(self, actor: Actor, number: int, *, at: datetime) -> None:
        """Withdraw an open claim of the organisation. NotFoundError for any other."""
        with self._database.transaction() as connection:
            mine = PrefixClaim.organisation_id == actor.organisation_id
            self._decide(connection, mine, number, "withdrawn", who=actor.who, at=at, reason="withdrawn")

    def claims(self, organisation_id: int | None = None) -> list[ClaimLine]:
        """Return the claims of an organisation, or the open ones of all (None: for the operator)."""
        query = (
            select(PrefixClaim.__table__, Manufacturer.name.label("maker"), Organisation.name.label("owner"))
            .join(Manufacturer, Manufacturer.id == PrefixClaim.manufacturer_id)
            .join(Organisation, Organisation.id == PrefixClaim.organisation_id)
            .order_by(PrefixClaim.id.desc())
        )
        open_ = PrefixClaim.state == "open"
        mine = open_ if organisation_id is None else PrefixClaim.organisation_id == organisation_id
        with self._database.reading() as connection:
            return [
                ClaimLine(
                    row.id,
                    row.prefix,
                    row.maker,
                    row.owner,
                    row.evidence,
                    row.at,
                    row.state,
                    row.reason,
                    tuple(_conflicts(connection, row)) if row.state == "open" else (),
                )
                for row in connection.execute(query.where(mine)).all()
            ]

    def confirm(self, number: int, *, who: AuditActor, at: datetime, reason: str) -> None:
        """Confirm a claim as the operator: the prefix becomes the manufacturer's.

        CONFLICT where another manufacturer has a prefix that overlaps. Other claims of it are refused.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                select(PrefixClaim.__table__).where(PrefixClaim.id == number, PrefixClaim.state == "open")
            ).first()
            if row is None:
                raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), field="claim")
            holders = _holders(connection, row.prefix, but=row.manufacturer_id)
            if holders:
                raise ConflictError(
                    ErrorCode.CONFLICT,
                    given=row.prefix,
                    expected=f"a prefix that is not of {holders[0]}",
                    field="claim",
                )
            maker = Manufacturer.id == row.manufacturer_id
            before = connection.scalar(select(Manufacturer.gs1_prefixes).where(maker)) or ()
            after = tuple(sorted({*before, row.prefix}))
            connection.execute(update(Manufacturer).where(maker).values(gs1_prefixes=after))
            change = AuditChange(
                "confirm", "prefix", row.prefix, {"gs1_prefixes": before}, {"gs1_prefixes": after}
            )
            write_down(connection, [change], who=who, at=at, reason=reason)
            self._decide(
                connection, PrefixClaim.id == number, number, "confirmed", who=who, at=at, reason=reason
            )

    def refuse(self, number: int, *, who: AuditActor, at: datetime, reason: str) -> None:
        """Refuse a claim as the operator, with a reason that the organisation reads."""
        if not reason.strip():
            raise RefusedError(ErrorCode.VALUE_MISSING, field="reason")
        with self._database.transaction() as connection:
            self._decide(
                connection, PrefixClaim.id == number, number, "refused", who=who, at=at, reason=reason
            )

    @staticmethod
    def _decide(
        connection: Connection,
        which: ColumnElement[bool],
        number: int,
        state: str,
        *,
        who: AuditActor,
        at: datetime,
        reason: str,
    ) -> None:
        values = {"state": state, "decided": at, "decided_by": who.name, "reason": reason}
        mine = which, PrefixClaim.id == number, PrefixClaim.state == "open"
        prefix = connection.scalar(
            update(PrefixClaim).where(*mine).values(values).returning(PrefixClaim.prefix)
        )
        if prefix is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(number), field="claim")
        change = AuditChange(state, "prefix_claim", prefix, {"state": "open"}, {"state": state})
        write_down(connection, [change], who=who, at=at, reason=reason)


def _overlap(left: str, right: str) -> bool:
    return left.startswith(right) or right.startswith(left)


def _holders(connection: Connection, prefix: str, *, but: int) -> list[str]:
    """The manufacturers that have a prefix which overlaps this one."""
    rows = connection.execute(
        select(Manufacturer.name, Manufacturer.gs1_prefixes).where(Manufacturer.id != but)
    )
    return [name for name, prefixes in rows if any(_overlap(prefix, each) for each in prefixes)]


def _conflicts(connection: Connection, row: Any) -> list[str]:
    """Who has or claims a prefix that overlaps the claim's."""
    others = connection.execute(
        select(PrefixClaim.prefix, Organisation.name)
        .join(Organisation, Organisation.id == PrefixClaim.organisation_id)
        .where(
            or_(PrefixClaim.state == "open", PrefixClaim.state == "confirmed"),
            PrefixClaim.organisation_id != row.organisation_id,
        )
    )
    claimed = [name for prefix, name in others if _overlap(prefix, row.prefix)]
    return sorted({*claimed, *_holders(connection, row.prefix, but=row.manufacturer_id)})


def _require_free(connection: Connection, glns: list[str], organisation_id: int) -> None:
    """ConflictError(TAKEN) for a GLN that another organisation has."""
    others = connection.scalars(select(Organisation.glns).where(Organisation.id != organisation_id))
    taken = {gln for each in others for gln in each}.intersection(glns)
    if taken:
        raise ConflictError(ErrorCode.TAKEN, given=min(taken), field="glns")


def _read(given: dict[str, str]) -> tuple[dict[str, str | int | None], list[VialcheckError]]:
    values: dict[str, str | int | None] = {}
    errors: list[VialcheckError] = []
    try:
        values["name"] = read_name(given.get("name", ""))
    except VialcheckError as error:
        errors.append(error)
    contact = " ".join(given.get("contact", "").split())
    if len(contact) > _LONGEST_CONTACT:
        expected = f"at most {_LONGEST_CONTACT} characters"
        errors.append(
            RefusedError(ErrorCode.VALUE_INVALID, given=contact[:50], expected=expected, field="contact")
        )
    values["contact"] = contact
    try:
        values["default_country"] = read_place(given.get("default_country", ""), "")[0]
    except VialcheckError as error:
        error.field = "default_country"
        errors.append(error)
    days = given.get("list_days", "").strip()
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= _MOST_DAYS):
        expected = f"1 to {_MOST_DAYS} days, or nothing"
        errors.append(RefusedError(ErrorCode.VALUE_INVALID, given=days, expected=expected, field="list_days"))
    else:
        values["list_days"] = int(days) if days else None
    glns = sorted(set(given.get("glns", "").replace(",", " ").split()))
    for gln in glns:
        if not is_gln(gln):
            expected = "13 digits with a right check digit (GS1 General Specifications, 3.7.2)"
            errors.append(RefusedError(ErrorCode.VALUE_INVALID, given=gln, expected=expected, field="glns"))
    values["glns"] = " ".join(glns)
    return values, errors


def _as_png(content: bytes, clean: Callable[[bytes], bytes]) -> bytes:
    """The picture as a PNG of at most `_LOGO_SIDE` pixels a side, without what a camera wrote into it."""
    expected = f"a PNG or JPEG picture of at most {MOST_LOGO_BYTES // 1000} kB"
    if len(content) > MOST_LOGO_BYTES:
        raise RefusedError(ErrorCode.VALUE_INVALID, given="", expected=expected, field="logo")
    try:
        content = clean(content)
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            fits = picture.width * picture.height <= _MOST_PIXELS
            small = picture.convert("RGBA") if fits else None
            if small is not None:
                small.thumbnail((_LOGO_SIDE, _LOGO_SIDE))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, RefusedError) as error:
        raise RefusedError(ErrorCode.VALUE_INVALID, given="", expected=expected, field="logo") from error
    if small is None:
        raise RefusedError(ErrorCode.VALUE_INVALID, given="", expected=expected, field="logo")
    target = io.BytesIO()
    small.save(target, "PNG", optimize=True)
    return target.getvalue()
