"""What several hosts on one PostgreSQL database have to share: files and queue, encryption key, budgets."""

import os
import secrets
import socket
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from service.errors import ErrorCode, RefusedError
from service.settings import Settings
from service.storage.database import Database
from service.storage.database.peers import SharedMarks

_MARK = ".shared"


def marks_of(settings: Settings) -> SharedMarks:
    """The marks of this service. Makes the folder of lists and the key where they are missing."""
    return SharedMarks(
        _mark(socket.gethostname(), 3),
        _folder_mark(settings.files),
        settings.secret_box().derived("shared mark").hex()[:8],
        _mark(_budgets(settings), 4),
    )


def require_shared(settings: Settings, own: SharedMarks) -> None:
    """RefusedError(SETTING_INVALID) where another host serves the same records without sharing the rest.

    The other host's service has to be connected to the database at this moment.
    """
    database = Database(settings.database_url, wait_seconds=settings.wait)
    try:
        others = [each for each in database.peers() if each.host != own.host]
    finally:
        database.close()
    for other in others:
        if other.files != own.files:
            raise _refusal(
                "FILES", str(settings.files), "the folder of lists that the other host uses, shared"
            )
        if other.key != own.key:
            raise _refusal("SECRET_KEY", "", "the encryption key that the other host uses")
        if other.budgets != own.budgets:
            raise _refusal(
                "RATE_LIMIT", settings.rate_limit.partition("://")[0], "valkey://host:port on all hosts"
            )


def _refusal(setting: str, given: str, expected: str) -> RefusedError:
    return RefusedError(
        ErrorCode.SETTING_INVALID,
        given=given,
        expected=f"{expected}, because another host serves the same records",
        field=f"VIALCHECK_{setting}",
    )


def _mark(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()


def _budgets(settings: Settings) -> str:
    """Where budgets are: a file of this machine's memory, a server for all hosts, or nowhere."""
    if settings.rate_limit != "on":
        return settings.rate_limit
    folder = settings.beside_records
    folder.mkdir(parents=True, exist_ok=True)
    boot = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    return f"{boot} {folder.stat().st_dev} {folder.stat().st_ino}"


def _folder_mark(folder: Path) -> str:
    """A random mark that lies in the folder, wherever it is mounted."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / _MARK
    with suppress(FileExistsError):
        draft = folder / f"{_MARK}.{secrets.token_hex(4)}"
        draft.write_text(secrets.token_hex(4))
        try:
            os.link(draft, file)
        finally:
            draft.unlink()
    return file.read_text().strip()[:8]
