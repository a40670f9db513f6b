"""Imports lists of regulators' notices: facts with their source, one notice a row.

A notice that is already on record, word for word, is not put in again; one that says anything else is
another notice. A range of months as expiry (`10/2024-12/2024`) becomes one notice for each of its months,
because a vial bears one of them.
"""

import hashlib
import json
import re
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from service.authenticity.evidence import AlertKind
from service.errors import IdentifierError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.registry.lists.cells import Cells, invalid, yes_or_no
from service.registry.lists.conventions.locale_names import plain
from service.registry.lists.conventions.value_words import ALERT_KINDS
from service.registry.lists.import_journal import ImportJournal, RowOutcome
from service.registry.lists.list_importer import Refused, distinct
from service.registry.lists.merge_rules import folded
from service.registry.lists.ownership import Owner
from service.storage.models import Alert, Product

_KIND_NAMES = {
    AlertKind.FALSIFIED: "falsified falsification counterfeit counterfeited fake spurious",
    AlertKind.RECALLED: "recalled recall",
    AlertKind.STOLEN: "stolen theft",
    AlertKind.TAMPERED: "tampered tampering",
    AlertKind.UNLICENSED: "unlicensed unlicenced unauthorised unauthorized unapproved unregistered "
    "notlicensed notauthorised notauthorized notapproved",
}
_KINDS = {name: kind for kind, names in _KIND_NAMES.items() for name in names.split()} | {
    plain(name): kind for kind, names in ALERT_KINDS.items() for name in names.split(", ")
}
_GENUINE = ("genuine", "authentic", "original")
_RANGE = re.compile(r"(.+?)\s*(?:-|–|—|\bto\b|\bbis\b|\buntil\b)\s*(.+)")
_MOST_MONTHS = 36
_PUBLISHED = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_URL = re.compile(r"https?://[^\s;,\"'<>]+")


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One row; several expiries when the notice gives a range of months, (None,) when it gives none.

    `identity`: what makes it the same notice, where that is not every word of it. `uncut`: what a program
    could not make facts of.
    """

    authority: str
    kind: AlertKind
    product_name: str
    gtin: str
    lot: Lot | None
    expiries: tuple[Expiry | None, ...]
    serial: str
    serial_prefix: str
    lot_issued: bool | None
    recall_class: str
    reference: str
    reported: str
    source_url: str
    detail: str
    uncut: str = ""
    identity: str = ""


class Alerts:
    """Reads and stores the rows of lists of notices."""

    def parse(self, cells: Cells) -> AlertFacts | None:
        """Read one row."""
        cells.need("authority", str)
        kind = cells.need("kind", _kind)
        gtin = cells.read("gtin", Gtin.parse, None)
        lot = cells.read("lot", Lot.parse, None)
        serial = cells.read("serial", Serial.parse, None)
        prefix = cells.read("serial_prefix", Serial.parse, None)
        product = cells.text("product", 200)
        if serial and prefix:
            cells.refuse("serial_prefix", "either a serial or the beginning of one")
        if not (gtin or lot or serial or prefix or product or cells.problems):
            cells.refuse("product", "at least one of product, gtin, lot, serial and serial_prefix")
        url, further = cells.read("source_url", source, ("", ""))
        detail = cells.text("detail", 4000)
        expiries = cells.read("expiry", _expiries, (None,))
        facts = AlertFacts(
            authority=cells.text("authority", 200),
            kind=kind or AlertKind.FALSIFIED,
            product_name=product,
            gtin=gtin.value if gtin else "",
            lot=lot,
            expiries=expiries,
            serial=serial.printed if serial else "",
            serial_prefix=prefix.printed if prefix else "",
            lot_issued=cells.read("lot_issued", yes_or_no, None),
            recall_class=cells.text("recall_class", 40),
            reference=cells.text("reference", 200),
            reported=cells.read("reported", published, ""),
            source_url=url,
            detail="; ".join(part for part in (detail, further) if part),
        )
        return None if cells.problems else facts

    def key(self, facts: AlertFacts) -> Hashable:  # noqa: ARG002 (a notice contradicts no other)
        """Each notice speaks for itself."""
        return None

    def store(
        self, connection: Connection, rows: Sequence[tuple[int, AlertFacts]], journal: ImportJournal
    ) -> Refused:
        """Put in the notices that are not on record yet."""
        gtins = distinct(facts.gtin for _, facts in rows if facts.gtin)
        found = connection.execute(select(Product.gtin, Product.id).where(Product.gtin.in_(gtins)))
        products = {row.gtin: row.id for row in found}
        rows_of = [notices(facts) for _, facts in rows]
        wanted = [notice["fingerprint"] for each in rows_of for notice in each]
        known = set(connection.scalars(select(Alert.fingerprint).where(Alert.fingerprint.in_(wanted))))
        created = []
        refused: Refused = {}
        for (line, facts), each in zip(rows, rows_of, strict=True):
            new = [notice for notice in each if notice["fingerprint"] not in known]
            refusal = _not_your_notice(facts.authority, journal.owner) or journal.row(
                line,
                RowOutcome.NEW if new else RowOutcome.UNCHANGED,
                after=_readable(each[0]) if new else None,
            )
            if refusal:
                refused[line] = refusal
                continue
            for notice in new:
                known.add(notice["fingerprint"])
                created.append(notice | {"product_id": products.get(notice["gtin"])})
                journal.note("create", "alert", notice["fingerprint"], after=_readable(notice))
        if created:
            connection.execute(insert(Alert), [notice | {"entered": journal.at} for notice in created])
        return refused


def _not_your_notice(authority: str, owner: Owner) -> list[VialcheckError]:
    """An authority puts in its own notices, and no other's."""
    if owner.everybody or folded(authority) == folded(owner.name):
        return []
    return [invalid(authority, owner.name, found="another authority", field="authority")]


def _kind(raw: str) -> AlertKind:
    word = plain(raw)
    if word in _GENUINE:
        raise invalid(
            raw,
            "falsified, recalled, stolen, tampered or unlicensed",
            found="a row about the maker's own lot, which is no alert: it belongs into a list of batches",
        )
    if word not in _KINDS:
        raise invalid(raw, "falsified, recalled, stolen, tampered or unlicensed")
    return _KINDS[word]


def _expiries(raw: str) -> tuple[Expiry | None, ...]:
    try:
        return (Expiry.parse(raw),)
    except IdentifierError:
        match = _RANGE.fullmatch(raw)
        if match is None:
            raise
    first, last = _end_of_range(raw, match[1]), _end_of_range(raw, match[2])
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if not 1 <= len(months) <= _MOST_MONTHS or first.day or last.day:
        raise invalid(
            raw, f"one date, or a range of months of at most {_MOST_MONTHS}, such as 10/2024-12/2024"
        )
    return tuple(Expiry(month // 12, month % 12 + 1) for month in months)


def _end_of_range(raw: str, text: str) -> Expiry:
    try:
        return Expiry.parse(text)
    except IdentifierError as error:
        raise invalid(raw, "one date, or a range of months such as 10/2024-12/2024") from error


def published(raw: str) -> str:
    """The day of the notice, as precisely as it is known: YYYY, YYYY-MM or YYYY-MM-DD."""
    if not _PUBLISHED.fullmatch(raw):
        raise invalid(raw, "the date as YYYY, YYYY-MM or YYYY-MM-DD")
    parts = [int(part) for part in raw.split("-")]
    Expiry(*(parts + [1, 1][len(parts) - 1 :])[:3])  # raises for what is not in the calendar
    return raw


def source(raw: str) -> tuple[str, str]:
    """The first web address, and what else is said of the source."""
    match = _URL.search(raw)
    if match is None:
        raise invalid(raw, "the address of the notice (https://…)")
    further = " ".join((raw[: match.start()] + raw[match.end() :]).split()).strip(" ;,")
    return match[0], further


def notices(facts: AlertFacts) -> list[dict[str, Any]]:
    """The rows of the table that one row of the list becomes, without the product's id."""
    common = asdict(facts)
    identity = common.pop("identity")
    del common["lot"], common["expiries"]
    lot = facts.lot or Lot("", "", "")
    common |= {
        "kind": str(facts.kind),
        "lot": lot.printed,
        "lot_key": lot.key,
        "lot_folded": lot.folded,
        "serial_folded": (facts.serial or facts.serial_prefix).casefold(),
    }
    rows = []
    for expiry in facts.expiries:
        notice = common | {
            "expiry": expiry.last_day if expiry else None,
            "expiry_month_only": expiry is not None and expiry.day is None,
        }
        del notice["uncut"]  # not part of what lists say, and their fingerprints stay what they were
        said = {**notice, "lot": "", "expiry": expiry.printed_form if expiry else ""}
        said = {"identity": identity} if identity else said
        text = json.dumps(said, sort_keys=True, ensure_ascii=True)
        rows.append(notice | {"uncut": facts.uncut, "fingerprint": hashlib.sha256(text.encode()).hexdigest()})
    return rows


def _readable(notice: dict[str, Any]) -> dict[str, Any]:
    """What the notice says, as the audit keeps it: no derived columns, no blanks."""
    derived = ("fingerprint", "lot_key", "lot_folded", "serial_folded")
    return {
        field: value for field, value in notice.items() if value not in (None, "") and field not in derived
    }
