"""Anybody reports a suspicious product, gets a reference, and follows with it what became of the report.

Limits stand in for a captcha: so many reports an hour from one place, so many from all. Whoever is refused
is told when to try again, and where else to report.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select

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
from service.storage.models import Manufacturer, Product, Report, ReportPhoto, ReportStep
from service.verification.pictures.process import picture_process

MOST_PHOTOS = 4
MOST_FROM_ONE = 5
"""Reports within `WITHIN` from one client; a clinic that opens a bad delivery sends one for the delivery."""

MOST_FROM_ALL = 300
"""Reports within `WITHIN` from everybody: more is an attack, or a disaster with other phones."""

WITHIN = timedelta(hours=1)

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another when it is read out
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
    """How far somebody has looked into a report."""

    NEW = "new"
    LOOKING = "looking"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody reports, as it was typed. `what` is needed; the rest helps.

    `scan_id` and `action` are the check that it follows from, if any. `client` is the asker's opaque key.
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
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One thing that happened to a report, as its reporter may read it."""

    at: datetime
    status: ReportStatus
    said: str


@dataclass(frozen=True, slots=True)
class FollowedReport:
    """A report as its reporter sees it: nothing that they typed, in case the reference went astray."""

    reference: str
    at: datetime
    product: str
    status: ReportStatus
    steps: tuple[StatusChange, ...]
    photos: int


class ReportIntake:
    """Takes reports, and tells their reporters how they stand."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def take(self, report: NewReport) -> str:
        """Keep a report; its reference. The same nonce again is the same report.

        Raises InvalidFieldsError with every field that cannot be taken, TooManyError past the limits.
        """
        values = _checked(report)
        now = self._clock()
        if report.photos:  # decoding costs more than asking: a report that is not taken costs none
            with self._database.reading() as connection:
                _limit(connection, report.client, now)
        photos = [picture_process().cleaned(content) for content in report.photos]
        with self._database.transaction() as connection:
            known = select(Report.reference).where(Report.nonce == report.nonce)
            reference = connection.scalar(known) if report.nonce else None
            if reference is not None:
                return reference
            _limit(connection, report.client, now)
            values |= _owner(connection, values["gtin"])
            values |= {"reference": new_reference(), "at": now, "nonce": report.nonce}
            made = connection.execute(insert(Report).values(values).returning(Report.id)).scalar_one()
            rows = [{"report_id": made, "number": n, "content": each} for n, each in enumerate(photos, 1)]
            if rows:
                connection.execute(insert(ReportPhoto), rows)
        return str(values["reference"])

    def follow(self, reference: str) -> FollowedReport:
        """How a report stands; NotFoundError. Hyphens, spaces and small letters do not matter."""
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


def about(presented: Presented) -> dict[str, str]:
    """What a check presented, as the fields of a report."""
    return {
        "gtin": presented.gtin.value if presented.gtin else "",
        "lot": presented.lot.printed if presented.lot else "",
        "serial": presented.serial.printed if presented.serial else "",
        "expiry": presented.expiry.printed_form if presented.expiry else "",
        "country": presented.market or "",
        "product": presented.product or "",
    }


def new_reference() -> str:
    """Twelve letters and digits in three groups, such as K7QM-29XF-TB4H: 58 bits that nobody guesses."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def plain_reference(text: str) -> str:
    """A reference as it is kept, from one as people type it.

    >>> plain_reference(" k7qm 29xf tb4h")
    'K7QM-29XF-TB4H'
    """
    letters = "".join(each for each in text[:80].upper() if each in _LETTERS)
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _checked(report: NewReport) -> dict[str, Any]:
    """The row's values, all of them readable; InvalidFieldsError."""
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
    """A text without control characters but for line ends; lines trimmed."""
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


def _limit(connection: Connection, client: str, now: datetime) -> None:
    """TooManyError past the limits; the writers' lock keeps two from counting the same."""
    recent = select(func.count()).select_from(Report).where(Report.at > now - WITHIN)
    counts: Iterable[tuple[int, int]] = [(connection.scalar(recent) or 0, MOST_FROM_ALL)]
    if client:
        counts = [*counts, (connection.scalar(recent.where(Report.client == client)) or 0, MOST_FROM_ONE)]
    if any(count >= most for count, most in counts):
        raise TooManyError(ErrorCode.REPORTS_TOO_MANY, expected=f"at most {MOST_FROM_ONE} an hour")


def _owner(connection: Connection, gtin: str) -> dict[str, int]:
    """Whose product it is, if its records are held here."""
    row = connection.execute(
        select(Product.id, Manufacturer.organisation_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.gtin == gtin)
    ).first()
    return {} if row is None else {"product_id": row.id, "organisation_id": row.organisation_id}
