"""Products by what people call them: all names on record, read once for each version of the facts."""

from sqlalchemy import select

from service.authenticity.descriptions import product_names
from service.authenticity.descriptions.product_names import folded_name, names
from service.authenticity.evidence import ProductRecord
from service.authenticity.presentation_rules import known_as, name_agrees
from service.storage.hot.product_records import MOST_PRODUCTS, PRODUCT
from service.storage.hot.statements import PreparedSelect, Row, Snapshot
from service.storage.models import Manufacturer, Product

_PRODUCTS = PreparedSelect(
    select(*PRODUCT.columns)
    .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
    .order_by(Product.name, Product.id),
    PRODUCT,
)

_Named = list[tuple[str, ProductRecord]]


def by_name(snapshot: Snapshot, name: str) -> list[ProductRecord]:
    """Products whose name contains what a person typed (case, accents and trade marks aside), by name."""
    wanted = folded_name(name)
    found = [product for folded, product in _all(snapshot) if wanted in folded]
    return found[:MOST_PRODUCTS]


def called(snapshot: Snapshot, typed: str) -> list[ProductRecord]:
    """Products by what a person typed: as a part of their names, else by the words in it that name.

    Where the text says a strength, those of that strength, if there are any.
    """
    wanted = names(typed)
    if not wanted:  # `A`, `300 units`: nothing that tells one product from another
        return [product for folded, product in _all(snapshot) if folded == folded_name(typed)]
    found = by_name(snapshot, typed)
    if found:
        return found
    found = [product for _, product in _all(snapshot) if wanted <= names(known_as(product))]
    return ([each for each in found if name_agrees(each, typed)] or found)[:MOST_PRODUCTS]


def named_besides(snapshot: Snapshot, product: ProductRecord, typed: str) -> tuple[ProductRecord, ...]:
    """Other products whose whole name is in what a person typed, with a word that this product's has not."""
    own, said = names(known_as(product)), names(typed)
    if said <= own:
        return ()
    others = ((each, names(each.name)) for _, each in _all(snapshot) if each.id != product.id)
    return tuple(each for each, words in others if words and words <= said and not words <= own)


def nearly_called(snapshot: Snapshot, typed: str) -> list[ProductRecord]:
    """Products whose name is a slip away from what a person typed."""
    key = ("nearly called", typed)
    kept: list[ProductRecord] | None = snapshot.facts.kept.get(key)
    if kept is not None:
        return kept
    found = [product for _, product in _all(snapshot) if product_names.nearly(typed, product.name)]
    return snapshot.facts.keep(key, found[:MOST_PRODUCTS])


def _all(snapshot: Snapshot) -> _Named:
    return _PRODUCTS.indexed(snapshot, _by_folded_name)


def _by_folded_name(rows: tuple[Row, ...]) -> _Named:
    return [(folded_name(product.name), product) for (product,) in rows]
