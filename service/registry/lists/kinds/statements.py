"""Lists of statements about products: each text is a new version, public once a second person released it."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from service.errors import VialcheckError
from service.gs1.identifiers import Expiry, Gtin
from service.gs1.iso.languages import parse_language
from service.registry.lists.cells import Cells, free_text, invalid
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.ownership import no_product
from service.registry.statements.topics import LIVE, StatementState, StatementTopic, require_no_assurance
from service.storage.models import Manufacturer, Product, ProductStatement

LONGEST_TEXT, LONGEST_SOURCE = 1500, 300
_SAID = ("text", "source", "source_url", "dated")


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """One row. `dated`: YYYY, YYYY-MM or YYYY-MM-DD, as the source says."""

    gtin: Gtin
    topic: StatementTopic
    language: str
    text: str
    source: str
    source_url: str
    dated: str


class Statements:
    """Reads and stores the rows of lists of statements."""

    def parse(self, cells: Cells) -> StatementFacts | None:
        """Read one row. A language that is not said is English."""
        gtin = cells.need("gtin", Gtin.parse)
        topic = cells.need("topic", _topic)
        text = cells.need("text", lambda raw: require_no_assurance(free_text(raw, LONGEST_TEXT)))
        source = cells.need("source", lambda raw: free_text(raw, LONGEST_SOURCE))
        dated = cells.need("dated", _published)
        language = cells.read("language", parse_language, "en")
        address = cells.read("source_url", _address, "")
        if cells.problems or gtin is None or topic is None or text is None or source is None or dated is None:
            return None
        return StatementFacts(gtin, topic, language, text, source, address, dated)

    def key(self, facts: StatementFacts) -> Hashable:
        """A product says one thing of a topic in a language."""
        return facts.gtin, facts.topic, facts.language

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, StatementFacts]], journal: ImportJournal
    ) -> Refused:
        """Add a version for each text that is neither public nor waiting as it stands."""
        gtins = distinct(facts.gtin.value for _, facts in rows)
        found = connection.execute(
            select(Product.gtin, Product.id, Manufacturer.organisation_id)
            .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
            .where(Product.gtin.in_(gtins))
        )
        products = {row.gtin: row.id for row in found if journal.owner.owns(row.organisation_id)}
        refused: Refused = {}
        for line, facts in rows:
            product = products.get(facts.gtin.value)
            if product is None:
                refused[line] = [no_product(facts.gtin.value, journal.owner)]
            elif problems := _store(connection, line, facts, product, journal):
                refused[line] = problems
        return refused


def _store(
    connection: Connection, line: int, facts: StatementFacts, product: int, journal: ImportJournal
) -> Sequence[VialcheckError]:
    said = asdict(facts)
    same = (
        ProductStatement.product_id == product,
        ProductStatement.topic == facts.topic,
        ProductStatement.language == facts.language,
    )
    latest: Any = connection.execute(
        select(ProductStatement.__table__)
        .where(*same, ProductStatement.state.in_(LIVE))
        .order_by(ProductStatement.version.desc())
        .limit(1)
    ).first()
    before = {name: getattr(latest, name) for name in _SAID} if latest else None
    after = {name: said[name] for name in _SAID}
    if after == before:
        return journal.row(line, RowOutcome.UNCHANGED)
    problems = journal.row(line, RowOutcome.CHANGED if latest else RowOutcome.NEW, before=before, after=after)
    if problems:
        return problems
    connection.execute(
        update(ProductStatement)
        .where(*same, ProductStatement.state == StatementState.WAITING)
        .values(state=StatementState.REPLACED)
    )
    version = (connection.scalar(select(func.max(ProductStatement.version)).where(*same)) or 0) + 1
    columns = after | {"topic": facts.topic, "language": facts.language, "version": version}
    author = {"put_in": journal.at, "put_in_by": journal.actor, "put_in_account_id": journal.account_id}
    connection.execute(
        insert(ProductStatement).values(
            columns | author | {"product_id": product, "state": StatementState.WAITING}
        )
    )
    name = f"{facts.gtin.value}/{facts.topic}/{facts.language}"
    journal.note("add_statement", "statement", name, before=before, after=after | {"version": version})
    return []


def _topic(raw: str) -> StatementTopic:
    name = re.sub(r"[\s-]+", "_", raw.strip().casefold())
    try:
        return StatementTopic(name)
    except ValueError:
        raise invalid(raw, "one of " + ", ".join(StatementTopic)) from None


def _published(raw: str) -> str:
    """A year, a month or a day."""
    if re.fullmatch(r"(?:19|20)[0-9]{2}", raw):
        return raw
    return Expiry.parse(raw).printed_form


def _address(raw: str) -> str:
    address = free_text(raw, 500)
    if not re.fullmatch(r"https://[^\s\"<>]+", address):
        raise invalid(raw, "an address that begins with https://")
    return address
