"""Encryption of secrets that have to be read again (TOTP secrets), with a key outside the database.

The key is VIALCHECK_SECRET_KEY, or else a file that is created on first use, readable by its owner alone. A
copy of the database without the key reveals no secret.
"""

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import ErrorCode, RefusedError, UnavailableError

_SHORTEST = 32
_NONCE = 12


class SecretBox:
    """Encrypts and decrypts short texts. `bound_to` is authenticated with the text: it decrypts for the same
    value only.
    """

    def __init__(self, key: str, file: Path) -> None:
        if key and len(key) < _SHORTEST:
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                expected=f"at least {_SHORTEST} random characters",
                found=f"{len(key)}",
                field="VIALCHECK_SECRET_KEY",
            )
        self._key = key
        self._file = file

    def seal(self, text: str, *, bound_to: str) -> str:
        """Return the text encrypted and authenticated, as ASCII."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._cipher().encrypt(nonce, text.encode(), bound_to.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, bound_to: str) -> str:
        """Return the decrypted text. UnavailableError(SECRET_KEY_CHANGED) where the key or `bound_to`
        differs.
        """
        raw = base64.urlsafe_b64decode(sealed)
        try:
            return self._cipher().decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
        except InvalidTag as error:
            raise UnavailableError(ErrorCode.SECRET_KEY_CHANGED, field="VIALCHECK_SECRET_KEY") from error

    def derived(self, purpose: str) -> bytes:
        """32 secret bytes for another purpose than sealing, the same in every process that has the key."""
        key = hashlib.sha256((self._key or self._of_file()).encode()).digest()
        return hashlib.blake2b(f"vialcheck {purpose}".encode(), key=key, digest_size=32).digest()

    def _cipher(self) -> AESGCM:
        return AESGCM(hashlib.sha256(f"vialcheck seal {self._key or self._of_file()}".encode()).digest())

    def _of_file(self) -> str:
        with suppress(FileNotFoundError):
            return self._read()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Written to a temporary file and linked into place: the first process creates the key, and no process
        # reads a part of it.
        draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, self._file)
        draft.unlink()
        return self._read()

    def _read(self) -> str:
        return self._file.read_text().strip()
