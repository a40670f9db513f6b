"""The LMS responder: verification of one unit, and whether a responder can be reached.

Only a 200 has the body that LMS describes. Everything else is a problem detail (RFC 9457) with LMS's status:
400 malformed, 401 no key or unknown GLN, 403 another organisation's GLN, 404 a product without a responder
here, 503 a budget that is used up.
"""

from datetime import UTC
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from service.accounts.actors import Actor, ApiKeyScope
from service.accounts.trading_partners import require_own_gln
from service.authenticity.evidence import Asker
from service.clinics.origin import clinic_origin
from service.errors import (
    ConflictError,
    ErrorCode,
    IdentifierError,
    RefusedError,
    TooManyError,
    UnknownKeyError,
    VialcheckError,
)
from service.gs1.characters import GROUP_SEPARATOR
from service.registry.responders import responder_of
from service.verification.question import Channel, Question
from service.verification.service import Answer
from service.web.api.lms.answers import verification_data
from service.web.api.lms.requests import (
    VERSION_HEADER,
    VerificationRequest,
    read_connectivity,
    read_verification,
)
from service.web.core.access import guest_or_actor, needs_scope, open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal
from service.web.core.services import services
from service.web.limits.checks import ask_check

lms = Blueprint("lms", __name__)


@lms.errorhandler(VialcheckError)
def refused(error: VialcheckError) -> Response:
    """Refuse with the status that LMS has for it."""
    if isinstance(error, TooManyError):
        return refusal(error, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if isinstance(error, RefusedError | IdentifierError | ConflictError):
        return refusal(error, status=HTTPStatus.BAD_REQUEST)
    return refusal(error)


@lms.get("/verify/<path:rest>", merge_slashes=False)
@open_to_everyone
@runs_in(Pool.CHECKS)
def verify_identifier(rest: str) -> Response:
    """Verify one unit for a trading partner; it is recorded as a check of the trade."""
    partner = _partner()
    asked = read_verification(rest, request.args.to_dict(flat=False), request.headers.get(VERSION_HEADER, ""))
    require_own_gln(services().database, partner, asked.req_gln)
    responder = responder_of(services().database, asked.gtin.value)
    answer = ask_check(_question(asked, partner), clinic_origin(partner, Channel.API))
    data = verification_data(
        answer.verdict,
        asked.lot,
        asked.serial,
        asked.expiry,
        verifies_recalled=responder.verifies_recalled,
    )
    response = jsonify(
        {
            "verificationTimestamp": _moment(answer),
            "responderGLN": responder.gln,
            "data": data.plain(),
            "corrUUID": asked.corr_uuid,
        }
    )
    response.headers[VERSION_HEADER] = f"{asked.version}.0"
    return response


@lms.get("/checkConnectivity")
@open_to_everyone
@runs_in(Pool.CHECKS)
def check_connectivity() -> Response:
    """Say which responder answers for a product."""
    partner = _partner()
    gtin, req_gln = read_connectivity(request.args.to_dict(flat=False))
    require_own_gln(services().database, partner, req_gln)
    return jsonify({"responderGLN": responder_of(services().database, gtin.value).gln})


def _partner() -> Actor:
    """The trading partner whose key the request has. UnknownKeyError without one."""
    who = guest_or_actor()
    if who is None or not who.is_program:
        raise UnknownKeyError(ErrorCode.KEY_INVALID)
    needs_scope(ApiKeyScope.VERIFY)
    return who


def _question(asked: VerificationRequest, partner: Actor) -> Question:
    """The four identifiers as a GS1 DataMatrix has them, so that nothing of them is guessed.

    One `corrUUID` of a partner is one check, however often it is sent.
    """
    before = f"]d201{asked.gtin.value}17{asked.yymmdd}10{asked.lot.printed}"
    scan = f"{before}{GROUP_SEPARATOR}21{asked.serial.printed}"
    nonce = f"lms-{partner.organisation_id}-{asked.corr_uuid.lower()}"
    return Question(scan=scan, asker=Asker.CLINIC, nonce=nonce)


def _moment(answer: Answer) -> str:
    """When it was verified: ISO 8601 in UTC, to the millisecond."""
    moment = answer.verdict.as_of.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
