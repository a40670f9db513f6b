"""The pages that people see: ask, the answer, what an answer does not show, and what a code's link opens.

GET never records a check (link previews and bots fetch every link); a form with a nonce does.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.evidence import Asker
from service.authenticity.reasons import ReasonCode
from service.errors import ErrorCode, InvalidFieldsError, RefusedError, UnavailableError, VialcheckError
from service.gs1.iso.countries import countries
from service.gs1.iso.languages import LANGUAGES
from service.verification.question import Door, Pack, Question
from service.verification.service import Answer, Desk
from service.web.core import i18n
from service.web.core.access import guest_or_actor, open_to_everyone
from service.web.core.concurrency import aside
from service.web.core.raw_target import raw_target
from service.web.core.request_origin import whereabouts
from service.web.public.result_page import asked_fields, places, result_page
from service.web.station.scanner_setup import known_layout
from service.web.text import date_words, error_message, visible
from service.web.text.formatting import from_visible

pages = Blueprint("pages", __name__)

_TEXTS = (
    *("scan", "lot", "gtin", "product", "national", "serial", "expiry", "market"),
    *("strength", "substance", "language"),
)
_CARTON = {"carton_scan": "scan", "carton_lot": "lot", "carton_expiry": "expiry"}
"""The boxes for what the box around the vial says, and which of its fields each is."""

_OWN_BOXES = frozenset({*_TEXTS, *_CARTON, "region"})
"""Fields that an error can lead to."""

_KEPT = 4000
"""How many characters of a field come back with an error: twice what can be read at all."""

# Fields that have no box of their own on the first page, and the box that speaks for them.
_BOXES = {"lot": "scan", "gtin": "product", "national": "product", "link": "scan"}
_SHORTEST_GTIN = 8


@dataclass(frozen=True, slots=True)
class FieldError:
    """One line of the error summary, and the box that it leads to."""

    box: str
    message: str


@pages.app_context_processor
def _words() -> dict[str, object]:
    return {"lang": g.language if "language" in g else i18n.SOURCE_LANGUAGE, "day": day}


def day(moment: datetime) -> str:
    """A moment's day in words, in UTC."""
    return date_words(moment.date().isoformat(), spoken())


@pages.after_request
def speaks(response: Response) -> Response:
    """Say which language the page is in, and that it depends on who asks."""
    response.vary.add("Accept-Language")
    response.headers.setdefault("Content-Language", g.language)
    return response


def spoken() -> NullTranslations:
    """The catalogue of the language that this request is answered in."""
    translation: NullTranslations = g.translation
    return translation


def desk() -> Desk:
    """This process's desk."""
    ours: Desk = current_app.extensions["vialcheck"].desk
    return ours


@pages.get("/")
@open_to_everyone
def ask() -> str:
    """The first page: one box for anything."""
    return _form({"asker": str(asker_of(request.args.get("as")))})


@pages.get("/about")
@open_to_everyone
def about() -> str:
    """What an answer shows and what it does not."""
    return render_template("public/about.html", places=places())


@pages.get("/limits")
@open_to_everyone
def limits() -> str:
    """What a matching answer does not show, and what a clinic can do about each."""
    return render_template("public/limits.html", places=places())


@pages.post("/check")
@open_to_everyone
def check() -> BaseResponse:
    """Record a check, and lead to its page; the form once more where something cannot be read."""
    fields = posted(request.form)
    if request.form.get("photo") and not {"scan", "product", "carton_scan", "carton_lot"} & fields.keys():
        # A photo was chosen, and the first button pressed instead of the photo's own.
        forgotten = error_message(RefusedError(ErrorCode.PICTURE_MISSING), spoken())
        return make_response(
            _form(fields, [FieldError("picture", forgotten)]), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        # What a photo held never went through a scanner's keyboard.
        layout = "" if request.form.get("source") == "photo" else known_layout()
        answer = desk().verify(replace(question_of(fields, request.form), layout=layout))
    except UnavailableError:
        raise
    except VialcheckError as error:
        return make_response(_form(fields, field_errors(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("pages.result", scan_id=answer.id), HTTPStatus.SEE_OTHER)


@pages.get("/checks/<scan_id>")
@open_to_everyone
def result(scan_id: str) -> str:
    """A recorded check. Read as the other kind of asker it is asked anew, because their answers differ.

    But for a scan that was not read for certain: its fields asked again would look as if they had been.
    """
    with aside():  # another process may be writing it down
        answer = desk().answer(scan_id)
    asker = asker_of(request.args.get("as"), answer.asker)
    unsure = any(reason.code is ReasonCode.LIKELY_MISREAD for reason in answer.verdict.reasons)
    if asker is answer.asker or unsure:
        return _answered(replace(answer, asker=asker))
    fields = asked_fields(answer, asker)
    return _answered(desk().look_up(question_of(fields, MultiDict())), fields)


@pages.get("/01/<path:_rest>", merge_slashes=False)
@open_to_everyone
def link(_rest: str) -> str | BaseResponse:
    """What a phone's camera opens from our code: a GS1 Digital Link of this host."""
    asker = asker_of(request.args.get("as"))
    fields = {"scan": own_origin() + raw_target(request), "asker": str(asker)}
    try:
        answer = desk().look_up(question_of(fields, MultiDict()))
    except UnavailableError:
        raise
    except VialcheckError as error:
        return make_response(_unreadable_link(error), HTTPStatus.BAD_REQUEST)
    return _answered(answer, fields, save_at_once=True)


def own_origin() -> str:
    """Where this service is reached: the operator's setting, else what the request says."""
    public_url: str = current_app.extensions["vialcheck"].settings.public_url
    return public_url or request.host_url.rstrip("/")


def own_hosts() -> frozenset[str]:
    """The hosts of links that are ours; every other is named to the reader."""
    public_url: str = current_app.extensions["vialcheck"].settings.public_url
    theirs = request.host.lower()
    return frozenset({theirs, urlsplit(public_url).netloc.lower()} if public_url else {theirs})


_ASKERS = frozenset(Asker)


def asker_of(text: str | None, otherwise: Asker | None = None) -> Asker:
    """Who asks, from a form or an address; `otherwise`, or the usual one, where that says nothing known."""
    return Asker(text) if text in _ASKERS else otherwise or usual_asker(guest_or_actor())


def usual_asker(who: Actor | None) -> Asker:
    """A clinic whose people or program is signed in; a patient else."""
    return Asker.CLINIC if who is not None and who.kind is OrganisationKind.CLINIC else Asker.PATIENT


def posted(form: MultiDict[str, str]) -> dict[str, str]:
    """What was typed, control pictures turned back into the characters that they stand for."""
    fields = {name: from_visible(form.get(name, "")) for name in (*_TEXTS, "region", *_CARTON)}
    fields["no_lot"] = "1" if form.get("no_lot") else ""
    fields["asker"] = str(asker_of(form.get("asker")))
    return {name: text for name, text in fields.items() if text}


def question_of(fields: dict[str, str], form: MultiDict[str, str]) -> Question:
    """What the fields ask, under the form's nonce."""
    texts: dict[str, Any] = {name: fields[name] for name in _TEXTS if name in fields}
    place = whereabouts(request, guest_or_actor(), said=not {"market", "region"}.isdisjoint(fields))
    question = Question(
        **texts,
        carton=Pack(**{field: fields[name] for name, field in _CARTON.items() if name in fields}),
        no_lot="no_lot" in fields,
        country=place.country,
        region=fields.get("region") or place.region,
        client=place.client,
        trade=place.trade,
        asker=asker_of(fields.get("asker")),
        nonce=bound_nonce(form.get("nonce", ""), fields),
        door=Door.WEB,
        organisation_id=place.organisation_id,
    )
    digits = question.product.replace(" ", "").replace("-", "")
    if question.gtin or not (digits.isdigit() and len(digits) >= _SHORTEST_GTIN):
        return question
    return replace(question, product="", gtin=question.product)  # the number under the barcode


def bound_nonce(given: str, fields: dict[str, str]) -> str | None:
    """A form's nonce bound to its contents: going back and correcting a letter is another check."""
    if not given:
        return None
    contents = "\0".join(f"{name}={text}" for name, text in sorted(fields.items()))
    return hashlib.sha256(f"{given}\0{contents}".encode(errors="surrogatepass")).hexdigest()[:43]


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
        languages=sorted(LANGUAGES.items(), key=lambda pair: pair[1]),
        countries=sorted(countries().items(), key=lambda pair: pair[1]),
        nonce=secrets.token_urlsafe(18),
    )


def field_errors(error: VialcheckError) -> list[FieldError]:
    """A refusal, one line for each field that it names."""
    errors = error.errors if isinstance(error, InvalidFieldsError) else (error,)
    return [FieldError(_box(each), error_message(each, spoken(), technical=False)) for each in errors]


def _box(error: VialcheckError) -> str:
    field = (error.field or "").replace(".", "_")
    field = _BOXES.get(field, field)
    return (
        field
        if (field in _TEXTS or field in _CARTON or field == "region")
        and error.code is not ErrorCode.NOTHING_PRESENTED
        else "scan"
    )


def _answered(answer: Answer, fields: dict[str, str] | None = None, *, save_at_once: bool = False) -> str:
    return render_template(
        "public/result.html",
        page=result_page(answer, spoken(), own_hosts=own_hosts()),
        release_tests=_release_tests(answer),
        saved=answer.id is not None,
        check_id=answer.id,
        save_at_once=save_at_once,
        # What the forms on the page ask again: to save it, or to ask it of one of several products.
        fields=fields or asked_fields(answer, answer.asker),
        other=Asker.PATIENT if answer.asker is Asker.CLINIC else Asker.CLINIC,
        nonce=secrets.token_urlsafe(18),
        places=places(),
    )


def _release_tests(answer: Answer) -> list[tuple[str, str, str]]:
    record = answer.verdict.record
    return desk().release_tests(record.batch.id) if record and record.batch else []


def _unreadable_link(error: VialcheckError) -> str:
    tr = spoken()
    message = " ".join(each.message for each in field_errors(error))
    return render_template(
        "shared/error.html",
        title=tr.gettext("We cannot read this link"),
        message=message,
        status=int(HTTPStatus.BAD_REQUEST),
    )
