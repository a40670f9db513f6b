"""A clinic's vial whose records another registry keeps: what it answered counts until it answers anew."""

from collections.abc import Callable

from service.authenticity.evidence import OutsideAnswer
from service.authenticity.reasons import Action, ReasonCode
from service.clinics.deliveries import DeliveryLine, DeliveryNote, DeliveryOutcome, DeliveryService
from service.clinics.queries import vial
from service.clinics.stock import StockQueries
from service.clinics.usage import VialUsage
from service.clinics.vial_verdicts import verdict_of
from service.storage.database import Database
from service.verification.outside.directory import ResponderDirectory, ResponderEntry
from service.verification.outside.responders import OutsideResponders
from service.verification.service import VerificationService
from tests.factories.clinics import Ward, clinic
from tests.factories.records import UNKNOWN_GTIN, put

CODE = f"01{UNKNOWN_GTIN}1770123110A1001\x1d21SN1"
GOOD, BAD = OutsideAnswer("One", True), OutsideAnswer("One", False, "No_match_GTIN_Serial")


def ward_that_hears(database: Database, says: Callable[[], OutsideAnswer | None]) -> Ward:
    """A clinic's world in which the one registry that is listed answers what `says` returns."""
    listed = ResponderEntry("One", "https://one.example.org", gtins=(UNKNOWN_GTIN,))
    directory = ResponderDirectory("9506000000008", (listed,))
    desk = VerificationService(
        database, outside=OutsideResponders(directory, ask=lambda _entry, _unit, _gln: says())
    )
    put(database)
    return Ward(
        database,
        desk,
        DeliveryService(database, desk),
        VialUsage(database, desk),
        StockQueries(database, desk),
    )


def test_what_a_registry_answered_holds_the_vial_until_it_answers_anew(database: Database) -> None:
    answers: list[OutsideAnswer | None] = [BAD]
    ward = ward_that_hears(database, lambda: answers[-1])
    who = clinic(database, "High Street")
    line = DeliveryLine(ward.check(CODE), DeliveryOutcome.ASIDE, "not confirmed")
    (number,) = ward.gate.receive(who, [line], DeliveryNote()).vial_ids

    def codes() -> tuple[Action, set[ReasonCode]]:
        with database.reading() as connection:
            found = verdict_of(ward.desk, who, vial(connection, who.organisation_id, number))
        return found.action, {each.code for each in found.reasons}

    assert codes() == (
        Action.QUARANTINE,
        {ReasonCode.NOT_VERIFIED_ELSEWHERE, ReasonCode.NO_RECORDS_HELD},
    )
    answers.append(None)  # it hangs: what it said before still counts
    ward.hands.add_check(who, number, ward.desk.find_check(ward.check(CODE)), ward.desk.now())
    assert codes()[0] is Action.QUARANTINE
    answers.append(GOOD)
    ward.hands.add_check(who, number, ward.desk.find_check(ward.check(CODE)), ward.desk.now())
    assert codes() == (Action.CHECK, {ReasonCode.VERIFIED_ELSEWHERE, ReasonCode.NO_RECORDS_HELD})
    ward.desk.close()
