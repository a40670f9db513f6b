"""The operator's directory: which responder keeps the records of a GTIN or of a company prefix.

A file in TOML:

    req_gln = "9506000000008"          # the GLN under which this service asks

    [[responder]]
    name = "Example Wholesale"         # named in answers
    url = "https://vrs.example.org"    # before /verify/gtin/…
    prefixes = ["0405123"]             # GS1 company prefixes
    gtins = ["04012345678901"]         # single products
    key_file = "/run/secrets/vrs"      # holds the key that it gave us; left out: none
    private = true                     # may have an address inside the operator's network; left out: no

Nothing that is not listed is ever asked.
"""

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, ValidationError, convert

from service.errors import ErrorCode, RefusedError, VialcheckError
from service.gs1.identifiers import Gtin, is_gln

VARIABLE = "VIALCHECK_OUTSIDE_RESPONDERS"


class ResponderEntry(Struct, frozen=True):
    """One responder. `key`: what its Authorization header has, empty for none."""

    name: str
    url: str
    prefixes: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()
    private: bool = False
    key: str = ""


class _Listed(Struct, forbid_unknown_fields=True):
    name: str
    url: str
    prefixes: list[str] = []
    gtins: list[str] = []
    key_file: str = ""
    private: bool = False


class _File(Struct, forbid_unknown_fields=True):
    req_gln: str
    responder: list[_Listed]


class ResponderDirectory:
    """Finds the responder of a GTIN: one that lists it, else the one with the longest prefix of it."""

    def __init__(self, req_gln: str, entries: tuple[ResponderEntry, ...]) -> None:
        self.req_gln = req_gln
        self._by_gtin = {gtin: each for each in entries for gtin in each.gtins}
        self._by_prefix = {prefix: each for each in entries for prefix in each.prefixes}

    def find(self, gtin: Gtin) -> ResponderEntry | None:
        """The responder of a product; None where none is listed.

        A company prefix begins behind the first digit of the fourteen, which is the packaging level's.
        """
        if (entry := self._by_gtin.get(gtin.value)) is not None:
            return entry
        digits = gtin.value[1:]
        lengths = range(len(digits), 0, -1)
        return next((self._by_prefix[digits[:n]] for n in lengths if digits[:n] in self._by_prefix), None)


def read_directory(path: Path) -> ResponderDirectory:
    """Read the file; RefusedError(SETTING_INVALID) says what is wrong with it."""
    try:
        listed = convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
        entries = tuple(_entry(each) for each in listed.responder)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise _invalid(str(path), str(error)) from error
    if not is_gln(listed.req_gln):
        raise _invalid(listed.req_gln, "a req_gln that is no GLN")
    claimed = [number for each in entries for number in (*each.prefixes, *each.gtins)]
    twice = next((each for each in claimed if claimed.count(each) > 1), None)
    if twice is not None:
        raise _invalid(twice, "the same number at two places")
    return ResponderDirectory(listed.req_gln, entries)


def _entry(listed: _Listed) -> ResponderEntry:
    _check_url(listed)
    if not listed.name.strip() or len(listed.name) > 80:
        raise _invalid(listed.name, "a name of none, or of more than 80 characters")
    for each in listed.prefixes:
        if not (each.isascii() and each.isdigit() and 4 <= len(each) <= 12):
            raise _invalid(each, "a company prefix of other than 4 to 12 digits")
    try:
        gtins = tuple(Gtin.parse(each).value for each in listed.gtins)
    except VialcheckError as error:
        raise _invalid(", ".join(listed.gtins), f"a GTIN that is none: {error.given}") from error
    key = Path(listed.key_file).read_text(encoding="utf-8").strip() if listed.key_file else ""
    if not key.isascii() or any(each.isspace() for each in key):
        raise _invalid(listed.key_file, "a key with spaces")
    return ResponderEntry(
        listed.name.strip(),
        listed.url.rstrip("/"),
        tuple(listed.prefixes),
        gtins,
        listed.private,
        key,
    )


def _check_url(listed: _Listed) -> None:
    """Raise for what is no https address; http only to a host that the operator has marked as private."""
    try:
        parts = urlsplit(listed.url)
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole, parts = False, urlsplit("")
    schemes = {"https", "http"} if listed.private else {"https"}
    extra: Any = parts.username or parts.password or parts.query or parts.fragment
    if not whole or parts.scheme not in schemes or extra:
        raise _invalid(listed.url, "an address other than https://host/path")


def _invalid(given: str, found: str) -> RefusedError:
    return RefusedError(
        ErrorCode.SETTING_INVALID,
        given=given,
        expected="a directory of responders (docs/operations.md)",
        found=found,
        field=VARIABLE,
    )
