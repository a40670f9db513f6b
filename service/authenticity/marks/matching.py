"""Which marks are of the product presented.

A mark is of one presentation: one that names more of a product than is known here is not taken for it.
"""

from service.authenticity.descriptions.product_names import folded_name, names
from service.authenticity.evidence import MarkRecord, Presented, ProductRecord
from service.authenticity.presentation_rules import name_agrees


def concerns(mark: MarkRecord, presented: Presented, product: ProductRecord | None) -> bool:
    """Whether a mark is of the product presented. `product`: the one on record, None where none was found.

    By the GTIN where the mark has one; else by the name on record, or as it was presented; where neither is
    known, by the lot that the mark's fakes bear.
    """
    if mark.gtin:
        return mark.gtin in _gtins(presented, product)
    if product is not None:
        return _is_named(mark, product.name) and name_agrees(product, mark.product_name) is not False
    if presented.product:
        return _is_named(mark, presented.product)
    return presented.gtin is None and presented.lot is not None and presented.lot.key in mark.lot_keys


def holds_in_market(mark: MarkRecord, presented: Presented) -> bool | None:
    """Whether the mark is true of packs of the country presented; None where no country was presented."""
    if not mark.markets:
        return True
    return None if presented.market is None else presented.market in mark.markets


def naming_words(name: str) -> frozenset[str]:
    """The words by which a mark's product is told; the whole name, folded, where it has no such word."""
    return names(name) or frozenset({folded_name(name)} - {""})


def _gtins(presented: Presented, product: ProductRecord | None) -> tuple[str, ...]:
    given = (presented.gtin.value,) if presented.gtin else ()
    return given if product is None else (*given, product.gtin, *product.source_gtins)


def _is_named(mark: MarkRecord, name: str) -> bool:
    """Whether the name has every word by which the mark names its product."""
    wanted = naming_words(mark.product_name)
    return bool(wanted) and wanted <= naming_words(name)
