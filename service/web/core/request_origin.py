"""Where a request comes from: a country and region at most, and a mark of the device that lasts a week.

An address database says it, if the operator has installed one in MaxMind's format; none is shipped. Without
one, the asker's own statement counts (the country on the form, `country` and `region` of the API). Addresses
are looked up and dropped: none is kept, logged or passed on.
"""

from datetime import UTC, datetime

from flask import Request

from service.accounts.actors import Actor, OrganisationKind
from service.clinics.origin import clinic_origin
from service.verification.question import Channel, RequestOrigin
from service.web.core.services import services


def region_of(request: Request) -> tuple[str, str]:
    """Country and region of a request's address, by the operator's database; empty where it has none."""
    geoip = services().geoip
    return geoip.place(request.remote_addr or "") if geoip is not None else ("", "")


def request_origin(
    request: Request,
    who: Actor | None,
    channel: Channel,
    *,
    country: str = "",
    region: str = "",
    said: bool = False,
) -> RequestOrigin:
    """The origin of a request by `who` (None: a guest). `country`, `region`: what the asker says of it.

    `said`: the asker has said where, even if by the market alone. A guest's address weighs more than the
    guest's word: one person can claim four countries in a minute. A program's key stands for an organisation
    whose customers are elsewhere: what it says counts. A signed-in clinic is where it is registered, and one
    device however many it has.
    """
    if who is not None and who.kind is OrganisationKind.CLINIC:
        return clinic_origin(who, channel, country=country, region=region)
    mark = services().device_marks.mark(request.environ.get("REMOTE_ADDR") or "", datetime.now(UTC))
    if who is None or not (said or country or region):
        seen = region_of(request)
        country, region = seen if any(seen) else (country, region)
    organisation_id = who.organisation_id if who else None
    return RequestOrigin(channel, country, region, mark, organisation_id=organisation_id)
