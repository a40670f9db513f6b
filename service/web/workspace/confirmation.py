"""The way of every change of a record: a form, a page that shows what it changes, and the change itself.

The form's answers travel in the confirmation, with the seal of what was shown; what would do something else
by then is shown anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.errors import ErrorCode, InvalidFieldsError, UnavailableError, VialcheckError
from service.registry.corrections.changes import ChangePreview, RecordChange
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.requests import ChangeRequests
from service.web.core.access import actor
from service.web.core.forms import FieldError
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.workspace.change_text import (
    KINDS,
    bound_words,
    change_words,
    left_words,
    second_words,
)

Given = dict[str, str]


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """One form. `fields`: its names. `page` shows it with errors; None where there is only the confirmation.

    `read`: the change that the answers ask for. `done`: where to go afterwards. `danger`: it takes away.
    """

    address: str
    fields: tuple[str, ...]
    read: Callable[[Mapping[str, str]], RecordChange]
    done: str
    back: str
    page: Callable[[Given, list[FieldError]], BaseResponse] | None = None
    danger: bool = False


def requests_of() -> ChangeRequests:
    """The changes of the application's database."""
    return change_requests(services().database)


def said(error: VialcheckError, box: str = "reason") -> list[FieldError]:
    """One line for each field that the error names; `box` for an error that names none."""
    each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
    return [FieldError(one.field or box, error_message(one, spoken())) for one in each]


def shown(form: ChangeForm) -> BaseResponse:
    """The confirmation of a change that needs no form."""
    return _confirm(form, {}, [])


def answered(form: ChangeForm) -> BaseResponse:
    """Take what was sent: `step` is look, make or back."""
    sent = [name for name in form.fields if name in request.form]
    given = {name: "\n".join(request.form.getlist(name)).strip() for name in sent}
    step = request.form.get("step", "look")
    if step == "back" and form.page is not None:
        return form.page(given, [])
    if step != "make":
        return _confirm(form, given, [])
    reason, seal = request.form.get("reason", ""), request.form.get("seal", "")
    try:
        number = requests_of().submit(form.read(given), reason=reason, who=actor().who, seal=seal)
    except UnavailableError:
        raise
    except VialcheckError as error:
        if error.field == "reason" or error.code is ErrorCode.RECORD_CHANGED:
            return _confirm(form, given, said(error), reason=reason)
        return _form_again(form, given, error)
    if number is not None:
        return redirect(url_for("changes.one", number=number, asked=1), HTTPStatus.SEE_OTHER)
    return redirect(form.done, HTTPStatus.SEE_OTHER)


def _form_again(form: ChangeForm, given: Given, error: VialcheckError) -> BaseResponse:
    if form.page is None:
        raise error
    return form.page(given, said(error, form.fields[0]))


def _confirm(form: ChangeForm, given: Given, errors: list[FieldError], *, reason: str = "") -> BaseResponse:
    try:
        change = form.read(given)
        seen = requests_of().preview(change, actor().who)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _form_again(form, given, error)
    page = render_template(
        "workspace/changes/confirm.html",
        **words_of(seen),
        title=spoken().gettext(KINDS[change.kind]),
        form=form,
        kept=given,  # an empty one too: it takes a value away
        reason=reason,
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def words_of(seen: ChangePreview) -> dict[str, object]:
    """What the templates need to show a preview."""
    tr = spoken()
    return {
        "seen": seen,
        "lines": [change_words(each, tr) for each in seen.fields],
        "left": [left_words(each, tr) for each in seen.left],
        "second": second_words(seen.second, tr),
        "bound": bound_words(seen.notes, tr),
    }
