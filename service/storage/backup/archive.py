"""The file of a backup: a ZIP archive of members, and a manifest with the size and SHA-256 of each.

It is written under another name and renamed once all of it was read back and found right, so that a file of
its name is whole. It can be read by its owner alone.
"""

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

import msgspec
from msgspec import Struct

from service.errors import ErrorCode, RefusedError
from service.storage.database.copies import CopiedRecords

FORMAT = 1
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_QUICK = 1  # zlib's level: a third of the time of its default, a tenth larger
_LONGEST_MANIFEST = 64 << 20
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")


class Member(Struct, frozen=True):
    """One member: its bytes before compression, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a backup is.

    `made`: the moment of its records, ISO 8601. `version`: of the program. `key_mark`: tells which
    encryption key its secrets were sealed with, and nothing about the key; empty where there is none.
    """

    format: int
    version: str
    made: str
    records: CopiedRecords
    members: dict[str, Member]
    key_mark: str


class _Counted:
    """Passes written bytes on, and counts and hashes them."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        self._target.write(data)
        self._digest.update(data)
        self._size += len(data)
        return len(data)

    @property
    def member(self) -> Member:
        return Member(self._size, self._digest.hexdigest())


class ArchiveWriter:
    """Writes a new backup to `path`, which must not exist. RefusedError(BACKUP_REFUSED)."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise RefusedError(
                ErrorCode.BACKUP_REFUSED, expected="a name that is free", found=f"a file {path}"
            )
        self._path = path
        self._draft = path.with_name(f".{path.name}.part")
        try:
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise RefusedError(
                ErrorCode.BACKUP_REFUSED, expected="a folder that can be written to", found=str(error)
            ) from error
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.fp = None  # one that was not finished writes no directory of its members
        with suppress(OSError):  # a full disk: it is not kept
            self._file.close()
        self._draft.unlink(missing_ok=True)

    @contextmanager
    def put(self, name: str) -> Iterator[IO[bytes]]:
        """Open a new member for writing."""
        with self._zip.open(name, "w", force_zip64=True) as target:
            counted = _Counted(target)
            yield cast("IO[bytes]", counted)
        self.members[name] = counted.member

    def finish(self, manifest: Manifest) -> str:
        """Write the manifest, read everything back, give the file its name. Return the manifest's SHA-256."""
        said = msgspec.json.encode(manifest)
        with self._zip.open(_MANIFEST, "w") as target:
            target.write(said)
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        with ArchiveReader(self._draft, code=ErrorCode.BACKUP_REFUSED) as written:
            written.verify()
        self._draft.rename(self._path)
        _sync(self._path.parent)
        return hashlib.sha256(said).hexdigest()


class ArchiveReader:
    """Reads a backup. RefusedError(`code`) where it is none, is damaged, or is of a newer format."""

    def __init__(self, path: Path, *, code: ErrorCode = ErrorCode.RESTORE_REFUSED) -> None:
        self._code = code
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = self._manifest()
        except (OSError, zipfile.BadZipFile, KeyError, zlib.error, msgspec.MsgspecError) as error:
            raise self._refusal("a whole backup", f"{path}: {error}") from error
        if self.manifest.format > FORMAT:
            raise self._refusal(f"a backup of format {FORMAT}", f"format {self.manifest.format}")
        if strange := [name for name in self.manifest.members if not _NAME.fullmatch(name) or ".." in name]:
            raise self._refusal("names of members", strange[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def verify(self) -> None:
        """Read every member, and compare its size and checksum with the manifest's."""
        listed = set(self._zip.namelist()) - {_MANIFEST}
        if listed != set(self.manifest.members):
            raise self._refusal("the members that its manifest names", ", ".join(sorted(listed))[:200])
        for name, said in self.manifest.members.items():
            digest, size = hashlib.sha256(), 0
            with self.take(name) as source:
                for block in iter(lambda: self._read(source, name), b""):  # noqa: B023 (called at once)
                    digest.update(block)
                    size += len(block)
            if Member(size, digest.hexdigest()) != said:
                raise self._refusal(f"{name} as it was written", "other bytes")

    @contextmanager
    def take(self, name: str) -> Iterator[IO[bytes]]:
        """Open a member for reading."""
        try:
            source = self._zip.open(name)
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise self._refusal(name, str(error)) from error
        with source:
            yield source

    def copy_out(self, name: str, target: Path) -> None:
        """Write a member to a new file that its owner alone can read, and to the disk."""
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file, self.take(name) as source:
            for block in iter(lambda: self._read(source, name), b""):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, source: IO[bytes], name: str) -> bytes:
        try:
            return source.read(_BLOCK)
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self._refusal(f"{name} as it was written", str(error)) from error

    def _manifest(self) -> Manifest:
        if self._zip.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
            raise zipfile.BadZipFile("its manifest is too long")
        return msgspec.json.decode(self._zip.read(_MANIFEST), type=Manifest)

    def _refusal(self, expected: str, found: str) -> RefusedError:
        return RefusedError(self._code, expected=expected, found=found)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
