"""One change that waits for a second person: what it does, agreeing to it, and refusing it."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.errors import ErrorCode, ForbiddenError, UnavailableError, VialcheckError
from service.registry.corrections.requests import WaitingChange
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.text import error_message
from service.web.text.workspace.change_text import KINDS
from service.web.workspace.confirmation import requests_of, said, words_of

changes = Blueprint("changes", __name__, url_prefix="/requests")
changes.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_ADMINS = frozenset({"merge", "two_persons"})
"""Changes that an administrator alone may agree to."""


@changes.get("/<int:number>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(number: int) -> BaseResponse:
    """Show a request."""
    return _page(number, [])


@changes.post("/<int:number>/approve")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def approve(number: int) -> BaseResponse:
    """Agree as the second person: the change is made."""
    return _decided(number, agreed=True)


@changes.post("/<int:number>/refuse")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def refuse(number: int) -> BaseResponse:
    """Refuse it, or retract one's own."""
    return _decided(number, agreed=False)


def _decided(number: int, *, agreed: bool) -> BaseResponse:
    who = actor().who
    line = requests_of().find(number, who)
    if line.kind in _ADMINS and not actor().may(Role.ADMIN):
        raise ForbiddenError(ErrorCode.NOT_ALLOWED)
    reason = request.form.get("reason", "")
    try:
        if agreed:
            requests_of().approve(number, who=who, seal=request.form.get("seal", ""))
        else:
            requests_of().refuse(number, reason=reason, who=who)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _page(number, said(error), reason=reason)
    return redirect(url_for("changes.one", number=number, done=1), HTTPStatus.SEE_OTHER)


def _page(number: int, errors: list[FieldError], *, reason: str = "") -> BaseResponse:
    who = actor()
    line = requests_of().find(number, who.who)
    words, stopped = _looked_at(line)
    page = render_template(
        "workspace/changes/request.html",
        **words,
        line=line,
        title=spoken().gettext(KINDS[line.kind]),
        stopped=stopped,
        may=who.may(Role.ADMIN if line.kind in _ADMINS else Role.RELEASER),
        reason=reason,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        just=request.args if not errors else {},
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _looked_at(line: WaitingChange) -> tuple[dict[str, object], str]:
    """What a waiting change does, and why it cannot be made any more."""
    if line.state != "waiting":
        return {}, ""
    known = requests_of()
    try:
        seen = known.preview(known.change_of(line), actor().who)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return {}, error_message(error, spoken())
    changed = ForbiddenError(ErrorCode.RECORD_CHANGED)
    return words_of(seen), "" if seen.seal == line.seal else error_message(changed, spoken())
