"""Receipts of treatments, for those who hold one: read, deleted, kept as a signed file, and checked.

Reading records nothing: a preview of a link changes nothing, and the clinic does not learn of it.
"""

from collections.abc import Sequence
from datetime import UTC
from http import HTTPStatus

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask import Response as FileResponse
from werkzeug.wrappers import Response

from service.clinics.receipts.content import ReceiptLine, hash_of
from service.clinics.receipts.service import OpenedReceipt
from service.clinics.receipts.signing import LONGEST_FILE, ReadReceipt, read_signed
from service.errors import ErrorCode, NotFoundError, VialcheckError
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import status_of
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import own_origin
from service.web.core.services import services
from service.web.limits.checks import current_payer
from service.web.public.receipts.packs import Said, judged_packs, pack_lines, treatment_lines
from service.web.text import date_words, error_message
from service.web.text.answers.guidance import step_of_the_treated
from service.web.text.authorities import emergency_number
from service.web.text.calendar_file import day_file
from service.web.text.formatting import N_, visible

receipts = Blueprint("receipts", __name__)
receipts.after_request(set_language_headers)


@receipts.get("/r/<token>")
@open_to_everyone
@runs_in(Pool.CHECKS)
def show(token: str) -> str:
    """A receipt, each pack judged anew: the worst and what changed since first, then what was used."""
    ours, opened = services(), _opened(token)
    first, packs = opened.lines[0], judged_packs(opened.lines)
    return render_template(
        "public/receipts/receipt.html",
        receipt=first,
        names=", ".join(dict.fromkeys(each.line.product or each.line.lot for each in packs)),
        token=token,
        void_reason=visible(opened.void_reason, 500),
        packs=packs,
        date_words=lambda text: date_words(text, spoken()),
        treated=step_of_the_treated(emergency_number(first.country), spoken()),
        shared=treatment_lines(first),
        next_day=ours.receipts.next_day(opened.lines),
        issued=date_words(first.issued_on, spoken()),
        push_key=ours.receipt_subscriptions.public_key,
        today=date_words(packs[0].as_of.astimezone(UTC).date().isoformat(), spoken()),
    )


@receipts.post("/r/<token>/delete")
@open_to_everyone
def delete(token: str) -> Response:
    """Delete the receipt for good. The link alone entitles to it, as it does to reading."""
    services().rate_limiter.admit(current_payer())
    services().receipts.delete(token)
    return redirect(url_for("receipts.deleted"), HTTPStatus.SEE_OTHER)


@receipts.get("/receipts/deleted")
@open_to_everyone
def deleted() -> str:
    """Say that a receipt is gone."""
    return render_template("public/receipts/deleted.html")


@receipts.get("/r/<token>/file")
@open_to_everyone
@runs_in(Pool.CHECKS)
def signed_file(token: str) -> FileResponse:
    """The receipt as a signed file, which can be checked without our records."""
    signed = services().receipt_keys.sign(_opened(token).lines, own_origin())
    response = FileResponse(signed + "\n", mimetype="application/jose")
    response.headers["Content-Disposition"] = 'attachment; filename="treatment-receipt.jws"'
    return response


@receipts.get("/r/<token>/next.ics")
@open_to_everyone
def next_treatment(token: str) -> FileResponse:
    """The earliest day of the next treatment as a calendar file. NotFoundError where none is known."""
    tr, lines = spoken(), _opened(token).lines
    found = services().receipts.next_day(lines)
    if found is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a product with an interval", field="receipt")
    on, days = found
    file = day_file(
        f"{hash_of(token)[:32]}@vialcheck",
        tr.gettext("Earliest day of the next treatment"),
        tr.gettext(INTERVAL) % {"days": days},
        on,
        f"{lines[0].issued_on.replace('-', '')}T000000Z",
    )
    response = FileResponse(file, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="next-treatment.ics"'
    return response


INTERVAL = N_(
    "The maker asks for at least this many days between two treatments: %(days)d. Your doctor decides."
)


@receipts.get("/.well-known/vialcheck-receipt-keys.json")
@open_to_everyone
def keys() -> FileResponse:
    """The public keys that signed files are checked with (RFC 7517)."""
    response = jsonify(services().receipt_keys.published())
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@receipts.get("/receipts/check")
@open_to_everyone
def ask_file() -> str:
    """The form that takes a signed file or its text."""
    return _check_page()


@receipts.post("/receipts/check")
@open_to_everyone
def check_file() -> Response:
    """Say whether a file was signed by this service and is unchanged, and what it says."""
    sent = request.files.get("file")
    text = request.form.get("text", "")
    if sent is not None and sent.filename:
        text = sent.stream.read(LONGEST_FILE + 1).decode("ascii", "replace")
    try:
        services().rate_limiter.admit(current_payer())
        read = read_signed(text, services().receipt_keys.published())
    except VialcheckError as error:
        said = error_message(error, spoken(), technical=False)
        return make_response(_check_page(text=visible(text, LONGEST_FILE), error=said), status_of(error))
    lines = [ReceiptLine(**each, action="", reasons=(), packs=()) for each in read.uses]
    packs = [pack_lines(each) for each in lines]
    return make_response(_check_page(read=read, packs=packs, shared=treatment_lines(lines[0])))


def _opened(token: str) -> OpenedReceipt:
    """The receipt of a link, paid from the budget of the network that asks; NotFoundError."""
    services().rate_limiter.admit(current_payer())
    return services().receipts.open(token)


def _check_page(
    text: str = "",
    error: str = "",
    read: ReadReceipt | None = None,
    packs: Sequence[Sequence[Said]] = (),
    shared: Sequence[Said] = (),
) -> str:
    return render_template(
        "public/receipts/check.html", text=text, error=error, read=read, packs=packs, shared=shared
    )
