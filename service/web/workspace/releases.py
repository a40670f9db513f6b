"""Batches that wait for release, released together; and extensions of expiry."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.errors import ErrorCode, ForbiddenError, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.identifiers import Expiry, Gtin, Lot
from service.registry import recalls
from service.registry.recalls import releases
from service.registry.recalls.expiry_extensions import extend as put_later
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message

release = Blueprint("release", __name__, url_prefix="/release")
release.after_request(set_language_headers)

T = TypeVar("T")

_LATER = ("gtin", "lot", "expiry", "reference", "reason")


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
        return _page(given, [FieldError(box, _said(error))])
    return redirect(url_for("release.page", done=len(names)), HTTPStatus.SEE_OTHER)


@release.post("/two-persons")
@only_for(Role.ADMIN, kinds=OWNERS, strong=True)
def two() -> BaseResponse:
    """Set whether a second person is needed for a release."""
    releases.ask_for_two(_database(), wanted=request.form.get("wanted") == "yes", who=actor().who)
    return redirect(url_for("release.page"), HTTPStatus.SEE_OTHER)


@release.get("/later-expiry")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def later() -> BaseResponse:
    """Show the form of an extension; `gtin` and `lot` may come from the query."""
    return _later({name: request.args.get(name, "").strip() for name in _LATER}, [])


@release.post("/later-expiry")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def extend() -> BaseResponse:
    """Extend a batch's expiry."""
    given = {name: request.form.get(name, "").strip() for name in _LATER}
    try:
        gtin, lot, expiry = _read(given)
        changed = put_later(
            _database(),
            gtin=gtin,
            lot=lot,
            expiry=expiry,
            reference=given["reference"],
            reason=given["reason"],
            who=actor().who,
        )
    except VialcheckError as error:
        each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
        return _later(given, [FieldError(one.field or "gtin", error_message(one, spoken())) for one in each])
    return _later(dict.fromkeys(_LATER, ""), [], done=changed)


def _read(given: dict[str, str]) -> tuple[Gtin, Lot, Expiry]:
    """Parse product, lot and date. InvalidFieldsError lists everything wrong or missing."""
    errors: list[VialcheckError] = []

    def read(name: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(given[name])
        except VialcheckError as error:
            error.field = name
            errors.append(error)
            return None

    gtin, lot = read("gtin", Gtin.parse), read("lot", Lot.parse)
    expiry = read("expiry", Expiry.parse)
    missing = [name for name in ("reference", "reason") if not given[name]]
    errors += [RefusedError(ErrorCode.VALUE_MISSING, field=name) for name in missing]
    if errors or gtin is None or lot is None or expiry is None:
        raise InvalidFieldsError(tuple(errors))
    return gtin, lot, expiry


def _said(error: VialcheckError) -> str:
    if error.code is ErrorCode.VALUE_MISSING and error.field == "batch":
        return spoken().gettext("Choose at least one lot.")
    return error_message(error, spoken())


def _database() -> Database:
    return services().database


def _page(given: dict[str, str], errors: list[FieldError]) -> BaseResponse:
    who = actor()
    done = request.args.get("done", "")
    page = render_template(
        "workspace/releases.html",
        waiting=releases.waiting(_database(), who.who),
        two=releases.two_wanted(_database(), who.who),
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        may=who.may(Role.RELEASER),
        admin=who.may(Role.ADMIN),
        released=int(done) if done.isdecimal() and len(done) < 6 and not errors else 0,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _later(given: dict[str, str], errors: list[FieldError], done: object = None) -> BaseResponse:
    page = render_template(
        "workspace/recalls/expiry_extension.html",
        given=given,
        products=recalls.products(_database(), actor().who),
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        changed=done,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
