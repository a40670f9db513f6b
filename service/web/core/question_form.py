"""The form of a question: its fields, the `Question` made from them, and this service's own addresses."""

import hashlib
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import request
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from service.accounts.actors import Actor, OrganisationKind
from service.accounts.partner_sites import PartnerSite, PartnerSites
from service.authenticity.evidence import Asker
from service.gs1.keyboards import layouts
from service.verification.mark_answers import marks_from_text, with_mark
from service.verification.pack_readings import PackFields
from service.verification.question import Channel, Question, RequestOrigin
from service.web.core.access import guest_or_actor
from service.web.core.request_origin import request_origin
from service.web.core.services import services
from service.web.text.formatting import from_visible

TEXT_FIELDS = (
    *("scan", "lot", "gtin", "product", "national", "serial", "expiry", "market"),
    *("strength", "substance", "language", "form"),
)
CARTON_FIELDS = {
    "carton_scan": "scan",
    "carton_lot": "lot",
    "carton_expiry": "expiry",
    "carton_gtin": "gtin",
    "carton_serial": "serial",
    "carton_national": "national",
}
"""The inputs for the carton, and the field of `Question.carton` that each fills; the last three go along
hidden, with what a scan of it said."""

FIELDS = frozenset({*TEXT_FIELDS, *CARTON_FIELDS, "region"})
"""Fields that an error can link to."""

LAYOUT_COOKIE = "vialcheck-layout"
"""The cookie with the keyboard layout of this browser's scanner; set by the scanner set-up page."""

_SHORTEST_GTIN = 8
_ASKERS = frozenset(Asker)
_LAYOUTS = frozenset(layout.name for layout in layouts.LAYOUTS)


def asker_of(text: str | None, otherwise: Asker | None = None) -> Asker:
    """Return who asks, from a form or an address; `otherwise`, or the usual asker, where the
    text is unknown.
    """
    return Asker(text) if text in _ASKERS else otherwise or usual_asker(guest_or_actor())


def usual_asker(who: Actor | None) -> Asker:
    """Return CLINIC where a clinic's person or program is signed in, else PATIENT."""
    return Asker.CLINIC if who is not None and who.kind is OrganisationKind.CLINIC else Asker.PATIENT


def posted(form: MultiDict[str, str]) -> dict[str, str]:
    """Return what was typed, with control pictures (U+2400 to U+241F) turned back into control characters."""
    fields = {name: from_visible(form.get(name, "")) for name in (*TEXT_FIELDS, "region", *CARTON_FIELDS)}
    fields["marks"] = with_mark(form.get("marks", ""), form.get("mark", ""), form.get("seen", ""))
    fields["no_lot"] = "1" if form.get("no_lot") else ""
    fields["asker"] = str(asker_of(form.get("asker")))
    return {name: text for name, text in fields.items() if text}


def question_of(fields: dict[str, str], form: MultiDict[str, str]) -> Question:
    """Return the question that the fields ask, under the form's nonce."""
    texts: dict[str, Any] = {name: fields[name] for name in TEXT_FIELDS if name in fields}
    question = Question(
        **texts,
        carton=PackFields(**{field: fields[name] for name, field in CARTON_FIELDS.items() if name in fields}),
        no_lot="no_lot" in fields,
        marks=marks_from_text(fields.get("marks", "")),
        asker=asker_of(fields.get("asker")),
        nonce=bound_nonce(form.get("nonce", ""), fields),
    )
    digits = question.product.replace(" ", "").replace("-", "")
    if question.gtin or not (digits.isdigit() and len(digits) >= _SHORTEST_GTIN):
        return question
    return replace(question, product="", gtin=question.product)  # the number under the barcode


def origin_of(fields: dict[str, str]) -> RequestOrigin:
    """Where the current request's form is sent from; the fields may say so."""
    said = not {"market", "region"}.isdisjoint(fields)
    return request_origin(request, guest_or_actor(), Channel.WEB, region=fields.get("region", ""), said=said)


def bound_nonce(given: str, fields: dict[str, str]) -> str | None:
    """Return a nonce bound to the form's contents: a corrected form is another check."""
    if not given:
        return None
    contents = "\0".join(f"{name}={text}" for name, text in sorted(fields.items()))
    return hashlib.sha256(f"{given}\0{contents}".encode(errors="surrogatepass")).hexdigest()[:43]


def own_origin() -> str:
    """Return this service's origin: the operator's setting, else the request's."""
    public_url = services().settings.public_url
    return public_url or request.host_url.rstrip("/")


def own_hosts() -> frozenset[str]:
    """Return the hosts whose links are ours; every other host is named to the reader."""
    public_url = services().settings.public_url
    theirs = request.host.lower()
    return frozenset({theirs, urlsplit(public_url).netloc.lower()} if public_url else {theirs})


def partner_of_request() -> PartnerSite | None:
    """The organisation whose own site asks; None where the request names none that may stand here."""
    reference = request.values.get("by", "")
    return PartnerSites(services().database).named(reference) if reference else None


def known_layout() -> str:
    """Return the keyboard layout of this browser's scanner; empty where none is known."""
    name = unquote(request.cookies.get(LAYOUT_COOKIE, ""))
    return name if name in _LAYOUTS else ""
