"""What is asked: the thing in somebody's hand, or an earlier scan, made into questions at the desk.

What is left out is taken from the records only where one thing can be meant, and `notes` says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from service.authenticity.evidence import Asker
from service.errors import VialcheckError
from service.registry.lists.conventions.locale_names import plain
from service.verification.pack_readings import PackFields
from service.verification.question import Channel, Question, RequestOrigin, parse_question
from tests.counterfeits import keys
from tests.counterfeits.books import Books
from tests.counterfeits.keys import Plain, listed, words
from tests.counterfeits.marks import MarkCatalogue, without_marks
from tests.factories.questions import Asked, make_question

NOON = time(12, 0, tzinfo=UTC)
PRESENTED, _SCAN = keys.named(keys.PRESENTED), keys.named(keys.SCAN)
_USED = ("dispens", "suppl", "used", "administ", "decommission", "destroy")


@dataclass(frozen=True)
class Showing:
    """One thing in somebody's hand, at a moment. Several questions when vial and carton differ in a field
    that is asked once: the worst answer counts."""

    questions: tuple[Asked, ...]
    at: datetime

    @property
    def packs(self) -> tuple[PackFields, ...]:
        """What each of vial and carton says of itself."""
        asked, _ = self.questions[0]
        own = PackFields(asked.scan, asked.gtin, asked.lot, asked.serial, asked.expiry)
        return tuple(pack for pack in (own, asked.carton) if pack != PackFields())


class Asking:
    """Makes questions; what is left out is taken from the books where only one thing can be meant."""

    def __init__(self, books: Books, unknown: list[str], marks: MarkCatalogue) -> None:
        self._books = books
        self._marks = marks
        self._unknown = unknown
        self.notes: list[str] = []

    def showing(self, presented: Any, at: datetime, *, no_lot: bool = False) -> Showing:
        """What somebody holds: one thing, or a carton and the vial in it. `no_lot`: where no lot is given,
        none is printed."""
        seen = tuple(pair for pack in packs_of(presented) for pair in self._marks.seen(pack, self.notes))
        packs = [self._fields(without_marks(pack)) for pack in packs_of(presented)]
        if no_lot and not any(_has_lot(pack) for pack in packs):
            packs[-1]["no_lot"] = True
        sides = {words(pack.get("on")).casefold(): pack for pack in packs if pack.get("on")}
        carton, vial = (sides.get("carton"), sides.get("vial")) if len(sides) == 2 else (None, packs[-1])
        if len(packs) > 1 and len(sides) != 2:
            carton = packs[0]
        vial = vial or {}
        asker = (
            Asker.PATIENT
            if "patient" in words(vial.get("asker") or (carton or {}).get("asker"))
            else Asker.CLINIC
        )
        common: dict[str, Any] = self._identified(vial, carton) | {"asker": asker} | _origin(vial, asker)
        common["marks"] = seen
        box = PackFields(**_own(carton)) if carton else PackFields()
        once = ("market", "strength", "substance", "language", "product", "form")
        told = [{name: words(side.get(name)) for name in once} for side in (vial, carton or {})]
        asked = [
            {name: one or two for (name, one), two in zip(told[0].items(), told[1].values(), strict=True)}
        ]
        if any(
            one and two and one != two for one, two in zip(told[0].values(), told[1].values(), strict=True)
        ):
            asked.append({name: told[1][name] or told[0][name] for name in once})
        return Showing(tuple(make_question(**(common | each), carton=box) for each in asked), at)

    def scans(self, entries: Any, presented: Any) -> list[Showing]:
        """Earlier scans, in the order of their moments; a unit's use is set down in the books.

        A scan that does not say of what is one of the thing presented."""
        first = packs_of(presented)[-1]
        same = keys.sort_out(first, PRESENTED, []) if isinstance(first, Mapping) else {"scan": first}
        same = {name: value for name, value in same.items() if name in _IDENTIFIERS}
        found: list[Showing] = []
        for entry in listed(entries):
            said = keys.sort_out(entry, _SCAN, []) if isinstance(entry, Mapping) else {"scan": entry}
            at = moment(said.get("at")) or (found[-1].at if found else datetime(2000, 1, 1, tzinfo=UTC))
            if not _IDENTIFIERS & set(said):
                said |= same
            self._fill_in_unit(said)
            if plain(words(said.get("event"))).startswith(_USED) and (
                place := self._books.unit(words(said.get("serial")))
            ):
                place[1].units[words(said["serial"])] = words(said["event"])
            shown = {name: value for name, value in said.items() if name in keys.PRESENTED}
            shown.setdefault("asker", "patient" if "client" in said else "clinic")
            count = words(said.get("count"))
            found += [self.showing(shown, at)] * (int(count) if count.isdigit() else 1)
        return sorted(found, key=lambda each: each.at)

    def _fields(self, pack: Any) -> dict[str, Any]:
        if not isinstance(pack, Mapping):
            return {"scan": scanned(pack)}
        said = keys.sort_out(pack, PRESENTED, self._unknown)
        found = keys.countries(said.get("market"), self._unknown)
        said["market"] = found[0] if len(found) == 1 else ""
        said["expiry"] = keys.date_words(said.get("expiry"))
        said["strength"] = keys.strength(said.get("strength"))
        said["no_lot"] = bool(keys.truth(said.get("no_lot")))
        return said

    def _identified(self, vial: dict[str, Any], carton: dict[str, Any] | None) -> dict[str, Any]:
        """The vial's own fields. A pack that names no product bears the name of the only one on record."""
        own = _own(vial) | {"no_lot": bool(vial.get("no_lot") or (carton or {}).get("no_lot"))}
        sides = [vial, carton or {}]
        gtins = [
            self._books.by_gtin(words(side["gtin"]).zfill(14)) for side in sides if words(side.get("gtin"))
        ]
        named = any(
            words(side.get(name)) for side in sides for name in ("scan", "product", "national")
        ) or any(gtins)
        only = self._books.products[0] if len(self._books.products) == 1 else None
        if named or only is None:
            return own
        known = self._known(own["lot"])
        if own["serial"] and not gtins and not known:
            own["gtin"] = only.gtin
        elif gtins or not known:
            vial["product"] = only.name
        else:
            return own
        self.notes.append(f"names no product on record, taken as {only.name}")
        return own

    def _known(self, lot: str) -> bool:
        return any(
            words(lot).upper() in (each.lot.upper(), key)
            for product in self._books.products
            for key, each in product.lots.items()
        )

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
        read = parse_question(Question(scan=scanned(pack.get("scan"))), RequestOrigin(Channel.API))
    except VialcheckError:
        return False
    return read.presented.lot is not None


def _own(pack: Plain | None) -> dict[str, Any]:
    said = {name: words((pack or {}).get(name)) for name in ("gtin", "lot", "serial", "expiry", "national")}
    return said | {"scan": scanned((pack or {}).get("scan"))}


def scanned(value: Any) -> str:
    """The text of a scan, as it is: the separators in it look like white space."""
    return "" if value is None else str(value)


def _origin(pack: Plain, asker: Asker) -> dict[str, Any]:
    """Where a question comes from, in the words that questions have for it."""
    said = {
        "country": words(pack.get("market")),
        "region": words(pack.get("region")),
        "client": words(pack.get("client")),
        "trade": asker is Asker.CLINIC,
    }
    return {name: value for name, value in said.items() if value and name in _ORIGIN_FIELDS}


_ORIGIN_FIELDS = frozenset(RequestOrigin.__struct_fields__)


def packs_of(presented: Any) -> list[Any]:
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


def moment(said: Any) -> datetime | None:
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
