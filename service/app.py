"""`create_app(settings)`: creates the services and registers the views; the only module that knows all of
them.
"""

import atexit
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from service import metrics
from service.accounts.services import AccountServices
from service.blueprints import BLUEPRINTS, ENGLISH_ONLY
from service.clinics.deliveries import DeliveryService
from service.clinics.notices.affected import StopNotices, count_open_notices
from service.clinics.quarantine.cases import QuarantineCases
from service.clinics.quarantine.overdue import tell_overdue_cases
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
from service.outgoing.web_push import PushSender
from service.rate_limit.limiter import limiter_of
from service.registry.digests.service import DigestTransport, send
from service.registry.epcis.jobs import CaptureJobs
from service.registry.epcis.queries.event_queries import EventQueries
from service.registry.import_jobs.files import ImportFiles
from service.registry.import_jobs.queue import JobQueue, PeriodicJob
from service.registry.import_jobs.service import ImportJobs
from service.registry.import_jobs.worker import ImportWorker
from service.registry.search import RecordSearch
from service.registry.statistics import Statistics
from service.registry.watched_folders.watcher import FolderWatcher
from service.registry.webhooks.endpoints import Webhooks
from service.registry.webhooks.sender import WebhookSender
from service.reports.inbox import ReportInbox
from service.reports.intake import ReportIntake
from service.resources import templates_folder
from service.settings import Settings, load
from service.storage.database import Database
from service.storage.retention import apply_retention
from service.verification.check_ids import CheckIds
from service.verification.clock import Clock
from service.verification.device_marks import DeviceMarks
from service.verification.outside.responders import OutsideResponders
from service.verification.service import VerificationService
from service.web.accounts import common
from service.web.accounts.audit import init_words
from service.web.api import health as health_views
from service.web.core import access, error_responses, language_choice, navigation, request_uploads
from service.web.core.concurrency import wait_outside
from service.web.core.cookies import is_https
from service.web.core.flask_proxies import behind
from service.web.core.i18n import translation
from service.web.core.responses import static_files
from service.web.core.services import Services, register
from service.web.limits import clock as clock_in_doubt
from service.web.text.workspace.digest_text import digest_text

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # A Digital Link holds a serial number: it must not leave in a referrer, nor be kept in a cache.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), interest-cohort=()",
}
_SECURE = tuple((name.lower(), name, value) for name, value in _HEADERS.items())
_SECURE_OVER_HTTPS = (
    *_SECURE,
    ("strict-transport-security", "Strict-Transport-Security", "max-age=31536000"),
)


class RowIdConverter(IntegerConverter):
    """A number in an address that a row can have; any other is an address of nothing (404)."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002 (werkzeug's signature)
        super().__init__(map, *args, **({"max": 2**31 - 1} | options))


class Application(Flask):
    """Flask without asynchronous views: Flask asks each function of each request whether it is one.

    Static files are sent by `web.core.responses.static_files`.
    """

    def send_static_file(self, filename: str) -> Response:
        """A static file, compressed, and kept by browsers where its address has its fingerprint."""
        return static_files.static_response(self, filename, super().send_static_file(filename))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application over a migrated database. It does not migrate."""
    settings = settings or load()
    app = Application(
        "service",
        template_folder=str(templates_folder()),
        static_folder="web/static",
        static_url_path="/static",
    )
    app.url_map.converters["int"] = RowIdConverter
    app.request_class = request_uploads.MemoryRequest
    app.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_request_bytes
    services = _services(settings)
    register(app, services)
    health_views.init_app(app)
    atexit.register(services.verification.close)
    atexit.register(services.text_outbox.close)
    language_choice.init_app(app, frozenset(each.name for each in ENGLISH_ONLY))
    if settings.trusted_hosts:
        _refuse_other_hosts(app, settings.trusted_hosts)
    error_responses.init_app(app)
    _register_blueprints(app)
    if settings.proxies:
        many = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=many, x_proto=many, x_host=many)  # type: ignore[method-assign]  # as werkzeug's manual does
    app.after_request(_secure)
    return app


def _services(settings: Settings) -> Services:
    database = Database(settings.database_url, wait_seconds=settings.wait, name=settings.connection_name)
    secrets = settings.secret_box()
    verification = VerificationService(
        database,
        window=settings.loss_window,
        alone=settings.processes == 1,
        ids=CheckIds(lambda: secrets.derived("check ids")),
        on_answer=metrics.count_check,
        outside=OutsideResponders.of(settings.outside_responders, wait_outside),
    )
    receipts = receipt_services_of(settings, database, verification)
    files, queue, captures = import_queue_of(settings, database, verification.clock, receipts.jobs)
    return Services(
        settings,
        database,
        verification,
        rate_limiter=limiter_of(settings.rate_limit, settings.beside_records, settings.rate_limit_factor),
        accounts=AccountServices.of(database, secrets, settings.provider, inviters=settings.inviters),
        report_intake=ReportIntake(database),
        report_inbox=ReportInbox(database),
        search=RecordSearch(database),
        statistics=Statistics(database),
        device_marks=DeviceMarks(database),
        geoip=GeoIpDatabase(Path(settings.places_database)) if settings.places_database else None,
        deliveries=DeliveryService(database, verification),
        vial_usage=VialUsage(database, verification),
        step_undo=StepUndo(database, verification),
        use_register=UseRegister(database),
        stop_notices=StopNotices(database, verification),
        quarantine_cases=QuarantineCases(database),
        stock=StockQueries(database, verification),
        stock_control=StockControl.of(database, verification),
        temperature=TemperatureServices.of(database, verification),
        receipts=receipts.receipts,
        receipt_subscriptions=receipts.subscriptions,
        changed_receipts=receipts.changed,
        receipt_keys=receipts.keys,
        import_jobs=ImportJobs(database, files, queue.wake, most_bytes=settings.max_upload_bytes),
        job_queue=queue,
        captures=captures,
        event_queries=EventQueries(database),
        text_outbox=TextOutbox(),
        webhooks=Webhooks(database, secrets, settings.private_webhooks),
    )


class ReceiptServices(NamedTuple):
    """What receipts need, and the periodic jobs that tell of changed ones."""

    receipts: ReceiptService
    subscriptions: ReceiptSubscriptions
    keys: ReceiptKeys
    changed: ChangedReceipts
    jobs: tuple[PeriodicJob, ...]


def receipt_services_of(
    settings: Settings, database: Database, verification: VerificationService
) -> ReceiptServices:
    """Return the services of receipts, which `verification` judges."""
    secrets, clock = settings.secret_box(), verification.clock
    receipts = ReceiptService(database, verification, lambda: secrets.derived("receipts"))
    sender = partial(_push_sender, settings)
    subscriptions = ReceiptSubscriptions(database, receipts, secrets, sender)
    keys = ReceiptKeys(database, secrets, verification.now)
    changed = ChangedReceipts(database, receipts, keys)
    jobs = (
        PeriodicJob("receipts", "*/10", lambda: subscriptions.tell(clock.exact())),
        PeriodicJob("receipt_list", "7", lambda: changed.make(clock.exact())),
    )
    return ReceiptServices(receipts, subscriptions, keys, changed, jobs)


def _push_sender(settings: Settings) -> PushSender:
    return PushSender.of(settings.secret_box().derived("web push"), _push_contact(settings))


def _register_blueprints(app: Flask) -> None:
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    clock_in_doubt.init_app(app)
    request_uploads.init_app(app)
    access.init_app(app)
    navigation.init_app(app)
    static_files.init_app(app)
    common.init_app(app)
    init_words(app.jinja_env.globals)


def import_queue_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    more: Sequence[PeriodicJob] = (),
) -> tuple[ImportFiles, JobQueue, CaptureJobs]:
    """Return the store of uploaded lists, the queue that processes them once it is started, and the documents
    of events that it processes too.

    The queue also runs the periodic jobs: retention, digests, webhooks, watched folders. What deletes or
    sends goes by no clock that is in doubt (`Clock.exact`).
    """
    files, stop, transport = ImportFiles(settings.files), Event(), digest_transport_of(settings)
    sender = WebhookSender(database, transport.secrets, transport.address, transport.private)
    worker = ImportWorker(database, files, stop=stop, clock=clock.now)
    captures = CaptureJobs(
        database,
        ImportFiles(settings.files / "events"),
        most_bytes=settings.max_upload_bytes,
        clock=clock.now,
    )
    periodic: tuple[PeriodicJob, ...] = (
        PeriodicJob("let_go", "27", _counted("let_go", lambda: apply_retention(database, clock.exact()))),
        PeriodicJob("digests", "*/10", _counted("digests", lambda: send(database, transport, clock.exact()))),
        PeriodicJob("webhooks", "*", _counted("webhooks", lambda: sender.send_due(clock.exact()))),
        PeriodicJob("cases", "*/10", _counted("cases", lambda: tell_overdue_cases(database, clock.exact()))),
    )
    periodic += tuple(PeriodicJob(each.name, each.minutes, _counted(each.name, each.do)) for each in more)
    if settings.watched is not None:

        def wake(number: int) -> None:  # the queue is made below, with the job that needs it
            queue.wake(number)

        lists = ImportJobs(database, files, wake, most_bytes=settings.max_upload_bytes)
        watcher = FolderWatcher(database, settings.watched, lists, captures)
        periodic += (PeriodicJob("folders", "*", _counted("folders", watcher.look)),)
    queue = JobQueue(worker, settings.files, stop, periodic, events=captures)
    captures.wake = queue.wake_events
    return files, queue, captures


def _push_contact(settings: Settings) -> str:
    """Whom a push service may ask about this service's messages (RFC 8292, section 2.1); may be empty."""
    if settings.mail_from:
        return f"mailto:{settings.mail_from}"
    return settings.public_url if settings.public_url.startswith("https://") else ""


def _counted(job: str, do: Callable[[], object]) -> Callable[[], object]:
    """The same job, counted among the metrics when it ends, well or not."""

    def counted() -> object:
        try:
            done = do()
        except BaseException:
            metrics.count_job(job, ended_well=False)
            raise
        metrics.count_job(job, ended_well=True)
        return done

    return counted


def digest_transport_of(settings: Settings) -> DigestTransport:
    """Return how digests are sent, and with which text."""
    tr = translation()
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    return DigestTransport(
        lambda news, pages: digest_text(news, pages, tr),
        address,
        settings.secret_box(),
        settings.smtp_url,
        settings.mail_from,
        settings.private_webhooks,
        count_open_notices,
    )


def _refuse_other_hosts(app: Flask, trusted: frozenset[str]) -> None:
    """Links follow the host that a request names; so it has to be one of ours (400)."""

    @app.before_request
    def refuse() -> None:
        if urlsplit(f"//{request.host.lower()}").hostname not in trusted:
            raise BadRequest


def _secure(response: Response) -> Response:
    """Add the headers that the view did not set itself. `Headers.setdefault` takes six times as long."""
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for key, name, value in _SECURE_OVER_HTTPS if is_https() else _SECURE:
        if key not in given:
            headers.add(name, value)
    if behind(request).method == "HEAD":
        # no body to keep from another site; GS1's resolver suite asks like this whether the host is there
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
