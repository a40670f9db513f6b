"""Passwords: Argon2id hashes and the rules for a new password.

There are no rules of composition (NIST SP 800-63B): at least twelve characters, not in the lists of common
passwords that zxcvbn ships, and not built from the person's name, address or organisation. A password appears
in no error, log or record.
"""

import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from service.errors import ErrorCode, RefusedError

SHORTEST = 12
LONGEST = 200
_STRONG_ENOUGH = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
_OF_THEIR_OWN = 8  # characters that are no part of a name
_NAME = 3
_JUDGED = 72  # zxcvbn's work grows with the square of the length: only the first 72 characters are judged

_HASHER = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
"""46 MiB and two passes: more than the minimum of OWASP's cheat sheet, about 0.1 s of one core."""

# zxcvbn keeps the user's words in a table of the whole process, so calls are serialised.
_judging = threading.Lock()


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store."""
    return _HASHER.hash(_normal(password))


def verify_password(kept: str, given: str) -> bool:
    """Return whether `given` is the password of the hash `kept`. One verification runs in every case, also
    where `kept` is empty.
    """
    try:
        _HASHER.verify(kept or _hash_of_no_password(), _normal(given)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def needs_rehash(kept: str) -> bool:
    """Return whether `kept` was made with other Argon2 parameters than today's and should be hashed again."""
    return _HASHER.check_needs_rehash(kept)


def check_new(password: str, *, about: Iterable[str] = ()) -> None:
    """RefusedError for a password that is too short, common, or easily guessed by a person who knows the
    words `about`.
    """
    length = len(_normal(password))
    if length < SHORTEST:
        raise RefusedError(ErrorCode.PASSWORD_SHORT, field="password")
    if length > LONGEST:
        raise RefusedError(ErrorCode.PASSWORD_LONG, field="password")
    words = [word for text in about for word in _words(text)]
    if len(_without(words, _normal(password))) < _OF_THEIR_OWN:
        raise RefusedError(ErrorCode.PASSWORD_COMMON, field="password")
    with _judging:
        score: int = zxcvbn(_normal(password)[:_JUDGED], user_inputs=words)["score"]
    if score < _STRONG_ENOUGH:
        raise RefusedError(ErrorCode.PASSWORD_COMMON, field="password")


def _without(words: list[str], password: str) -> str:
    """Return the password without the given words and without spaces."""
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "") if len(word) >= _NAME else rest
    return "".join(rest.split())


def _words(text: str) -> list[str]:
    parts = "".join(each if each.isalnum() else " " for each in text).split()
    return [text, *parts]


def _normal(password: str) -> str:
    """Return the NFC form: keyboards compose accents differently (RFC 8265, section 4)."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode())


@cache
def _hash_of_no_password() -> str:
    """A hash that no password matches: unknown addresses then cost the same time as known ones."""
    return _HASHER.hash("nobody's")
