"""Whether a vial waits for a decision after an excursion: until then it is neither used nor released."""

from sqlalchemy import Connection, select

from service.clinics.queries import HeldVial
from service.errors import ConflictError, ErrorCode
from service.storage.models import TemperatureHold

USE, DESTROY = "use", "destroy"
"""The two decisions; nothing but USE lets a vial go on."""


def must_not_be_held(connection: Connection, held: HeldVial) -> None:
    """ConflictError(TEMPERATURE_HOLD) where an excursion holds the vial, or it was to be destroyed."""
    decisions = select(TemperatureHold.decision).where(TemperatureHold.vial_id == held.id)
    if any(each != USE for each in connection.scalars(decisions)):
        raise ConflictError(ErrorCode.TEMPERATURE_HOLD, given=held.serial or held.lot)
