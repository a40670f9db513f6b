"""One number, many clinics at the same instant: exactly one is told that it used it. On both databases.

`VIALCHECK_SERIALS=10000` and `VIALCHECK_TAKERS=16` are the figures of a long run.
"""

import multiprocessing
import os
from collections import Counter
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from service.authenticity.dispositions import Disposition
from service.clinics.queries import vials
from service.clinics.unit_moves import UnitOnRecord
from service.clinics.usage import StepTaken, VialUsage
from service.clinics.vial_lifecycle import Step, VialState
from service.errors import ConflictError, ErrorCode, UnavailableError
from service.storage.database import Database
from service.storage.models import Unit, Vial
from service.verification.clock import machine_time
from service.verification.service import VerificationService
from tests.factories.clinics import clinic
from tests.factories.records import TOXIN, put

pytestmark = pytest.mark.slow

SERIALS = int(os.environ.get("VIALCHECK_SERIALS", "100"))
TAKERS = int(os.environ.get("VIALCHECK_TAKERS", "8"))
"""Processes that want each of the serials, each of them another clinic."""


def stocked(database: Database) -> None:
    """Every clinic believes that it holds every one of the numbers."""
    put(database)
    units = [
        {"product_id": 1, "batch_id": 1, "serial": f"R{n}", "disposition": Disposition.ACTIVE}
        for n in range(SERIALS)
    ]
    vial = {
        "product_id": 1,
        "batch_id": 1,
        "gtin": TOXIN,
        "lot": "A1001",
        "lot_key": "A1001",
        "scan_id": "s",
        "unit_on_record": True,
        "state": "in_stock",
        "received": machine_time(),
    }
    with database.transaction() as connection:
        connection.execute(insert(Unit), units)
    for taker in range(TAKERS):
        number = clinic(database, f"Clinic {taker}").organisation_id
        with database.transaction() as connection:
            connection.execute(
                insert(Vial), [vial | {"organisation_id": number, "serial": f"R{n}"} for n in range(SERIALS)]
            )


def take_all(
    url: str, taker: int, start: Barrier, told: "multiprocessing.Queue[list[tuple[str, str]]]"
) -> None:
    """Open every vial, in the same order as everybody else."""
    database = Database(url, wait_seconds=60)
    who, hands = clinic(database, f"Clinic {taker}"), VialUsage(database, VerificationService(database))
    with database.reading() as connection:
        held = vials(connection, who.organisation_id)
    answers = []
    start.wait()
    for vial in held:
        try:
            hands.record_step(who, vial.id, StepTaken(Step.USE_UP), machine_time())
            answers.append((vial.serial, "won"))
        except ConflictError as error:
            answers.append((vial.serial, str(error.code)))
        except UnavailableError as error:
            answers.append((vial.serial, f"unavailable {error}"))
    told.put(answers)
    database.close()


def test_exactly_one_wins_each_number(database: Database, database_url: str) -> None:
    stocked(database)
    database.engine.dispose()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # imported once, not once for each taker
    start, told = context.Barrier(TAKERS), context.Queue()
    takers = [context.Process(target=take_all, args=(database_url, n, start, told)) for n in range(TAKERS)]
    for taker in takers:
        taker.start()
    answers = [told.get(timeout=3600) for _ in takers]
    for taker in takers:
        taker.join()
    won = Counter(serial for each in answers for serial, answer in each if answer == "won")
    lost = Counter(answer for each in answers for _, answer in each if answer != "won")
    assert won == Counter({f"R{n}": 1 for n in range(SERIALS)})
    assert lost == Counter({str(ErrorCode.ALREADY_USED): SERIALS * (TAKERS - 1)})
    with database.reading() as connection:
        used = connection.execute(select(Vial.serial).where(Vial.state == VialState.FINISHED)).scalars().all()
        left = (
            connection.execute(select(Unit.disposition).where(Unit.serial.like("R%")).distinct())
            .scalars()
            .all()
        )
    assert Counter(used) == won
    assert left == [Disposition.DISPENSED]


@pytest.mark.parametrize("statement", ["the unit's UPDATE", "the index"])
def test_either_of_the_two_holds_alone(database: Database, statement: str) -> None:
    """The row of the unit decides; where there is none on record, the index over opened numbers does."""
    put(database)
    number = clinic(database, "Clinic A").organisation_id
    unit = UnitOnRecord(1, TOXIN, "SN0001")
    if statement == "the unit's UPDATE":
        with database.transaction() as connection:
            unit.dispense(connection, scanned=True)
        with pytest.raises(ConflictError), database.transaction() as connection:
            unit.dispense(connection, scanned=True)
        return
    vial = {
        "organisation_id": number,
        "gtin": TOXIN,
        "serial": "X",
        "scan_id": "s",
        "received": machine_time(),
    }
    vial |= {"state": "finished", "opened": machine_time(), "used_on": machine_time().date()}
    with database.transaction() as connection:
        connection.execute(insert(Vial).values(vial))
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(Vial).values(vial))
