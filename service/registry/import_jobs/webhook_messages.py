"""Messages for webhooks: an import has ended, or waits for a person."""

from datetime import datetime

from sqlalchemy import Connection, select

from service.registry.import_jobs.service import UNDECIDED
from service.storage.models import ImportJob
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox

_COUNTS = ("rows_new", "rows_changed", "rows_unchanged", "rows_refused")


def tell_import_ended(connection: Connection, number: int, at: datetime) -> None:
    """Queue a message for its organisation's webhooks: the import's state, and its counts of rows.

    One that waits for a person is told of only where a program or a folder sent it.
    """
    told = organisations_told(connection, WebhookTopic.IMPORT)
    if not told:
        return
    job = connection.execute(select(ImportJob.__table__).where(ImportJob.id == number)).mappings().one()
    if job["state"] in UNDECIDED and not job["unattended"]:
        return  # the person who sent it is there
    content = {"number": number, "file_name": job["file_name"], "state": job["state"]}
    content |= {"rows": {name[5:]: job[name] for name in _COUNTS}, "page": f"/imports/{number}"}
    key = f"import {number} {job['state']} {at:%Y%m%d%H%M%S%f}"
    message = WebhookMessage(WebhookTopic.IMPORT, job["organisation_id"], key, content)
    put_in_outbox(connection, [message], at, told)
