"""Messages for webhooks of cases whose answer is late: to the clinic, and to the owner who was asked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.accounts.actors import Actor, OrganisationKind
from service.clinics.quarantine.cases import QuarantineCases
from service.gs1.iso.countries import zone_of
from service.storage.database import Database
from service.storage.models import Organisation
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox

_LOCK = 0x63617365  # "case"


def tell_overdue_cases(database: Database, now: datetime) -> None:
    """Queue a message for each case that is overdue at `now` (aware), once for each day that was set.

    A day is one of the organisation's country.
    """
    columns = (
        Organisation.id,
        Organisation.name,
        Organisation.kind,
        Organisation.country,
        Organisation.region,
    )
    with database.reading() as connection:
        told = organisations_told(connection, WebhookTopic.CASE)
        asked = select(*columns).where(Organisation.id.in_(told)) if told else None
        rows = connection.execute(asked).all() if asked is not None else []
    messages = [message for row in rows for message in _overdue(database, row, now)]
    if messages:
        with database.transaction() as connection:
            database.advisory_lock(connection, _LOCK)
            put_in_outbox(connection, messages, now, told)


def _overdue(database: Database, row: Any, now: datetime) -> Iterator[WebhookMessage]:
    kind = OrganisationKind(row.kind)
    actor = Actor("", None, row.id, row.name, kind, frozenset(), country=row.country, region=row.region)
    today, cases = now.astimezone(zone_of(row.country or None, now.date())).date(), QuarantineCases(database)
    if kind is OrganisationKind.CLINIC:
        for case in cases.open(actor, today):
            if case.is_overdue(today):
                vial, due = case.vial, case.assignment.due
                content = {"gtin": vial.gtin, "product": vial.product_name, "lot": vial.lot}
                content |= {"due": due.isoformat(), "answerer": str(case.assignment.answerer)}
                content |= {"page": f"/vials/{vial.id}/case"}
                key = f"case {case.quarantined.id} {due}"
                yield WebhookMessage(WebhookTopic.CASE, row.id, key, content)
        return
    for question in cases.asked(actor, today):
        if question.is_overdue(today):
            content = {"gtin": question.gtin, "product": question.product, "lot": question.lot}
            content |= {"due": question.due.isoformat(), "clinic": question.clinic, "page": "/quarantine"}
            key = f"case {question.event_id} {question.due}"
            yield WebhookMessage(WebhookTopic.CASE, row.id, key, content)
