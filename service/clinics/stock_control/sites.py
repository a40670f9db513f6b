"""The sites of a clinic: its main site, which has no row, and further ones by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from service.accounts.actors import Actor
from service.accounts.organisations import read_name
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Organisation, Site

MOST_SITES = 100
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class ClinicSite:
    """One site. `id`: None for the main site, whose name is empty."""

    id: int | None
    name: str


MAIN_SITE = ClinicSite(None, "")


class SiteRegister:
    """Reads and changes the sites of a clinic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, actor: Actor) -> list[ClinicSite]:
        """Return the main site and then the others by name; one alone: the clinic has no further sites."""
        own = select(Site.id, Site.name).where(Site.organisation_id == actor.organisation_id)
        with self._database.reading() as connection:
            rows = connection.execute(own).all()
        others = sorted((ClinicSite(*row) for row in rows), key=lambda each: each.name.casefold())
        return [MAIN_SITE, *others]

    def one(self, actor: Actor, site_id: int | None) -> ClinicSite:
        """Return one of the clinic's sites. NotFoundError, also for another clinic's."""
        for each in self.all(actor):
            if each.id == site_id:
                return each
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(site_id), expected="a site of yours", field="site")

    def add(self, actor: Actor, name: str, now: datetime) -> int:
        """Add a site; return its id. RefusedError for a name that is empty, too long or taken."""
        with self._database.transaction() as connection:
            # Two people who add one site wait for each other.
            own = Organisation.id == actor.organisation_id
            connection.execute(select(Organisation.id).where(own).with_for_update())
            taken = connection.scalars(select(Site.name).where(Site.organisation_id == actor.organisation_id))
            kept = _checked(name, list(taken))
            row = {"organisation_id": actor.organisation_id, "name": kept}
            made = connection.execute(insert(Site).values(row).returning(Site.id)).scalar_one()
            change = AuditChange("add", "site", str(made), after={"name": kept})
            write_down(connection, [change], who=actor.who, at=now, reason="site")
        return made

    def rename(self, actor: Actor, site_id: int, name: str, now: datetime) -> None:
        """Give a site another name. NotFoundError; RefusedError as for `add`."""
        with self._database.transaction() as connection:
            own = Organisation.id == actor.organisation_id
            connection.execute(select(Organisation.id).where(own).with_for_update())
            statement = select(Site.id, Site.name).where(Site.organisation_id == actor.organisation_id)
            names: dict[int, str] = {row[0]: row[1] for row in connection.execute(statement)}
            was = names.pop(site_id, None)
            if was is None:
                raise NotFoundError(ErrorCode.NOT_FOUND, given=str(site_id), field="site")
            kept = _checked(name, list(names.values()))
            connection.execute(update(Site).where(Site.id == site_id).values(name=kept))
            change = AuditChange("rename", "site", str(site_id), {"name": was}, {"name": kept})
            write_down(connection, [change], who=actor.who, at=now, reason="site")


def _checked(name: str, taken: list[str]) -> str:
    kept = read_name(name, longest=LONGEST_NAME)
    if kept.casefold() in {each.casefold() for each in taken}:
        raise RefusedError(ErrorCode.TAKEN, given=kept, field="name")
    if len(taken) >= MOST_SITES:
        expected = f"at most {MOST_SITES} sites"
        raise RefusedError(ErrorCode.TOO_LONG, given=kept, expected=expected, field="name")
    return kept
