"""Report a suspicious product, from any answer or from nothing, and follow what becomes of the report."""

import secrets
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from service.authenticity.evidence import Asker
from service.errors import (
    ErrorCode,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    TooManyError,
    UnavailableError,
    VialcheckError,
)
from service.reports.intake import MOST_PHOTOS, NewReport, ReportIntake, about
from service.verification.question import Channel
from service.web.core.access import guest_or_actor, open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import FieldError
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import asker_of, bound_nonce
from service.web.core.request_origin import request_origin
from service.web.core.request_uploads import takes_files
from service.web.core.services import services
from service.web.public.patient_help.care_cards import care_cards, read_country
from service.web.text import error_message, visible
from service.web.text.locales import country_choices

reports = Blueprint("reports", __name__, url_prefix="/report")
reports.after_request(set_language_headers)

MOST_UPLOAD = 45_000_000
"""Bytes of one report: four photos of the size that a phone makes, and what is said beside them."""

_TEXTS = ("what", "bought", "contact", "product", "gtin", "lot", "serial", "expiry", "country")
_BOXES = frozenset({*_TEXTS, "photos"})
_KEPT = 8000
"""How many characters of a field come back with an error: twice what the longest may have."""

_TRAP = "website"  # a field that no person sees, and that programs fill in


def _reports() -> ReportIntake:
    return services().report_intake


@reports.get("")
@open_to_everyone
def form() -> Response:
    """The form; `check` is the id of the answer that it follows from, whose product is filled in."""
    fields = {"check": request.args.get("check", ""), "asker": str(_asker(request.args.get("as")))}
    if fields["check"]:
        answer = services().verification.find_check(fields["check"])
        fields |= about(answer.presented) | {"asker": str(answer.asker)}
        record = answer.verdict.record
        if record is not None:
            fields |= {"gtin": record.product.gtin, "product": record.product.name}
    return _page(fields, HTTPStatus.OK)


@reports.post("")
@open_to_everyone
@takes_files(MOST_UPLOAD)
@runs_in(Pool.PICTURES)
def send() -> Response:
    """Keep a report, and lead to its page; the form once more where something is missing."""
    fields: dict[str, str] = {}
    try:
        fields = {name: request.form.get(name, "") for name in (*_TEXTS, "check", "harmed")}
        fields["asker"] = str(_asker(request.form.get("asker")))
        if request.form.get(_TRAP):
            raise RefusedError(ErrorCode.REPORT_BY_PROGRAM, field=_TRAP)
        reference = _reports().take(_report(fields))
    except RequestEntityTooLarge:
        error = RefusedError(
            ErrorCode.PICTURE_TOO_LARGE, expected=f"at most {MOST_UPLOAD} bytes", field="photos"
        )
        return _page(fields, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error)
    except UnavailableError:
        raise
    except VialcheckError as error:
        status = (
            HTTPStatus.TOO_MANY_REQUESTS
            if isinstance(error, TooManyError)
            else HTTPStatus.UNPROCESSABLE_ENTITY
        )
        return _page(fields, status, error)
    ill = (fields["country"] or "1") if fields["harmed"] else None
    return redirect(url_for("reports.followed", reference=reference, sent=1, ill=ill), HTTPStatus.SEE_OTHER)


@reports.get("/follow")
@open_to_everyone
def follow() -> Response:
    """Where a reference is typed."""
    reference = request.args.get("reference", "").strip()
    if reference:
        try:
            found = _reports().follow(reference)
        except NotFoundError as error:
            page = render_template(
                "public/report/follow.html", reference=visible(reference, 40), errors=list(_errors(error))
            )
            return make_response(page, HTTPStatus.NOT_FOUND)
        return redirect(url_for("reports.followed", reference=found.reference), HTTPStatus.SEE_OTHER)
    return make_response(render_template("public/report/follow.html", reference="", errors=[]))


@reports.get("/<reference>")
@open_to_everyone
def followed(reference: str) -> Response:
    """How one report stands. `ill`: it says that a person felt ill, in this country or (1) anywhere."""
    report = _reports().follow(reference)
    ill = request.args.get("ill", "")
    page = render_template(
        "public/report/followed.html",
        report=report,
        sent="sent" in request.args,
        care=care_cards(read_country(ill)) if ill else None,
    )
    return make_response(page)


def _report(fields: dict[str, str]) -> NewReport:
    photos = tuple(file.read() for file in request.files.getlist("photos") if file.filename)
    given: dict[str, Any] = {name: fields[name] for name in _TEXTS}
    origin = request_origin(request, guest_or_actor(), Channel.WEB, said=True)
    return NewReport(
        **given,
        harmed=fields["harmed"] == "1",
        asker=Asker(fields["asker"]),
        scan_id=fields["check"],
        action=_answered(fields["check"]),
        photos=photos,
        client=origin.client,
        by_clinic=origin.trade,
        nonce=bound_nonce(request.form.get("nonce", "")[:64], fields),
    )


def _answered(check: str) -> str:
    """What the check answered that a report follows from; nothing where there is no such check (any more)."""
    try:
        return str(services().verification.find_check(check).verdict.action) if check else ""
    except NotFoundError:
        return ""


def _asker(text: str | None) -> Asker:
    return asker_of(text, Asker.CLINIC if guest_or_actor() is not None else Asker.PATIENT)


def _page(fields: dict[str, str], status: HTTPStatus, error: VialcheckError | None = None) -> Response:
    errors = list(_errors(error)) if error else []
    page = render_template(
        "public/report/form.html",
        fields={name: "" if "\0" in text else text[:_KEPT] for name, text in fields.items()},
        errors=errors,
        by_box={each.box: each.message for each in reversed(errors)},
        countries=country_choices(spoken()),
        most_photos=MOST_PHOTOS,
        nonce=secrets.token_urlsafe(18),
    )
    return make_response(page, status)


def _errors(error: VialcheckError) -> Iterator[FieldError]:
    each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
    for one in each:
        box = "photos" if one.field in {"photo", "photos"} else one.field
        yield FieldError(
            box if box in _BOXES else "reference" if box == "reference" else "what",
            error_message(one, spoken(), technical=False),
        )
