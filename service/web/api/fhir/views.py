"""The FHIR R4 service at /fhir: metadata, read, search, `$verify` and `$uses`. All of it is JSON.

Every refusal is an OperationOutcome (`web.core.error_responses`), also where no view was called.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from msgspec.json import decode, encode
from werkzeug.exceptions import BadRequest, NotAcceptable, UnsupportedMediaType

from service.accounts.actors import OWNERS, ApiKeyScope, OrganisationKind, Role
from service.clinics.uses.register import RecordedUse, UseSearch
from service.errors import (
    ErrorCode,
    IdentifierError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.gs1.identifiers import Gtin, Lot
from service.registry.medications import BatchSearch, find_batches, find_products
from service.verification.question import Channel
from service.web.api.fhir import capability, resources
from service.web.api.fhir.packs import question_of_pack
from service.web.api.fhir.parameters import read_parameters
from service.web.api.fhir.search import SearchToken, TokenSearch, is_strict, page_of, read_search
from service.web.api.fhir.systems import GTIN, REFERENCES, USES, Plain
from service.web.api.fhir.verdict_outcome import verdict_issues
from service.web.api.verification_json import in_json
from service.web.core.access import (
    actor,
    guest_or_actor,
    needs_scope,
    only_for,
    open_to_everyone,
    sees_whole,
)
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal
from service.web.core.flask_proxies import behind
from service.web.core.question_form import own_hosts, own_origin, usual_asker
from service.web.core.request_origin import request_origin
from service.web.core.responses.operation_outcome import MEDIA_TYPE, outcome
from service.web.core.services import services
from service.web.limits.checks import ask_check

fhir = Blueprint("fhir", __name__, url_prefix="/fhir")

_JSON = ("application/fhir+json", "application/json")
_FORMATS = frozenset({*_JSON, "json", ""})
_HOLDERS = frozenset({*OWNERS, OrganisationKind.CLINIC})
_CLINICS = frozenset({OrganisationKind.CLINIC})
_MEDICATION = re.compile(r"([0-9]{14})-([0-9]{1,18})")
_NUMBER = re.compile(r"[0-9]{1,18}")
_SUBJECT = re.compile(
    r"(?:https?://[^\s?#<>\"]{1,200}/)?(?:Patient|Group)/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}"
)
_REQUEST_FAULTS = (IdentifierError, RefusedError, InvalidFieldsError)
_MOST_USES = 1000
"""Uses under one reference; a reference is one appointment's."""


@fhir.errorhandler(VialcheckError)
def refused(error: VialcheckError) -> Response:
    """Refuse; what is wrong with a request's values is 400 (hl7.org/fhir/R4/http.html#Status-Codes)."""
    if isinstance(error, _REQUEST_FAULTS):
        return refusal(error, status=HTTPStatus.BAD_REQUEST)
    return refusal(error)


@fhir.before_request
def speak_json() -> None:
    """NotAcceptable (406) where the request takes no JSON."""
    wanted = request.args.get("_format", "")
    if wanted:
        if wanted.partition(";")[0].strip().replace(" ", "+") not in _FORMATS:
            raise NotAcceptable
    elif request.headers.get("Accept") and request.accept_mimetypes.best_match(_JSON) is None:
        raise NotAcceptable


@fhir.get("/metadata")
@open_to_everyone
def metadata() -> Response:
    """The CapabilityStatement."""
    return _resource(capability.capability_statement(_base()))


@fhir.get("/OperationDefinition/<name>")
@open_to_everyone
def operation_definition(name: str) -> Response:
    """What an operation takes and gives."""
    return _resource(_of(capability.operation_definitions(_base()), name))


@fhir.get("/CodeSystem/<name>")
@open_to_everyone
def code_system(name: str) -> Response:
    """The codes of one of our systems."""
    return _resource(_of(capability.code_systems(_base()), name))


@fhir.post("/Medication/$verify")
@open_to_everyone
@runs_in(Pool.CHECKS)
def verify() -> Response:
    """Check a pack, as POST /api/v1/verifications does; the answer's reasons are its issues."""
    who = guest_or_actor()
    needs_scope(ApiKeyScope.VERIFY)
    fields, record = read_parameters(_body())
    question = question_of_pack(fields, usual_asker(who))
    place = {"country": fields["market"]} if who is not None and "market" in fields else {}
    origin = request_origin(behind(request), who, Channel.API, said="market" in fields, **place)
    answer = ask_check(question, origin, record=record)
    said = decode(in_json(answer, behind(g).translation, own_hosts(), whole=sees_whole(answer)))
    return outcome(verdict_issues(said, _base()), id=answer.id)


@fhir.get("/Medication/<number>")
@only_for(Role.VIEWER, kinds=_HOLDERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_medication(number: str) -> Response:
    """One lot."""
    known = _MEDICATION.fullmatch(number)
    found = _batches(BatchSearch(ids=[int(known[2])], gtins=[known[1]])) if known else []
    return _resource(resources.medication(_one(found, number)))


@fhir.route("/Medication", methods=["GET"])
@fhir.route("/Medication/_search", methods=["POST"])
@only_for(Role.VIEWER, kinds=_HOLDERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def search_medications() -> Response:
    """Lots by product and lot number."""
    search = _search("Medication")
    gtins = _both(search.alternatives("identifier", GTIN, _gtin), search.alternatives("code", GTIN, _gtin))
    wanted = BatchSearch(
        ids=search.alternatives("_id", "", _batch_number),
        gtins=gtins,
        lots=search.alternatives("lot-number", "", Lot.parse),
        after=search.after,
        limit=search.count + 1,
    )
    page, more = page_of(_batches(wanted), search.count)
    return _found(
        search, [resources.medication(each) for each in page], page[-1].id if more and page else None
    )


@fhir.get("/MedicationKnowledge/<gtin>")
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def read_product(gtin: str) -> Response:
    """One product."""
    found = find_products(services().database, [gtin] if _NUMBER.fullmatch(gtin) else [])
    return _resource(resources.medication_knowledge(_one(found, gtin)))


@fhir.route("/MedicationKnowledge", methods=["GET"])
@fhir.route("/MedicationKnowledge/_search", methods=["POST"])
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def search_products() -> Response:
    """Products by their GTINs."""
    search = _search("MedicationKnowledge")
    gtins = _both(search.alternatives("code", GTIN, _gtin), search.alternatives("_id", "", _gtin))
    if gtins is None:
        raise RefusedError(ErrorCode.VALUE_INVALID, given="", expected="a product's GTIN", field="code")
    found = find_products(services().database, sorted(gtins))
    return _found(search, [resources.medication_knowledge(each) for each in found], None)


@fhir.get("/<any(MedicationAdministration, Immunization):type_name>/<number>")
@only_for(Role.VIEWER, kinds=_CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_use(type_name: str, number: str) -> Response:
    """One use of the clinic."""
    ids = [int(number)] if _NUMBER.fullmatch(number) else []
    found = services().use_register.treatments(actor(), UseSearch(ids=ids, limit=1))
    return _resource(_of_uses(type_name, [_one(found, number)], "")[0])


@fhir.route("/<any(MedicationAdministration, Immunization):type_name>", methods=["GET"])
@fhir.route("/<any(MedicationAdministration, Immunization):type_name>/_search", methods=["POST"])
@only_for(Role.VIEWER, kinds=_CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def search_uses(type_name: str) -> Response:
    """Uses of the clinic by its own reference."""
    search, own = _search(type_name), f"{_base()}/NamingSystem/{USES}"
    wanted = UseSearch(
        ids=search.alternatives("_id", "", _number),
        identified=[_identified(each, own) for each in search.tokens.get("identifier", ())],
        after=search.after,
        limit=search.count + 1,
    )
    page, more = page_of(services().use_register.treatments(actor(), wanted), search.count)
    return _found(search, _of_uses(type_name, page, ""), page[-1][0] if more and page else None)


@fhir.get("/<any(MedicationAdministration, Immunization):type_name>/$uses")
@only_for(Role.VIEWER, kinds=_CLINICS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def uses_under_reference(type_name: str) -> Response:
    """The uses under a reference of the clinic, with the patient that the caller names."""
    reference, subject = request.args.get("reference", "").strip(), request.args.get("subject", "")
    if not reference:
        raise RefusedError(ErrorCode.VALUE_INVALID, given="", expected="a reference", field="reference")
    if not _SUBJECT.fullmatch(subject):
        raise RefusedError(
            ErrorCode.VALUE_INVALID, given=subject[:80], expected="Patient/ and an id", field="subject"
        )
    wanted = UseSearch(identified=[((), [reference])], limit=_MOST_USES)
    found = services().use_register.treatments(actor(), wanted)
    return _resource(resources.searchset(_of_uses(type_name, found, subject), {}, _base(), []))


def _search(kind: str) -> TokenSearch:
    given = [*request.args.items(multi=True), *request.form.items(multi=True)]
    return read_search(given, capability.SEARCHES[kind], strict=is_strict(request.headers.get("Prefer", "")))


def _found(search: TokenSearch, found: list[Plain], after: int | None) -> Response:
    address = f"{_base()}/{request.path.split('/')[2]}"
    return _resource(resources.searchset(found, search.links(address, after), _base(), search.notes()))


def _of_uses(kind: str, found: Sequence[tuple[int, RecordedUse]], subject: str) -> list[Plain]:
    make = resources.immunization if kind == "Immunization" else resources.medication_administration
    return [make(number, use, subject, _base()) for number, use in found]


def _batches(wanted: BatchSearch) -> Sequence[Any]:
    return find_batches(services().database, actor().organisation_id, wanted)


def _one(found: Sequence[Any], given: str) -> Any:
    if not found:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=given[:80], field="id")
    return found[0]


def _of(known: Mapping[str, Plain], name: str) -> Plain:
    if name not in known:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=name[:80], field="id")
    return known[name]


def _gtin(text: str) -> str:
    return Gtin.parse(text).value


def _batch_number(text: str) -> int:
    return _number(text.rpartition("-")[2])


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=text[:80], expected="a number", field="_id")
    return int(text)


def _identified(tokens: Iterable[SearchToken], own: str) -> tuple[set[int], set[str]]:
    """Numbers of uses, by the system `own`, and references, by their system or none."""
    numbers = {int(each.code) for each in tokens if each.system == own and _NUMBER.fullmatch(each.code)}
    systems = (None, f"{_base()}/NamingSystem/{REFERENCES}")
    return numbers, {each.code for each in tokens if each.system in systems}


def _both(one: set[Any] | None, other: set[Any] | None) -> set[Any] | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other


def _body() -> object:
    """The JSON of the body, of whichever of FHIR's media types. BadRequest, UnsupportedMediaType (415)."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return decode(request.get_data())
    except (ValueError, UnicodeDecodeError) as error:
        raise BadRequest from error


def _resource(plain: Plain) -> Response:
    return Response(encode(plain), content_type=MEDIA_TYPE)


def _base() -> str:
    return f"{own_origin()}/fhir"
