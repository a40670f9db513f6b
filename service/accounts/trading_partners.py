"""Trading partners by their Global Location Numbers, as verification messages name them."""

from sqlalchemy import select

from service.accounts.actors import Actor
from service.errors import ErrorCode, ForbiddenError, UnknownKeyError
from service.storage.database import Database
from service.storage.models import Organisation


def require_own_gln(database: Database, actor: Actor, gln: str) -> None:
    """UnknownKeyError(GLN_UNKNOWN) for a GLN that no organisation has, ForbiddenError(GLN_NOT_YOURS) for one
    that is not of the actor's organisation.
    """
    with database.reading() as connection:
        rows = connection.execute(
            select(Organisation.id, Organisation.glns).where(Organisation.glns != ())
        ).all()
    owners = {number for number, glns in rows if gln in glns}
    if not owners:
        raise UnknownKeyError(ErrorCode.GLN_UNKNOWN, given=gln, field="reqGLN")
    if actor.organisation_id not in owners:
        raise ForbiddenError(ErrorCode.GLN_NOT_YOURS, given=gln, field="reqGLN")
