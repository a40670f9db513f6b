"""A photo of the code instead of typing: read here, checked, and let go of.

Nothing of the picture is kept: it stays in memory while it is read, and is in no file, log or record.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from service.authenticity.evidence import Presented
from service.errors import TooManyError, UnavailableError, VialcheckError
from service.gs1.identifiers import ProductIdentifier
from service.gs1.reading import MAX_SCAN
from service.verification.pictures.code_reader import DecodedCode
from service.verification.pictures.print_reader import can_read_print
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import field_errors
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.question_form import asker_of, origin_of, own_hosts, posted, question_of
from service.web.core.request_uploads import (
    MOST_UPLOAD,
    codes_of,
    print_of,
    sent_picture,
    takes_files,
    too_large,
)
from service.web.limits.checks import ask_check
from service.web.public.answer_page import page_of
from service.web.public.print_page import print_page
from service.web.text import error_message, visible
from service.web.text.comparison import PairComparisonRow, side_by_side
from service.web.text.result_page import ResultPage

photo = Blueprint("photo", __name__)
photo.after_request(set_language_headers)

_TYPED_AGAIN = frozenset({"scan", "lot", "gtin", "serial", "national"})
"""Fields that the code itself answers; the rest of the form is compared with what it says."""


@dataclass(frozen=True, slots=True)
class PhotoOutcome:
    """One code of a picture: its answer, or why it has none.

    `lesser`: all that it says is said by another code too, such as the bar code beside a square one.
    """

    code: DecodedCode
    said: str
    page: ResultPage | None
    check_id: str | None
    messages: list[str]
    presented: Presented | None = None
    lesser: bool = False

    @property
    def order(self) -> int:
        """Worst first, and last what names no product."""
        return -self.page.action.rank if self.page else 1


@photo.get("/photo")
@open_to_everyone
def form() -> BaseResponse:
    """The page to send a photo from, with what makes codes readable."""
    return _page({"asker": str(asker_of(request.args.get("as")))}, HTTPStatus.OK)


@photo.post("/photo")
@open_to_everyone
@takes_files(MOST_UPLOAD)
@runs_in(Pool.PICTURES)
def check() -> BaseResponse:
    """Read a picture. One code leads to its answer; of several each answer is shown, the worst first.

    Without a code the print is read, and asked about: nothing is checked before a person has confirmed it.
    """
    fields: dict[str, str] = {}
    try:
        fields = {name: text for name, text in posted(request.form).items() if name not in _TYPED_AGAIN}
        content = sent_picture()
        codes = codes_of(content)
        printed = None if codes else print_of(content)
    except RequestEntityTooLarge:
        return _page(fields, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, error=too_large())
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _page(fields, HTTPStatus.UNPROCESSABLE_ENTITY, error=error)
    if printed is not None:
        return make_response(print_page(printed, fields), HTTPStatus.OK)
    if not codes:
        return _page(fields, HTTPStatus.UNPROCESSABLE_ENTITY, looked=True)
    outcomes = _outcomes(codes, fields)
    full = [outcome for outcome in outcomes if not outcome.lesser]
    if len(full) == 1 and full[0].check_id:
        return redirect(url_for("pages.result", scan_id=full[0].check_id), HTTPStatus.SEE_OTHER)
    answered = any(outcome.page for outcome in outcomes)
    status = HTTPStatus.OK if answered else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(fields, status, outcomes=sorted(outcomes, key=lambda outcome: outcome.order))


def _outcomes(codes: tuple[DecodedCode, ...], fields: dict[str, str]) -> list[PhotoOutcome]:
    """Each code's answer. Two codes that name the same vial are one check of it, not two."""
    checked: dict[ProductIdentifier, str | None] = {}
    outcomes = []
    for code in codes:
        if any(_says_less(code, other) for other in codes):
            outcomes.append(PhotoOutcome(code, visible(code.text, 200), None, None, [], lesser=True))
            continue
        question = question_of({**fields, "scan": code.scan}, request.form)
        reading = code.reading()
        same = reading is not None and reading.identifier in checked
        said = visible(code.text, 200)
        try:
            answer = ask_check(question, origin_of(fields), record=not same)
        except (UnavailableError, TooManyError):
            raise
        except VialcheckError as error:
            messages = [each.message for each in field_errors(error)]
            outcomes.append(PhotoOutcome(code, said, None, None, messages))
            continue
        if reading is not None:
            checked.setdefault(reading.identifier, answer.id)
        check_id = checked[reading.identifier] if reading is not None else answer.id
        outcomes.append(PhotoOutcome(code, said, page_of(answer), check_id, [], answer.presented))
    return outcomes


def _says_less(code: DecodedCode, other: DecodedCode) -> bool:
    """Whether all that `code` says of a pack is said by `other`, and more: then it is the same pack's.

    A link to another site is always shown for itself.
    """
    one, two = code.reading(), other.reading()
    if one is None or two is None or (one.host and one.host not in own_hosts()):
        return False
    lesser, fuller = one.identifier, two.identifier
    same = (
        lesser.gtin is not None and lesser.gtin == fuller.gtin,
        lesser.lot is None or (fuller.lot is not None and lesser.lot.key == fuller.lot.key),
        lesser.serial in (None, fuller.serial),
        lesser.expiry is None or (fuller.expiry is not None and lesser.expiry.agrees_with(fuller.expiry)),
    )
    return all(same) and _said(lesser) < _said(fuller)


def _said(identifier: ProductIdentifier) -> int:
    return sum(each is not None for each in (identifier.lot, identifier.serial, identifier.expiry))


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """Two codes of one photo beside each other: a vial and its box, or two packs. Only a person knows."""

    codes: tuple[str, str]
    rows: list[PairComparisonRow]


def _pair(outcomes: list[PhotoOutcome]) -> PhotoPair | None:
    told = [outcome for outcome in outcomes if outcome.presented is not None]
    if len(told) != 2 or told[0].check_id == told[1].check_id:
        return None
    one, two = (outcome.presented or Presented() for outcome in told)
    scans = (visible(told[0].code.scan, MAX_SCAN), visible(told[1].code.scan, MAX_SCAN))
    return PhotoPair(scans, side_by_side(one, two, spoken()))


def _page(
    fields: dict[str, str],
    status: HTTPStatus,
    *,
    outcomes: list[PhotoOutcome] | None = None,
    error: VialcheckError | None = None,
    looked: bool = False,
) -> BaseResponse:
    page = render_template(
        "public/photo.html",
        fields={name: visible(text) for name, text in fields.items()},
        outcomes=outcomes or [],
        pair=_pair(outcomes or []),
        error=error_message(error, spoken(), technical=False) if error else "",
        looked=looked,
        reads_print=can_read_print(),
        nonce=secrets.token_urlsafe(18),
    )
    return make_response(page, status)
