"""Headers as people write them."""

import pytest

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import ListKind, recognise

UNIT = ("gtin", "lot", "serial")


@pytest.mark.parametrize(
    ("header", "kind", "fields"),
    [
        (["gtin", "lot", "serial"], ListKind.UNITS, UNIT),
        (["GTIN", "Lot No.", "S/N"], ListKind.UNITS, UNIT),
        (["Gtin (14)", "Batch number", "Serial number"], ListKind.UNITS, UNIT),
        (["EAN", "Charge", "SN"], ListKind.UNITS, UNIT),
        (["GTIN/EAN", "Batch / Lot", "Serial No"], ListKind.UNITS, UNIT),
        (
            ["gtin", "batch_no", "serial_number", "EXP", "Status"],
            ListKind.UNITS,
            (*UNIT, "expiry", "disposition"),
        ),
        (["GTIN", "Lot", "EXP"], ListKind.BATCHES, ("gtin", "lot", "expiry")),
        (["GTIN", "Ch.-B.", "Verw. bis"], ListKind.BATCHES, ("gtin", "lot", "expiry")),
        (["GTIN", "N° de lote", "Fecha de caducidad"], ListKind.BATCHES, ("gtin", "lot", "expiry")),
        (["GTIN", "N° lot", "Péremption"], ListKind.BATCHES, ("gtin", "lot", "expiry")),
        (
            ["GTIN", "Batch", "Use by", "MFG", "Status", "Qty", "Market(s)"],
            ListKind.BATCHES,
            ("gtin", "lot", "expiry", "made", "status", "quantity", "markets"),
        ),
        (["GTIN", "Lot", "Exp. Date", "Mfg date"], ListKind.BATCHES, ("gtin", "lot", "expiry", "made")),
        (
            ["GTIN", "Lot", "Expiry date", "Release date"],
            ListKind.BATCHES,
            ("gtin", "lot", "expiry", "released"),
        ),
        (
            ["GTIN", "Name", "MAH", "Strength(s)", "Country"],
            ListKind.PRODUCTS,
            ("gtin", "name", "manufacturer", "strengths", "markets"),
        ),
        (["Manufacturer", "Product", "EAN-13"], ListKind.PRODUCTS, ("manufacturer", "name", "gtin")),
        (
            [
                *("product", "status", "lot_as_published", "expiry_as_published", "gtin", "serial"),
                *("authority", "date", "detail", "source"),
            ],
            ListKind.ALERTS,
            (
                "product",
                "kind",
                "lot",
                "expiry",
                "gtin",
                "serial",
                "authority",
                "reported",
                "detail",
                "source_url",
            ),
        ),
        (["authority", "kind", "lot"], ListKind.ALERTS, ("authority", "kind", "lot")),
    ],
)
def test_headers(header: list[str], kind: ListKind, fields: tuple[str, ...]) -> None:
    found = recognise(header)
    assert found.kind is kind
    assert tuple(found.index) == fields
    assert [found.labels[found.index[field]] for field in fields] == header


def test_unknown_columns_are_named_and_blank_headers_are_not() -> None:
    header = recognise(["gtin", "Colour of cap", "lot", "", "serial"])
    assert header.ignored == ("Colour of cap",)
    assert header.index["serial"] == 4


@pytest.mark.parametrize(
    ("header", "code", "field", "says"),
    [
        (["colour", "size"], ErrorCode.FILE_KIND_UNKNOWN, None, "colour | size"),
        ([], ErrorCode.FILE_KIND_UNKNOWN, None, ""),
        (["gtin"], ErrorCode.FILE_KIND_UNKNOWN, None, "gtin"),  # of what?
        (["gtin", "serial"], ErrorCode.COLUMN_MISSING, "lot", "gtin | serial"),
        (["lot", "expiry"], ErrorCode.COLUMN_MISSING, "gtin", "lot | expiry"),
        (["gtin", "lot"], ErrorCode.COLUMN_MISSING, "expiry", "gtin | lot"),
        (["gtin", "name"], ErrorCode.COLUMN_MISSING, "manufacturer", "gtin | name"),
        (["authority", "lot", "date"], ErrorCode.COLUMN_MISSING, "kind", "authority | lot | date"),
        (["gtin", "lot", "batch", "serial"], ErrorCode.COLUMN_TWICE, "lot", "'lot' and 'batch'"),
        (["gtin", "lot", "exp", "Use by"], ErrorCode.COLUMN_TWICE, "expiry", "'exp' and 'Use by'"),
    ],
)
def test_refused_headers(header: list[str], code: ErrorCode, field: str | None, says: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        recognise(header)
    assert refusal.value.code is code
    assert refusal.value.field == field
    assert says in refusal.value.found
