"""A manufacturer or an authority whose own site leads here: its name and logo, beside ours.

A link or a form of that site names it (`by`). The name changes nothing of an answer.
"""

from flask import Blueprint, Response

from service.accounts.partner_sites import PartnerSites
from service.errors import ErrorCode, NotFoundError
from service.web.core.access import open_to_everyone
from service.web.core.services import services

partner = Blueprint("partner", __name__)


@partner.get("/partner/<reference>.png")
@open_to_everyone
def logo(reference: str) -> Response:
    """The logo of an organisation that may stand beside ours; NotFoundError for every other."""
    sites = PartnerSites(services().database)
    found = sites.named(reference)
    picture = sites.logo(found) if found is not None else None
    if picture is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a logo", field="logo")
    response = Response(picture, mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
