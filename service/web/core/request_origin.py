"""Where a request comes from, without knowing who: a region at most, and a mark that lasts a week.

The asker's own choice counts first (the country on the form, `country` and `region` of the API). Where
nothing is said, an address database says it, if the operator has installed one in MaxMind's format; none is
shipped. Addresses are looked up and let go of: none is kept, logged or passed on.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import maxminddb
from flask import Request, current_app
from msgspec import Struct

from service.accounts.actors import Actor, OrganisationKind
from service.errors import ErrorCode, RefusedError
from service.verification.device_marks import ClientKeys
from service.web.core.flask_proxies import behind

_MOST = 200


class Whereabouts(Struct, frozen=True):
    """What a question says of where it comes from. Country: ISO 3166-1 alpha-2; all may be empty.

    `trade`: a clinic's account asks. `organisation_id`: whose people or program it is, if anybody's.
    """

    country: str = ""
    region: str = ""
    client: str = ""
    trade: bool = False
    organisation_id: int | None = None


class PlaceDatabase:
    """An address database in MaxMind's format (GeoLite2-City, -Country and their like)."""

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
        """Country and region of an address; empty where it says nothing. Never raises."""
        try:
            found: Any = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return "", ""
        return _text(found, "country", "iso_code"), _text(found, "subdivisions", 0, "names", "en")

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


def place_of(request: Request) -> tuple[str, str]:
    """Country and region that a request's address is in, as far as the operator's database knows."""
    places: PlaceDatabase | None = behind(current_app).extensions["vialcheck"].places
    return places.place(request.remote_addr or "") if places is not None else ("", "")


def whereabouts(request: Request, who: Actor | None, *, said: bool) -> Whereabouts:
    """What is known of where a request of `who` comes from. `said`: its asker says the place himself.

    A signed-in clinic is where it is registered, and one device however many it has.
    """
    if who is not None and who.kind is OrganisationKind.CLINIC:
        mark = f"clinic-{who.organisation_id}"
        return Whereabouts(who.country, who.region, mark, trade=True, organisation_id=who.organisation_id)
    sent = request.environ
    clients: ClientKeys = behind(current_app).extensions["vialcheck"].clients
    mark = clients.mark(sent.get("REMOTE_ADDR", ""), sent.get("HTTP_USER_AGENT", ""), datetime.now(UTC))
    country, region = ("", "") if said else place_of(request)
    return Whereabouts(country, region, mark, organisation_id=who.organisation_id if who else None)


def _text(record: Any, *path: str | int) -> str:
    """A text in a record that may be of any shape."""
    for step in path:
        try:
            record = record[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return record[:_MOST] if isinstance(record, str) else ""
