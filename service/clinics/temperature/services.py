"""The use cases of temperature over one database, created once per process."""

from dataclasses import dataclass

from service.clinics.temperature.decisions import ExcursionDecisions
from service.clinics.temperature.logs import TemperatureLogs
from service.clinics.temperature.places import StoragePlaces
from service.storage.database import Database
from service.verification.service import VerificationService


@dataclass(frozen=True, slots=True)
class TemperatureServices:
    """What views call."""

    places: StoragePlaces
    logs: TemperatureLogs
    decisions: ExcursionDecisions

    @classmethod
    def of(cls, database: Database, verification: VerificationService) -> "TemperatureServices":
        """Create them over `database`."""
        return cls(
            StoragePlaces(database), TemperatureLogs(database), ExcursionDecisions(database, verification)
        )
