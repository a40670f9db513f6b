"""What a GS1 Digital Link of this host leads to (GS1-Conformant Resolver 1.2).

A browser without a wish for a certain link gets the page with the answer at once, unless the manufacturer
registered a default link; a program gets a redirect there, or the linkset. Neither says what the records say
of the pack: a redirect depends on the registered links alone.
"""

import re
from http import HTTPStatus

from flask import Response, jsonify, make_response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from service.errors import (
    ErrorCode,
    IdentifierError,
    NotFoundError,
    TooManyError,
    UnavailableError,
    VialcheckError,
)
from service.gs1.resolver.linkset import CONTEXT, choices, linkset
from service.gs1.resolver.negotiation import Preferences
from service.gs1.resolver.request import ResolverRequest, parse_request, path_of, uncompressed
from service.gs1.resolver.resolution import Choices, Redirect, ResolvedItem, resolve
from service.registry.links.queries import is_lot_of, resolved_item
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal, wants_json
from service.web.core.flask_proxies import behind
from service.web.core.forms import field_errors
from service.web.core.i18n import spoken
from service.web.core.question_form import asker_of, origin_of, own_origin, question_of
from service.web.core.raw_target import is_as_sent, raw_target
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.public.answer_page import answer_page
from service.web.public.blueprint import pages
from service.web.public.resolver.cross_origin import (
    LINKSET_JSON,
    METHODS,
    add_link,
    preflight,
    readable_elsewhere,
    share,
    wants_linkset,
    wants_page,
)
from service.web.text.locales import country_name, language_name

_COMPRESSED = re.compile(r"/01/[0-9]{14}/[A-Za-z0-9_-]+/?(?:\?|$)")

_RESULT_PAGE = "/check"
"""What stands before `/01/…` in the address of a pack's page."""


@pages.route("/01/<path:_rest>", methods=list(METHODS), merge_slashes=False, provide_automatic_options=False)
@open_to_everyone
@runs_in(Pool.CHECKS)
@readable_elsewhere
def link(_rest: str) -> Response:
    """Resolve a GS1 Digital Link of this host, also one whose qualifiers are compressed."""
    sent = raw_target(behind(request))
    try:
        target = (uncompressed(sent) if _COMPRESSED.match(sent) else None) or sent
        asked = parse_request(own_origin(), target)
        _require_certain(asked, target)
    except IdentifierError as error:
        return _broken(error)
    return _answer(asked, target, same_as="" if target is sent else path_of(asked.path))


@pages.route(
    "/<string(minlength=10):_text>",  # a GTIN alone takes ten characters
    methods=list(METHODS),
    strict_slashes=False,
    provide_automatic_options=False,
)
@open_to_everyone
@readable_elsewhere
def compressed_link(_text: str) -> Response:
    """Resolve a compressed GS1 Digital Link of this host, without leading to the uncompressed one first."""
    sent = raw_target(behind(request))
    try:
        target = uncompressed(sent) or sent
    except IdentifierError:
        raise NotFound from None  # one word that is no link is an address like any other
    try:
        asked = parse_request(own_origin(), target)
    except IdentifierError as error:
        return _broken(error)
    return _answer(asked, target, same_as=path_of(asked.path))


@pages.get("/check/01/<path:_rest>", merge_slashes=False)
@open_to_everyone
@runs_in(Pool.CHECKS)
def link_result(_rest: str) -> Response:
    """The page with the answer for the pack that a Digital Link names; no redirect leads on from it."""
    return _page(raw_target(behind(request)), HTTPStatus.OK)


def _answer(asked: ResolverRequest, target: str, same_as: str) -> Response:
    """Answer a request. `target`: its path and query, uncompressed; `same_as`: its path, where it came
    compressed, empty otherwise.
    """
    if request.method == "OPTIONS":
        response = preflight()
    else:
        item = resolved_item(services().database, asked.gtin, asked.lot, own_origin() + _RESULT_PAGE)
        if asked.wants_linkset or wants_linkset():
            response = _linkset(asked, item)
        elif item is None:
            response = _unknown(asked, target)
        else:
            response = _resolved(asked, item, target)
    if same_as:
        add_link(response, own_origin() + same_as, 'rel="owl:sameAs"')
    return _with_linkset_link(response, asked)


def _require_certain(asked: ResolverRequest, target: str) -> None:
    """LINK_INVALID where a value seems to hold a slash, and the server does not tell how that was sent.

    `/10/A/7` is broken, `/10/A%2F7` a lot A/7: behind a server that decodes paths, only a lot that is on
    record counts as one.
    """
    slashed = {ai for ai, value in asked.path if "/" in value}
    if not slashed or is_as_sent(behind(request)):
        return
    if slashed != {"10"} or not is_lot_of(services().database, asked.gtin, asked.lot):
        raise IdentifierError(
            ErrorCode.LINK_INVALID, given=target, expected="pairs of /AI/value to the end", field="link"
        )


def _resolved(asked: ResolverRequest, item: ResolvedItem, target: str) -> Response:
    try:
        outcome = resolve(asked, item, _preferences(asked))
    except NotFoundError:
        if not wants_page():
            raise
        return _page(target, HTTPStatus.NOT_FOUND)  # a person who scanned a pack gets the answer all the same
    if isinstance(outcome, Choices):
        return _choices(asked, item, outcome)
    if outcome.own and asked.wants_default and wants_page():
        return _page(target, HTTPStatus.OK)
    return _redirect(outcome)


def _redirect(outcome: Redirect) -> Response:
    response = Response(status=HTTPStatus.TEMPORARY_REDIRECT)
    response.headers["Location"] = outcome.location
    return share(response)


def _linkset(asked: ResolverRequest, item: ResolvedItem | None) -> Response:
    if item is None:
        raise _not_on_record(asked)
    return share(_json(linkset(asked, item, own_origin()), HTTPStatus.OK))


def _choices(asked: ResolverRequest, item: ResolvedItem, found: Choices) -> Response:
    if wants_page():
        page = render_template(
            "public/resolver/choices.html",
            item=item,
            links=found.links,
            language_of=lambda code: language_name(code, spoken()),
            country_of=lambda code: country_name(code, spoken()),
        )
        response = make_response(page, HTTPStatus.MULTIPLE_CHOICES)
    else:
        response = _json(choices(asked, item, found.links, own_origin()), HTTPStatus.MULTIPLE_CHOICES)
    return share(response)


def _unknown(asked: ResolverRequest, target: str) -> Response:
    """A product that is not on record: the page says so to a person, a program gets 404."""
    if wants_page() and asked.wants_default:
        return _page(target, HTTPStatus.OK)
    raise _not_on_record(asked)


def _not_on_record(asked: ResolverRequest) -> NotFoundError:
    return NotFoundError(ErrorCode.PRODUCT_NOT_ON_RECORD, given=asked.gtin, field="gtin")


def _broken(error: IdentifierError) -> Response:
    """A link that breaks the syntax is a 400, for programs and people alike (section 4.3).

    A person gets the page with the answer for what can be read of it.
    """
    if wants_json():
        return share(refusal(error, status=HTTPStatus.BAD_REQUEST))
    return _page(raw_target(behind(request)), HTTPStatus.BAD_REQUEST)


def _page(target: str, status: HTTPStatus) -> Response:
    """The page with the answer for the pack that a link names; one that cannot be read is 400 in any case."""
    asker = asker_of(request.args.get("as"))
    fields = {"scan": own_origin() + target, "asker": str(asker)}
    try:
        answer = ask_check(question_of(fields, MultiDict()), origin_of(fields), record=False)
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return make_response(_unreadable_link(error), HTTPStatus.BAD_REQUEST)
    return make_response(answer_page(answer, fields, save_at_once=True), status)


def _unreadable_link(error: VialcheckError) -> str:
    tr = spoken()
    message = " ".join(each.message for each in field_errors(error))
    return render_template(
        "shared/error.html",
        title=tr.gettext("We cannot read this link"),
        message=message,
        status=int(HTTPStatus.BAD_REQUEST),
    )


def _json(document: object, status: HTTPStatus) -> Response:
    response = jsonify(document)
    response.status_code = status
    as_json = "application/json" in request.accept_mimetypes.values() and not wants_linkset()
    response.mimetype = "application/json" if as_json else LINKSET_JSON
    add_link(response, CONTEXT, 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"')
    return response


def _with_linkset_link(response: Response, asked: ResolverRequest) -> Response:
    """Name the linkset in a Link header, also beside a redirect; no other links (deprecated since 1.0)."""
    address = f"{own_origin()}{path_of(asked.path)}?linkType=linkset"
    add_link(response, address, f'rel="linkset"; type="{LINKSET_JSON}"; title="All links"')
    return response


def _preferences(asked: ResolverRequest) -> Preferences:
    return Preferences(
        languages=tuple((name, quality) for name, quality in request.accept_languages if quality > 0),
        media_types=tuple((name, quality) for name, quality in request.accept_mimetypes if quality > 0),
        context=asked.context,
    )
