"""The case of a vial in quarantine: who answers by when, what was found, the answer."""

from datetime import date
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.quarantine.case_forms import CaseEntryKind, read_assignment, read_text
from service.errors import InvalidFieldsError, RefusedError, VialcheckError
from service.gs1.iso.countries import zone_of
from service.web.clinic.common import CLINICS, clinic
from service.web.core.access import actor, only_for
from service.web.core.forms import FieldError
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.clinic_text import ANSWERERS, CASE_ENTRIES
from service.web.text.formatting import N_

_DONE = N_("Recorded.")


@clinic.get("/vials/<int:vial_id>/case")
@only_for(Role.VIEWER, kinds=CLINICS)
def quarantine_case(vial_id: int) -> str:
    """Show the case, and the forms that add to it."""
    return _page(vial_id, done=spoken().gettext(_DONE) if "done" in request.args else "")


@clinic.post("/vials/<int:vial_id>/case")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def assign_case(vial_id: int) -> Response | tuple[str, HTTPStatus]:
    """Put down who holds the vial, who has to answer, and by when."""
    form, now = request.form, services().verification.now()
    holder, answerer, due, question = (
        form.get(name, "") for name in ("holder", "answerer", "due", "question")
    )
    try:
        assignment = read_assignment(holder, answerer, due, question, _today())
        services().quarantine_cases.assign(actor(), vial_id, assignment, now)
    except InvalidFieldsError as error:
        return _page(vial_id, errors=error.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("clinic.quarantine_case", vial_id=vial_id, done=1), HTTPStatus.SEE_OTHER)


@clinic.post("/vials/<int:vial_id>/case/notes")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def note_case(vial_id: int) -> Response | tuple[str, HTTPStatus]:
    """Put down what was found, or the answer that came."""
    kind = CaseEntryKind.ANSWER if request.form.get("kind") == CaseEntryKind.ANSWER else CaseEntryKind.FOUND
    now = services().verification.now()
    try:
        text = read_text(request.form.get("text", ""), "text")
        services().quarantine_cases.note(actor(), vial_id, kind, text, now)
    except RefusedError as error:
        return _page(vial_id, errors=(error,)), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("clinic.quarantine_case", vial_id=vial_id, done=1), HTTPStatus.SEE_OTHER)


def _today() -> date:
    now = services().verification.now()
    return now.astimezone(zone_of(actor().country or None, now.date())).date()


def _page(vial_id: int, *, errors: tuple[VialcheckError, ...] = (), done: str = "") -> str:
    tr, case = spoken(), services().quarantine_cases.one(actor(), vial_id)
    told = [FieldError(each.field or "text", error_message(each, tr, technical=False)) for each in errors]
    assigned = case.assignment
    known = {
        "holder": assigned.holder,
        "answerer": str(assigned.answerer),
        "due": assigned.due.isoformat(),
        "question": assigned.question,
        "kind": "found",
        "text": "",
    }
    return render_template(
        "clinic/case.html",
        case=case,
        overdue=case.is_overdue(_today()),
        answerers={each: tr.gettext(text) for each, text in ANSWERERS.items()},
        kinds={each: tr.gettext(text) for each, text in CASE_ENTRIES.items()},
        may_write=actor().may(Role.CLINIC) and not actor().by_pin,
        given=known | (request.form.to_dict() if errors else {}),
        errors=told,
        by_box={each.box: each.message for each in told},
        done=done,
    )
