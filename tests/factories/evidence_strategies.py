"""Hypothesis strategies for evidence and for what it is made of."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import (
    AlertKind,
    AlertRecord,
    Asker,
    BatchRecord,
    BatchStatus,
    Evidence,
    NearMiss,
    OutsideAnswer,
    Presented,
    ProductRecord,
    RecallRecord,
    RecallScope,
    UnitRecord,
)
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial

# Few values each, so that things meet often: a law about equal lots is not tested by lots that never agree.
lots = st.sampled_from(["VX2401", "VX-2401", "VX24O1", "408011"]).map(Lot.parse)
serials = st.sampled_from(["9KQ4", "9kq4", "ZZ1"])
gtins = st.sampled_from(["09506000134352", "09506000134369"])
days = st.sampled_from([date(2024, 6, 30), date(2026, 11, 23), date(2028, 12, 31)])
expiries = st.builds(Expiry.from_record, days, st.booleans())
countries = st.sampled_from(["FR", "TR", "BR"])
some_countries = st.lists(countries, max_size=2, unique=True).map(tuple)
moments = st.datetimes(datetime(2023, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis takes the zone apart)
zones = st.sampled_from(["UTC", "Pacific/Kiritimati", "America/Adak"]).map(ZoneInfo)
presented = st.builds(
    Presented,
    gtin=st.none() | gtins.map(Gtin),
    lot=st.none() | lots,
    serial=st.none() | serials.map(Serial.parse),
    expiry=st.none() | expiries,
    market=st.none() | countries,
    strength=st.none() | st.sampled_from(["100 units", "150 units"]),
    product=st.none() | st.sampled_from(["Verotox", "Botox"]),
    no_lot=st.booleans(),
)
outside_answers = st.builds(
    OutsideAnswer,
    source=st.just("Example VRS"),
    verified=st.booleans(),
    reason=st.sampled_from(["", "No_match_GTIN_Serial"]),
    info=st.sampled_from(["", "Expired", "ExpirationExtended", "Recalled", "Suspect", "Illegitimate"]),
)
products = st.builds(
    ProductRecord,
    id=st.integers(1, 2),
    gtin=gtins,
    name=st.sampled_from(["Verotox 100", "Botox"]),
    manufacturer=st.just("Medulla Labs"),
    strengths=st.sampled_from([(), ("100 units",)]),
    markets=some_countries,
    complete=st.booleans(),
    serialised=st.booleans(),
)
batches = st.builds(
    BatchRecord,
    id=st.integers(1, 2),
    lot=lots.map(str),
    expiry=expiries,
    status=st.sampled_from(BatchStatus),
    markets=some_countries,
    released=st.none() | days,
    earlier_expiries=st.lists(expiries, max_size=1).map(tuple),
)
recalls = st.builds(
    RecallRecord,
    id=st.integers(1, 3),
    hold=st.booleans(),
    scope=st.sampled_from([RecallScope.PRODUCT, RecallScope.LOT, RecallScope.LIST]),
    lot_key=lots.map(lambda lot: lot.key),
    listed=st.booleans(),
) | st.builds(
    RecallRecord,
    id=st.integers(1, 3),
    hold=st.booleans(),
    scope=st.just(RecallScope.WINDOW),
    expiry_from=st.just(date(2024, 6, 1)),
    expiry_to=st.just(date(2026, 12, 31)),
)
units = st.builds(UnitRecord, serial=serials, disposition=st.sampled_from(Disposition), batch=batches)


@st.composite
def notices(draw: st.DrawFn) -> AlertRecord:
    lot = draw(st.none() | lots)
    return AlertRecord(
        id=draw(st.integers(1, 3)),
        authority="MHRA",
        kind=draw(st.sampled_from(AlertKind)),
        product_name=draw(st.sampled_from(["", "Botox 100U", "Verotox"])),
        product_id=draw(st.none() | st.integers(1, 2)),
        gtin=draw(st.just("") | gtins),
        lot=lot.printed if lot else "",
        lot_key=lot.key if lot else "",
        lot_folded=lot.folded if lot else "",
        expiry=draw(st.none() | expiries),
        serial=draw(st.just("") | serials),
        serial_prefix=draw(st.just("") | st.just("9K")),
        lot_issued=draw(st.none() | st.booleans()),
    )


near_misses = st.builds(
    NearMiss,
    field=st.sampled_from(["lot", "serial"]),
    presented=st.just("VX24O1"),
    differing=st.just((4,)),
    alerted=st.booleans(),
)


def _of_one_record(one: Evidence) -> Evidence:
    """One record of a batch says one thing of it, whichever way it was found."""
    batch, unit = one.batch, one.unit
    if batch is None or unit is None or batch.id != unit.batch.id:
        return one
    return replace(one, unit=replace(unit, batch=batch))


evidences = st.builds(
    Evidence,
    presented=presented,
    now=moments,
    zone=zones,
    product=st.none() | products,
    batch=st.none() | batches,
    unit=st.none() | units,
    same_lot=st.lists(products, max_size=2).map(tuple),
    any_same_lot_stopped=st.booleans(),
    prefix_holder=st.sampled_from(["", "Medulla Labs"]),
    alerts=st.lists(notices(), max_size=2).map(tuple),
    recalls=st.lists(recalls, max_size=2).map(tuple),
    near=st.lists(near_misses, max_size=2).map(tuple),
    asker=st.sampled_from(Asker),
).map(_of_one_record)
