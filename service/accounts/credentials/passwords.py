"""Passwords: Argon2id, and only such as nobody guesses.

No rules of composition: twelve characters, not in the lists of common ones that zxcvbn ships, and not made
of the person's own name, address or company. A password is in no error, log or record.
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
_JUDGED = 72  # zxcvbn's work grows with the square of the length; what is longer is judged by its beginning

_HASHER = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
"""46 MiB, twice over them: above what OWASP's cheat sheet asks for, a tenth of a second of one core."""

# zxcvbn keeps the words about a person in a table of the whole process.
_judging = threading.Lock()


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(_normal(password))


def matches(kept: str, given: str) -> bool:
    """Whether it is the password. One verification in every case, also where there is none kept."""
    try:
        _HASHER.verify(kept or _nobodys(), _normal(given)[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's, and should be hashed anew."""
    return _HASHER.check_needs_rehash(kept)


def check_new(password: str, *, about: Iterable[str] = ()) -> None:
    """RefusedError for a password that is too short, or that somebody who knows `about` would guess."""
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
    """What is left of a password when names and spaces are taken out of it."""
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "") if len(word) >= _NAME else rest
    return "".join(rest.split())


def _words(text: str) -> list[str]:
    parts = "".join(each if each.isalnum() else " " for each in text).split()
    return [text, *parts]


def _normal(password: str) -> str:
    """One form for what looks the same: keyboards compose accents differently (RFC 8265, section 4)."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode())


@cache
def _nobodys() -> str:
    """A hash that no password has: to spend the same time on an address that nobody has."""
    return _HASHER.hash("nobody's")
