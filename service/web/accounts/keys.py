"""API keys of an organisation's programs: creating, listing with the last use, revoking."""

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import LIFETIMES
from service.web.accounts.common import account_services, said, see, tried
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import own_origin
from service.web.text.formatting import N_
from service.web.text.workspace.object_names import SCOPES

keys = Blueprint("keys", __name__, url_prefix="/keys")
keys.after_request(set_language_headers)


@keys.get("")
@only_for(Role.ADMIN, strong=True)
def page() -> str:
    """List every key that was ever made."""
    done = spoken().gettext(N_("That key opens nothing any more.")) if "revoked" in request.args else ""
    return render_template(
        "accounts/keys/list.html",
        done=done,
        keys=account_services().keys.of(actor().organisation_id),
        words=_scope_words(),
    )


@keys.get("/new")
@only_for(Role.ADMIN, strong=True)
def form() -> str:
    """Show the form for a new key."""
    return _form([])


@keys.post("/new")
@only_for(Role.ADMIN, strong=True)
def make() -> Response:
    """Create a key and show it; it cannot be read again."""

    def act() -> Response:
        given = request.form
        key = account_services().keys.make(
            actor(),
            name=given.get("name", ""),
            scopes=[each for each in given.getlist("scopes") if each in _offered()],
            days=given.get("days", ""),
        )
        return make_response(render_template("accounts/keys/key.html", key=key, origin=own_origin()))

    return tried(act, _form, "name")


@keys.post("/<int:number>/revoke")
@only_for(Role.ADMIN, strong=True)
def revoke(number: int) -> Response:
    """Revoke a key."""
    account_services().keys.revoke(actor(), number)
    return see("keys.page", revoked="1")


def _offered() -> list[ApiKeyScope]:
    """Return the scopes that an organisation may choose: a clinic puts in no records but of its stock, and
    others have neither stock nor places for vials.
    """
    is_clinic = actor().kind is OrganisationKind.CLINIC
    of_clinics = {ApiKeyScope.STOCK, ApiKeyScope.TEMPERATURE}
    others = {ApiKeyScope.IMPORT, ApiKeyScope.RELEASE} if is_clinic else of_clinics
    return [each for each in ApiKeyScope if each not in others]


def _scope_words() -> dict[ApiKeyScope, str]:
    return {scope: spoken().gettext(text) for scope, text in SCOPES.items()}


def _form(errors: list[FieldError]) -> str:
    return render_template(
        "accounts/keys/new.html",
        errors=errors,
        by_box=said(errors),
        given=request.form,
        chosen=request.form.getlist("scopes"),
        scopes=_offered(),
        words=_scope_words(),
        lifetimes=LIFETIMES,
    )
