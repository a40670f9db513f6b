"""Links of a product or of one of its lots: one is added, or one is removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from sqlalchemy import Connection, delete, insert, select

from service.errors import (
    ConflictError,
    ErrorCode,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.gs1.identifiers import Gtin, Lot
from service.gs1.iso.countries import parse_country
from service.gs1.iso.languages import parse_language
from service.gs1.resolver.link_types import LINK_TYPES
from service.gs1.resolver.statements import MEDIA_TYPES, read_target
from service.registry.corrections.changes import ChangeMaker, ChangePreview, FieldChange, SecondPerson
from service.registry.corrections.products import product_row
from service.registry.corrections.touched import touched
from service.registry.lists.cells import free_text
from service.storage.audit import AuditActor, AuditChange
from service.storage.database import Database
from service.storage.models import Manufacturer, Product, ResolverLink

FORM = ("link_type", "href", "title", "lot", "language", "media_type", "context", "is_default")
"""The fields of the form, as columns of `ResolverLink`."""

MOST = 200
"""Links of one product: several times what all link types and languages of a medicine's markets take."""

_LONGEST_TITLE = 200
_SAME = ("lot_key", "link_type", "href", "language", "media_type", "context")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LinkAddition:
    """Adds a link. `link`: its columns."""

    gtin: str
    link: Mapping[str, Any]
    kind: ClassVar[str] = "link_addition"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"gtin": self.gtin, "link": dict(self.link)}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["gtin"], values["link"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it adds. CONFLICT for a link that is there, or one too many; LINK_HOST_UNKNOWN for a host that
        is no longer registered.
        """
        row = product_row(connection, self.gtin, who, lock=lock)
        read_target(self.link["href"], _hosts(connection, row.manufacturer_id))
        own = select(ResolverLink.id).where(ResolverLink.product_id == row.id)
        same = own.where(*(getattr(ResolverLink, name) == self.link[name] for name in _SAME))
        if connection.scalar(same) is not None:
            raise ConflictError(ErrorCode.TAKEN, given=self.link["href"], field="href")
        if len(connection.scalars(own).all()) >= MOST:
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=self.link["href"],
                expected=f"at most {MOST} links of a product",
                field="href",
            )
        return _preview(connection, row, FieldChange("link", None, described(self.link)))

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Write the row."""
        number = connection.scalar(select(Product.id).where(Product.gtin == maker.seen.object_id))
        connection.execute(insert(ResolverLink).values(product_id=number, **self.link))
        return [AuditChange("add_link", "product", self.gtin, after=dict(self.link))]


@dataclass(frozen=True, slots=True)
class LinkRemoval:
    """Removes the link of this number."""

    gtin: str
    number: int
    kind: ClassVar[str] = "link_removal"

    def values(self) -> dict[str, Any]:
        """As JSON."""
        return {"gtin": self.gtin, "number": self.number}

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """From JSON."""
        return cls(values["gtin"], values["number"])

    def look(self, connection: Connection, who: AuditActor, *, lock: bool = False) -> ChangePreview:
        """What it removes. NotFoundError for a link that is not the product's."""
        row = product_row(connection, self.gtin, who, lock=lock)
        link = self._link(connection, row.id)
        return _preview(connection, row, FieldChange("link", described(link), None))

    def make(self, connection: Connection, maker: ChangeMaker) -> list[AuditChange]:
        """Delete the row; its values stay in the audit."""
        number = connection.scalar(select(Product.id).where(Product.gtin == maker.seen.object_id))
        before = {name: value for name, value in self._link(connection, number or 0).items() if name in FORM}
        connection.execute(delete(ResolverLink).where(ResolverLink.id == self.number))
        return [AuditChange("remove_link", "product", self.gtin, before=before)]

    def _link(self, connection: Connection, product_id: int) -> Mapping[str, Any]:
        found = select(ResolverLink.__table__).where(
            ResolverLink.id == self.number, ResolverLink.product_id == product_id
        )
        link = connection.execute(found).mappings().first()
        if link is None:
            raise NotFoundError(
                ErrorCode.NOT_FOUND, given=str(self.number), expected="the number of a link", field="link"
            )
        return dict(link)


def read_link(database: Database, gtin: Gtin, given: Mapping[str, str], who: AuditActor) -> LinkAddition:
    """Read the form. InvalidFieldsError lists all that is wrong; NotFoundError for others' products."""
    with database.reading() as connection:
        hosts = _hosts(connection, product_row(connection, gtin.value, who).manufacturer_id)
    errors: list[VialcheckError] = []

    def read(field: str, parse: Callable[[str], T], otherwise: T) -> T:
        text = given.get(field, "").strip()
        if not text:
            return otherwise
        try:
            return parse(text)
        except VialcheckError as error:
            error.field = field
            errors.append(error)
            return otherwise

    lot = read("lot", Lot.parse, None)
    link = {
        "lot": lot.printed if lot else "",
        "lot_key": lot.key if lot else "",
        "link_type": read("link_type", _one_of(LINK_TYPES, "a link type of the list"), ""),
        "href": read("href", lambda text: read_target(text, hosts), ""),
        "title": read("title", lambda text: free_text(text, _LONGEST_TITLE), ""),
        "language": read("language", parse_language, ""),
        "media_type": read("media_type", _one_of(MEDIA_TYPES, ", ".join(MEDIA_TYPES)), ""),
        "context": read("context", parse_country, ""),
        "is_default": given.get("is_default", "") in ("1", "yes", "true"),
    }
    said = {error.field for error in errors}
    errors += [
        RefusedError(ErrorCode.VALUE_MISSING, field=field)
        for field in ("link_type", "href", "title")
        if not link[field] and field not in said
    ]
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return LinkAddition(gtin.value, link)


def described(link: Mapping[str, Any]) -> str:
    """A link in one line: lot, type, address, title, and what it is for."""
    said = [
        f"lot {link['lot']}" if link["lot"] else "",
        link["link_type"],
        link["href"],
        f"“{link['title']}”",
    ]
    said += [link["language"], link["media_type"], link["context"], "default" if link["is_default"] else ""]
    return ", ".join(each for each in said if each)


def _one_of(known: Any, expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        name = text.removeprefix("gs1:")
        if name not in known:
            raise RefusedError(ErrorCode.VALUE_INVALID, given=text, expected=expected)
        return name

    return parse


def _hosts(connection: Connection, manufacturer_id: int) -> tuple[str, ...]:
    found = connection.scalar(select(Manufacturer.link_hosts).where(Manufacturer.id == manufacturer_id))
    return found or ()


def _preview(connection: Connection, row: Any, change: FieldChange) -> ChangePreview:
    return ChangePreview(
        object_type="product",
        object_id=row.gtin,
        title=row.name,
        organisation_id=row.organisation_id,
        fields=(change,),
        touched=touched(connection, row.id, row.organisation_id),
        second=SecondPerson.ORGANISATION if row.two_person_release else SecondPerson.NOT_NEEDED,
    )
