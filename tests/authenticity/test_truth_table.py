"""Every combination of what can be on record with what can be presented, against docs/verdicts.md.

The expectation is written from the sections of that page, as a list of severities; it shares no code with the
rules, and knows the combinations only through their names.
"""

from collections import Counter
from itertools import product as every
from typing import Any

import pytest
from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import AlertKind, Asker, BatchStatus, Evidence
from service.authenticity.reasons import Action
from service.authenticity.verdicts import judge
from service.gs1.identifiers import Expiry
from tests.factories.evidence import BATCH, EXPIRY, OTHER_BATCH, PRODUCT, SERIAL, UNIT, alert, evidence

OTHER_EXPIRY, PAST = Expiry(2029, 6), Expiry(2024, 6, 30)

PRODUCTS = ("unknown", "incomplete", "complete")
BATCHES = ("absent", "released", "pending", "on_hold", "recalled", "expired")
EXPIRIES = ("none", "recorded", "other", "past")
SERIALS = ("none", "absent", "active", "dispensed", "typed", "inactive", "locked", "other lot")
MARKETS = ("none", "authorised", "other")
ALERTS = ("none", "lot", "lot + printed expiry", "serial", "recall")
DISPOSITIONS = {
    "active": Disposition.ACTIVE,
    "dispensed": Disposition.DISPENSED,
    "typed": Disposition.DISPENSED,  # by a clinic that had not scanned it
    "inactive": Disposition.INACTIVE,
    "locked": Disposition.LOCKED,
    "other lot": Disposition.ACTIVE,
}


def situation(
    product: str, batch: str, expiry: str, serial: str, market: str, notice: str, asker: Asker
) -> Evidence:
    known = product != "unknown"
    record: Any = None
    if known and batch != "absent":
        status = BatchStatus(batch) if batch != "expired" else BatchStatus.RELEASED
        record = replace(BATCH, status=status, expiry=PAST if batch == "expired" else EXPIRY)
    unit = None
    if known and serial in DISPOSITIONS:
        home = OTHER_BATCH if serial == "other lot" or record is None else record
        unit = replace(UNIT, disposition=DISPOSITIONS[serial], batch=home)
    recorded = record.expiry if record else EXPIRY
    printed = {"none": None, "recorded": recorded, "other": OTHER_EXPIRY, "past": PAST}[expiry]
    notices = {
        "none": (),
        "lot": (alert(lot="VX2401"),),
        "lot + printed expiry": (alert(lot="VX2401", expiry=printed or OTHER_EXPIRY),),
        "serial": (alert(serial=SERIAL.printed),),
        "recall": (alert(lot="VX2401", kind=AlertKind.RECALLED),),
    }[notice]
    complete = product == "complete"
    return evidence(
        {
            "expiry": printed,
            "serial": None if serial == "none" else SERIAL,
            "market": {"none": None, "authorised": "FR", "other": "BR"}[market],
            "strength": None,
        },
        product=replace(PRODUCT, complete=complete, serialised=complete) if known else None,
        batch=record,
        unit=unit,
        alerts=notices,
        used_without_scan=serial == "typed",
        asker=asker,
    )


def expected(  # noqa: C901, PLR0912 (one line a row of the document's table)
    product: str, batch: str, expiry: str, serial: str, market: str, notice: str, asker: Asker
) -> Action:
    """The worst of what the document's table calls for."""
    known, held = product != "unknown", product != "unknown" and batch != "absent"
    found = known and serial in DISPOSITIONS
    in_lot = found and held and serial != "other lot"
    calls = [Action.CHECK if known else Action.UNKNOWN]
    if in_lot:
        calls = [Action.ACCEPT]
    # the batch
    if held:
        calls += {"recalled": [Action.REJECT], "expired": [Action.REJECT]}.get(batch, [])
        calls += {"pending": [Action.QUARANTINE], "on_hold": [Action.QUARANTINE]}.get(batch, [])
    if product == "complete" and batch == "absent":
        calls.append(Action.QUARANTINE)  # lot_not_on_record
    # the printed expiry; what is on record for it: the lot's batch, else the unit's
    if expiry == "past" or (expiry == "recorded" and held and batch == "expired"):
        calls.append(Action.REJECT)
    recorded = batch if held else "released"
    same = expiry == "recorded" or (expiry == "past" and recorded == "expired")
    if expiry != "none" and not same and (held or found):
        calls.append(Action.QUARANTINE)  # expiry_mismatch
    # the unit
    if found:
        calls += {"inactive": [Action.REJECT], "locked": [Action.QUARANTINE]}.get(serial, [])
        if serial == "dispensed":
            calls.append(Action.QUARANTINE if asker is Asker.CLINIC else Action.CHECK)
        if serial == "typed":
            calls.append(Action.CHECK)  # recorded_without_scan
        if not in_lot:
            calls.append(Action.QUARANTINE)  # serial_in_other_lot
    elif serial != "none" and product == "complete":
        calls.append(Action.QUARANTINE)  # serial_not_on_record
    if known and market == "other":
        calls.append(Action.QUARANTINE)
    # the regulator
    if notice == "recall" or (notice == "serial" and serial != "none"):
        calls.append(Action.REJECT)
    if notice in ("lot", "lot + printed expiry"):
        as_recorded = held and expiry != "none" and same
        named = notice == "lot + printed expiry" and expiry != "none"
        if (product == "complete" and not held) or (named and not as_recorded):
            calls.append(Action.REJECT)
        elif as_recorded and (in_lot or (notice == "lot + printed expiry" and not named)):
            calls.append(Action.CHECK)
        else:
            calls.append(Action.QUARANTINE)
    return max(calls, key=lambda action: action.rank)


@pytest.mark.slow
def test_every_combination_is_judged_as_the_document_says() -> None:
    seen: Counter[Action] = Counter()
    for case in every(PRODUCTS, BATCHES, EXPIRIES, SERIALS, MARKETS, ALERTS, Asker):
        verdict = judge(situation(*case))
        assert verdict.action is expected(*case), case
        assert verdict.action is verdict.reasons[0].severity, case
        seen[verdict.action] += 1
    assert set(seen) == set(Action)
    assert seen.total() == 3 * 6 * 4 * 8 * 3 * 5 * 2
