"""A case as it is written, one JSON object on a line, made into what is put in and what is asked.

Liberal: what is missing gets a default, unknown keys are named in `Case.notes`, nothing of that is fatal. Only
a line that is no JSON object, or presents nothing, is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from service.authenticity.alert_rules import told_apart
from service.authenticity.evidence import Asker
from service.errors import VialcheckError
from service.registry.columns import plain
from service.verification.questions import Pack, Question, understand
from tests.counterfeits import keys
from tests.counterfeits.books import Books, mended_gtins
from tests.counterfeits.keys import Plain, listed, words

NOON = time(12, 0, tzinfo=UTC)
_PRESENTED, _SCAN, _ALERT = keys.named(keys.PRESENTED), keys.named(keys.SCAN), keys.named(keys.ALERT)
_CASE = frozenset(
    "id source sources kind records record alerts alert scans presented at expect twin twins synthetic date title "
    "note notes recordcontradicts catchable url authority product".split()
)
_NO_LOT_KIND = re.compile(r"(?:miss|no|without|blank|absent|lack).*(?:lot|batch)|(?:lot|batch).*(?:miss|blank|absent)")
_UNLICENSED = {"unlicensed", "unlicenced", "unauthorised", "unauthorized", "unapproved", "notauthorised", "illegal"}
_USED = {"dispensed", "dispensing", "supplied", "used", "administered", "decommissioned", "decommissioning", "destroyed"}


class CaseError(ValueError):
    """The line is no case."""


@dataclass(frozen=True)
class Expectation:
    """What may be answered. No reasons: any will do."""

    actions: frozenset[str]
    reasons: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Showing:
    """One thing in somebody's hand, at a moment. Several questions when vial and carton differ in a field
    that is asked once: the worst answer counts."""

    questions: tuple[Question, ...]
    at: datetime

    @property
    def packs(self) -> tuple[Pack, ...]:
        """What each of vial and carton says of itself."""
        asked = self.questions[0]
        own = Pack(asked.scan, asked.gtin, asked.lot, asked.serial, asked.expiry)
        return tuple(pack for pack in (own, asked.carton) if pack != Pack())


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
    books = Books(_either(raw, "records", "record"), unknown)
    alerts = list(_alerts(_either(raw, "alerts", "alert"), unknown))
    kind = words(raw.get("kind")) or "not said"
    presented = raw.get("presented")
    twins = [each for each in [*listed(raw.get("twin")), *listed(raw.get("twins"))] if each]
    if isinstance(raw.get("twin"), list) and not any("presented" in each for each in twins if isinstance(each, Mapping)):
        twins = [raw["twin"]]  # a pair of carton and vial
    books.name_all(list(_gtins([each for twin in twins for each in _packs(_inside(twin))])), _name_of(presented, alerts))
    ask = _Asking(books, unknown)
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
    return {key: value for key, value in raw.items()}, notes


def _either(raw: Plain, several: str, one: str) -> Any:
    return raw[several] if several in raw else raw.get(one)


def _inside(twin: Any) -> Any:
    return twin["presented"] if isinstance(twin, Mapping) and "presented" in twin else twin


def _packs(presented: Any) -> list[Any]:
    """Carton and vial, or the one thing."""
    if isinstance(presented, Mapping) and {"carton", "vial"} & {plain(key) for key in presented}:
        around = {key: value for key, value in presented.items() if plain(key) not in ("carton", "vial")}
        found = {plain(key): value for key, value in presented.items()}
        return [_with(found.get("carton"), around), _with(found.get("vial"), around)]
    return list(presented) if isinstance(presented, list) else [presented]


def _with(pack: Any, around: Plain) -> Any:
    if isinstance(pack, Mapping):
        return {**around, **pack}
    return {**around, "scan": pack} if pack else dict(around)


def _gtins(packs: list[Any]) -> Iterator[str]:
    for pack in packs:
        if isinstance(pack, Mapping):
            gtin = words(keys.sort_out(pack, _PRESENTED, []).get("gtin")).replace(" ", "")
            if gtin.isdigit():
                yield gtin.zfill(14)


def _name_of(presented: Any, alerts: list[dict[str, str]]) -> str:
    """What the thing is called, for records that do not name it."""
    for pack in _packs(presented):
        if isinstance(pack, Mapping) and (name := words(keys.sort_out(pack, _PRESENTED, []).get("product"))):
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
    for kind, stems in {"recalled": ("recall",), "stolen": ("stol", "theft"), "tampered": ("tamper",)}.items():
        if any(stem in word for stem in stems):
            return kind
    return "unlicensed" if word in _UNLICENSED else "falsified"


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


class _Asking:
    """Makes questions; what is left out is taken from the books where only one thing can be meant."""

    def __init__(self, books: Books, unknown: list[str]) -> None:
        self._books = books
        self._unknown = unknown
        self.notes: list[str] = []

    def showing(self, presented: Any, at: datetime, *, no_lot: bool = False) -> Showing:
        """What somebody holds: one thing, or a carton and the vial in it. `no_lot`: where no lot is given,
        none is printed."""
        packs = [self._fields(pack) for pack in _packs(presented)]
        if no_lot and not any(_has_lot(pack) for pack in packs):
            packs[-1]["no_lot"] = True
        sides = {words(pack.get("on")).casefold(): pack for pack in packs if pack.get("on")}
        carton, vial = (sides.get("carton"), sides.get("vial")) if len(sides) == 2 else (None, packs[-1])
        if len(packs) > 1 and len(sides) != 2:
            carton = packs[0]
        vial = vial or {}
        asker = Asker.PATIENT if "patient" in words(vial.get("asker") or (carton or {}).get("asker")) else Asker.CLINIC
        common = self._identified(vial, carton) | {"asker": asker} | _origin(vial)
        box = Pack(**_own(carton)) if carton else Pack()
        once = ("market", "strength", "substance", "language", "product")
        told = [{name: words(side.get(name)) for name in once} for side in (vial, carton or {})]
        asked = [{name: one or two for (name, one), two in zip(told[0].items(), told[1].values(), strict=True)}]
        if any(one and two and one != two for one, two in zip(told[0].values(), told[1].values(), strict=True)):
            asked.append({name: told[1][name] or told[0][name] for name in once})
        return Showing(tuple(Question(**common, **each, carton=box) for each in asked), at)

    def scans(self, entries: Any, presented: Any) -> list[Showing]:
        """Earlier scans, in the order of their moments; a unit's use is set down in the books.

        A scan that does not say of what is one of the thing presented."""
        first = _packs(presented)[-1]
        same = keys.sort_out(first, _PRESENTED, []) if isinstance(first, Mapping) else {"scan": first}
        same = {name: value for name, value in same.items() if name in _IDENTIFIERS}
        found: list[Showing] = []
        for entry in listed(entries):
            said = keys.sort_out(entry, _SCAN, []) if isinstance(entry, Mapping) else {"scan": entry}
            at = _moment(said.get("at")) or (found[-1].at if found else datetime(2000, 1, 1, tzinfo=UTC))
            if not _IDENTIFIERS & set(said):
                said |= same
            self._fill_in_unit(said)
            if plain(words(said.get("event"))) in _USED and (place := self._books.unit(words(said.get("serial")))):
                place[1].units[words(said["serial"])] = words(said["event"])
            shown = {name: value for name, value in said.items() if name in keys.PRESENTED}
            shown.setdefault("asker", "patient" if "client" in said else "clinic")
            times = said.get("count") if isinstance(said.get("count"), int) else 1
            found += [self.showing(shown, at) for _ in range(times)]
        return sorted(found, key=lambda each: each.at)

    def _fields(self, pack: Any) -> dict[str, Any]:
        if not isinstance(pack, Mapping):
            return {"scan": words(pack)}
        said = keys.sort_out(pack, _PRESENTED, self._unknown)
        found = keys.countries(said.get("market"), self._unknown)
        said["market"] = found[0] if len(found) == 1 else ""
        said["expiry"] = keys.date_words(said.get("expiry"))
        said["strength"] = keys.strength(said.get("strength"))
        said["no_lot"] = bool(keys.truth(said.get("no_lot")))
        return said

    def _identified(self, vial: dict[str, Any], carton: dict[str, Any] | None) -> dict[str, Any]:
        """The vial's own fields. A vial that names no product bears the name of the only one on record."""
        own = _own(vial) | {"no_lot": bool(vial.get("no_lot") or (carton or {}).get("no_lot"))}
        sides = [vial, carton or {}]
        named = any(words(side.get(name)) for side in sides for name in ("scan", "gtin", "product"))
        only = self._books.products[0] if len(self._books.products) == 1 else None
        if named or only is None:
            return own
        lot = own["lot"]
        if own["serial"] and not self._known(lot):
            own["gtin"] = only.gtin
        elif not self._known(lot) or own["serial"]:
            vial["product"] = only.name
        if own["gtin"] or vial.get("product"):
            self.notes.append(f"names no product, taken as {only.name}")
        return own

    def _known(self, lot: str) -> bool:
        return any(words(lot).upper() in (each.lot.upper(), key) for product in self._books.products for key, each in product.lots.items())

    def _fill_in_unit(self, said: dict[str, Any]) -> None:
        """A scan that gives only a serial is of the unit on record."""
        place = self._books.unit(words(said.get("serial")))
        if place and not said.get("scan"):
            product, lot = place
            said.setdefault("gtin", product.gtin)
            said.setdefault("lot", lot.lot)
        elif not {"scan", "gtin", "lot", "product"} & set(said) and len(self._books.products) == 1:
            said["gtin"] = self._books.products[0].gtin


_IDENTIFIERS = frozenset(("scan", "gtin", "lot", "serial", "product"))


def _has_lot(pack: Plain) -> bool:
    if words(pack.get("lot")):
        return True
    try:
        return bool(words(pack.get("scan"))) and understand(Question(scan=words(pack["scan"]))).presented.lot is not None
    except VialcheckError:
        return False


def _own(pack: Plain | None) -> dict[str, Any]:
    return {name: words((pack or {}).get(name)) for name in ("scan", "gtin", "lot", "serial", "expiry")}


_ORIGINS = {"region": "region", "client": "client"}


def _origin(pack: Plain) -> dict[str, str]:
    """Where a scan comes from, as far as a question can say it."""
    return {
        name: words(pack[said]) for said, name in _ORIGINS.items() if pack.get(said) and name in _QUESTION_FIELDS
    }


_QUESTION_FIELDS = frozenset(Question.__dataclass_fields__)


def _twin(ask: _Asking, twin: Any, at: datetime) -> Twin:
    said = twin if isinstance(twin, Mapping) else {}
    shown = ask.showing(_inside(twin), _moment(said.get("at")) or at)
    return Twin(shown, _expectation(said.get("expect"), {"accept", "check"}))


def _expectation(said: Any, default: set[str]) -> Expectation:
    if not isinstance(said, Mapping):
        said = {"actions": said}
    found = {plain(key): value for key, value in said.items()}
    actions = next((found[name] for name in ("actions", "action", "anyof", "verdict") if name in found), None)
    reasons = next((found[name] for name in ("reasonsany", "reasons", "reason", "anyreason") if name in found), None)
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
    if all(told_apart(name, product.name) for product in books.products):
        return isinstance(raw["presented"], list)  # nothing of this product is on record
    if expect.reasons:
        return not any(code.startswith("alert_") or code == "stolen" for code in expect.reasons)
    return not re.search("alert|notice|twins|brand|stolen|recall", kind.casefold())


def _moment_of(raw: Plain, alerts: list[dict[str, str]], scans: list[Showing]) -> datetime:
    """When it was presented: `at`, else `date`, else after the last scan or notice, else now."""
    said = _moment(raw.get("at")) or _moment(raw.get("date"))
    last = scans[-1].at if scans else None
    if said is None:
        reported = [moment for alert in alerts if (moment := _moment(alert.get("reported")))]
        said = last or max(reported, default=None) or datetime.now(UTC)
    elif last is not None and last > said and last.date() == said.date():
        said = last  # a day without an hour ends after what is known of it
    return said


def _moment(said: Any) -> datetime | None:
    """A moment; a day stands for its noon, a month for its first day, a year for its July. UTC if not said."""
    text = words(said)
    if match := re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2}))?", text):
        return datetime(int(match[1]), int(match[2] or 7), 1, 12, tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= 10:
        return datetime.combine(found.date(), NOON)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
