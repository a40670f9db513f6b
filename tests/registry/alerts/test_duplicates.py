"""Which notices of several authorities are one."""

from dataclasses import replace

import pytest

from service.authenticity.evidence import AlertKind
from service.gs1.identifiers import Expiry
from service.registry.alerts.duplicates import joined
from service.registry.alerts.matches import AlertDetails

FDA = AlertDetails(
    id=1,
    authority="FDA",
    kind=AlertKind.FALSIFIED,
    product_name="Botox Cosmetic",
    product_id=None,
    gtin="",
    lot="C7654",
    lot_key="C7654",
    expiry=Expiry(2026, 10, 31),
    serial="",
    serial_prefix="",
    lot_issued=None,
    recall_class="",
    reference="F-1",
    reported="2026-01-02",
    source_url="https://example.org/f",
    detail="",
    uncut=(),
    entered=None,
)
OTHER = replace(FDA, id=2, authority="Health Canada", product_name="BOTOX 100 units", reference="RA-2")


@pytest.mark.parametrize(
    ("changes", "together"),
    [
        ({}, True),
        ({"expiry": None}, True),  # it says less, and contradicts nothing
        ({"expiry": Expiry(2026, 10)}, True),  # the same, as month and year
        ({"product_name": "Dysport 300"}, False),
        ({"product_name": ""}, False),  # a lot alone may be of any product
        ({"product_name": "", "gtin": "00300231145017"}, False),
        ({"expiry": Expiry(2027, 10)}, False),  # fakes with two dates are told apart by them
        ({"kind": AlertKind.RECALLED}, False),
        ({"lot": "C7655", "lot_key": "C7655"}, False),
        ({"lot": "", "lot_key": ""}, False),
        ({"serial": "X1"}, False),
        ({"authority": "fda"}, False),  # two publications of one authority
        ({"withdrawn": True}, False),
    ],
)
def test_notices_of_two_authorities(changes: dict[str, object], together: bool) -> None:
    other = replace(OTHER, **changes)  # type: ignore[arg-type]  # as the rows say
    found = joined([FDA, other])
    assert [each.first for each in found] == ([FDA] if together else [FDA, other])
    assert found[0].others == ((other,) if together else ())


def test_products_on_record_decide_before_names() -> None:
    one, two = replace(FDA, product_id=1), replace(OTHER, product_id=2)
    assert len(joined([one, two])) == 2
    assert len(joined([one, replace(two, product_id=1, product_name="Another word")])) == 1


def test_a_third_joins_only_where_it_agrees_with_each() -> None:
    vague = replace(OTHER, id=3, authority="WHO", expiry=None)
    other_date = replace(OTHER, id=4, authority="MHRA", expiry=Expiry(2027, 1, 31))
    found = joined([FDA, vague, other_date])
    assert [(each.first.id, [other.id for other in each.others]) for each in found] == [(1, [3]), (4, [])]
