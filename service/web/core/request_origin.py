"""Where a request comes from, without knowing who: a region at most, and a mark that lasts a week.

The asker's own choice counts first (the country on the form, `country` and `region` of the API). Where
nothing is said, an address database says it, if the operator has installed one in MaxMind's format; none is
shipped. Addresses are looked up and let go of: none is kept, logged or passed on.
"""

from datetime import UTC, datetime

from flask import Request
from msgspec import Struct

from service.accounts.actors import Actor, OrganisationKind
from service.web.core.services import services


class RequestOrigin(Struct, frozen=True):
    """What a question says of where it comes from. Country: ISO 3166-1 alpha-2; all may be empty.

    `trade`: a clinic's account asks. `organisation_id`: whose people or program it is, if anybody's.
    """

    country: str = ""
    region: str = ""
    client: str = ""
    trade: bool = False
    organisation_id: int | None = None


def region_of(request: Request) -> tuple[str, str]:
    """Country and region that a request's address is in, as far as the operator's database knows."""
    places = services().geoip
    return places.place(request.remote_addr or "") if places is not None else ("", "")


def request_origin(request: Request, who: Actor | None, *, said: bool) -> RequestOrigin:
    """What is known of where a request of `who` comes from. `said`: its asker says the place himself.

    A signed-in clinic is where it is registered, and one device however many it has.
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
