"""Makes a backup while the service runs, and restores one into its place while none does."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from service.errors import ErrorCode, RefusedError
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.backup.archive import FORMAT, ArchiveReader, ArchiveWriter, Manifest
from service.storage.backup.upload_files import link_lists, lists_in
from service.storage.database import Database
from service.storage.database.upgrade import require_revision
from service.storage.models import AuditEntry

_MADE = "back_up"
_KEY = "vialcheck.key"
_LISTS = "files/"


@dataclass(frozen=True, slots=True)
class BackupPlaces:
    """What belongs to one service, and where it is.

    `files`: the folder of lists on their way. `key_file`: where the encryption key is kept; None where it
    is a setting. `key_mark`: of the key that is in use; empty where there is none yet.
    """

    database: Database
    files: Path
    key_file: Path | None
    key_mark: str


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """A backup that was written and read back. `sha256`: of its manifest, which names all its checksums."""

    path: Path
    manifest: Manifest
    sha256: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place. `kept`: paths of what was replaced."""

    manifest: Manifest
    kept: tuple[str, ...]


def make_backup(places: BackupPlaces, path: Path, *, version: str, with_key: bool = True) -> MadeBackup:
    """Write a backup of this moment to a new file, and read it back.

    RefusedError(BACKUP_REFUSED) where it cannot be made; then there is no file.
    """
    places.files.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with (
            ArchiveWriter(path) as archive,
            tempfile.TemporaryDirectory(prefix=".backup-", dir=places.files) as scratch,
        ):
            link_lists(places.files, Path(scratch))
            made = datetime.now(UTC)
            records = places.database.copier().write(archive.put)
            link_lists(places.files, Path(scratch))
            for name in lists_in(Path(scratch)):
                _put_file(archive, f"{_LISTS}{name.as_posix()}", Path(scratch) / name)
            if with_key and places.key_file is not None and places.key_file.exists():
                _put_file(archive, _KEY, places.key_file)
            manifest = Manifest(FORMAT, version, made.isoformat(), records, archive.members, places.key_mark)
            sha256 = archive.finish(manifest)
    except OSError as error:
        raise RefusedError(
            ErrorCode.BACKUP_REFUSED, expected="room and leave to write it", found=str(error)
        ) from error
    return MadeBackup(path, manifest, sha256)


def note_backup(database: Database, made: MadeBackup, *, who: AuditActor, at: datetime) -> None:
    """Write a backup down in the audit of the records that it was made of."""
    rows = sum(made.manifest.records.rows.values())
    noted = {"manifest": made.sha256, "rows": rows, "key": _KEY in made.manifest.members}
    change = AuditChange(_MADE, "backup", made.path.name, after=noted)
    with database.transaction() as connection:
        write_down(connection, [change], who=who, at=at, reason="")


def latest_backup(database: Database) -> datetime | None:
    """When a backup was made last, by the audit; None where none is written down."""
    with database.reading() as connection:
        return connection.scalar(select(func.max(AuditEntry.at)).where(AuditEntry.action == _MADE))


def verify_backup(path: Path) -> Manifest:
    """Read all of a backup and compare every checksum. RefusedError(RESTORE_REFUSED)."""
    with ArchiveReader(path) as archive:
        archive.verify()
        require_revision(archive.manifest.records.revision)
        return archive.manifest


def restore_backup(
    places: BackupPlaces, path: Path, *, who: AuditActor, reason: str, replace: bool = False
) -> Restored:
    """Put a backup in place, migrated to this version; no service may run on these records.

    `replace`: also where something is on record. RefusedError(RESTORE_REFUSED): nothing was changed.
    RefusedError(SCHEMA_NEWER): a newer version made it.
    """
    with ArchiveReader(path) as archive:
        archive.verify()
        manifest = archive.manifest
        require_revision(manifest.records.revision)
        copier = places.database.copier()
        if manifest.records.kind != copier.kind:
            raise _refusal(f"a backup of a {copier.kind} database", f"one of {manifest.records.kind}")
        if not replace and not copier.is_empty():
            raise _refusal("an empty database, or --replace", "records")
        if not replace and lists_in(places.files):
            raise _refusal("no lists on their way, or --replace", f"files in {places.files}")
        _require_key(places, archive, replace=replace)
        change = AuditChange("restore", "backup", path.name, after={"made": manifest.made})

        def finish(connection: Connection) -> None:
            write_down(connection, [change], who=who, at=datetime.now(UTC), reason=reason)

        with tempfile.TemporaryDirectory(prefix="vialcheck-restore-", dir=_folder_beside(places)) as scratch:
            drafts = _unpack(archive, Path(scratch))
            kept = [copier.replace(archive.take, manifest.records, finish)]
            kept += _place(places, Path(scratch), drafts)
    return Restored(manifest, tuple(each for each in kept if each))


def _folder_beside(places: BackupPlaces) -> Path:
    """A folder on the file system of the lists, so that they are moved and not copied."""
    places.files.parent.mkdir(parents=True, exist_ok=True)
    return places.files.parent


def _put_file(archive: ArchiveWriter, name: str, source: Path) -> None:
    with source.open("rb") as file, archive.put(name) as target:
        shutil.copyfileobj(file, target)


def _require_key(places: BackupPlaces, archive: ArchiveReader, *, replace: bool) -> None:
    """The key that the backup's secrets were sealed with has to be there afterwards."""
    mark = archive.manifest.key_mark
    if not mark or places.key_mark == mark:
        return
    if _KEY not in archive.manifest.members:
        field = "VIALCHECK_SECRET_KEY" if places.key_file is None else str(places.key_file)
        raise _refusal(
            f"the encryption key of the backup in {field}", "another" if places.key_mark else "none"
        )
    if places.key_file is None:
        raise _refusal("the key of the backup in VIALCHECK_SECRET_KEY, or that it is not set", "another key")
    if places.key_mark and not replace:
        raise _refusal(f"no other key in {places.key_file}, or --replace", "another key")


def _unpack(archive: ArchiveReader, scratch: Path) -> list[str]:
    """Write the lists and the key to the disk, beside their places. Their names in the archive."""
    names = [name for name in archive.manifest.members if name == _KEY or name.startswith(_LISTS)]
    for name in names:
        (scratch / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.copy_out(name, scratch / name)
    return names


def _place(places: BackupPlaces, scratch: Path, drafts: list[str]) -> list[str]:
    """Move the lists and the key to their places. Paths of what they replaced."""
    kept, ending = [], f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if lists_in(places.files):
        aside = places.files.with_name(f"{places.files.name}.{ending}")
        places.files.rename(aside)
        kept.append(str(aside))
    places.files.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in drafts:
        if name == _KEY:
            continue
        target = places.files / name.removeprefix(_LISTS)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (scratch / name).replace(target)
    if _KEY in drafts and places.key_file is not None:
        if places.key_file.exists() and places.key_file.read_bytes() != (scratch / _KEY).read_bytes():
            aside = places.key_file.with_name(f"{places.key_file.name}.{ending}")
            places.key_file.rename(aside)
            kept.append(str(aside))
        places.key_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(scratch / _KEY, places.key_file)
    return kept


def _refusal(expected: str, found: str) -> RefusedError:
    return RefusedError(ErrorCode.RESTORE_REFUSED, expected=expected, found=found)
