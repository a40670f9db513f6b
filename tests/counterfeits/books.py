"""What a case says is on record, however it is written: products with their lots, lots with their units.

Entries may be flat (a product, a lot and a serial in one) or nested (`lots`, `batches`, `units`, `products`),
and several may speak of the same product or lot: what they say is joined. What is not said gets a default:

- a product whose lots are listed is complete, one without lots is not, unless `complete` says otherwise;
- a GTIN is made up under GS1's example prefix 9506000; if the genuine twin presents one, it is that one;
- a lot without an expiry gets one far away; without a status it is released;
- a manufacturer who is not named is the maker of that product alone.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.errors import VialcheckError
from service.gs1.identifiers import Expiry, Lot
from service.registry.lists.conventions.locale_names import plain
from tests.counterfeits import keys
from tests.counterfeits.keys import Plain, listed, words
from tests.counterfeits.made_up import made_up_gtin, write_sheet

FAR_AWAY = "2049-12-31"
_NAMES = {
    **keys.named(keys.PRODUCT),
    **keys.named(keys.LOT),
    **keys.named(keys.UNIT),
    **keys.named(keys.CHILDREN),
}
_PRODUCT_FIELDS = tuple(keys.PRODUCT)
_LOT_FIELDS = tuple(keys.LOT)
_DATES = ("expiry", "made", "released")
_STATUSES = {
    "recalled": "recall withdraw",
    "on_hold": "hold quarantin block suspend",
    "pending": "pending notreleased unreleased neverreleased awaiting intesting",
    "released": "releas distribut approv market issued valid genuine",
}
_STATES = {
    "inactive": "decommission inactiv deactivat notactive",
    "dispensed": "dispens supplied administered used sold",
    "destroyed": "destroy dispos",
    "stolen": "stolen theft",
    "recalled": "recall withdraw",
    "exported": "export",
    "sample": "sample",
    "expired": "expired",
    "damaged": "damag",
    "locked": "lock hold quarantin",
    "active": "active commissioned circulation available transit progress returned sellable",
}
"""States by what their names begin or end with, however somebody writes them; the first that fits."""


@dataclass
class LotEntry:
    """One lot: what is said of it, and its units with their dispositions."""

    lot: str
    said: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    @property
    def expiry(self) -> Expiry | None:
        """The recorded expiry; None where nothing readable was said."""
        try:
            return Expiry.parse(self.said["expiry"]) if "expiry" in self.said else None
        except VialcheckError:
            return None


@dataclass
class ProductEntry:
    """One product: what is said of it, and its lots by their keys."""

    said: dict[str, str] = field(default_factory=dict)
    lots: dict[str, LotEntry] = field(default_factory=dict)
    gtin: str = ""

    @property
    def name(self) -> str:
        """As recorded."""
        return self.said.get("name", "")

    @property
    def complete(self) -> bool:
        """Whether a lot that is not here speaks against a vial."""
        said = keys.truth(self.said.get("complete"))
        return bool(self.lots) if said is None else said

    @property
    def complete_until(self) -> str:
        """The day until which its lots are all here; empty where none was said."""
        until = self.said.get("complete_until") or self.said.get("complete", "")
        return keys.date_words(until) if until[:2].isdigit() and keys.truth(until) is None else ""

    def lot(self, number: str) -> LotEntry:
        """The entry of a lot, new where there is none."""
        return self.lots.setdefault(_lot_key(number), LotEntry(number))


class Books:
    """All that is on record in one case."""

    def __init__(self, records: Any, unknown: list[str]) -> None:
        self.products: list[ProductEntry] = []
        self._unknown = unknown
        for entry in listed(records):
            self._take(entry, {}, None, None)

    def name_all(self, twin_gtins: list[str], name: str) -> None:
        """Give each product the GTIN and the names that the records leave out."""
        nameless = [product for product in self.products if not product.said.get("gtin")]
        free = [gtin for gtin in dict.fromkeys(twin_gtins) if self.by_gtin(gtin) is None]
        for number, product in enumerate(self.products, start=1):
            product.said.setdefault("name", name or f"Product {number}")
            product.said.setdefault("manufacturer", f"Maker of {product.name}")
            said = product.said.get("gtin", "")
            if not said and len(nameless) == 1 and len(free) == 1:
                product.gtin = free[0]
            else:
                product.gtin = _padded(said) or made_up_gtin(number, product.said.get("gs1_prefix", ""))
        for product in self.products:
            self._catalogue(product)

    def _catalogue(self, product: ProductEntry) -> None:
        """Records that list a maker's products are all of them, under the prefix that their GTINs begin with."""
        said = product.said
        prefix, complete = said.get("gs1_prefix", ""), keys.truth(said.get("catalogue_complete"))
        if prefix and not product.gtin[1:].startswith(prefix):
            self._unknown.append(f"GS1 prefix {prefix}, which {product.gtin} does not begin with")
            del said["gs1_prefix"]
        elif not prefix and said.get("gtin") and complete is not False and product.complete:
            makers = {
                each.said["manufacturer"]
                for each in self.products
                if each.gtin[1:].startswith(product.gtin[1:8])
            }
            if len(makers) == 1:
                said["gs1_prefix"], complete = product.gtin[1:8], True
        if complete is not None:
            said["catalogue_complete"] = words(complete)

    @property
    def says_recalled(self) -> bool:
        """Whether a lot or a unit is recalled on record, and not by a notice alone."""
        lots = [lot for product in self.products for lot in product.lots.values()]
        return any(lot.said.get("status") == "recalled" or "recalled" in lot.units.values() for lot in lots)

    def by_gtin(self, gtin: str) -> ProductEntry | None:
        """The product under a GTIN of 14 digits."""
        return next(
            (each for each in self.products if gtin in (each.gtin, _padded(each.said.get("gtin", "")))), None
        )

    def lots(self, key: str) -> list[LotEntry]:
        """Every lot under this key, of whichever product."""
        return [product.lots[key] for product in self.products if key in product.lots]

    def unit(self, serial: str) -> tuple[ProductEntry, LotEntry] | None:
        """Where a serial is on record."""
        for product in self.products:
            for lot in product.lots.values():
                if serial in lot.units:
                    return product, lot
        return None

    def write(self, folder: Path) -> list[Path]:
        """The records as lists for the import."""
        lots = [(product, lot) for product in self.products for lot in product.lots.values()]
        units = [(product, lot, *unit) for product, lot in lots for unit in lot.units.items()]
        sheets: Mapping[str, list[dict[str, str]]] = {
            "products": [
                {name: text for name, text in each.said.items() if name != "complete_until"}
                | {"gtin": each.gtin, "complete": each.complete_until or words(each.complete)}
                for each in self.products
            ],
            "batches": [
                {"status": "released"}
                | lot.said
                | {"gtin": product.gtin, "lot": lot.lot}
                | ({} if lot.expiry else {"expiry": FAR_AWAY})
                for product, lot in lots
            ],
            "units": [
                {"gtin": product.gtin, "lot": lot.lot, "serial": serial, "disposition": disposition}
                for product, lot, serial, disposition in units
            ],
        }
        return [write_sheet(folder / f"{name}.csv", rows) for name, rows in sheets.items() if rows]

    def _take(self, entry: Any, inherited: Plain, product: ProductEntry | None, lot: LotEntry | None) -> None:
        """Read one entry and all that is nested in it; what it does not say it has from those around it."""
        if not isinstance(entry, Mapping):
            entry = {"lot": entry} if product is not None else {"product": entry}
        said = keys.sort_out(entry, _NAMES | _SCHEME_NAMES, self._unknown)
        children = {name: _several(said.pop(name), name) for name in keys.CHILDREN if name in said}
        _lift(said, children)
        facts = {**inherited, **{name: said[name] for name in _PRODUCT_FIELDS if name in said}}
        national = [f"{scheme}:{words(said[key])}" for key, scheme in keys.SCHEMES.items() if key in said]
        if national:
            facts["national_numbers"] = [*listed(facts.get("national_numbers")), *national]
        own_name = bool({"gtin", "name"} & set(said))
        if product is not None and not own_name:
            home, own_lot = product, self._lot_of(product, said, lot)
        elif own_name or listed(said.get("lot")) or not children.get("products"):
            home = self._product(facts)
            own_lot = self._lot_of(home, said, lot)
        else:
            home, own_lot = None, None
        if home is not None:
            self._unit_of(home, said, own_lot)
        for child in children.get("lots", []):
            self._take(child, {}, home or self._product(facts), None)
        for child in children.get("units", []):
            unit = child if isinstance(child, Mapping) else {"serial": child}
            self._take(unit, {}, home or self._product(facts), own_lot)
        for child in children.get("products", []):
            self._take(child, facts, None, None)

    def _product(self, facts: dict[str, Any]) -> ProductEntry:
        found = self._find(facts)
        if found is None:
            found = ProductEntry()
            self.products.append(found)
        # whether a market is the product's or the lot's is decided where the lot is read
        for name, value in facts.items():
            text = self._cell(name, value)
            if name == "strengths" and found.said.get(name) and text not in found.said[name]:
                text = f"{found.said[name]}; {text}"
            if text and (name == "strengths" or name not in found.said):
                found.said[name] = text
        return found

    def _cell(self, name: str, value: Any) -> str:
        if name == "markets":
            return " ".join(keys.countries(value, self._unknown))
        if name == "strengths":
            return keys.strength(value)
        if name == "national_numbers":
            return "; ".join(_national(value))
        return words(value)

    def _find(self, facts: dict[str, Any]) -> ProductEntry | None:
        gtin, name = _padded(words(facts.get("gtin"))), _folded(facts.get("name"))
        if gtin and (same := self.by_gtin(gtin)):
            return same
        maker, strengths = _folded(facts.get("manufacturer")), _folded(facts.get("strengths"))
        for each in self.products:
            theirs = each.said
            if (gtin and theirs.get("gtin")) or (name and _folded(theirs.get("name")) not in ("", name)):
                continue
            if not name and not maker and (gtin or len(self.products) > 1):
                continue
            if maker and _folded(theirs.get("manufacturer")) not in ("", maker):
                continue
            if strengths and _folded(theirs.get("strengths")) not in ("", strengths):
                continue
            return each
        return None

    def _lot_of(self, home: ProductEntry, said: dict[str, Any], around: LotEntry | None) -> LotEntry | None:
        numbers = [words(number) for number in listed(said.get("lot"))]
        if not numbers:
            if around is not None and "expiry" in said:
                around.said.setdefault("expiry", keys.date_words(said["expiry"]))
            return around
        fields = _lot_fields(said)
        markets = " ".join(keys.countries(said.get("markets"), self._unknown))
        lots = [home.lot(number) for number in numbers]
        for lot in lots:
            for name, text in fields.items():
                lot.said.setdefault(name, text)
            if markets:
                lot.said.setdefault("markets", markets)
        if markets and home.said.get("markets"):
            self._join_markets(home)
        return lots[-1]

    def _join_markets(self, home: ProductEntry) -> None:
        """A flat entry's market is its lot's, and the product is sold wherever one of its lots is."""
        said = [home.said["markets"], *(lot.said.get("markets", "") for lot in home.lots.values())]
        home.said["markets"] = " ".join(dict.fromkeys(" ".join(said).split()))

    def _unit_of(self, home: ProductEntry, said: dict[str, Any], lot: LotEntry | None) -> None:
        serials = [words(each) for each in listed(said.get("serial"))]
        if not serials:
            return
        lot = lot or next(iter(home.lots.values()), None) or home.lot("UNKNOWN")
        state = _meant(words(said.get("disposition") or said.get("status")), _STATES) or "active"
        for serial in serials:
            lot.units[serial] = state


_SCHEME_NAMES = {scheme: scheme for scheme in keys.SCHEMES}


def _lift(said: dict[str, Any], children: dict[str, list[Any]]) -> None:
    """A name that holds a whole entry is that entry: `product: {…}`, `lot: {…}`, `manufacturer: {…}`."""
    maker = said.get("manufacturer")
    if isinstance(maker, Mapping):
        names = keys.named(keys.PRODUCT)
        inner = keys.sort_out(maker, names, [])
        said.pop("manufacturer")
        if "name" in inner:
            inner["manufacturer"] = inner.pop("name")
        said.update({name: value for name, value in inner.items() if name not in said})
    product = said.get("name")
    if isinstance(product, Mapping):
        said.pop("name")
        inner = keys.sort_out(product, keys.named(keys.PRODUCT) | {"lots": "lots", "batches": "lots"}, [])
        if "lots" in inner:
            children["lots"] = [*children.get("lots", []), *_several(inner.pop("lots"), "lots")]
        said.update({name: value for name, value in inner.items() if name not in said})
    lots = listed(said.get("lot"))
    if any(isinstance(each, Mapping) for each in lots):
        said.pop("lot")
        children["lots"] = [*children.get("lots", []), *lots]
    serials = listed(said.get("serial"))
    if any(isinstance(each, Mapping) for each in serials):
        said.pop("serial")
        children["units"] = [*children.get("units", []), *serials]
    if "units" in children and children["units"] and all(isinstance(each, int) for each in children["units"]):
        said.setdefault("quantity", children.pop("units")[0])


def _several(value: Any, name: str) -> list[Any]:
    """`lots: {"A1": "2027-01"}` and `units: {"S1": "dispensed"}` are lists of entries too."""
    if not isinstance(value, Mapping):
        return listed(value)
    known = {plain(key) for key in value}
    if known & set(_NAMES):
        return [value]
    own, other = {"lots": ("lot", "expiry"), "units": ("serial", "disposition")}.get(name, ("name", "gtin"))
    return [
        {own: key, **each} if isinstance(each, Mapping) else {own: key, other: each}
        for key, each in value.items()
    ]


def _national(value: Any) -> list[str]:
    """`SCHEME:NUMBER`, of a mapping, of text, or of a list of either."""
    if isinstance(value, Mapping):
        return [f"{scheme}:{words(number)}" for scheme, number in value.items()]
    if isinstance(value, list):
        return [number for each in value for number in _national(each)]
    return [words(value)]


def _lot_fields(said: dict[str, Any]) -> dict[str, str]:
    """What an entry says of its lot, as cells of the import; the state of a unit stays with the unit."""
    fields = {
        name: keys.date_words(said[name]) if name in _DATES else words(said[name])
        for name in _LOT_FIELDS
        if name != "lot" and words(said.get(name))
    }
    if "serial" in said and "status" in fields and _meant(fields["status"], _STATES):
        said.setdefault("disposition", fields.pop("status"))
    if any(name.startswith("recall") for name in fields):
        fields["status"] = "recalled"
    if "status" in fields:
        fields["status"] = _meant(fields["status"], _STATUSES) or "released"
    if "quantity" in fields:
        fields["quantity"] = re.sub("[^0-9]", "", fields["quantity"])
    released = keys.truth(said.get("released"))
    if released is not None:
        del fields["released"]
        fields.setdefault("status", "released" if released else "pending")
    return fields


def _meant(word: str, states: Mapping[str, str]) -> str:
    """The state that a word means; empty for none."""
    said = plain(word)
    return next((state for state, stems in states.items() if any(stem in said for stem in stems.split())), "")


def _folded(value: Any) -> str:
    text = unicodedata.normalize("NFKC", words(value)).casefold()
    return " ".join(text.split())


def _padded(gtin: str) -> str:
    digits = gtin.replace(" ", "")
    return digits.zfill(14) if digits.isdigit() else ""


def _lot_key(number: str) -> str:
    try:
        return Lot.parse(number).key
    except VialcheckError:
        return number
