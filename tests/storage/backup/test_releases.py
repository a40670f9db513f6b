"""The data of each release, kept from 0.1.0 on: they are migrated to this version, and answer as they did.

A release adds its own: `vialcheck demo load`, some checks, `vialcheck backup` on both databases.
"""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.storage.audit import AuditActor
from service.storage.backup.service import BackupPlaces, restore_backup
from service.storage.models import AuditEntry, Scan, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService

RELEASES = sorted({path.name.rpartition("-")[0] for path in Path(__file__).with_name("releases").iterdir()})


@pytest.mark.parametrize("release", RELEASES)
def test_the_data_of_a_release_are_migrated_and_answer(elsewhere: BackupPlaces, release: str) -> None:
    kind = elsewhere.database.copier().kind
    path = Path(__file__).with_name("releases") / f"{release}-{kind}.backup"
    said = restore_backup(elsewhere, path, who=AuditActor("Op"), reason="").manifest.records.rows
    assert elsewhere.database.migrate() is False
    with elsewhere.database.reading() as connection:
        for model, more in ((Scan, 0), (Unit, 0), (AuditEntry, 1)):  # the audit has the restore
            found = connection.scalar(select(func.count()).select_from(model))
            assert found == said[model.__tablename__] + more
        checks = connection.execute(select(Scan.presented, Scan.verdict).limit(3)).all()
    assert all(row.verdict["action"] for row in checks)
    verification = VerificationService(elsewhere.database)
    for lot, on_record in (("OVA2714", True), ("OVA9999", False)):
        question = Question(gtin="09506000134352", lot=lot)
        record = verification.preview(question, RequestOrigin(Channel.CLI)).verdict.record
        assert record is not None
        assert (record.batch is not None) is on_record
    verification.close()
