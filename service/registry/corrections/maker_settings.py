"""What holds for all manufacturers of an organisation: hosts of links, answers to LMS messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import Connection, Row, select, update

from service.errors import ErrorCode, InvalidFieldsError, NotFoundError, RefusedError, VialcheckError
from service.gs1.identifiers import is_gln
from service.gs1.resolver.statements import read_host
from service.registry.corrections.changes import (
    ChangeMaker,
    ChangePreview,
    SecondPerson,
    TouchedRecords,
    differing,
)
from service.storage.audit import AuditActor, AuditChange
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation

FORM = ("link_hosts", "gln", "verifies_recalled")
"""The fields of the form, as columns of `Manufacturer`."""

_MOST_HOSTS = 20


@dataclass(frozen=True, slots=True)
class MakerSettings:
    """Sets the same values for all manufacturers of an organisation, by their columns, as JSON."""

    organisation_id: int
    settings: Mapping[str, Any]
    kind: ClassVar[str] = "maker_settings"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"organisation_id": self.organisation_id, "settings": dict(self.settings)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["organisation_id"], values["settings"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it changes. NOTHING_TO_CHANGE; NotFoundError for others' settings, or no manufacturer."""
        if who.organisation_id not in (None, self.organisation_id):
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(self.organisation_id), field="organisation")
        rows = _rows(connection, self.organisation_id, lock=lock)
        changed = [fields for row in rows if (fields := differing(_values(row), self.settings))]
        if not changed:
            raise RefusedError(ErrorCode.NOTHING_TO_CHANGE, field="link_hosts")
        name = connection.scalar(select(Organisation.name).where(Organisation.id == self.organisation_id))
        two = any(row.two_person_release for row in rows)
        return ChangePreview(
            object_type="organisation",
            object_id=name or "",
            title=name or "",
            organisation_id=self.organisation_id,
            fields=max(changed, key=len),
            touched=TouchedRecords(),
            second=SecondPerson.ORGANISATION if two else SecondPerson.NOT_NEEDED,
        )

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the values of each manufacturer that has others."""
        stored = {**self.settings, "link_hosts": tuple(self.settings["link_hosts"])}
        changes = []
        for row in _rows(connection, maker.seen.organisation_id or 0):
            fields = differing(_values(row), self.settings)
            if fields:
                connection.execute(update(Manufacturer).where(Manufacturer.id == row.id).values(stored))
                before = {each.field: each.before for each in fields}
                after = {each.field: each.after for each in fields}
                changes.append(AuditChange("change", "manufacturer", row.name, before, after))
        return changes


def shown_settings(database: Database, who: AuditActor) -> dict[str, str]:
    """Return the values as the form has them. NotFoundError where no manufacturer is on record."""
    with database.reading() as connection:
        row = _rows(connection, who.organisation_id or 0)[0]
    return {
        "link_hosts": "\n".join(row.link_hosts),
        "gln": row.gln,
        "verifies_recalled": "yes" if row.verifies_recalled else "no",
    }


def read_settings(given: Mapping[str, str], who: AuditActor) -> MakerSettings:
    """Read the form. InvalidFieldsError lists all that is wrong."""
    errors: list[VialcheckError] = []
    hosts: set[str] = set()
    for text in given.get("link_hosts", "").replace(",", " ").split():
        try:
            hosts.add(read_host(text))
        except RefusedError as error:
            errors.append(error)
    if len(hosts) > _MOST_HOSTS:
        expected = f"at most {_MOST_HOSTS} web servers"
        errors.append(
            RefusedError(
                ErrorCode.VALUE_INVALID, given=str(len(hosts)), expected=expected, field="link_hosts"
            )
        )
    gln = given.get("gln", "").replace(" ", "")
    if gln and not is_gln(gln):
        expected = "13 digits with a right check digit (GS1 General Specifications, 3.7.2), or nothing"
        errors.append(RefusedError(ErrorCode.VALUE_INVALID, given=gln, expected=expected, field="gln"))
    if errors:
        raise InvalidFieldsError(tuple(errors))
    recalled = given.get("verifies_recalled", "") == "yes"
    settings = {"link_hosts": sorted(hosts), "gln": gln, "verifies_recalled": recalled}
    return MakerSettings(who.organisation_id or 0, settings)


def _rows(connection: Connection, organisation_id: int, *, lock: bool = False) -> list[Row[Any]]:
    mine = (
        select(Manufacturer.__table__)
        .where(Manufacturer.organisation_id == organisation_id)
        .order_by(Manufacturer.id)
    )
    rows = list(connection.execute(mine.with_for_update() if lock else mine))
    if not rows:
        raise NotFoundError(ErrorCode.NOT_ON_RECORD, field="manufacturer")
    return rows


def _values(row: Row[Any]) -> dict[str, Any]:
    return {
        "link_hosts": list(row.link_hosts),
        "gln": row.gln,
        "verifies_recalled": row.verifies_recalled,
    }
