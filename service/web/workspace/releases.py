"""Batches that wait for release, released together; and extensions of expiry."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.errors import ErrorCode, ForbiddenError, RefusedError, VialcheckError
from service.registry import recalls
from service.registry.corrections.extensions import read_extension
from service.registry.corrections.two_persons import TwoPersonRule
from service.registry.recalls import releases
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.change_text import KINDS
from service.web.workspace.confirmation import ChangeForm, answered, requests_of, shown

release = Blueprint("release", __name__, url_prefix="/release")
release.after_request(set_language_headers)

_LATER = ("gtin", "lot", "expiry", "reference")


@release.get("")
@only_for(Role.VIEWER, kinds=OWNERS)
def page() -> BaseResponse:
    """List the batches that wait."""
    return _page({}, [])


@release.post("")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def do() -> BaseResponse:
    """Release all chosen batches, or none."""
    chosen = [int(each) for each in request.form.getlist("batch") if each.isdecimal() and len(each) < 10]
    given = {"reason": request.form.get("reason", "").strip()}
    try:
        names = releases.release(_database(), chosen, reason=given["reason"], who=actor().who)
    except (RefusedError, ForbiddenError) as error:
        box = "reason" if error.field == "reason" else "batch"
        return _page(given, [FieldError(box, _said(error))], ticked=chosen)
    return redirect(url_for("release.page", done=len(names)), HTTPStatus.SEE_OTHER)


@release.get("/two-persons")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def rule() -> BaseResponse:
    """Show what turning the rule of two persons on or off does."""
    return shown(_rule())


@release.post("/two-persons")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def two() -> BaseResponse:
    """Turn the rule of two persons on, or ask another person to agree to turn it off."""
    return answered(_rule())


def _rule() -> ChangeForm:
    wanted = request.values.get("wanted") == "yes"
    return ChangeForm(
        address=url_for("release.two", wanted="yes" if wanted else "no"),
        fields=(),
        read=lambda _: TwoPersonRule(actor().organisation_id, wanted=wanted),
        done=url_for("release.page", made=1),
        back=url_for("release.page"),
    )


@release.get("/later-expiry")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def later() -> BaseResponse:
    """Show the form of an extension; `gtin` and `lot` may come from the query."""
    return _later({name: request.args.get(name, "").strip() for name in _LATER}, [])


@release.post("/later-expiry")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def extend() -> BaseResponse:
    """Extend a batch's expiry, after a page that shows what it touches."""
    return answered(
        ChangeForm(
            address=url_for("release.extend"),
            fields=_LATER,
            read=read_extension,
            done=url_for("release.page", made=1),
            back=url_for("release.later"),
            page=_later,
        )
    )


def _said(error: VialcheckError) -> str:
    if error.code is ErrorCode.VALUE_MISSING and error.field == "batch":
        return spoken().gettext("Choose at least one lot.")
    return error_message(error, spoken())


def _database() -> Database:
    return services().database


def _page(given: dict[str, str], errors: list[FieldError], *, ticked: Sequence[int] = ()) -> BaseResponse:
    who = actor()
    done = request.args.get("done", "")
    page = render_template(
        "workspace/releases.html",
        waiting=releases.waiting(_database(), who.who),
        two=releases.two_wanted(_database(), who.who),
        changes=[(each, spoken().gettext(KINDS[each.kind])) for each in requests_of().waiting(who.who)],
        given=given,
        ticked=set(ticked),
        made=bool(request.args.get("made")) and not errors,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        may=who.may(Role.RELEASER),
        admin=who.may(Role.ADMIN),
        released=int(done) if done.isdecimal() and len(done) < 6 and not errors else 0,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _later(given: dict[str, str], errors: list[FieldError]) -> BaseResponse:
    page = render_template(
        "workspace/recalls/expiry_extension.html",
        given=given,
        products=recalls.products(_database(), actor().who),
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
