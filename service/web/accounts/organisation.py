"""Settings of an organisation: its name, logo, contact, country and rhythm of lists; claims of prefixes."""

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.accounts.organisation_settings import MOST_LOGO_BYTES, OrganisationProfiles
from service.accounts.partner_sites import KINDS
from service.gs1.iso.countries import countries
from service.verification.pictures.process import picture_process
from service.web.accounts.common import said, see, tried
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.request_uploads import MOST_TYPED, takes_files
from service.web.core.services import services
from service.web.text.formatting import N_

organisation = Blueprint("organisation", __name__, url_prefix="/organisation")
organisation.after_request(set_language_headers)

_DONE = {
    "saved": N_("The settings were saved."),
    "claimed": N_("The claim was sent. The operator of this service decides on it."),
    "withdrawn": N_("The claim was withdrawn."),
}
_FIELDS = ("name", "contact", "default_country", "list_days", "glns")


@organisation.get("")
@only_for(Role.ADMIN, strong=True)
def page() -> str:
    """Show the settings and the claims."""
    return _page([])


@organisation.post("")
@only_for(Role.ADMIN, strong=True)
@takes_files(lambda: MOST_LOGO_BYTES + MOST_TYPED)
def save() -> BaseResponse:
    """Save the settings."""

    def act() -> Response:
        file = request.files.get("logo")
        logo = file.stream.read(MOST_LOGO_BYTES + 1) if file is not None and file.filename else b""
        given = {name: request.form.get(name, "") for name in _FIELDS}
        without = bool(request.form.get("without_logo"))
        _profiles().change(actor(), given, logo, at=datetime.now(UTC), without_logo=without)
        return see("organisation.page", done="saved")  # type: ignore[return-value]

    return tried(act, _page, "name")


@organisation.get("/logo.png")
@only_for(Role.VIEWER)
def logo() -> Response:
    """The logo of the person's own organisation."""
    return Response(_profiles().logo(actor().organisation_id), mimetype="image/png")


@organisation.post("/claims")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def claim() -> BaseResponse:
    """Claim a GS1 company prefix."""

    def act() -> Response:
        given = {name: request.form.get(name, "") for name in ("manufacturer", "prefix", "evidence")}
        _profiles().claim(actor(), **given, at=datetime.now(UTC))
        return see("organisation.page", done="claimed")  # type: ignore[return-value]

    return tried(act, _page, "prefix")


@organisation.post("/claims/<int:number>/withdraw")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def withdraw(number: int) -> BaseResponse:
    """Withdraw an open claim."""
    _profiles().withdraw(actor(), number, at=datetime.now(UTC))
    return see("organisation.page", done="withdrawn")


def _page(errors: list[FieldError]) -> str:
    who = actor()
    kept = _profiles().settings(who.organisation_id)
    given = {name: getattr(kept, name) for name in _FIELDS} | {
        "manufacturer": "",
        "prefix": "",
        "evidence": "",
    }
    done = request.args.get("done", "")
    return render_template(
        "accounts/organisation.html",
        kept=kept,
        given=given | (request.form.to_dict() if errors else {}),
        errors=errors,
        by_box=said(errors),
        done=spoken().gettext(_DONE[done]) if done in _DONE and not errors else "",
        owns=who.kind in OWNERS,
        embeds=who.kind in KINDS,
        manufacturers=_profiles().manufacturers(who.organisation_id),
        claims=_profiles().claims(who.organisation_id),
        countries=sorted(countries().items(), key=lambda pair: pair[1]),
    )


def _profiles() -> OrganisationProfiles:
    return OrganisationProfiles(services().database, picture_process().cleaned)
