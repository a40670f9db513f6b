"""Recalls and holds of an organisation's own products: history, one question a page, preview, lifting.

Earlier answers travel in the form; nothing is on record before the last page is sent.
"""

import re
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.clinics.notices.recall_progress import recall_progress
from service.errors import InvalidFieldsError, VialcheckError
from service.registry import recalls as use
from service.storage.database import Database
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.formatting import date_words

recalls = Blueprint("recalls", __name__, url_prefix="/recalls")
recalls.after_request(set_language_headers)

_STEPS = {
    "what": ("kind", "gtin"),
    "which": ("scope",),
    "numbers": ("lot", "expiry_from", "expiry_to", "serial_from", "serial_to", "serials"),
    "why": ("recall_class", "reason", "reference", "public_text"),
    "preview": (),
}
_FIELDS = tuple(field for fields in _STEPS.values() for field in fields)


@recalls.app_context_processor
def _words() -> dict[str, object]:
    return {"iso_day": lambda on: date_words(on.isoformat(), spoken())}


@recalls.get("")
@only_for(Role.VIEWER, kinds=OWNERS)
def listing() -> str:
    """List recalls in force, then lifted ones."""
    lines = use.history(_database(), actor().who)
    return render_template("workspace/recalls/list.html", lines=lines, may=actor().may(Role.RELEASER))


@recalls.get("/new")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def begin() -> BaseResponse:
    """Show the first question; `gtin` and `lot` may come from the query."""
    given = {field: request.args.get(field, "").strip() for field in _FIELDS}
    if given["lot"] and not given["scope"]:
        given["scope"] = "lot"
    return _question("what", given, [])


@recalls.post("/new")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def answer() -> BaseResponse:
    """Take one page's answers: show the next question, or the same one with its errors; after the last, issue
    it.
    """
    given = {field: "\n".join(request.form.getlist(field)).strip() for field in _FIELDS}
    steps = list(_STEPS)
    wrong_lot, _, right_lot = map(str.strip, request.form.get("instead", "").partition("\n"))
    if right_lot:
        named = re.split(r"[,;\r\n]+", given["lot"])
        given["lot"] = "\n".join(right_lot if each.strip() == wrong_lot else each for each in named)
    back, asked = request.form.get("back", ""), request.form.get("step", "")
    if back in _STEPS:
        return _question(back, given, [])
    place = steps.index(asked) if asked in _STEPS else 0
    order, errors = _order(given)
    for step in steps[: place + 1]:
        if wrong := [error for error in errors if error.box in _STEPS[step]]:
            return _question(step, given, wrong)
    if right_lot and order is not None:
        return _question("preview", given, [], order)
    if order is None or asked != "preview":
        following = steps[min(place + 1, len(steps) - 1)]
        # a recall of a whole product has no numbers to ask for
        skipped = following == "numbers" and given["scope"] == "product"
        return _question("why" if skipped else following, given, [], order)
    number = use.issue(_database(), order, who=actor().who)
    return redirect(url_for("recalls.one", number=number, done=1), HTTPStatus.SEE_OTHER)


@recalls.get("/<int:number>")
@only_for(Role.VIEWER, kinds=OWNERS)
def one(number: int) -> BaseResponse:
    """Show one recall or hold, and its lift."""
    return _page(number, {}, [])


@recalls.post("/<int:number>/lift")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def lift(number: int) -> BaseResponse:
    """Lift it, by another record."""
    given = {name: request.form.get(name, "").strip() for name in ("reason", "reference")}
    line = use.find(_database(), number, actor().who)
    sent = {int(each) for each in request.form.getlist("recall") if each.isdecimal() and len(each) < 10}
    known = [line.id, *(other for other, _ in line.others)]
    chosen = [each for each in known if each in sent] if line.others else [line.id]
    if not chosen:
        missing = FieldError("recall", spoken().gettext("Choose at least one lot."))
        return _page(number, given, [missing], ticked=set())
    try:
        use.lift(
            _database(),
            chosen[0],
            also=chosen[1:],
            reason=given["reason"],
            reference=given["reference"],
            who=actor().who,
        )
    except VialcheckError as error:
        if error.field not in given:
            raise
        said = FieldError(error.field or "", error_message(error, spoken()))
        return _page(number, given, [said], ticked=set(chosen))
    return redirect(url_for("recalls.one", number=chosen[0], done=1), HTTPStatus.SEE_OTHER)


def _database() -> Database:
    return services().database


def _order(given: dict[str, str]) -> tuple[use.RecallForm | None, list[FieldError]]:
    try:
        return use.read_recall_form(given, hold=given["kind"] == "hold"), []
    except InvalidFieldsError as error:
        said = [FieldError(each.field or "", error_message(each, spoken())) for each in error.errors]
        return None, said


def _question(
    step: str, given: dict[str, str], errors: list[FieldError], order: use.RecallForm | None = None
) -> BaseResponse:
    products = use.products(_database(), actor().who)
    lots = use.lots(_database(), given["gtin"], actor().who) if step == "numbers" else []
    named = {each.strip() for each in re.split(r"[,;\r\n]+", given["lot"]) if each.strip()}
    page = render_template(
        "workspace/recalls/new.html",
        step=step,
        number=list(_STEPS).index(step) + 1,
        given=given,
        kept={field: given[field] for field in _FIELDS if field not in _STEPS[step] and given[field]},
        products=products,
        product=dict(products).get(given["gtin"], ""),
        classes=use.CLASSES,
        lots=lots,
        ticked=named,
        typed="\n".join(sorted(named - set(lots))),
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        touched=use.preview(_database(), order, who=actor().who) if order and step == "preview" else None,
        order=order,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _page(
    number: int, given: dict[str, str], errors: list[FieldError], *, ticked: set[int] | None = None
) -> BaseResponse:
    line = use.find(_database(), number, actor().who)
    also = [other for other, _ in line.others]
    page = render_template(
        "workspace/recalls/recall.html",
        line=line,
        clinics=recall_progress(_database(), actor(), [line.id, *also]) if line.stands else [],
        ticked=ticked,
        given=given,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        may=actor().may(Role.RELEASER),
        just_done=bool(request.args.get("done")) and not errors,
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)
