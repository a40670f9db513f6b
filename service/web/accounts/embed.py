"""The check on an organisation's own site: the form and the link to copy, and how they look."""

from flask import Blueprint, render_template, url_for

from service.accounts.actors import Role
from service.accounts.partner_sites import KINDS, PartnerSites
from service.web.core.access import actor, only_for
from service.web.core.i18n import set_language_headers
from service.web.core.question_form import own_origin
from service.web.core.services import services

embed = Blueprint("embed", __name__)
embed.after_request(set_language_headers)


@embed.get("/organisation/embed")
@only_for(Role.ADMIN, kinds=KINDS, strong=True)
def page() -> str:
    """What to copy; where the operator has not allowed it, whom to ask."""
    site = PartnerSites(services().database).of(actor().organisation_id)
    address = own_origin() + url_for("pages.asked_elsewhere")
    return render_template("accounts/organisation/embed.html", site=site, address=address)
