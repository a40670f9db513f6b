"""One excursion: what lay there then, and the releaser's decision on it."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.errors import ErrorCode, UnavailableError, VialcheckError
from service.web.clinic.common import CLINICS, clinic
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.forms import FieldError
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.formatting import N_
from service.web.text.temperature.temperature_text import DECISIONS, degrees, limits_words

_DONE = N_("Recorded.")


@clinic.get("/temperature/excursions/<int:number>")
@only_for(Role.VIEWER, kinds=CLINICS)
def excursion(number: int) -> str:
    """Show the excursion, its vials, and the form of the decision."""
    return _page(number, done=spoken().gettext(_DONE) if "done" in request.args else "")


@clinic.post("/temperature/excursions/<int:number>")
@only_for(Role.RELEASER, kinds=CLINICS, strong=True)
def decide_excursion(number: int) -> Response | tuple[str, int]:
    """Record the decision on the ticked vials."""
    form, now = request.form, services().verification.now()
    ids = [int(each) for each in form.getlist("vial") if each.isascii() and each.isdigit() and len(each) < 10]
    decision, reason = form.get("decision", ""), form.get("reason", "")
    try:
        services().temperature.decisions.decide(actor(), number, ids, decision, reason, now)
    except UnavailableError:
        raise
    except VialcheckError as error:
        if error.code is ErrorCode.NOT_FOUND:
            raise
        return _page(number, error), status_of(error)
    return redirect(url_for("clinic.excursion", number=number, done=1), HTTPStatus.SEE_OTHER)


def _page(number: int, error: VialcheckError | None = None, *, done: str = "") -> str:
    tr, errors = spoken(), []
    if error is not None:
        errors = [FieldError(error.field or "vial", error_message(error, tr, technical=False))]
    return render_template(
        "clinic/temperature/excursion.html",
        excursion=services().temperature.decisions.one(actor(), number),
        decisions={each: tr.gettext(text) for each, text in DECISIONS.items()},
        may_decide=actor().may(Role.RELEASER),
        degrees=degrees,
        limits=lambda limits: limits_words(limits, tr),
        given=request.form,
        chosen=request.form.getlist("vial"),
        errors=errors,
        by_box={each.box: each.message for each in errors},
        done=done,
    )
