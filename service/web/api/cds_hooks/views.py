"""The CDS Hooks service: what it offers, and the cards that it answers `order-sign` with.

`order-sign` fires when a clinician is about to sign: it is among the last events before an order leaves its
draft, and its context has all details, the vial's lot among them where the clinic's software knows it. At
`order-select`, earlier, no vial is chosen; `medication-prescribe` was replaced by `order-sign`.
"""

from typing import Any, Literal

from flask import Blueprint, Response, g, jsonify, request
from msgspec.json import decode
from pydantic import BaseModel, Field

from service.accounts.actors import Actor, ApiKeyScope
from service.authenticity.evidence import Asker
from service.errors import (
    ErrorCode,
    IdentifierError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    TooManyError,
)
from service.verification.question import Channel
from service.web.api.cds_hooks.cards import card_of, unreadable_card, worst_first
from service.web.api.cds_hooks.orders import OrderedPack, ordered_packs
from service.web.api.fhir.packs import question_of_pack
from service.web.api.verification_json import in_json
from service.web.core.access import needs_scope, open_to_everyone, sees_whole, with_own_token
from service.web.core.concurrency import Pool, runs_in
from service.web.core.flask_proxies import behind
from service.web.core.json_body import read_body
from service.web.core.question_form import own_hosts, own_origin
from service.web.core.request_origin import request_origin
from service.web.core.services import services
from service.web.limits.checks import ask_check
from service.web.text import error_message

cds_hooks = Blueprint("cds_hooks", __name__, url_prefix="/cds-services")

HOOK, SERVICE = "order-sign", "vialcheck-stopped-vial"
_MOST_PACKS = 20


class HookRequest(BaseModel):
    """What a clinic's software sends. Who the patient is, is not read; other members are left out."""

    hook: Literal["order-sign"]
    hookInstance: str = Field(min_length=1, max_length=100)  # noqa: N815 (the standard's name)
    context: dict[str, Any]
    prefetch: dict[str, Any] | None = None


@cds_hooks.get("")
@open_to_everyone
def discover() -> Response:
    """Say which service is offered, at which hook."""
    service = {
        "hook": HOOK,
        "title": "Vialcheck: stopped vials",
        "description": "Before an order is signed: a card for each pack in it that must not be used, by its "
        "lot, expiry and serial number. No card where nothing speaks against a pack.",
        "id": SERVICE,
        "usageRequirements": "draftOrders holds the Medication (contained, or as an entry) with its GTIN and "
        "batch.lotNumber; or a Device with its udiCarrier.",
    }
    return jsonify(services=[service])


@cds_hooks.post("/<service>")
@with_own_token
@runs_in(Pool.CHECKS)
def answer_hook(service: str) -> Response:
    """The cards about the packs of the draft orders. Nothing of the orders is recorded.

    NotFoundError for another service; RefusedError for more packs than one answer looks at.
    """
    if service != SERVICE:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=service[:80], field="id")
    who = _caller()
    asked = read_body(HookRequest)
    packs = ordered_packs(asked.context, asked.prefetch or {})
    if len(packs) > _MOST_PACKS:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=str(len(packs)),
            expected=f"at most {_MOST_PACKS} packs in one call",
            field="draftOrders",
        )
    cards = [card for each in packs if (card := _card(each, who)) is not None]
    return jsonify(cards=worst_first(cards))


def _card(pack: OrderedPack, who: Actor | None) -> dict[str, Any] | None:
    tr, origin = behind(g).translation, request_origin(behind(request), who, Channel.API)
    source = {"label": "Vialcheck", "url": own_origin()}
    try:
        answer = ask_check(question_of_pack(pack.texts, Asker.CLINIC), origin, record=False)
    except TooManyError:
        raise
    except (InvalidFieldsError, IdentifierError, RefusedError) as error:
        single = error.errors if isinstance(error, InvalidFieldsError) else (error,)
        return unreadable_card([error_message(each, tr) for each in single], pack, source, tr)
    said = decode(in_json(answer, tr, own_hosts(), whole=sees_whole(answer)))
    return card_of(said, pack, source, tr)


def _caller() -> Actor | None:
    """Whose key the request has; None for a guest. UnknownKeyError for a key of ours that is none.

    A clinic's software may send a JSON Web Token of its own (CDS Hooks 2.0, Trusting CDS Clients): three
    parts with full stops between. No trust in its issuer was arranged here, so its sender is a guest.
    """
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or key.count(".") == 2:
        return None
    who = services().accounts.keys.actor(key.strip(), address=request.environ.get("REMOTE_ADDR") or "")
    behind(g).actor = who
    needs_scope(ApiKeyScope.VERIFY)
    return who
