"""An organisation that leaves: its accounts are closed at once, and erased by the retention table.

Its records stay, because vials of its lots are on the market.
"""

from datetime import datetime

from sqlalchemy import select, update

from service.accounts.actors import Actor
from service.accounts.sign_in.sessions import end_all
from service.errors import ErrorCode, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Account, ApiKey, Invitation, Organisation, Webhook


def leave(database: Database, actor: Actor, *, confirmed: str, at: datetime) -> None:
    """Close every account, key, invitation and webhook of the actor's organisation.

    `confirmed`: the organisation's name, written by the person. RefusedError(VALUE_INVALID) for another one.
    """
    if " ".join(confirmed.split()).casefold() != actor.organisation.casefold():
        raise RefusedError(
            ErrorCode.VALUE_INVALID, given=confirmed, expected=actor.organisation, field="confirmed"
        )
    number = actor.organisation_id
    with database.transaction() as connection:
        connection.execute(update(Organisation).where(Organisation.id == number).values(left=at))
        people = Account.organisation_id == number
        for account_id in connection.scalars(select(Account.id).where(people)).all():
            end_all(connection, account_id)
        connection.execute(update(Account).where(people, Account.disabled.is_(None)).values(disabled=at))
        keys = ApiKey.organisation_id == number, ApiKey.revoked.is_(None)
        connection.execute(update(ApiKey).where(*keys).values(revoked=at))
        invited = Invitation.invited_from == number, Invitation.used.is_(None)
        connection.execute(
            update(Invitation).where(*invited, Invitation.withdrawn.is_(None)).values(withdrawn=at)
        )
        hooks = Webhook.organisation_id == number, Webhook.removed.is_(None)
        connection.execute(update(Webhook).where(*hooks).values(removed=at, secret=""))
        change = AuditChange("leave", "organisation", actor.organisation)
        write_down(connection, [change], who=actor.who, at=at, reason="the organisation leaves")
