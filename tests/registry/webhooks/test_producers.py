"""What is put on record is told to the organisations that it concerns, in the same transaction, and to no other."""

from io import BytesIO
from pathlib import Path

from sqlalchemy import update

from service.accounts.actors import OrganisationKind
from service.authenticity.evidence import Asker
from service.registry import recalls
from service.reports.intake import NewReport, ReportIntake
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Manufacturer
from service.storage.webhook_outbox import WebhookTopic as T
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.clinics import LOT, RECALLED, UNIT, a_ward, clinic
from tests.factories.import_jobs import Office
from tests.factories.people import organisation
from tests.factories.recall_records import order
from tests.factories.records import TOXIN, put
from tests.factories.webhooks import queued, webhook


def maker(database: Database, name: str = "Example Biologics") -> int:
    """The owner of the small world's products."""
    number = organisation(database, name)
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=number))
    return number


def test_a_red_verdict_is_told_to_the_owner_of_the_product(database: Database) -> None:
    put(database)
    ours = webhook(database, maker(database), T.RED_VERDICT)
    webhook(database, organisation(database, "Other"), T.RED_VERDICT)
    webhook(database, maker(database), T.REPORT)
    desk = VerificationService(database, window=0.0)
    for text, asker in ((LOT, Asker.CLINIC), (RECALLED, Asker.CLINIC), (RECALLED, Asker.PATIENT)):
        desk.verify(Question(scan=text, asker=asker, market="GB"), RequestOrigin(Channel.API, country="GB"))
    desk.preview(Question(scan=RECALLED), RequestOrigin(Channel.API))
    desk.close()
    found = queued(database)
    assert [(hook, topic) for hook, topic, _ in found] == [(ours, "verdict.red")] * 2
    content = found[0][2]
    assert (content["action"], content["lot"], content["gtin"]) == ("reject", "A1002", TOXIN)
    assert "recalled" in content["reasons"]


def test_a_recall_is_told_to_the_clinics_that_have_or_used_its_vials(database: Database) -> None:
    ward = a_ward(database)
    here, elsewhere, none = (clinic(database, f"Clinic {each}") for each in "ABC")
    hooks = {
        each.organisation: webhook(database, each.organisation_id or 0, T.RECALL) for each in (here, none)
    }
    ward.received(here, UNIT + "SN0001")
    ward.received(here, LOT)
    ward.received(elsewhere, UNIT + "SN0001")  # it has set no webhook
    who = AuditActor("releaser", None, maker(database))
    form = {"gtin": TOXIN, "reason": "glass particles"}
    # (what, vials here): of two of one lot, one has no serial on record, and may be any of a list
    for fields, reached in (
        ({"kind": "recall", "scope": "lot", "lot": "A1003"}, None),
        ({"kind": "hold", "scope": "lot", "lot": "A1001"}, 2),
        ({"kind": "recall", "scope": "list", "serials": "SN0001 SN0009"}, 2),
        ({"kind": "recall", "scope": "list", "serials": "SN0004 SN0009"}, 1),
        ({"kind": "recall", "scope": "range", "serial_from": "SN0001", "serial_to": "SN0002"}, 2),
        ({"kind": "recall", "scope": "window", "expiry_from": "2070-01-01", "expiry_to": "2070-12-31"}, 2),
        ({"kind": "recall", "scope": "product"}, 2),
    ):
        before = len(queued(database))
        recalls.issue(database, order(**form | fields), who=who)
        new = queued(database)[before:]
        assert [(hook, content["vials"]["here"]) for hook, _, content in new] == (
            [] if reached is None else [(hooks["Clinic A"], reached)]
        ), fields
    assert "glass" not in str(queued(database)), "the reason is the owner's; the public text is told"


def test_a_report_is_told_to_the_owner_and_to_regulators_without_the_reporters_words(
    database: Database,
) -> None:
    put(database)
    ours = webhook(database, maker(database), T.REPORT)
    agency = webhook(database, organisation(database, "Agency", OrganisationKind.REGULATOR), T.REPORT)
    webhook(database, organisation(database, "Other"), T.REPORT)
    intake = ReportIntake(database)
    told = NewReport(what="Secret words", contact="ana@example.org", gtin=TOXIN, nonce="once", harmed=True)
    reference = intake.take(told)
    assert intake.take(told) == reference
    found = queued(database)
    assert sorted(hook for hook, _, _ in found) == sorted((ours, agency))
    assert found[0][2]["reference"] == reference
    assert "Secret" not in str(found)
    assert "ana@" not in str(found)


def test_the_end_of_an_import_is_told_once(database: Database, tmp_path: Path) -> None:
    put(database)
    number = maker(database)
    ours = webhook(database, number, T.IMPORT)
    office = Office(database, tmp_path)
    done = office.previewed(b"gtin,lot,serial\n" + TOXIN.encode() + b",A1001,XSN9\n")
    assert queued(database) == [], "the person who sent it is there"
    office.decide(done)
    office.worker.carry_on(done)
    failed = office.jobs.begin(office.actor, BytesIO(b"\x00\x01\x02" * 50), "broken.xlsx")
    office.worker.carry_on(failed)
    office.worker.carry_on(failed)
    told = [(hook, topic, content["state"], content["number"]) for hook, topic, content in queued(database)]
    assert told == [(ours, "import.finished", state, n) for state, n in (("done", done), ("failed", failed))]
    assert queued(database)[0][2]["rows"] == {"new": 1, "changed": 0, "unchanged": 0, "refused": 0}
