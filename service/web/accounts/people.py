"""An organisation's people: listing, inviting, changing roles, disabling."""

from datetime import UTC, datetime

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import OrganisationKind, Role
from service.accounts.invitations import MAY_FOUND_CLINICS
from service.accounts.organisation_settings import OrganisationProfiles
from service.accounts.organisations import read_roles
from service.errors import RefusedError, UnavailableError
from service.gs1.iso.countries import countries
from service.registry.digests.transport import mail
from service.web.accounts.common import account_services, said, see, tried
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import own_origin
from service.web.core.services import services
from service.web.text.accounts.roles import ROLES
from service.web.text.formatting import N_
from service.web.text.workspace.invitation_text import invitation_text

people = Blueprint("people", __name__, url_prefix="/people")
people.after_request(set_language_headers)

_DONE = {
    "roles": N_("What they may do was changed."),
    "disabled": N_("They can no longer sign in."),
    "enabled": N_("They can sign in again."),
    "factors": N_("Their second factors were taken away, and they were signed out."),
    "withdrawn": N_("That link opens nothing any more."),
}
_OF_KIND = {
    OrganisationKind.MANUFACTURER: (Role.ADMIN, Role.IMPORTER, Role.RELEASER, Role.VIEWER),
    OrganisationKind.CLINIC: (Role.ADMIN, Role.RELEASER, Role.CLINIC, Role.VIEWER),
    OrganisationKind.DISTRIBUTOR: (Role.ADMIN, Role.IMPORTER, Role.RELEASER, Role.VIEWER),
    OrganisationKind.REGULATOR: (Role.ADMIN, Role.IMPORTER, Role.RELEASER, Role.VIEWER),
}
"""The roles that are of use in an organisation of each kind."""


@people.get("")
@only_for(Role.ADMIN, strong=True)
def page() -> str:
    """List the people and the open invitations."""
    organisation = actor().organisation_id
    return render_template(
        "accounts/people.html",
        who=actor(),
        done=_done(),
        people=account_services().people.of(organisation),
        invitations=account_services().invitations.open_invitations(organisation),
        may_found=actor().kind in account_services().invitations.inviters,
    )


@people.get("/invite")
@only_for(Role.ADMIN, strong=True)
def invite_form() -> str:
    """Show the form of an invitation."""
    return _invite_form([])


@people.post("/invite")
@only_for(Role.ADMIN, strong=True)
def invite() -> Response:
    """Invite a colleague; the link is shown once."""

    def act() -> Response:
        roles = read_roles(request.form.getlist("roles"))
        email = request.form.get("email", "")
        return _sent([(email.strip(), account_services().invitations.invite(actor(), email, roles))])

    return tried(act, _invite_form, "email")


@people.get("/invite-many")
@only_for(Role.ADMIN, strong=True)
def many_form() -> str:
    """Show the form that invites several colleagues."""
    return _many_form([])


@people.post("/invite-many")
@only_for(Role.ADMIN, strong=True)
def invite_many() -> Response:
    """Invite several colleagues, or none when a line is wrong."""

    def act() -> Response:
        roles = read_roles(request.form.getlist("roles"))
        return _sent(account_services().invitations.invite_many(actor(), _lines(), roles))

    return tried(act, _many_form, "lines")


@people.get("/clinics")
@only_for(Role.ADMIN, kinds=MAY_FOUND_CLINICS, strong=True)
def clinics() -> str:
    """List the clinics that the organisation has invited, with a form that invites several."""
    return _clinics_page([])


@people.post("/clinics")
@only_for(Role.ADMIN, kinds=MAY_FOUND_CLINICS, strong=True)
def invite_clinics() -> Response:
    """Invite several clinics, or none when a line is wrong."""

    def act() -> Response:
        return _sent(account_services().invitations.invite_clinics(actor(), _lines()))

    return tried(act, _clinics_page, "lines")


@people.get("/invite-clinic")
@only_for(Role.ADMIN, kinds=MAY_FOUND_CLINICS, strong=True)
def clinic_form() -> str:
    """Show the form that invites a clinic."""
    return _clinic_form([])


@people.post("/invite-clinic")
@only_for(Role.ADMIN, kinds=MAY_FOUND_CLINICS, strong=True)
def invite_clinic() -> Response:
    """Invite the first admin of a new clinic; the link is shown once."""

    def act() -> Response:
        given = {name: request.form.get(name, "") for name in ("email", "clinic", "country", "region")}
        token = account_services().invitations.invite_clinic(actor(), **given)
        return _sent([(given["email"].strip(), token)])

    return tried(act, _clinic_form, "email")


@people.post("/invitations/<int:number>/withdraw")
@only_for(Role.ADMIN, strong=True)
def withdraw(number: int) -> Response:
    """Withdraw an invitation."""
    account_services().invitations.withdraw(actor(), number)
    return see("people.page", done="withdrawn")


@people.get("/<int:number>")
@only_for(Role.ADMIN, strong=True)
def person(number: int) -> str:
    """Show one person, and what can be done."""
    return _person(number, [])


@people.post("/<int:number>/roles")
@only_for(Role.ADMIN, strong=True)
def set_roles(number: int) -> Response:
    """Set a person's roles."""

    def act() -> Response:
        account_services().people.set_roles(actor(), number, read_roles(request.form.getlist("roles")))
        return see("people.person", number=number, done="roles")

    return tried(act, lambda errors: _person(number, errors), "roles")


@people.post("/<int:number>/disable")
@only_for(Role.ADMIN, strong=True)
def disable(number: int) -> Response:
    """Disable an account."""

    def act() -> Response:
        account_services().people.disable(actor(), number)
        return see("people.page", done="disabled")

    return tried(act, lambda errors: _person(number, errors), "roles")


@people.post("/<int:number>/enable")
@only_for(Role.ADMIN, strong=True)
def enable(number: int) -> Response:
    """Enable an account."""
    account_services().people.enable(actor(), number)
    return see("people.person", number=number, done="enabled")


@people.post("/<int:number>/new-password")
@only_for(Role.ADMIN, strong=True)
def new_password(number: int) -> Response:
    """Create a link to a new password; it is shown once."""
    return _link(
        account_services().invitations.invite_to_new_password(
            actor(), account_services().people.find(actor(), number)
        )
    )


@people.post("/<int:number>/remove-factors")
@only_for(Role.ADMIN, strong=True)
def remove_factors(number: int) -> Response:
    """Remove the factors of a person who lost them."""
    account_services().people.remove_factors(actor(), number)
    return see("people.person", number=number, done="factors")


def _done() -> str:
    code = request.args.get("done", "")
    return spoken().gettext(_DONE[code]) if code in _DONE else ""


def _default_country() -> str:
    return OrganisationProfiles(services().database).settings(actor().organisation_id).default_country


def _lines() -> list[str]:
    return [line.strip() for line in request.form.get("lines", "").splitlines() if line.strip()]


def _sent(invited: list[tuple[str, str]]) -> Response:
    """Show the links, once; where a mail server is set, they are sent too, and what was not sent is named."""
    settings, tr = services().settings, spoken()
    links = [(email, own_origin() + url_for("invitation.page", token=token)) for email, token in invited]
    unsent: list[str] = []
    for email, link in links if settings.smtp_url and settings.mail_from else ():
        try:
            text = invitation_text(actor().organisation, link, tr)
            mail(settings.smtp_url, settings.mail_from, email, text, datetime.now(UTC))
        except (RefusedError, UnavailableError):
            unsent.append(email)
    mailed = bool(settings.smtp_url and settings.mail_from)
    return make_response(
        render_template("accounts/link.html", links=links, mailed=mailed, unsent=unsent, link=links[0][1])
    )


def _many_form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/invite_many.html",
        errors=errors,
        by_box=said(errors),
        lines=request.form.get("lines", ""),
        chosen=request.form.getlist("roles"),
        choices=_choices(),
    )


def _clinics_page(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/clinics.html",
        errors=errors,
        by_box=said(errors),
        lines=request.form.get("lines", ""),
        clinics=account_services().invitations.clinics_of(actor().organisation_id),
        country_names=countries(),
    )


def _link(token: str) -> Response:
    link = own_origin() + url_for("invitation.page", token=token)
    return make_response(render_template("accounts/link.html", link=link))


def _choices() -> list[tuple[Role, str, str]]:
    tr = spoken()
    words = [(role, *ROLES[role]) for role in _OF_KIND[actor().kind]]
    return [(role, tr.gettext(name), tr.gettext(meaning)) for role, name, meaning in words]


def _invite_form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/invite.html",
        errors=errors,
        by_box=said(errors),
        email=request.form.get("email", ""),
        chosen=request.form.getlist("roles"),
        choices=_choices(),
    )


def _clinic_form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/invite_clinic.html",
        errors=errors,
        by_box=said(errors),
        given=request.form or {"country": _default_country()},
        countries=sorted(countries().items(), key=lambda pair: pair[1]),
    )


def _person(number: int, errors: list[FieldError]) -> str:
    found = account_services().people.find(actor(), number)
    return render_template(
        "accounts/person.html",
        errors=errors,
        by_box=said(errors),
        done=_done(),
        person=found,
        is_oneself=number == actor().account_id,
        chosen=request.form.getlist("roles") if errors else [str(role) for role in found.roles],
        choices=_choices(),
    )
