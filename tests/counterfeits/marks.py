"""Marks of packs in a case: the catalogue on record, and what was seen of it, however they are written."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.registry.lists.conventions.locale_names import plain
from tests.counterfeits import keys
from tests.counterfeits.keys import Plain, listed, words

MARK = {
    "mark": "mark id code key markid",
    "authority": "authority regulator agency publishedby issuedby",
    "product": "product name productname brand",
    "gtin": "gtin",
    "feature": "feature kind type category",
    "part": "part where place",
    "look_at": "lookat what look whattolookat question aspect attribute",
    "should_be": "shouldbe expected genuine howitshouldbe authentic correct original",
    "differs": "differs fake onfakes howfakesdiffer counterfeit falsified known",
    "fakes": "fakes",
    "lot": "lot lots batch batches",
    "markets": "markets market country countries",
    "reference": "reference ref",
    "reported": "reported date published",
    "source_url": "source sourceurl url",
}
_NAMES = keys.named(MARK)
_SEEN = keys.named(
    {
        "differs": "differs differ different differing mismatch wrong fake no deviates other absent missing",
        "agrees": "agrees agree same match matches ok yes right asitshouldbe genuine present expected",
        "not_visible": "notvisible notseen cannotsee cannotsay unknown unseen invisible unclear notlooked",
    }
)
_SAID = ("seen", "observed", "answer", "result", "state", "value", "outcome")
_FIELDS = ("marks", "features", "visualmarks", "visible", "packmarks")

Pairs = tuple[tuple[str, str], ...]


class MarkCatalogue:
    """The marks of a case as rows of the import, each with a code."""

    def __init__(self, raw: Plain, unknown: list[str]) -> None:
        self.rows: list[dict[str, str]] = []
        self._source = words(raw.get("source")) or "https://example.org/"
        for entry, product in _entries(raw):
            self._take(entry, product, unknown)

    def name_all(self, product: str) -> None:
        """Marks that name no product are of the one that the case is about."""
        for row in self.rows:
            if not row.get("product") and not row.get("gtin"):
                row["product"] = product

    def seen(self, pack: Any, notes: list[str]) -> Pairs:
        """What was seen, by the codes of the marks. What is no mark of the case is named in `notes`."""
        found: list[tuple[str, str]] = []
        for name, said in _answers(_marks_of(pack)):
            code = self._code_of(name)
            seen = _SEEN.get(plain(said))
            if code is None or seen is None:
                notes.append(f"no mark of the case: {name} {said}")
            else:
                found.append((code, seen))
        return tuple(found)

    def _take(self, entry: Any, product: Plain, unknown: list[str]) -> None:
        if not isinstance(entry, Mapping):
            entry = {"look_at": entry}
        said = keys.sort_out(entry, _NAMES, unknown)
        row = {name: words(value) for name, value in said.items() if words(value)}
        row["mark"] = row.get("mark", "").lower() or f"mark-{len(self.rows) + 1}"
        row.setdefault("look_at", row.get("feature") or row["mark"])
        row.setdefault("should_be", "as on the maker's packs")
        row.setdefault("differs", "otherwise than on the maker's packs")
        row.setdefault("authority", "A regulator")
        if "://" not in row.get("source_url", ""):
            row["source_url"] = self._source
        row["markets"] = " ".join(keys.countries(said.get("markets"), unknown))
        for name in ("product", "gtin"):
            if name not in row and words(product.get(name)):
                row[name] = words(product[name])
        self.rows.append(row)

    def _code_of(self, name: str) -> str | None:
        """A mark by its code, its feature or what to look at; by the last two only where one fits."""
        for field in ("mark", "look_at", "feature"):
            fitting = [row["mark"] for row in self.rows if plain(row.get(field, "")) == plain(name)]
            if len(fitting) == 1:
                return fitting[0]
        return None


def without_marks(entry: Any) -> Any:
    """Records without the marks in them, which are read here."""
    if isinstance(entry, Mapping):
        return {name: without_marks(value) for name, value in entry.items() if plain(name) not in _FIELDS}
    return [without_marks(each) for each in entry] if isinstance(entry, list) else entry


def _entries(raw: Plain) -> Iterator[tuple[Any, Plain]]:
    for each in listed(_marks_of(raw)):
        yield each, {}
    for record in [*listed(raw.get("records")), *listed(raw.get("record"))]:
        if isinstance(record, Mapping):
            name = {"product": record.get("product") or record.get("name"), "gtin": record.get("gtin")}
            for each in listed(_marks_of(record)):
                yield each, name


def _marks_of(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return None
    return next((value for name, value in entry.items() if plain(name) in _FIELDS), None)


def _answers(said: Any) -> Iterator[tuple[str, str]]:
    """`{code: seen}`, `[{mark: …, seen: …}]` or `["code=seen"]`."""
    if isinstance(said, Mapping) and not {plain(name) for name in said} & {*_SAID, "mark"}:
        for name, seen in said.items():
            yield str(name), words(seen)
        return
    for each in listed(said if not isinstance(said, Mapping) else [said]):
        if isinstance(each, Mapping):
            found = {plain(name): value for name, value in each.items()}
            name = next(
                (found[key] for key in ("mark", "id", "code", "lookat", "feature") if key in found), ""
            )
            yield words(name), words(next((found[key] for key in _SAID if key in found), "differs"))
        else:
            name, _, seen = words(each).partition("=")
            yield name.strip(), seen.strip() or "differs"
