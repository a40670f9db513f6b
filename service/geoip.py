"""Country and region of an IP address, from a MaxMind database file that the operator installs."""

from pathlib import Path
from typing import Any

import maxminddb

from service.errors import ErrorCode, RefusedError

_MOST = 200


class GeoIpDatabase:
    """An address database in MaxMind's format (GeoLite2-City, GeoLite2-Country and the like)."""

    def __init__(self, path: Path) -> None:
        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=str(path),
                expected="a file in MaxMind's database format (.mmdb)",
                found=str(error),
                field="VIALCHECK_PLACES_DATABASE",
            ) from error

    def place(self, address: str) -> tuple[str, str]:
        """Return country and region of an address; empty where unknown. Never raises."""
        try:
            found: Any = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return "", ""
        return _text(found, "country", "iso_code"), _text(found, "subdivisions", 0, "names", "en")

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


def _text(record: Any, *path: str | int) -> str:
    """Return a text from a record of unknown shape; empty where it is absent."""
    for step in path:
        try:
            record = record[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return record[:_MOST] if isinstance(record, str) else ""
