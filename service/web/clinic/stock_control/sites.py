"""A clinic's sites: their names, and at which one this browser stands."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.errors import RefusedError
from service.web.clinic.common import CLINICS, clinic, wrong
from service.web.clinic.stock_control.device_site import remember_site, site_of, sites, this_site
from service.web.core.access import actor, only_for
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.formatting import N_

_DONE = {
    "site": N_("Recorded. What is received on this device goes to this site."),
    "name": N_("Recorded."),
}


@clinic.get("/stock/sites")
@only_for(Role.VIEWER, kinds=CLINICS)
def sites_page() -> str:
    """Show the sites."""
    return _page()


@clinic.post("/stock/sites")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def name_site() -> Response | tuple[str, HTTPStatus]:
    """Add a site, or rename the one that the form names."""
    name, number = request.form.get("name", ""), request.form.get("site", "")
    now = services().verification.now()
    try:
        if number:
            services().stock_control.sites.rename(actor(), site_of(number).id or 0, name, now)
        else:
            services().stock_control.sites.add(actor(), name, now)
    except RefusedError as error:
        return _page(typed=name, at=number, **wrong(error, "name")), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("clinic.sites_page", done="name"), HTTPStatus.SEE_OTHER)


@clinic.post("/stock/site")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def choose_site() -> Response:
    """Remember at which site this browser stands."""
    chosen = site_of(request.form.get("site", ""))
    answer = redirect(url_for("clinic.sites_page", done="site"), HTTPStatus.SEE_OTHER)
    remember_site(answer, chosen)
    return answer


def _page(**more: object) -> str:
    done = _DONE.get(request.args.get("done", ""))
    return render_template(
        "clinic/stock_control/sites.html",
        sites=sites(),
        here=this_site(),
        may_write=actor().may(Role.CLINIC),
        done=spoken().gettext(done) if done else "",
        **({"typed": "", "at": ""} | more),
    )
