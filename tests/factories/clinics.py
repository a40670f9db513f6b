"""Clinics over the small world of records, each with a person who acts."""

from dataclasses import dataclass

from service.accounts.actors import Actor, OrganisationKind, Role
from service.authenticity.evidence import Asker
from service.clinics.deliveries import DeliveryLine, DeliveryNote, DeliveryOutcome, DeliveryService
from service.clinics.stock import StockQueries
from service.clinics.usage import VialUsage
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.people import account, organisation
from tests.factories.records import TOXIN, put

UNIT = f"01{TOXIN}1770123110A1001\x1d21"
"""As a scanner sends it, up to the serial."""
TYPED = f"(01){TOXIN}(17)701231(10)A1001(21)"
"""As a person types what is printed beside the code."""
LOT = f"(01){TOXIN}(10)A1001"
RECALLED = f"(01){TOXIN}(10)A1002"


def clinic(database: Database, name: str, country: str = "GB") -> Actor:
    """Somebody who works there."""
    number = organisation(database, name, OrganisationKind.CLINIC, country)
    person = account(database, number, Role.CLINIC)
    kind, roles = OrganisationKind.CLINIC, frozenset({Role.CLINIC})
    return Actor(f"Nurse of {name}", person, number, name, kind, roles, country=country)


@dataclass
class Ward:
    """Everything that a clinic works with."""

    database: Database
    desk: VerificationService
    gate: DeliveryService
    hands: VialUsage
    shelves: StockQueries

    @classmethod
    def of(cls, database: Database) -> "Ward":
        desk = VerificationService(database)
        return cls(
            database,
            desk,
            DeliveryService(database, desk),
            VialUsage(database, desk),
            StockQueries(database, desk),
        )

    def check(self, text: str, asker: Asker = Asker.CLINIC) -> str:
        """The id of a recorded check."""
        found = self.desk.verify(Question(scan=text, asker=asker, market="GB"), RequestOrigin(Channel.API)).id
        assert found is not None
        return found

    def received(self, who: Actor, text: str, count: int = 1) -> list[int]:
        """The ids of vials that have just come in."""
        line = DeliveryLine(self.check(text), count=count)
        return list(self.gate.receive(who, [line], DeliveryNote("Medica", "123")).vial_ids)

    def aside(self, who: Actor, text: str, outcome: DeliveryOutcome = DeliveryOutcome.ASIDE) -> list[int]:
        line = DeliveryLine(self.check(text), outcome, "Box was open")
        return list(self.gate.receive(who, [line], DeliveryNote()).vial_ids)


def a_ward(database: Database) -> Ward:
    put(database)
    return Ward.of(database)
