"""Suspects of the scan history: list, details of a unit or lot, decisions, thresholds."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, OrganisationKind, Role
from service.authenticity.reasons import Reason
from service.authenticity.scan_history.sightings import Region, SightingKind
from service.errors import ErrorCode, InvalidFieldsError, VialcheckError
from service.gs1.iso.countries import countries
from service.registry.statistics import Statistics
from service.registry.suspects import thresholds as use
from service.registry.suspects.decisions import decide, possible
from service.registry.suspects.near_stopped_lots import near_stopped
from service.registry.suspects.queries import SuspectLine, SuspectQueries, nothing
from service.registry.suspects.subjects import SightingGroup, SuspectDetails, open_one
from service.storage.database import Database
from service.storage.hot.sightings import SubjectScope
from service.storage.suspects import SuspectState
from service.web.charts.stacked_columns import columns
from service.web.charts.timelines import spread
from service.web.charts.world_map import drawn as world
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.suspect_text import (
    BY_WHOM,
    LEVELS,
    STATES,
    THRESHOLDS,
    decision_words,
    place_words,
    reason_words,
    span_words,
)

watch = Blueprint("watch", __name__, url_prefix="/watch")
watch.after_request(set_language_headers)

_KINDS = OWNERS | {OrganisationKind.REGULATOR}
_SPANS = (30, 90)
_ADDRESSES = {
    SubjectScope.UNIT: "units",
    SubjectScope.NEIGHBOURS: "serials",
    SubjectScope.LOT: "lots",
    SubjectScope.UNKNOWN_LOT: "lots",
}
_SCOPES = {"units": SubjectScope.UNIT, "serials": SubjectScope.NEIGHBOURS, "lots": SubjectScope.LOT}
Places = tuple[Region, ...]

_NO_PRODUCT = "any"
"""Stands in an address in place of a product's GTIN."""


@watch.app_context_processor
def _words() -> dict[str, object]:
    return {
        "level_words": lambda level: g.translation.gettext(LEVELS[level]),
        "watch_state": lambda state: g.translation.gettext(STATES[SuspectState(state)]),
        "by_whom": lambda kind: g.translation.gettext(BY_WHOM[SightingKind(kind)]),
        "places_said": lambda scope, places: place_words(SubjectScope(scope), cast(Places, places), spoken()),
        "span_said": lambda spot: span_words(cast(SightingGroup, spot), spoken()),
        "why": lambda scope, reason: reason_words(SubjectScope(scope), cast(Reason, reason), spoken()),
        "watch_address": address,
    }


def address(line: SuspectLine, do: str | None = None) -> str:
    """Return the address of a suspect's page; `do`: the decision that is preselected."""
    name = line.shown if line.scope is SubjectScope.LOT else line.name
    gtin = line.gtin or _NO_PRODUCT
    return url_for("watch.one", what=_ADDRESSES[line.scope], gtin=gtin, name=name, do=do)


@watch.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """List what needs a decision first; then other typed lots, with counts."""
    who, asked, days = actor(), request.args.get("state", ""), _span()
    state = SuspectState(asked) if asked in set(SuspectState) else SuspectState.OPEN
    watching, owner = SuspectQueries(_database()), who.kind in OWNERS
    by_day = _figures().by_day(who, days) if owner else []
    return render_template(
        "workspace/suspects/list.html",
        lines=watching.listing(who, state),
        counts=watching.counts(who),
        state=state,
        owner=owner,
        may=who.may(Role.RELEASER),
        possible=[
            each
            for each in SuspectState
            if each is not SuspectState.OPEN and (owner or each is not SuspectState.HELD)
        ],
        near=near_stopped(_database(), who, days) if owner else [],
        days=by_day,
        chart=columns(by_day),
        span=days,
        spans=_SPANS,
    )


@watch.get("/<what>/<gtin>/<path:name>")
@only_for(Role.VIEWER, kinds=_KINDS)
def one(what: str, gtin: str, name: str) -> BaseResponse:
    """Show a unit, a lot, or serials with a common prefix."""
    given = {"state": request.args.get("do", ""), "note": ""}
    return _page(_open(what, gtin, name), what, name, given, [])


@watch.post("/<what>/<gtin>/<path:name>")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def decision(what: str, gtin: str, name: str) -> BaseResponse:
    """Hold, alert or clear."""
    watched = _open(what, gtin, name)
    given = {field: request.form.get(field, "").strip() for field in ("state", "note", "protect")}
    try:
        decide(
            _database(), actor(), watched, given["state"], note=given["note"], protect=bool(given["protect"])
        )
    except VialcheckError as error:
        if error.field != "note" and error.code not in (ErrorCode.TOO_LONG, ErrorCode.BAD_CHARACTER):
            raise
        error.field = "note"
        return _page(watched, what, name, given, [FieldError("note", error_message(error, spoken()))])
    return redirect(
        url_for("watch.one", what=what, gtin=gtin, name=name, done=given["state"]), HTTPStatus.SEE_OTHER
    )


@watch.get("/thresholds")
@only_for(Role.VIEWER, kinds=OWNERS)
def thresholds() -> BaseResponse:
    """Show the thresholds."""
    return _thresholds({}, [])


@watch.post("/thresholds")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def set_thresholds() -> BaseResponse:
    """Set one manufacturer's thresholds."""
    given = {name: request.form.get(name, "").strip() for name in (*use.LIMITS, "note", "manufacturer")}
    number = request.form.get("manufacturer", 0, type=int)
    try:
        use.change(_database(), actor(), number, given)
    except InvalidFieldsError as error:
        wrong = [FieldError(each.field or "", error_message(each, spoken())) for each in error.errors]
        return _thresholds(given, wrong)
    return redirect(url_for("watch.thresholds", manufacturer=number, done=1), HTTPStatus.SEE_OTHER)


def _thresholds(given: Mapping[str, str], errors: list[FieldError]) -> BaseResponse:
    sets = use.listed(_database(), actor())
    wanted = str(given.get("manufacturer") or request.args.get("manufacturer", ""))
    chosen = next((each for each in sets if str(each.manufacturer_id) == wanted), sets[0] if sets else None)
    tr = spoken()
    page = render_template(
        "workspace/suspects/thresholds.html",
        sets=sets,
        chosen=chosen,
        given=given,
        defaults=use.defaults(),
        limits=use.LIMITS,
        words={name: (tr.gettext(label), tr.gettext(hint)) for name, (label, hint) in THRESHOLDS.items()},
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        may=actor().may(Role.RELEASER),
        just_done=bool(request.args.get("done")) and not errors,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _open(what: str, gtin: str, name: str) -> SuspectDetails:
    if what not in _SCOPES:
        raise nothing(what)
    return open_one(_database(), actor(), _SCOPES[what], "" if gtin == _NO_PRODUCT else gtin, name)


def _page(
    watched: SuspectDetails, what: str, name: str, given: dict[str, str], errors: list[FieldError]
) -> BaseResponse:
    tr, may = spoken(), actor().may(Role.RELEASER)
    choices = possible(watched) if may else ()
    page = render_template(
        "workspace/suspects/suspect.html",
        watched=watched,
        what=what,
        address=url_for("watch.decision", what=what, gtin=watched.gtin or _NO_PRODUCT, name=name),
        choices=[(each, *decision_words(each, watched.subject.scope, tr)) for each in choices],
        protects=bool(choices) and watched.subject.scope is SubjectScope.UNIT,
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        timeline=list(spread(watched.spots)),
        map=world(watched.by_country),
        countries=countries(),
        decided=request.args.get("done", "") if not errors else "",
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _span() -> int:
    asked = request.args.get("days", _SPANS[0], type=int)
    return asked if asked in _SPANS else _SPANS[0]


def _database() -> Database:
    return services().database


def _figures() -> Statistics:
    return services().statistics
