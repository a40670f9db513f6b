"""The first page, recording a check, and the page of its answer.

GET never records a check (link previews and bots fetch every link); a form with a nonce does.
"""

import secrets
from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from service.authenticity.reasons import ReasonCode
from service.errors import ErrorCode, RefusedError, TooManyError, UnavailableError, VialcheckError
from service.verification.pictures.print_reader import can_read_print
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import FieldError, field_errors
from service.web.core.i18n import spoken
from service.web.core.question_form import (
    asker_of,
    known_layout,
    origin_of,
    partner_of_request,
    posted,
    question_of,
)
from service.web.core.services import services
from service.web.public.answer_page import answer_page
from service.web.public.blueprint import pages
from service.web.public.look import ask_with_marks, goes_on_looking
from service.web.text import error_message, visible
from service.web.text.answers.next_question import NextQuestion
from service.web.text.locales import country_choices, language_choices
from service.web.text.result_page import asked_fields

_UNSURE = frozenset({ReasonCode.LIKELY_MISREAD, ReasonCode.CODE_IMPOSSIBLE, ReasonCode.CASE_NOT_PACK})

_KEPT = 4000
"""How many characters of a field come back with an error: twice what can be read at all."""


@pages.get("/")
@open_to_everyone
def ask() -> str:
    """The first page: one box for anything."""
    return _form({"asker": str(asker_of(request.args.get("as")))})


@pages.get("/check")
@open_to_everyone
@runs_in(Pool.CHECKS)
def asked_elsewhere() -> BaseResponse:
    """What a form or a link on another site asks: the answer, not recorded yet; without a question the form.

    Nothing leads back to that site.
    """
    given = request.args.copy()
    if "as" in given:
        given.setlist("asker", given.getlist("as"))
    fields = posted(given)
    if fields.keys() <= {"asker", "market", "region"}:
        return make_response(_form(fields))
    try:
        answer = ask_with_marks(question_of(fields, MultiDict()), origin_of(fields), record=False)
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return make_response(_form(fields, field_errors(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return make_response(answer_page(answer, fields, save_at_once=True))


@pages.post("/check")
@open_to_everyone
@runs_in(Pool.CHECKS)
def check() -> BaseResponse:
    """Record a check, and lead to its page; the form once more where something cannot be read."""
    fields = posted(request.form)
    if meant := request.form.get("meant", ""):  # "Did you mean …?" of an answer's page
        fields["lot"] = meant[:_KEPT]
    if (
        any(request.form.getlist("photo"))
        and not {"scan", "product", "carton_scan", "carton_lot"} & fields.keys()
    ):
        # A photo was chosen, and the first button pressed instead of the photo's own.
        forgotten = error_message(RefusedError(ErrorCode.PICTURE_MISSING), spoken())
        return make_response(
            _form(fields, [FieldError("picture", forgotten)]), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        # What a photo held never went through a scanner's keyboard.
        layout = "" if request.form.get("source") == "photo" else known_layout()
        answer = ask_with_marks(replace(question_of(fields, request.form), layout=layout), origin_of(fields))
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return make_response(_form(fields, field_errors(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    # a number that was asked for again, and is the same on the pack
    again = request.form.get("read_again", "")
    partner = partner_of_request()
    same = "1" if again and again in (fields.get("lot"), fields.get("serial")) else None
    where = "where" if request.form.get("where") else None  # the page with the list of countries
    return redirect(
        url_for(
            "pages.result",
            scan_id=answer.id,
            again=same,
            where=where and 1,
            by=partner.reference if partner else None,
            _anchor=where or goes_on_looking(answer),
        ),
        HTTPStatus.SEE_OTHER,
    )


@pages.get("/checks/<scan_id>")
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def result(scan_id: str) -> str:
    """A recorded check. Read as the other kind of asker it is asked anew, because their answers differ.

    But for a scan that was not read for certain: its fields asked again would look as if they had been.
    """
    answer = services().verification.find_check(scan_id)
    asker = asker_of(request.args.get("as"), answer.asker)
    unsure = any(reason.code in _UNSURE for reason in answer.verdict.reasons)
    if asker is answer.asker or unsure:
        return answer_page(
            replace(answer, asker=asker), unchanged=request.args.get("again") == "1", unseen=_unseen()
        )
    fields = asked_fields(answer, asker)
    asked = ask_with_marks(question_of(fields, MultiDict()), origin_of(fields), record=False)
    return answer_page(asked, fields)


def _unseen() -> tuple[str, ...]:
    """The questions that the reader goes on without, as the address says."""
    given = request.args.getlist("unseen")
    return tuple(each for each in NextQuestion if each and each in given)


def _form(fields: dict[str, str], errors: list[FieldError] | None = None) -> str:
    shown = {name: visible(text, _KEPT) for name, text in fields.items()}
    if "gtin" in shown and "product" not in shown:
        shown["product"] = shown["gtin"]
    if "lot" in shown and "scan" not in shown:
        shown["scan"] = shown["lot"]
    return render_template(
        "public/ask.html",
        fields=shown,
        errors=errors or [],
        by_box={error.box: error.message for error in reversed(errors or [])},
        languages=language_choices(spoken()),
        countries=country_choices(spoken()),
        reads_print=can_read_print(),
        nonce=secrets.token_urlsafe(18),
        partner=partner_of_request(),
    )
