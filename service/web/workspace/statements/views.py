"""Statements of an organisation's products: released or refused by a second person, withdrawn by one."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OWNERS, Role
from service.errors import ErrorCode, RefusedError, UnavailableError, VialcheckError
from service.gs1.iso.languages import LANGUAGES
from service.registry.statements.queries import StatementVersion, versions
from service.registry.statements.reviews import decide
from service.registry.statements.topics import StatementState
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import date_words, error_message
from service.web.text.product.statement_text import TOPICS

statements = Blueprint("statements", __name__, url_prefix="/statements")
statements.after_request(set_language_headers)

_DECISIONS = frozenset({StatementState.RELEASED, StatementState.REFUSED, StatementState.WITHDRAWN})


@statements.get("")
@only_for(Role.VIEWER, kinds=OWNERS)
def page() -> BaseResponse:
    """List the versions that wait, and those that patients read."""
    return _page("", [])


@statements.post("")
@only_for(Role.RELEASER, kinds=OWNERS, strong=True)
def do() -> BaseResponse:
    """Decide on all chosen versions, or on none."""
    chosen = [int(each) for each in request.form.getlist("statement") if each.isdecimal() and len(each) < 10]
    reason = request.form.get("reason", "").strip()
    decision = request.form.get("decision", "")
    try:
        if decision not in _DECISIONS:
            expected = "released, refused or withdrawn"
            raise RefusedError(ErrorCode.VALUE_INVALID, given=decision, expected=expected, field="statement")
        state = StatementState(decision)
        many = decide(services().database, chosen, state, reason=reason, who=actor().who)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _page(reason, [_shown(error, chosen)], chosen=chosen)
    return redirect(url_for("statements.page", done=many, state=state), HTTPStatus.SEE_OTHER)


def _shown(error: VialcheckError, chosen: list[int]) -> FieldError:
    box = "reason" if error.field == "reason" else "statement"
    if error.code is ErrorCode.VALUE_MISSING and not chosen:
        return FieldError(box, spoken().gettext("Choose at least one statement."))
    return FieldError(box, error_message(error, spoken()))


def _page(reason: str, errors: list[FieldError], *, chosen: list[int] | None = None) -> BaseResponse:
    who = actor()
    found = versions(services().database, who.who, [StatementState.WAITING, StatementState.RELEASED])
    done = request.args.get("done", "")
    page = render_template(
        "workspace/statements/list.html",
        waiting=[_line(each) for each in found if each.state is StatementState.WAITING],
        public=[_line(each) for each in found if each.state is StatementState.RELEASED],
        reason=reason,
        chosen=set(chosen or ()),
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        may=who.may(Role.RELEASER),
        done=int(done) if done.isdecimal() and len(done) < 6 and not errors else 0,
        state=request.args.get("state", ""),
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def _line(each: StatementVersion) -> tuple[StatementVersion, str, str, str]:
    """The version with its topic, language and the date of its source in words."""
    tr = spoken()
    topic = tr.gettext(TOPICS[each.topic])
    return each, topic, LANGUAGES.get(each.language, each.language), date_words(each.dated, tr)
