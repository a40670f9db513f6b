"""Lists of products: `gtin`, `name`, `manufacturer` and what else is known of each.

A manufacturer is put on record when it is first named.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.errors import ConflictError, ErrorCode, IdentifierError, VialcheckError
from service.gs1.identifiers import Gtin
from service.gs1.iso.languages import parse_language
from service.registry.lists.cells import Cells, invalid, last_day, markets, pieces, yes_or_no
from service.registry.lists.conventions.locale_names import language_codes, plain
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.kinds.measures import celsius_limits, days_of_time, hours, months_of_time
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.merge_rules import (
    Rule,
    equal,
    folded,
    joined,
    merge,
    only_later,
    only_on,
    same_members,
    same_words,
)
from service.registry.lists.ownership import not_yours
from service.storage.models import Alert, Manufacturer, Product

_PZN_DIGITS = 8
_SCHEME_NAMES = {
    "pharmazentralnummer": "PZN",
    "codigonacional": "CN",
    "numeroderegisto": "AIM",
    "cip13": "CIP",
    "cip7": "CIP",
    "codecip13": "CIP",
}
_NATIONAL = ("PZN", "CIP", "CN", "DRN", "AIM", "NDC", "AIC", "SRN")


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One row. None, empty: the file does not say."""

    gtin: str
    name: str
    manufacturer: str
    gs1_prefixes: tuple[str, ...]
    catalogue_complete: bool | None
    contact: str
    active_substance: str
    strengths: tuple[str, ...]
    form: str
    national_numbers: tuple[str, ...]
    markets: tuple[str, ...]
    languages: tuple[str, ...]
    complete: bool | None
    content: str
    in_use_hours: int | None
    storage_min: int | None
    storage_max: int | None
    stability_months: int | None
    interval_days: int | None
    complete_until: date | None
    source_gtins: tuple[str, ...]


_PRODUCT_RULES: dict[str, Rule] = {
    "name": same_words,
    "manufacturer": same_words,
    "active_substance": same_words,
    "strengths": same_members,
    "form": same_words,
    "national_numbers": same_members,
    "markets": same_members,
    "languages": same_members,
    "complete": only_on,
    "content": same_words,
    "in_use_hours": equal,
    "storage_min": equal,
    "storage_max": equal,
    "stability_months": equal,
    "interval_days": equal,
    "complete_until": only_later,
    "source_gtins": joined,
}
_MANUFACTURER_RULES: dict[str, Rule] = {
    "gs1_prefixes": joined,
    "catalogue_complete": only_on,
    "contact": same_words,
}
_BLANK_MANUFACTURER = {"gs1_prefixes": (), "catalogue_complete": False, "contact": ""}


class Products:
    """Reads and stores the rows of lists of products."""

    def parse(self, cells: Cells) -> ProductFacts | None:
        """Read one row."""
        gtin = cells.need("gtin", Gtin.parse)
        prefixes = cells.read("gs1_prefix", _prefixes, ())
        if gtin and prefixes and not any(gtin.value[1:].startswith(each) for each in prefixes):
            cells.refuse("gs1_prefix", f"the digits with which {gtin.value[1:]} begins")
        cells.need("name", str)
        cells.need("manufacturer", str)
        lowest, highest = cells.read("storage", celsius_limits, (None, None))
        complete, complete_until = cells.read("complete", _complete, (None, None))
        facts = ProductFacts(
            gtin=gtin.value if gtin else "",
            name=cells.text("name", 200),
            manufacturer=cells.text("manufacturer", 200),
            gs1_prefixes=prefixes,
            catalogue_complete=cells.read("catalogue_complete", yes_or_no, None),
            contact=cells.text("contact", 1000),
            active_substance=cells.text("active_substance", 200),
            strengths=cells.read("strengths", pieces, ()),
            form=cells.text("form", 200),
            national_numbers=cells.read(
                "national_numbers", partial(_national_numbers, scheme=_scheme_of(cells)), ()
            ),
            markets=cells.read("markets", markets, ()),
            languages=cells.read("languages", _languages, ()),
            content=cells.text("content", 200),
            in_use_hours=cells.read("in_use_hours", hours, None),
            storage_min=lowest,
            storage_max=highest,
            stability_months=cells.read("stability_months", months_of_time, None),
            interval_days=cells.read("interval_days", days_of_time, None),
            complete=complete,
            complete_until=complete_until,
            source_gtins=cells.read("source_gtins", _gtins, ()),
        )
        return None if cells.problems else facts

    def key(self, facts: ProductFacts) -> Hashable:
        """A GTIN is one product."""
        return facts.gtin

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, ProductFacts]], journal: ImportJournal
    ) -> Refused:
        """Merge the rows into the record."""
        makers = _Manufacturers(connection, journal)
        records = _recorded(connection, distinct(facts.gtin for _, facts in rows))
        refused: Refused = {}
        for line, facts in rows:
            stated = {field: getattr(facts, field) for field in _PRODUCT_RULES}
            record = records.get(facts.gtin)
            foreign = makers.foreign(facts, record)
            if foreign:
                refused[line] = foreign
                continue
            if record is None:
                changes, conflicts = stated, list[VialcheckError]()
            else:
                changes, conflicts = merge(record, stated, _PRODUCT_RULES)
            # the maker is looked at even when the product conflicts: all that is wrong with a row is said
            maker, conflicts = makers.merged(facts, conflicts)
            conflicts = conflicts or _told(journal, line, record, maker, changes)
            if conflicts:
                refused[line] = conflicts
            elif record is None:
                records[facts.gtin] = _create(connection, facts, makers.save(maker), journal)
            else:
                makers.save(maker)
                if changes:
                    _change(connection, record, changes, journal)
        return refused


def _told(
    journal: ImportJournal, line: int, record: dict[str, Any] | None, maker: "_Maker", changes: dict[str, Any]
) -> list[VialcheckError]:
    """Count the row by what it changes of the product and of its manufacturer."""
    if record is None:
        return journal.row(line, RowOutcome.NEW, after=changes)
    both, on_record = changes | maker.changes, maker.record | record
    became = RowOutcome.CHANGED if both else RowOutcome.UNCHANGED
    return journal.row(line, became, before={field: on_record[field] for field in both}, after=both)


def _prefixes(raw: str) -> tuple[str, ...]:
    found = tuple(each for part in pieces(raw, ";|,") for each in part.split())
    for each in found:
        if not (each.isascii() and each.isdigit() and 4 <= len(each) <= 12):
            raise invalid(raw, "a GS1 company prefix: 4 to 12 digits (GS1 General Specifications, 1.4.4)")
    return tuple(sorted(set(found)))


def _complete(raw: str) -> tuple[bool | None, date | None]:
    """`yes`, `no`, or the day until which all lots made are on record (a month alone: its last day)."""
    try:
        return yes_or_no(raw), None
    except VialcheckError:
        return True, _day_until(raw)


def _day_until(raw: str) -> date:
    try:
        return last_day(raw)
    except VialcheckError as error:
        raise invalid(raw, "yes, no, or the day until which all lots are on record") from error


def _gtins(raw: str) -> tuple[str, ...]:
    """GTINs with spaces or ; , | between them, sorted."""
    return tuple(sorted({Gtin.parse(each).value for each in re.split(r"[;,|\s]+", raw) if each}))


def _scheme_of(cells: Cells) -> str:
    """The scheme that the header of the column names (`PZN`, `Código nacional`), else empty."""
    label = cells.label("national_numbers")
    named = [
        scheme for scheme in _NATIONAL if re.search(rf"(?<![^\W\d_]){scheme}(?![^\W\d_])", label.upper())
    ]
    if named:
        return named[0]
    return _SCHEME_NAMES.get(plain(label), "")


def _national_numbers(raw: str, scheme: str = "") -> tuple[str, ...]:
    """`SCHEME:NUMBER; …`, or bare numbers under a header that names their scheme."""
    default, found = scheme, []
    for piece in pieces(raw):
        scheme, _, number = (part.strip() for part in piece.partition(":"))
        if default and not number:
            scheme, number = default, re.sub(rf"^{default}[\s-]*", "", piece, flags=re.IGNORECASE)
            number = number.zfill(_PZN_DIGITS) if default == "PZN" and number.isdigit() else number
        if scheme.upper() not in _NATIONAL or not number:
            raise invalid(raw, f"SCHEME:NUMBER; … with a scheme of {', '.join(_NATIONAL)}")
        found.append(f"{scheme.upper()}:{number}")
    return tuple(found)


def _languages(raw: str) -> tuple[str, ...]:
    """Languages, by code or name, separated by space ; , or |, as sorted codes. Raises LANGUAGE_UNKNOWN."""
    return tuple(sorted({_language(word) for word in re.split(r"[;,|/+&\s]+", raw) if word}))


def _language(word: str) -> str:
    """The code of a language by its code, its English name, or its name in a language of lists."""
    try:
        return parse_language(word)
    except IdentifierError:
        code = language_codes().get(plain(word))
        if code is None:
            raise
        return code


def _recorded(connection: Connection, gtins: list[str]) -> dict[str, dict[str, Any]]:
    statement = (
        select(Product.__table__, Manufacturer.name.label("manufacturer"), Manufacturer.organisation_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin.in_(gtins))
    )
    return {row["gtin"]: dict(row) for row in connection.execute(statement).mappings()}


def _create(
    connection: Connection, facts: ProductFacts, maker_id: int, journal: ImportJournal
) -> dict[str, Any]:
    stated = {field: getattr(facts, field) for field in _PRODUCT_RULES} | {"complete": bool(facts.complete)}
    values = {name: value for name, value in stated.items() if name != "manufacturer"}
    values |= {"gtin": facts.gtin, "manufacturer_id": maker_id}
    product_id = connection.execute(insert(Product).values(values).returning(Product.id)).scalar_one()
    # notices that came before their product
    connection.execute(
        update(Alert)
        .where(Alert.gtin == facts.gtin, Alert.product_id.is_(None))
        .values(product_id=product_id)
    )
    journal.note("create", "product", facts.gtin, after=stated)
    owner = {"organisation_id": journal.owner.organisation_id}
    return stated | {"id": product_id, "gtin": facts.gtin} | owner


def _change(
    connection: Connection, record: dict[str, Any], changes: dict[str, Any], journal: ImportJournal
) -> None:
    connection.execute(update(Product).where(Product.id == record["id"]).values(changes))
    before = {field: record[field] for field in changes}
    journal.note("change", "product", record["gtin"], before=before, after=changes)
    record.update(changes)


@dataclass(slots=True)
class _Maker:
    """A manufacturer as recorded (`id` None: not yet), and what a row changes of it."""

    record: dict[str, Any]
    changes: dict[str, Any]


class _Manufacturers:
    """All manufacturers on record: they are few."""

    def __init__(self, connection: Connection, journal: ImportJournal) -> None:
        self._connection = connection
        self._journal = journal
        rows = connection.execute(select(Manufacturer.__table__)).mappings()
        self._records = {folded(row["name"]): dict(row) for row in rows}

    def foreign(self, facts: ProductFacts, product: dict[str, Any] | None) -> list[VialcheckError]:
        """Errors of a row whose product, manufacturer or company prefix is another organisation's."""
        owner = self._journal.owner
        if owner.everybody:
            return []
        if product is not None and not owner.owns(product["organisation_id"]):
            return [not_yours(facts.gtin, "gtin")]
        maker = self._records.get(folded(facts.manufacturer))
        if maker is not None and not owner.owns(maker["organisation_id"]):
            return [not_yours(facts.manufacturer, "manufacturer")]
        others = [
            prefix
            for other in self._records.values()
            if not owner.owns(other["organisation_id"])
            for prefix in other["gs1_prefixes"]
        ]
        if any(facts.gtin[1:].startswith(prefix) for prefix in others):
            return [not_yours(facts.gtin, "gtin")]
        for own in facts.gs1_prefixes:
            if any(own.startswith(prefix) or prefix.startswith(own) for prefix in others):
                return [not_yours(own, "gs1_prefix")]
        return []

    def merged(
        self, facts: ProductFacts, conflicts: list[VialcheckError]
    ) -> tuple[_Maker, list[VialcheckError]]:
        """What the row says of its manufacturer, merged; `conflicts` with those found here."""
        stated = {field: getattr(facts, field) for field in _MANUFACTURER_RULES}
        record = self._records.get(folded(facts.manufacturer))
        if record is None:
            record = {"id": None, "name": facts.manufacturer, **_BLANK_MANUFACTURER}
        changes, found = merge(record, stated, _MANUFACTURER_RULES)
        return _Maker(record, changes), [*conflicts, *found, *self._overlaps(facts, record)]

    def save(self, maker: _Maker) -> int:
        """Put the manufacturer, or its changes, on record; its id."""
        record, changes = maker.record, maker.changes
        if record["id"] is None:
            values = {name: value for name, value in (record | changes).items() if name != "id"}
            values["organisation_id"] = self._journal.owner.organisation_id
            statement = insert(Manufacturer).values(values).returning(Manufacturer.id)
            record |= values | {"id": self._connection.execute(statement).scalar_one()}
            self._records[folded(record["name"])] = record
            self._journal.note("create", "manufacturer", record["name"], after=values)
        elif changes:
            before = {field: record[field] for field in changes}
            self._connection.execute(
                update(Manufacturer).where(Manufacturer.id == record["id"]).values(changes)
            )
            self._journal.note("change", "manufacturer", record["name"], before=before, after=changes)
            record.update(changes)
        return int(record["id"])

    def _overlaps(self, facts: ProductFacts, own: dict[str, Any]) -> list[VialcheckError]:
        """A GS1 company prefix belongs to one company, and no prefix begins with another's."""
        return [
            ConflictError(
                ErrorCode.CONFLICT,
                given=prefix,
                expected=f"a prefix of {facts.manufacturer}",
                found=f"{theirs}, the prefix of {other['name']} on record",
                field="gs1_prefix",
            )
            for other in self._records.values()
            if other is not own
            for theirs in other["gs1_prefixes"]
            for prefix in facts.gs1_prefixes
            if prefix.startswith(theirs) or theirs.startswith(prefix)
        ]
