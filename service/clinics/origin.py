"""Where a clinic's checks come from: the place that it is registered at, whichever device it uses."""

from service.accounts.actors import Actor
from service.verification.question import Channel, RequestOrigin


def clinic_origin(actor: Actor, channel: Channel, *, country: str = "", region: str = "") -> RequestOrigin:
    """The origin of a clinic's check. `country`, `region`: where it says that it is now, if elsewhere."""
    return RequestOrigin(
        channel,
        country or actor.country,
        region or actor.region,
        f"clinic-{actor.organisation_id}",
        trade=True,
        organisation_id=actor.organisation_id,
    )
