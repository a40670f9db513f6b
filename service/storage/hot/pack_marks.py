"""The catalogue of marks, as values of `authenticity`. A plain check does not read it.

There are few: the whole catalogue is read once for each version of the facts and indexed in memory.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import false, select

from service.authenticity.evidence import MarkFeature, MarkRecord, Presented, ProductRecord
from service.authenticity.marks.matching import concerns, naming_words
from service.storage.hot.statements import Part, PreparedSelect, Row, Snapshot
from service.storage.models import PackMark


def _mark(*row: Any) -> MarkRecord:
    mark, authority, feature, part, look_at, should_be, differs, fakes, lot_keys, markets, *rest = row
    product_name, gtin, reference, reported, source_url = rest
    return MarkRecord(
        mark=mark,
        authority=authority,
        feature=MarkFeature(feature),
        part=part,
        look_at=look_at,
        should_be=should_be,
        differs=differs,
        fakes=fakes,
        lot_keys=lot_keys,
        markets=markets,
        product_name=product_name,
        gtin=gtin,
        reference=reference,
        reported=reported,
        source_url=source_url,
    )


_MARK = Part(
    (
        PackMark.mark,
        PackMark.authority,
        PackMark.feature,
        PackMark.part,
        PackMark.look_at,
        PackMark.should_be,
        PackMark.differs,
        PackMark.fakes,
        PackMark.lot_keys,
        PackMark.markets,
        PackMark.product_name,
        PackMark.gtin,
        PackMark.reference,
        PackMark.reported,
        PackMark.source_url,
    ),
    _mark,
)
_STANDING = PreparedSelect(
    select(*_MARK.columns).where(PackMark.withdrawn.is_(false())).order_by(PackMark.mark), _MARK
)


@dataclass(slots=True)
class _Catalogue:
    """Marks by their code, and by GTIN, naming word and lot of their product."""

    by_code: dict[str, MarkRecord] = field(default_factory=dict)
    by_key: dict[tuple[str, str], list[MarkRecord]] = field(default_factory=dict)


def of_product(
    snapshot: Snapshot, presented: Presented, product: ProductRecord | None
) -> tuple[MarkRecord, ...]:
    """The standing marks of the product presented, by code. `product`: the one on record, None for none."""
    catalogue = _catalogue(snapshot)
    name = presented.product or "" if product is None else product.name
    gtins = [presented.gtin.value] if presented.gtin else []
    gtins += [] if product is None else [product.gtin, *product.source_gtins]
    keys = [("gtin", each) for each in gtins] + [("name", each) for each in naming_words(name)]
    if presented.lot is not None:
        keys.append(("lot", presented.lot.key))
    found = {each.mark: each for key in keys for each in catalogue.by_key.get(key, ())}
    return tuple(each for _, each in sorted(found.items()) if concerns(each, presented, product))


def named(snapshot: Snapshot, presented: Presented, product: ProductRecord | None) -> tuple[MarkRecord, ...]:
    """The marks among those presented that are of the product, by code."""
    by_code = _catalogue(snapshot).by_code
    found = (by_code[code] for code, _ in presented.marks if code in by_code)
    return tuple(each for each in found if concerns(each, presented, product))


def _catalogue(snapshot: Snapshot) -> _Catalogue:
    return _STANDING.indexed(snapshot, _indexed)


def _indexed(rows: tuple[Row, ...]) -> _Catalogue:
    catalogue = _Catalogue()
    for (mark,) in rows:
        catalogue.by_code[mark.mark] = mark
        keys = (
            [("gtin", mark.gtin)]
            if mark.gtin
            else [("name", each) for each in naming_words(mark.product_name)]
        )
        for key in (*keys, *(("lot", each) for each in mark.lot_keys)):
            catalogue.by_key.setdefault(key, []).append(mark)
    return catalogue
