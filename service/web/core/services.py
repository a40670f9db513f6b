"""The services that views call: created once by `service.app`, accessed by `services()`."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from service.accounts.services import AccountServices
from service.accounts.sign_in.sessions import Sessions
from service.clinics.deliveries import DeliveryService
from service.clinics.notices.affected import StopNotices
from service.clinics.quarantine.cases import QuarantineCases
from service.clinics.receipts.changed_list import ChangedReceipts
from service.clinics.receipts.service import ReceiptService
from service.clinics.receipts.signing import ReceiptKeys
from service.clinics.receipts.subscriptions import ReceiptSubscriptions
from service.clinics.stock import StockQueries
from service.clinics.stock_control.service import StockControl
from service.clinics.temperature.services import TemperatureServices
from service.clinics.undo import StepUndo
from service.clinics.usage import VialUsage
from service.clinics.uses.register import UseRegister
from service.geoip import GeoIpDatabase
from service.outgoing.text_messages import TextOutbox
from service.rate_limit.limiter import RateLimiter
from service.registry.epcis.jobs import CaptureJobs
from service.registry.epcis.queries.event_queries import EventQueries
from service.registry.import_jobs.queue import JobQueue
from service.registry.import_jobs.service import ImportJobs
from service.registry.search import RecordSearch
from service.registry.statistics import Statistics
from service.registry.webhooks.endpoints import Webhooks
from service.reports.inbox import ReportInbox
from service.reports.intake import ReportIntake
from service.settings import Settings
from service.storage.database import Database
from service.verification.device_marks import DeviceMarks
from service.verification.service import VerificationService
from service.web.core.flask_proxies import behind

_KEY = "vialcheck"


@dataclass(frozen=True, slots=True)
class Services:
    """One instance for each process. `geoip`: None where the operator installed no address database."""

    settings: Settings
    database: Database
    verification: VerificationService
    rate_limiter: RateLimiter
    accounts: AccountServices
    report_intake: ReportIntake
    report_inbox: ReportInbox
    search: RecordSearch
    statistics: Statistics
    device_marks: DeviceMarks
    geoip: GeoIpDatabase | None
    deliveries: DeliveryService
    vial_usage: VialUsage
    step_undo: StepUndo
    quarantine_cases: QuarantineCases
    stop_notices: StopNotices
    use_register: UseRegister
    stock: StockQueries
    stock_control: StockControl
    temperature: TemperatureServices
    receipts: ReceiptService
    receipt_subscriptions: ReceiptSubscriptions
    changed_receipts: ChangedReceipts
    receipt_keys: ReceiptKeys
    import_jobs: ImportJobs
    job_queue: JobQueue
    captures: CaptureJobs
    event_queries: EventQueries
    text_outbox: TextOutbox
    webhooks: Webhooks

    @property
    def sessions(self) -> Sessions:
        """The sessions of people who are signed in."""
        return self.accounts.sessions

    def close(self) -> None:
        """Stop the job queue, write the checks that wait, and close the database."""
        self.job_queue.close()
        self.text_outbox.close()
        self.verification.close()
        self.rate_limiter.close()
        self.database.close()


def register(app: Flask, made: Services) -> None:
    """Register `made` as what `services()` returns in requests of `app`."""
    app.extensions[_KEY] = made


def services_of(app: Flask) -> Services:
    """Return the services of an application, outside a request too."""
    return cast(Services, app.extensions[_KEY])


def services() -> Services:
    """Return the services of the application that handles the current request."""
    return services_of(behind(current_app))
