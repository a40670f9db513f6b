"""Where a request comes from, without identifying the person: at most a region, and a mark that changes
weekly.

The asker's own statement has precedence (the country of the form, `country` and `region` of the API).
Otherwise an address database decides, where the operator has installed one in MaxMind's format; none is
shipped. Addresses are looked up and dropped: none is stored, logged or passed on.
"""

from datetime import UTC, datetime

from flask import Request
from msgspec import Struct

from service.accounts.actors import Actor, OrganisationKind
from service.web.core.services import services


class RequestOrigin(Struct, frozen=True):
    """Where a question comes from. Country: ISO 3166-1 alpha-2; every field may be empty.

    `trade`: a clinic's account asks. `organisation_id`: of the signed-in person or program, None for a guest.
    """

    country: str = ""
    region: str = ""
    client: str = ""
    trade: bool = False
    organisation_id: int | None = None


def region_of(request: Request) -> tuple[str, str]:
    """Return country and region of the request's address, as far as the operator's database knows them."""
    places = services().geoip
    return places.place(request.remote_addr or "") if places is not None else ("", "")


def request_origin(request: Request, who: Actor | None, *, said: bool) -> RequestOrigin:
    """Return the origin of a request of `who`. `said`: the asker states the place.

    A signed-in clinic is where it is registered, and counts as one device, however many it has.
    """
    if who is not None and who.kind is OrganisationKind.CLINIC:
        mark = f"clinic-{who.organisation_id}"
        return RequestOrigin(who.country, who.region, mark, trade=True, organisation_id=who.organisation_id)
    sent = request.environ
    mark = services().device_marks.mark(
        sent.get("REMOTE_ADDR", ""), sent.get("HTTP_USER_AGENT", ""), datetime.now(UTC)
    )
    country, region = ("", "") if said else region_of(request)
    return RequestOrigin(country, region, mark, organisation_id=who.organisation_id if who else None)
