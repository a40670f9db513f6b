"""Reports: taken whole or refused whole, followed by whoever has the reference, limited without a captcha."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, insert, select, update

from service.accounts.actors import OrganisationKind
from service.errors import ErrorCode, InvalidFieldsError, NotFoundError, RefusedError, TooManyError
from service.reports.intake import (
    MOST_FROM_ALL,
    MOST_FROM_NETWORK,
    MOST_HARMED_FROM_NETWORK,
    WITHIN,
    NewReport,
    ReportIntake,
    ReportStatus,
    new_reference,
    plain_reference,
)
from service.storage.database import Database
from service.storage.models import Manufacturer, Report, ReportPhoto
from service.verification.pictures.image_loading import KEPT_SIDE
from tests.factories.people import organisation
from tests.factories.records import TOXIN, put
from tests.factories.scans.pictures import photo

START = datetime(2026, 11, 25, 8, tzinfo=UTC)


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reports(database: Database, clock: Clock) -> ReportIntake:
    return ReportIntake(database, clock=clock)


def test_a_report_is_kept_and_followed(reports: ReportIntake) -> None:
    reference = reports.take(NewReport(what="The seal was broken.", product="Examplinum", photos=(photo(),)))
    report = reports.follow(reference)
    assert (report.status, report.photos, report.product) == (ReportStatus.NEW, 1, "Examplinum")
    for typed in (reference.lower(), reference.replace("-", " "), reference.replace("-", "")):
        assert reports.follow(typed) == report
    # what somebody typed is not shown to whoever finds the reference
    assert "seal" not in repr(report)


def test_a_report_goes_to_whose_product_it_is(reports: ReportIntake, database: Database) -> None:
    put(database)
    owner = organisation(database, "Example Biologics", OrganisationKind.MANUFACTURER)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).values(organisation_id=owner))
    reports.take(NewReport(what="x", gtin=TOXIN))
    reports.take(NewReport(what="x", gtin="4012345678901"))
    with database.reading() as connection:
        rows = connection.execute(select(Report.gtin, Report.organisation_id).order_by(Report.id)).all()
    assert [tuple(row) for row in rows] == [(TOXIN, owner), ("04012345678901", None)]


def test_the_same_form_twice_is_one_report(reports: ReportIntake, database: Database) -> None:
    report = NewReport(what="x", nonce="n1")
    assert reports.take(report) == reports.take(report)
    assert reports.take(NewReport(what="x", nonce="n2")) != reports.take(report)
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Report)) == 2


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"what": "  \n "}, "what", ErrorCode.REPORT_EMPTY),
        ({"what": "a\x00b"}, "what", ErrorCode.TEXT_UNPRINTABLE),
        # turns what follows around: a list that people read would say something else
        ({"what": "x", "bought": "shop \u202egro.elpmaxe"}, "bought", ErrorCode.TEXT_UNPRINTABLE),
        ({"what": "x" * 4001}, "what", ErrorCode.TEXT_TOO_LONG),
        ({"what": "x", "contact": "\ud800"}, "contact", ErrorCode.TEXT_UNPRINTABLE),
        ({"what": "x", "gtin": "9506000134353"}, "gtin", ErrorCode.GTIN_CHECK_DIGIT),
        ({"what": "x", "country": "Atlantis"}, "country", ErrorCode.COUNTRY_UNKNOWN),
        ({"what": "x", "photos": (b"",) * 5}, "photos", ErrorCode.PHOTOS_TOO_MANY),
    ],
)
def test_what_cannot_be_kept_is_said(
    reports: ReportIntake, database: Database, given: dict[str, Any], field: str, code: ErrorCode
) -> None:
    with pytest.raises(InvalidFieldsError) as refusal:
        reports.take(NewReport(**given))
    assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Report)) == 0


def test_everything_that_is_wrong_is_said_at_once(reports: ReportIntake) -> None:
    with pytest.raises(InvalidFieldsError) as refusal:
        reports.take(NewReport(what="", gtin="1", lot="x" * 41, country="Atlantis"))
    assert {error.field for error in refusal.value.errors} == {"what", "gtin", "lot", "country"}


def test_one_network_is_limited_and_no_other(reports: ReportIntake, clock: Clock) -> None:
    for _ in range(MOST_FROM_NETWORK):
        reports.take(NewReport(what="x", client="one"))
    with pytest.raises(TooManyError):
        reports.take(NewReport(what="x", client="one"))
    reports.take(NewReport(what="x", client="two"))
    reports.take(NewReport(what="x"))
    clock.now += WITHIN
    reports.take(NewReport(what="x", client="one"))


def many(database: Database, number: int, **values: object) -> None:
    """So many reports of this moment: commits take seconds, and the limits count rows, whoever put them."""
    common = {"at": START, "what": "flood", "asker": "patient", "client": "", "queued": False} | values
    rows = [common | {"reference": new_reference()} for _ in range(number)]
    with database.transaction() as connection:
        connection.execute(insert(Report), rows)


def queued(database: Database, reference: str) -> bool:
    with database.reading() as connection:
        return connection.execute(select(Report.queued).where(Report.reference == reference)).scalar_one()


def test_harm_and_clinics_get_in_from_a_network_that_floods(
    reports: ReportIntake, database: Database
) -> None:
    """And wait behind the others, but for a clinic's; photos would fill the disk."""
    many(database, MOST_FROM_NETWORK, client="one")
    assert queued(database, reports.take(NewReport(what="x", client="one", harmed=True)))
    with pytest.raises(RefusedError) as refusal:
        reports.take(NewReport(what="x", client="one", harmed=True, photos=(photo(),)))
    assert refusal.value.code is ErrorCode.REPORT_PHOTOS_LATER
    clinic = reports.take(NewReport(what="x", client="one", by_clinic=True, photos=(photo(),)))
    assert not queued(database, clinic)
    many(database, MOST_HARMED_FROM_NETWORK, client="one", harmed=True)
    with pytest.raises(TooManyError):
        reports.take(NewReport(what="x", client="one", harmed=True))


def test_past_the_limit_of_all_reports_queue_and_none_is_refused(
    reports: ReportIntake, database: Database
) -> None:
    many(database, MOST_FROM_ALL)
    assert queued(database, reports.take(NewReport(what="x", client="one")))
    assert not queued(database, reports.take(NewReport(what="x", client="one", harmed=True)))
    assert not queued(database, reports.take(NewReport(what="x", client="one", by_clinic=True)))


def test_a_report_that_is_refused_has_no_photo_decoded(
    reports: ReportIntake, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(database, MOST_FROM_NETWORK, client="one")
    monkeypatch.setattr(
        "service.reports.intake.picture_process", lambda: pytest.fail("a photo was looked at")
    )
    with pytest.raises(TooManyError):
        reports.take(NewReport(what="x", client="one", photos=(b"costly",)))


def test_a_photo_loses_all_but_the_picture(reports: ReportIntake, database: Database) -> None:
    where = Image.Exif()
    where[0x010F] = "PlantedMaker"
    where[0x0112] = 6  # lies on its side
    gps = where.get_ifd(0x8825)
    gps[1], gps[2] = "N", (48.0, 51.0, 24.0)
    taken = photo((2400, 1200), exif=where, comment=b"planted comment", icc_profile=b"planted profile")
    assert b"planted comment" in taken
    reports.take(NewReport(what="x", photos=(taken,)))
    with database.reading() as connection:
        kept = connection.scalars(select(ReportPhoto.content)).one()
    for planted in (b"Planted", b"planted", b"Exif", b"ICC_PROFILE"):
        assert planted not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert picture.size == (KEPT_SIDE // 2, KEPT_SIDE), "upright, and scaled"


def test_a_photo_that_is_none_refuses_the_report(reports: ReportIntake, database: Database) -> None:
    with pytest.raises(Exception, match="picture"):
        reports.take(NewReport(what="x", photos=(photo(), b"not a picture")))
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Report)) == 0


@pytest.mark.parametrize("reference", ["", "x", "AAAA-AAAA-AAAA", "\x00", "K7QM" * 40])
def test_a_reference_that_nobody_was_given_leads_nowhere(reports: ReportIntake, reference: str) -> None:
    reports.take(NewReport(what="x"))
    with pytest.raises(NotFoundError):
        reports.follow(reference)


def test_references_are_read_out_without_mistakes() -> None:
    made = {new_reference() for _ in range(500)}
    assert len(made) == 500
    assert not set("".join(made)) & set("0O1ILU")
    assert all(plain_reference(each) == each for each in made)
