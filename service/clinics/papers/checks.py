"""The checks that were made of a vial, with the answers as they were given."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.accounts.actors import Actor
from service.clinics import queries
from service.errors import NotFoundError
from service.storage.database import Database
from service.storage.models import VialPresentation
from service.verification.service import Answer, VerificationService


@dataclass(frozen=True, slots=True)
class GivenCheck:
    """One check of a vial. `answer`: as it was given; None where it is no longer kept."""

    at: datetime
    actor: str
    scan_id: str
    answer: Answer | None


def checks_of(
    database: Database, verification: VerificationService, actor: Actor, vial_id: int
) -> list[GivenCheck]:
    """Return the recorded checks of one vial of the clinic, the earliest first. NotFoundError."""
    mine = VialPresentation.vial_id == vial_id
    columns = select(VialPresentation.at, VialPresentation.actor, VialPresentation.scan_id)
    with database.reading() as connection:
        queries.vial(connection, actor.organisation_id, vial_id)
        rows = connection.execute(columns.where(mine).order_by(VialPresentation.id)).all()
    return [
        GivenCheck(row.at, row.actor, row.scan_id, _given(verification, row.scan_id))
        for row in rows
        if row.scan_id
    ]


def _given(verification: VerificationService, scan_id: str) -> Answer | None:
    try:
        return verification.find_check(scan_id)
    except NotFoundError:
        return None
