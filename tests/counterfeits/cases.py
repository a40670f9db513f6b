"""A case as it is written, one JSON object on a line, made into what is put in and what is asked.

Liberal: what is missing gets a default, unknown keys are named in `Case.notes`, nothing of that is fatal. Only
a line that is no JSON object, or presents nothing, is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.authenticity.descriptions.product_names import names_differ
from service.registry.lists.conventions.locale_names import plain
from tests.counterfeits import keys
from tests.counterfeits.asking import PRESENTED, Asking, Showing, moment, packs_of
from tests.counterfeits.books import Books
from tests.counterfeits.keys import Plain, listed, words
from tests.counterfeits.made_up import mended_gtins
from tests.counterfeits.marks import MarkCatalogue, without_marks

_ALERT = keys.named(keys.ALERT)
_KEYS = (
    "id source sources kind records record alerts alert scans presented at expect twin twins synthetic date title "
    "note notes recordcontradicts catchable url authority product marks features visualmarks packmarks"
)
_CASE = frozenset(_KEYS.split())
_NO_LOT_KIND = re.compile(
    r"\b(?:missing|no|without|blank|absent|lacking)\b.*\b(?:lot|batch)|\b(?:lot|batch)\b.*\b(?:missing|blank|absent)"
)
_UNLICENSED = ("unlicen", "unauthori", "unapprov", "notauthori", "notlicen", "notapprov", "illegal")


class CaseError(ValueError):
    """The line is no case."""


@dataclass(frozen=True)
class Expectation:
    """What may be answered. No reasons: any will do."""

    actions: frozenset[str]
    reasons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Twin:
    """A genuine one, and what may be said of it."""

    showing: Showing
    expect: Expectation


@dataclass
class Case:
    """One documented case."""

    id: str
    kind: str
    source: str
    synthetic: bool
    books: Books
    alerts: list[dict[str, str]]
    marks: list[dict[str, str]]
    scans: list[Showing]
    shown: Showing
    expect: Expectation
    twins: list[Twin]
    record_contradicts: bool
    catchable: bool
    notes: list[str] = field(default_factory=list)


def read(path: Path) -> Iterator[tuple[int, Case | CaseError]]:
    """Every line of a file with its number; blank lines and lines that begin with # are left out."""
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                yield number, case_of(line)
            except CaseError as error:
                yield number, error


def case_of(line: str) -> Case:
    """Read one line. CaseError when it is no case at all."""
    raw, notes = _raw(line)
    unknown: list[str] = []
    catalogue = MarkCatalogue(raw, unknown)
    books = Books(without_marks(_either(raw, "records", "record")), unknown)
    alerts = list(_alerts(_either(raw, "alerts", "alert"), unknown))
    kind = words(raw.get("kind")) or "not said"
    presented = raw.get("presented")
    twins = [each for each in [*listed(raw.get("twin")), *listed(raw.get("twins"))] if each]
    if isinstance(raw.get("twin"), list) and not any(
        "presented" in each for each in twins if isinstance(each, Mapping)
    ):
        twins = [raw["twin"]]  # a pair of carton and vial
    books.name_all(
        list(_gtins([each for twin in twins for each in packs_of(_inside(twin))])),
        _name_of(presented, alerts),
    )
    catalogue.name_all(_name_of(presented, alerts) or (books.products[0].name if books.products else ""))
    ask = Asking(books, unknown, catalogue)
    scans = ask.scans(raw.get("scans"), presented)
    at = _moment_of(raw, alerts, scans)
    expect = _expectation(raw.get("expect"), {"quarantine", "reject"})
    shown = ask.showing(presented, at, no_lot=bool(_NO_LOT_KIND.search(kind.casefold())))
    case = Case(
        id=words(raw.get("id")) or "unnamed",
        kind=kind,
        source=words(raw.get("source") or raw.get("sources") or raw.get("url")),
        synthetic=bool(keys.truth(raw.get("synthetic"))),
        books=books,
        alerts=alerts,
        marks=catalogue.rows,
        scans=scans,
        shown=shown,
        expect=expect,
        twins=[_twin(ask, each, at) for each in twins],
        record_contradicts=_rests_on_record(raw, kind, expect, books),
        catchable=_catchable(raw, expect),
        notes=notes,
    )
    case.notes += ask.notes
    unknown += [key for key in raw if plain(key) not in _CASE]
    if unknown:
        case.notes.append(f"unknown keys left alone: {', '.join(dict.fromkeys(unknown))}")
    return case


def _raw(line: str) -> tuple[dict[str, Any], list[str]]:
    try:
        raw = json.loads(line)
        if not isinstance(raw, dict):
            raise CaseError("a case is a JSON object")
        genuine = [_either(raw, "records", "record"), raw.get("twin"), raw.get("twins")]
        mended = dict(mended_gtins(genuine))
        for wrong, right in mended.items():
            line = line.replace(wrong, right)
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise CaseError(f"no JSON: {error}") from error
    notes = [f"GTIN {wrong} has a wrong check digit: taken as {right}" for wrong, right in mended.items()]
    if not raw.get("presented"):
        raise CaseError("nothing is presented")
    return raw, notes


def _either(raw: Plain, several: str, one: str) -> Any:
    return raw[several] if several in raw else raw.get(one)


def _inside(twin: Any) -> Any:
    return twin["presented"] if isinstance(twin, Mapping) and "presented" in twin else twin


def _gtins(packs: list[Any]) -> Iterator[str]:
    for pack in packs:
        if isinstance(pack, Mapping):
            gtin = words(keys.sort_out(pack, PRESENTED, []).get("gtin")).replace(" ", "")
            if gtin.isdigit():
                yield gtin.zfill(14)


def _name_of(presented: Any, alerts: list[dict[str, str]]) -> str:
    """What the thing is called, for records that do not name it."""
    for pack in packs_of(presented):
        if isinstance(pack, Mapping) and (name := words(keys.sort_out(pack, PRESENTED, []).get("product"))):
            return name
    return next((alert["product"] for alert in alerts if alert.get("product")), "")


def _alerts(entries: Any, unknown: list[str], around: Plain | None = None) -> Iterator[dict[str, str]]:
    """Each notice as rows of the import: one for each lot, expiry and serial that it lists."""
    for entry in listed(entries):
        said = keys.sort_out(entry if isinstance(entry, Mapping) else {"lot": entry}, _ALERT, unknown)
        said = {**(around or {}), **said}
        nested = [each for each in listed(said.get("lot")) if isinstance(each, Mapping)]
        if nested:
            said.pop("lot")
            yield from _alerts(nested, unknown, said)
            continue
        common = {name: words(value) for name, value in said.items() if words(value)}
        common.setdefault("authority", "A regulator")
        common["kind"] = _alert_kind(common.get("kind", ""))
        for lot in listed(said.get("lot")) or [""]:
            for expiry in listed(said.get("expiry")) or [""]:
                for serial in listed(said.get("serial")) or [""]:
                    for prefix in listed(said.get("serial_prefix")) or [""]:
                        row = {"lot": words(lot), "expiry": keys.date_words(expiry), "serial": words(serial)}
                        yield _said_by_import(common | row | {"serial_prefix": words(prefix).rstrip("*…")})


def _alert_kind(said: str) -> str:
    word = plain(said)
    for kind, stems in {
        "recalled": ("recall",),
        "stolen": ("stol", "theft"),
        "tampered": ("tamper",),
    }.items():
        if any(stem in word for stem in stems):
            return kind
    return "unlicensed" if word.startswith(_UNLICENSED) else "falsified"


def _said_by_import(row: dict[str, str]) -> dict[str, str]:
    """What the import has no column for, or would refuse, is kept as a remark."""
    reported = keys.date_words(row.get("reported", ""))
    if re.fullmatch(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?", reported):
        row["reported"] = reported
    elif row.pop("reported", ""):
        row["detail"] = f"{row.get('detail', '')} ({reported})".strip()
    if not re.search(r"https?://\S", row.get("source_url", "https://x")):
        row["detail"] = f"{row.get('detail', '')} {row.pop('source_url')}".strip()
    return row


def _twin(ask: Asking, twin: Any, at: datetime) -> Twin:
    said = twin if isinstance(twin, Mapping) else {}
    shown = ask.showing(_inside(twin), moment(said.get("at")) or at)
    return Twin(shown, _expectation(said.get("expect"), {"accept", "check"}))


def _expectation(said: Any, default: set[str]) -> Expectation:
    if not isinstance(said, Mapping):
        said = {"actions": said}
    found = {plain(key): value for key, value in said.items()}
    actions = next((found[name] for name in ("actions", "action", "anyof", "verdict") if name in found), None)
    reasons = next(
        (found[name] for name in ("reasonsany", "reasons", "reason", "anyreason") if name in found), None
    )
    codes = frozenset(str(each).casefold() for each in listed(actions)) or frozenset(default)
    return Expectation(codes, frozenset(str(each).casefold() for each in listed(reasons)))


_STOPS = frozenset(("quarantine", "reject"))
_LEVELS = frozenset(("unit_on_record", "lot_on_record", "product_on_record", "no_records_held"))


def _catchable(raw: Plain, expect: Expectation) -> bool:
    """Nobody need catch what may be accepted; `check` is enough only where a reason has to be named."""
    said = keys.truth(raw.get("catchable"))
    if said is not None:
        return said
    return "accept" not in expect.actions and bool(expect.actions & _STOPS or expect.reasons - _LEVELS)


def _rests_on_record(raw: Plain, kind: str, expect: Expectation, books: Books) -> bool:
    """Whether the record alone has to catch it: as said, else by the reasons expected, else by the kind."""
    said = keys.truth(raw.get("record_contradicts"))
    if said is not None:
        return said
    name = _name_of(raw["presented"], [])
    if all(names_differ(name, product.name) for product in books.products):
        return isinstance(raw["presented"], list)  # nothing of this product is on record
    if expect.reasons:
        on_notice = {"stolen"} if books.says_recalled else {"stolen", "recalled"}
        return not any(code.startswith("alert_") or code in on_notice for code in expect.reasons)
    return not re.search("alert|notice|twins|brand|stolen|recall", kind.casefold())


def _moment_of(raw: Plain, alerts: list[dict[str, str]], scans: list[Showing]) -> datetime:
    """When it was presented: `at`, else `date`, else after the last scan or notice, else now."""
    said = moment(raw.get("at")) or moment(raw.get("date"))
    last = scans[-1].at if scans else None
    if said is None:
        reported = [day for alert in alerts if (day := moment(alert.get("reported")))]
        said = last or max(reported, default=None) or datetime.now(UTC)
    elif last is not None and last > said and last.date() == said.date():
        said = last  # a day without an hour ends after what is known of it
    return said
