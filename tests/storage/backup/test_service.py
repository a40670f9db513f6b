"""A backup that is made while others write holds one moment, and restored elsewhere it is that moment."""

import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from service.authenticity.evidence import Asker
from service.errors import ErrorCode, RefusedError
from service.registry.import_jobs.import_files import run
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.backup.archive import ArchiveReader, ArchiveWriter
from service.storage.backup.service import (
    BackupPlaces,
    MadeBackup,
    latest_backup,
    make_backup,
    note_backup,
    restore_backup,
    verify_backup,
)
from service.storage.database import Database
from service.storage.database.copies import LEFT_OUT
from service.storage.models import AuditEntry, Base, DeviceMarkKey, Manufacturer, Scan, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.lists import GTIN, written
from tests.factories.records import put

WHO = AuditActor("Op")


def backed_up(places: BackupPlaces, path: Path) -> MadeBackup:
    return make_backup(places, path, version="1.2.3")


def restored(places: BackupPlaces, path: Path, **options: bool) -> tuple[str, ...]:
    return restore_backup(places, path, who=WHO, reason="drill", **options).kept


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, but what marks the state of an instance and what a backup leaves out."""
    own = LEFT_OUT | {"facts_version", "alembic_version"}
    with database.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in own
        }


def pair(database: Database, number: int) -> None:
    """Two rows that only belong together: a manufacturer, and the entry that says so."""
    with database.transaction() as connection:
        change = AuditChange("add", "manufacturer", f"{number}")
        write_down(connection, [change], who=WHO, at=datetime.now(UTC), reason="r")
        connection.execute(insert(Manufacturer).values(name=f"Maker {number}"))


def pairs(database: Database) -> tuple[int, int]:
    with database.reading() as connection:
        added = select(func.count()).where(AuditEntry.action == "add")
        makers = select(func.count()).where(Manufacturer.name.like("Maker %"))
        return connection.scalar(added) or 0, connection.scalar(makers) or 0


def test_what_was_backed_up_is_what_is_restored(
    places: BackupPlaces, elsewhere: BackupPlaces, tmp_path: Path
) -> None:
    put(places.database)
    with places.database.transaction() as connection:
        connection.execute(insert(DeviceMarkKey).values(period=1, key="k" * 64))
    (places.files / "ab12").mkdir(parents=True)
    (places.files / "ab12" / "list").write_bytes(b"gtin;lot\r\n\xff")
    (places.files / "queue.db").write_bytes(b"made anew")
    before = everything(places.database)

    made = backed_up(places, tmp_path / "of.backup")
    assert verify_backup(made.path) == made.manifest
    assert restored(elsewhere, made.path) == ()

    after = everything(elsewhere.database)
    assert after.pop("audit_entry")[:-1] == before.pop("audit_entry")
    assert after == before
    with elsewhere.database.reading() as connection:
        assert connection.execute(select(DeviceMarkKey.__table__)).all() == [], "its time is over"
        last = connection.execute(select(AuditEntry.action, AuditEntry.actor, AuditEntry.reason)).all()[-1]
    assert tuple(last) == ("restore", "Op", "drill")
    assert elsewhere.key_file is not None
    assert places.key_file is not None
    assert elsewhere.key_file.read_bytes() == places.key_file.read_bytes()
    assert elsewhere.key_file.stat().st_mode & 0o777 == 0o600
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in elsewhere.files.rglob("*") if path.is_file()] == ["list"]
    assert (elsewhere.files / "ab12" / "list").read_bytes() == b"gtin;lot\r\n\xff"
    # keys go on where they were, and the audit is protected again
    pair(elsewhere.database, 7)
    with pytest.raises(Exception, match="append-only"), elsewhere.database.transaction() as connection:
        connection.execute(text("DELETE FROM audit_entry"))


def test_a_backup_under_load_is_one_moment(
    places: BackupPlaces, elsewhere: BackupPlaces, tmp_path: Path
) -> None:
    """Checks, an import and changes go on meanwhile: each transaction is in it whole, or not at all."""
    put(places.database)
    faults: list[Exception] = []
    stop, acknowledged = threading.Event(), {"pairs": 0, "checks": 0}
    verification = VerificationService(places.database)

    def change(number: int) -> None:
        pair(places.database, number)
        acknowledged["pairs"] = number

    def check(number: int) -> None:
        question = Question(gtin=GTIN, lot="A1001", serial="SN0001", asker=Asker.CLINIC)
        verification.verify(question, RequestOrigin(Channel.API, organisation_id=1))
        acknowledged["checks"] = number

    def take(number: int) -> None:
        rows = "".join(f"{GTIN},A1001,L{number}-{each}\n" for each in range(500))
        list_ = written(tmp_path, "gtin,lot,serial\n" + rows, f"u{number}.csv")
        assert run(places.database, [list_], who=WHO, reason="r").committed

    def for_ever(do: Callable[[int], None]) -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                do(number)
                stop.wait(0.002)  # SQLite's lock is not fair: the next writer gets it
        except Exception as error:
            faults.append(error)
            stop.set()

    threads = [threading.Thread(target=for_ever, args=(do,)) for do in (change, check, take)]
    for thread in threads:
        thread.start()
    try:
        while not stop.is_set() and not all(acknowledged.values()):
            stop.wait(0.01)
        before = dict(acknowledged)
        made = backed_up(places, tmp_path / "of.backup")
        after = dict(acknowledged)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        verification.close()
    assert faults == []
    restored(elsewhere, made.path)
    added, makers = pairs(elsewhere.database)
    assert added == makers, "an entry and what it is about are of one transaction"
    assert before["pairs"] <= added <= after["pairs"] + 1
    with elsewhere.database.reading() as connection:
        checks = connection.scalar(select(func.count()).select_from(Scan)) or 0
        units = connection.scalar(select(func.count()).where(Unit.serial.like("L%"))) or 0
        imported = connection.scalar(text("SELECT coalesce(sum(rows_new), 0) FROM import"))
    assert before["checks"] <= checks <= after["checks"] + 1
    assert units == imported, "an import and its units are of one transaction"


def test_what_is_changed_between_two_tables_is_in_neither(places: BackupPlaces, tmp_path: Path) -> None:
    """Beside it the wrong design, which reads each table as it is by then, and tears the change apart."""
    put(places.database)
    read_by_itself = {}
    with ArchiveWriter(tmp_path / "of.backup") as archive:

        def put_slowly(name: str) -> Any:
            for table in ("manufacturer", "audit_entry"):
                with places.database.reading() as connection:
                    read_by_itself[table] = connection.scalar(text(f"SELECT count(*) FROM {table}"))
                pair(places.database, len(archive.members) + (0 if table == "manufacturer" else 1000))
            return archive.put(name)

        copied = places.database.copier().write(put_slowly)
    assert (copied.rows["manufacturer"], copied.rows["audit_entry"]) == (1, 0)
    assert read_by_itself["manufacturer"] != read_by_itself["audit_entry"] + 1


def test_records_are_replaced_only_where_that_is_said(places: BackupPlaces, tmp_path: Path) -> None:
    pair(places.database, 1)
    made = backed_up(places, tmp_path / "of.backup")
    pair(places.database, 2)
    with pytest.raises(RefusedError) as refused:
        restored(places, made.path)
    assert refused.value.code is ErrorCode.RESTORE_REFUSED
    assert pairs(places.database) == (2, 2), "nothing was changed"
    kept = restored(places, made.path, replace=True)
    assert pairs(places.database) == (1, 1)
    for path in kept:  # of SQLite: the file of before
        assert pairs(Database(f"sqlite:///{path}")) == (2, 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_nothing_is_replaced_under_a_service_that_runs(places: BackupPlaces, tmp_path: Path) -> None:
    """PostgreSQL, on whichever host it runs; on SQLite's host the lock of the service says it (`launcher`)."""
    made = backed_up(places, tmp_path / "of.backup")
    service = Database(places.database.url.render_as_string(hide_password=False))
    with service.reading():
        pass
    with pytest.raises(RefusedError) as refused:
        restored(places, made.path, replace=True)
    assert "stopped" in refused.value.expected
    service.close()
    restored(places, made.path, replace=True)


def damaged(path: Path) -> None:
    """Some bytes in the middle of the longest member; one bit there may be read as the same zeros."""
    with zipfile.ZipFile(path) as archive:
        member = max(archive.infolist(), key=lambda each: each.compress_size)
    content = bytearray(path.read_bytes())
    middle = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    content[middle : middle + 64] = bytes(each ^ 0xFF for each in content[middle : middle + 64])
    path.write_bytes(content)


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def no_backup(path: Path) -> None:
    path.write_text("gtin,lot\n")


@pytest.mark.parametrize("harm", [damaged, shortened, no_backup])
def test_a_backup_that_is_not_whole_replaces_nothing(
    places: BackupPlaces, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    pair(places.database, 1)
    made = backed_up(places, tmp_path / "of.backup")
    harm(made.path)
    pair(places.database, 2)
    with pytest.raises(RefusedError) as refused:
        restored(places, made.path, replace=True)
    assert refused.value.code is ErrorCode.RESTORE_REFUSED
    assert pairs(places.database) == (2, 2)


def test_a_newer_schema_is_refused(places: BackupPlaces, elsewhere: BackupPlaces, tmp_path: Path) -> None:
    with places.database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    made = backed_up(places, tmp_path / "of.backup")
    with pytest.raises(RefusedError) as refused:
        restored(elsewhere, made.path)
    assert refused.value.code is ErrorCode.SCHEMA_NEWER
    assert elsewhere.database.copier().is_empty()


@pytest.mark.parametrize(
    ("mark", "with_key", "refused"),
    [
        ("", True, False),  # the key comes with the backup
        ("", False, True),  # nothing could open its secrets afterwards
        ("0123456789abcdef", False, False),  # the same key is there already
        ("another", True, True),  # a key that something else may have been sealed with
    ],
)
def test_the_key_of_its_secrets_is_there_afterwards(
    places: BackupPlaces, elsewhere: BackupPlaces, tmp_path: Path, *, mark: str, with_key: bool, refused: bool
) -> None:
    made = make_backup(places, tmp_path / "of.backup", version="1", with_key=with_key)
    target = replace(elsewhere, key_mark=mark)
    if refused:
        with pytest.raises(RefusedError):
            restored(target, made.path)
        assert target.database.copier().is_empty()
    else:
        restored(target, made.path)
        assert not target.database.copier().is_empty()


def test_a_backup_is_in_the_audit(places: BackupPlaces, tmp_path: Path) -> None:
    assert latest_backup(places.database) is None
    made = backed_up(places, tmp_path / "of.backup")
    note_backup(places.database, made, who=WHO, at=datetime(2026, 11, 28, tzinfo=UTC))
    assert latest_backup(places.database) == datetime(2026, 11, 28, tzinfo=UTC)


def test_no_file_is_written_over_and_none_is_left_half(places: BackupPlaces, tmp_path: Path) -> None:
    taken = tmp_path / "taken.backup"
    taken.write_text("mine")
    for path in (taken, tmp_path / "no" / "folder.backup"):
        with pytest.raises(RefusedError) as refused:
            backed_up(places, path)
        assert refused.value.code is ErrorCode.BACKUP_REFUSED
    assert taken.read_text() == "mine"
    assert list(tmp_path.glob(".*part")) == []


def test_a_member_that_the_manifest_does_not_name_is_refused(places: BackupPlaces, tmp_path: Path) -> None:
    made = backed_up(places, tmp_path / "of.backup")
    with zipfile.ZipFile(made.path, "a") as archive:
        archive.writestr("files/../../outside", "x")
    with ArchiveReader(made.path) as archive, pytest.raises(RefusedError):
        archive.verify()
