"""Imports lists of marks: what to look at on a pack, how it should be, and how known fakes differ.

Only what a regulator or the maker has published: each row has its source. A mark on record is never changed
by a list: a row that says anything else is refused. It is put right by a withdrawal and a new mark.
"""

import hashlib
import re
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from service.authenticity.evidence import MarkFeature
from service.errors import ConflictError, ErrorCode, VialcheckError
from service.gs1.identifiers import Gtin, Lot
from service.registry.lists.cells import Cells, free_text, invalid, markets, pieces
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.mark_words import FEATURES
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.kinds.alerts import published, source
from service.registry.lists.list_importer import Refused
from service.registry.lists.merge_rules import folded
from service.registry.lists.ownership import Owner, no_product
from service.storage.models import Manufacturer, PackMark, Product

_LONGEST = 300
_MOST = 40
"""Fakes, or lots, of one mark."""

_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_FEATURES = {
    plain(name): feature for feature, names in FEATURES.items() for name in (feature, *names.split(", "))
}
_DERIVED = ("lot_keys",)


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """One row. `mark`: empty where the list gives none; then it is made of what the row says."""

    mark: str
    authority: str
    product_name: str
    gtin: str
    feature: MarkFeature
    part: str
    look_at: str
    should_be: str
    differs: str
    fakes: tuple[str, ...]
    lots: tuple[str, ...]
    lot_keys: tuple[str, ...]
    markets: tuple[str, ...]
    reference: str
    reported: str
    source_url: str


class Marks:
    """Reads and stores the rows of lists of marks."""

    def parse(self, cells: Cells) -> MarkFacts | None:
        """Read one row."""
        gtin = cells.read("gtin", Gtin.parse, None)
        product = cells.text("product", 200)
        if not (gtin or product or cells.problems):
            cells.refuse("product", "at least one of product and gtin")
        look_at, should_be, differs = (
            cells.need(field, _sentence) for field in ("look_at", "should_be", "differs")
        )
        url = cells.need("source_url", source)
        lots = cells.read("lot", _lots, ())
        facts = MarkFacts(
            mark=cells.read("mark", _code, ""),
            authority=cells.text("authority", 200),
            product_name=product,
            gtin=gtin.value if gtin else "",
            feature=cells.read("feature", _feature, MarkFeature.LABEL),
            part=cells.text("part", 100),
            look_at=look_at or "",
            should_be=should_be or "",
            differs=differs or "",
            fakes=cells.read("fakes", _few, ()),
            lots=tuple(each.printed for each in lots),
            lot_keys=tuple(sorted({each.key for each in lots})),
            markets=cells.read("markets", markets, ()),
            reference=cells.text("reference", 200),
            reported=cells.read("reported", published, ""),
            source_url=url[0] if url else "",
        )
        return None if cells.problems else facts

    def key(self, facts: MarkFacts) -> Hashable:
        """Rows with one code say the same, or contradict each other."""
        return facts.mark or None

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, MarkFacts]], journal: ImportJournal
    ) -> Refused:
        """Add the marks that are not on record. A mark that was withdrawn stays so."""
        marks = {line: _row(facts, journal.owner) for line, facts in rows}
        codes = [mark["mark"] for mark in marks.values()]
        found = connection.execute(select(PackMark.__table__).where(PackMark.mark.in_(codes))).mappings()
        known = {row["mark"]: dict(row) for row in found}
        own = _own_gtins(connection, [mark["gtin"] for mark in marks.values()], journal.owner)
        refused: Refused = {}
        created = []
        for line, mark in marks.items():
            before = known.get(mark["mark"])
            became = RowOutcome.NEW if before is None else RowOutcome.UNCHANGED
            problems = (
                _not_yours(mark, own, journal.owner)
                or (_contradictions(before, mark) if before else [])
                or journal.row(line, became, after=_readable(mark) if before is None else None)
            )
            if problems:
                refused[line] = problems
            elif before is None:
                known[mark["mark"]] = mark
                entered = {"entered": journal.at, "organisation_id": journal.owner.organisation_id}
                created.append(mark | entered)
                journal.note("create", "mark", mark["mark"], after=_readable(mark))
        if created:
            connection.execute(insert(PackMark), created)
        return refused


def _row(facts: MarkFacts, owner: Owner) -> dict[str, Any]:
    """The columns of the table; what the row leaves out is filled in."""
    row = asdict(facts)
    row["feature"] = str(facts.feature)
    row["authority"] = facts.authority or owner.name
    row["fakes"] = facts.fakes or (" ".join(filter(None, (row["authority"], facts.reported))),)
    if not facts.mark:
        said = "\0".join(
            [facts.gtin or folded(facts.product_name), facts.look_at, facts.should_be, facts.differs]
        )
        row["mark"] = "m-" + hashlib.sha256(folded(said).encode()).hexdigest()[:12]
    return row


def _own_gtins(connection: Connection, gtins: Sequence[str], owner: Owner) -> frozenset[str]:
    """The GTINs among these of products that the list may touch."""
    found = connection.execute(
        select(Product.gtin, Manufacturer.organisation_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin.in_(sorted(set(gtins) - {""})))
    )
    return frozenset(row.gtin for row in found if owner.owns(row.organisation_id))


def _not_yours(mark: dict[str, Any], own: frozenset[str], owner: Owner) -> list[VialcheckError]:
    """An authority publishes its own marks, and a maker those of its own products, by their GTIN."""
    authority = mark["authority"]
    if owner.everybody:
        return [] if authority else [invalid("", "who published it", field="authority")]
    if folded(authority) != folded(owner.name):
        return [invalid(authority, owner.name, found="another authority", field="authority")]
    if owner.issues_products and mark["gtin"] not in own:
        return [no_product(mark["gtin"], owner)]
    return []


def _contradictions(before: dict[str, Any], mark: dict[str, Any]) -> list[VialcheckError]:
    return [
        ConflictError(
            ErrorCode.CONFLICT,
            given=str(value),
            expected=f"{before[field]}, as on record",
            found=str(value),
            field=_FIELDS.get(field, field),
        )
        for field, value in mark.items()
        if field not in _DERIVED and before[field] != value
    ]


_FIELDS = {"product_name": "product", "lots": "lot"}
"""Columns of the table that lists call otherwise."""


def _readable(mark: dict[str, Any]) -> dict[str, Any]:
    """What the mark says, as the audit keeps it: no derived columns, no blanks."""
    said = {name: list(value) if isinstance(value, tuple) else value for name, value in mark.items()}
    return {name: value for name, value in said.items() if value and name not in _DERIVED}


def _sentence(raw: str) -> str:
    return free_text(raw, _LONGEST)


def _code(raw: str) -> str:
    code = raw.strip().lower()
    if not _CODE.fullmatch(code):
        raise invalid(raw, "at most 60 of a to z, 0 to 9, point, hyphen and underscore")
    return code


def _feature(raw: str) -> MarkFeature:
    found = _FEATURES.get(plain(raw))
    if found is None:
        raise invalid(raw, ", ".join(MarkFeature))
    return found


def _few(raw: str) -> tuple[str, ...]:
    found = pieces(raw)
    if len(found) > _MOST:
        raise invalid(raw, f"at most {_MOST}, with ; between")
    return found


def _lots(raw: str) -> tuple[Lot, ...]:
    return tuple(Lot.parse(each) for each in _few(raw.replace(",", ";")))
