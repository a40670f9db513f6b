"""Intake of reports from the public: a reference is returned, with which the reporter follows the report.

Rate limits replace a captcha: per client and for all clients together. A refused reporter is told when to try
again, and where else to report.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service.accounts.actors import OrganisationKind
from service.authenticity.evidence import Asker, Presented
from service.errors import (
    ErrorCode,
    IdentifierError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    TooManyError,
    VialcheckError,
)
from service.gs1.identifiers import Gtin
from service.gs1.iso.countries import parse_country
from service.storage.database import Database
from service.storage.models import Manufacturer, Organisation, Product, Report, ReportPhoto, ReportStep
from service.storage.webhook_outbox import WebhookMessage, WebhookTopic, organisations_told, put_in_outbox
from service.verification.pictures.process import picture_process

MOST_PHOTOS = 4
MOST_FROM_NETWORK = 10
"""Reports within `WITHIN` from one network (/24, /48) of guests."""

MOST_HARMED_FROM_NETWORK = 100
"""The same of reports that a person was harmed. Past the limit above they come without photos."""

MOST_FROM_ALL = 300
"""Reports within `WITHIN` from everybody: later ones wait behind the others in the lists of who looks."""

WITHIN = timedelta(hours=1)

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no two that are mistaken for each other when read aloud
_LENGTHS = {
    "what": 4000,
    "bought": 1000,
    "contact": 300,
    "product": 200,
    "lot": 40,
    "serial": 20,
    "expiry": 40,
}


class ReportStatus(StrEnum):
    """The state of a report."""

    NEW = "new"
    LOOKING = "looking"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it was typed. `what` is required; everything else is optional.

    `by_clinic`: a clinic's account sends it. `scan_id` and `action`: the check that it follows from, if any.
    `client`: the mark of the sender's network.
    """

    what: str
    bought: str = ""
    contact: str = ""
    harmed: bool = False
    product: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    country: str = ""
    asker: Asker = Asker.PATIENT
    scan_id: str = ""
    action: str = ""
    photos: tuple[bytes, ...] = ()
    client: str = ""
    by_clinic: bool = False
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of a report's state, as its reporter may read it."""

    at: datetime
    status: ReportStatus
    said: str


@dataclass(frozen=True, slots=True)
class FollowedReport:
    """A report as its reporter sees it: nothing that they typed, in case the reference was disclosed."""

    reference: str
    at: datetime
    product: str
    status: ReportStatus
    steps: tuple[StatusChange, ...]
    photos: int


class ReportIntake:
    """Takes reports, and tells their reporters the state."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def take(self, report: NewReport) -> str:
        """Store a report and return its reference. The same nonce again is the same report.

        Raises InvalidFieldsError with every invalid field, TooManyError beyond the limits.
        """
        values, now = _checked(report), self._clock()
        with self._database.reading() as connection:
            _limit(connection, report, now)  # before a photo is looked at: that costs far more
        photos = [picture_process().cleaned(content) for content in report.photos]
        with self._database.transaction() as connection:
            known = select(Report.reference).where(Report.nonce == report.nonce)
            reference = connection.scalar(known) if report.nonce else None
            if reference is not None:
                return reference
            values["queued"] = _limit(connection, report, now)
            values |= _owner(connection, values["gtin"])
            values |= {"reference": new_reference(), "at": now, "nonce": report.nonce}
            made = connection.execute(insert(Report).values(values).returning(Report.id)).scalar_one()
            rows = [{"report_id": made, "number": n, "content": each} for n, each in enumerate(photos, 1)]
            if rows:
                connection.execute(insert(ReportPhoto), rows)
            _tell(connection, made, values)
        return str(values["reference"])

    def follow(self, reference: str) -> FollowedReport:
        """Return a report's state; NotFoundError. Hyphens, spaces and lower case do not matter."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(Report.id, Report.reference, Report.at, Report.product, Report.status).where(
                    Report.reference == plain_reference(reference)
                )
            ).first()
            if row is None:
                raise NotFoundError(ErrorCode.REPORT_NOT_FOUND, given=reference, field="reference")
            steps = connection.execute(
                select(ReportStep.at, ReportStep.status, ReportStep.said)
                .where(ReportStep.report_id == row.id)
                .order_by(ReportStep.id.desc())
            )
            photos = select(func.count()).select_from(ReportPhoto).where(ReportPhoto.report_id == row.id)
            return FollowedReport(
                reference=row.reference,
                at=row.at,
                product=row.product,
                status=ReportStatus(row.status),
                steps=tuple(StatusChange(step.at, ReportStatus(step.status), step.said) for step in steps),
                photos=connection.scalar(photos) or 0,
            )


def _tell(connection: Connection, number: int, values: dict[str, Any]) -> None:
    """Queue a message for the webhooks of those who have to look: nothing that the reporter typed freely."""
    told = organisations_told(connection, WebhookTopic.REPORT)
    if not told:
        return
    regulators = select(Organisation.id).where(Organisation.kind == OrganisationKind.REGULATOR)
    looks = {values.get("organisation_id"), *connection.scalars(regulators)} & told.keys()
    same = {name: values[name] for name in ("reference", "harmed", "gtin", "country")}
    content = same | {"page": f"/reports/{number}"}
    messages = [
        WebhookMessage(WebhookTopic.REPORT, each, f"report {number}", content) for each in sorted(looks)
    ]
    put_in_outbox(connection, messages, values["at"], told)


def about(presented: Presented) -> dict[str, str]:
    """Return what a check presented, as the fields of a report."""
    return {
        "gtin": presented.gtin.value if presented.gtin else "",
        "lot": presented.lot.printed if presented.lot else "",
        "serial": presented.serial.printed if presented.serial else "",
        "expiry": presented.expiry.printed_form if presented.expiry else "",
        "country": presented.market or "",
        "product": presented.product or "",
    }


def new_reference() -> str:
    """Return a new reference: twelve letters and digits in three groups, such as K7QM-29XF-TB4H (58 random
    bits).
    """
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def plain_reference(text: str) -> str:
    """Return a reference in its stored form, from one as people type it.

    >>> plain_reference(" k7qm 29xf tb4h")
    'K7QM-29XF-TB4H'
    """
    letters = "".join(each for each in text[:80].upper() if each in _LETTERS)
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _checked(report: NewReport) -> dict[str, Any]:
    """Return the row's values; InvalidFieldsError."""
    errors: list[VialcheckError] = []
    texts = {name: _text(name, getattr(report, name), errors) for name in _LENGTHS}
    if not texts["what"]:
        errors.insert(0, RefusedError(ErrorCode.REPORT_EMPTY, field="what"))
    gtin = _read("gtin", report.gtin, lambda text: Gtin.parse(text).value, errors)
    country = _read("country", report.country, parse_country, errors)
    if len(report.photos) > MOST_PHOTOS:
        too_many = f"at most {MOST_PHOTOS} photos"
        errors.append(
            RefusedError(
                ErrorCode.PHOTOS_TOO_MANY, expected=too_many, found=str(len(report.photos)), field="photos"
            )
        )
    if errors:
        raise InvalidFieldsError(tuple(errors))
    given = {"scan_id": report.scan_id, "action": report.action, "client": report.client}
    return texts | given | {"gtin": gtin, "country": country, "asker": report.asker, "harmed": report.harmed}


def _text(name: str, raw: str, errors: list[VialcheckError]) -> str:
    """Return the text with trimmed lines; control characters other than line ends are refused."""
    text = "\n".join(line.strip() for line in raw.strip().splitlines())
    strange = next((each for each in text if not each.isprintable() and each != "\n"), None)
    if strange is not None:
        found = f"U+{ord(strange):04X}"
        errors.append(RefusedError(ErrorCode.TEXT_UNPRINTABLE, given=found, found=found, field=name))
    elif len(text) > _LENGTHS[name]:
        limit = f"at most {_LENGTHS[name]} characters"
        errors.append(RefusedError(ErrorCode.TEXT_TOO_LONG, expected=limit, found=str(len(text)), field=name))
    return text


def _read(name: str, text: str, parse: Callable[[str], str], errors: list[VialcheckError]) -> str:
    if not text.strip():
        return ""
    try:
        return parse(text)
    except IdentifierError as error:
        error.field = name
        errors.append(error)
        return ""


def _limit(connection: Connection, report: NewReport, now: datetime) -> bool:
    """Whether a report waits behind the others. TooManyError where it is not taken now.

    In a transaction the writers' lock keeps two reports from counting the same. A clinic's are always taken,
    and never wait: it is signed in, and can be asked why.
    """
    if report.by_clinic:
        return False
    recent = select(func.count()).select_from(Report).where(Report.at > now - WITHIN)
    from_network = 0
    if report.client:
        from_network = connection.scalar(recent.where(Report.client == report.client)) or 0
    most = MOST_HARMED_FROM_NETWORK if report.harmed else MOST_FROM_NETWORK
    if from_network >= most:
        raise TooManyError(ErrorCode.REPORTS_TOO_MANY, expected=f"at most {most} an hour")
    if from_network >= MOST_FROM_NETWORK:
        if report.photos:
            raise RefusedError(ErrorCode.REPORT_PHOTOS_LATER, expected="no photos", field="photos")
        return True
    everybody = connection.scalar(recent.where(Report.queued.is_(False))) or 0
    return everybody >= MOST_FROM_ALL and not report.harmed


def _owner(connection: Connection, gtin: str) -> dict[str, int]:
    """Return the owner of the product as a column's value, where its records are held here."""
    row = connection.execute(
        select(Product.id, Manufacturer.organisation_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin)
    ).first()
    return {} if row is None else {"product_id": row.id, "organisation_id": row.organisation_id}
