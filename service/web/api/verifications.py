"""The JSON door: ask, and look up what was answered."""

from typing import Any

from flask import Blueprint, Response, g, request
from msgspec.json import encode
from pydantic import BaseModel

from service.accounts.actors import ApiKeyScope
from service.verification.mark_guide import mark_guide
from service.verification.pack_readings import PackFields
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import Answer
from service.web.api import schemas
from service.web.api.marks_json import marks_as_plain
from service.web.api.operations import Operation, described
from service.web.api.verification_json import in_json
from service.web.core.access import guest_or_actor, needs_scope, open_to_everyone, sees_whole
from service.web.core.concurrency import Pool, runs_in
from service.web.core.flask_proxies import behind
from service.web.core.json_body import read_body
from service.web.core.question_form import asker_of, own_hosts, usual_asker
from service.web.core.request_origin import request_origin
from service.web.core.services import services
from service.web.limits.checks import ask_check

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.post("/verifications")
@described(
    Operation(
        "Verifications",
        "Check a product",
        takes=schemas.Request,
        gives=schemas.Verification,
        answers={
            201: "The answer",
            200: "The first answer to this nonce, or an answer that was not recorded",
        },
        refuses=(409,),
        description="Answers with 201; with 200 when the nonce was used before (then with the first "
        "answer), or when nothing was to be recorded.",
    )
)
@open_to_everyone
@runs_in(Pool.CHECKS)
def verify() -> Response:
    """Check what was presented and record that it was checked."""
    asked = read_body(schemas.Request)
    question, origin = _question(asked)
    answer = ask_check(question, origin, record=asked.record)
    return _json(answer, 201 if asked.record and not answer.repeated else 200)


@api.get("/verifications/<scan_id>")
@described(
    Operation(
        "Verifications",
        "A check's answer",
        gives=schemas.Verification,
        answers={200: "What was answered"},
        refuses=(404,),
    )
)
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def read_verification(scan_id: str) -> Response:
    """What was answered then; a later recall does not change it."""
    return _json(services().verification.find_check(scan_id), 200)


@api.get("/verifications/<scan_id>/marks")
@described(
    Operation(
        "Verifications",
        "What to look at on the pack",
        gives=schemas.Marks,
        answers={200: "The marks of the product, and the one to look at next"},
        refuses=(404,),
        description="By which marks known fakes of the product are told. Ask again with `marks` added.",
    )
)
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def read_marks(scan_id: str) -> Response:
    """Return the marks of the product that a recorded check was about."""
    guide = mark_guide(services().database, services().verification.find_check(scan_id))
    return Response(encode(marks_as_plain(guide)), content_type="application/json")


def _question(asked: schemas.Request) -> tuple[Question, RequestOrigin]:
    """The question in a body, and its origin; what the body does not say has the default of `Question`."""
    who = guest_or_actor()
    if who is not None:
        needs_scope(ApiKeyScope.VERIFY)
    given = _given(asked)
    given.pop("record", None)
    if "carton" in given:
        given["carton"] = PackFields(**_given(given["carton"]))
    if "marks" in given:
        given["marks"] = tuple((each.mark, each.seen) for each in given["marks"])
    said = not _PLACES.isdisjoint(given)
    place = {name: given.pop(name) for name in ("country", "region") if name in given}
    origin = request_origin(behind(request), who, Channel.API, said=said, **place)
    given["asker"] = asker_of(given.get("asker"), usual_asker(who))
    return Question(**given), origin


_PLACES = frozenset({"country", "region", "market"})


def _given(asked: BaseModel) -> dict[str, Any]:
    return {name: value for name in asked.model_fields_set if (value := getattr(asked, name)) is not None}


def _json(answer: Answer, status: int) -> Response:
    # The tests hold every answer against the documented schema; here it would take
    # longer than the check.
    ours = own_hosts() if answer.host else frozenset()
    body = in_json(answer, behind(g).translation, ours, whole=sees_whole(answer))
    return Response(body, status, content_type="application/json")
