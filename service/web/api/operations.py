"""Describes the JSON API as OpenAPI 3.1.

A view says what it takes and gives with `@described`; the rest is read off the routes and off pydantic. The
name of a view is the name of its operation, after which generated clients call their functions.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TypeVar

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from werkzeug.routing import Rule

from service.web.api import schemas

_ABOUT = (
    "Does this vial match what its manufacturer issued, and should it be used? "
    "An answer says how much of what was presented was found together in one manufacturer's record. "
    "It cannot show what is in the vial."
)
_PROBLEMS = {
    400: "The body is not JSON",
    401: "The key is unknown, has ended or was revoked",
    403: "The key lacks the scope, or another website sent this",
    404: "Nothing is there",
    409: "It contradicts what is on record, or the nonce or key was used for another request",
    412: "The record has changed since it was read",
    413: "The body is too large",
    415: "The body is not sent as JSON",
    422: "A value cannot be read; every field that was refused is named",
    429: "Very much was asked in a short time: ask again after the seconds of Retry-After",
    503: "Busy: send the same request again, with the same nonce",
}
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of your organisation, made at /keys. Without one, anybody asks.",
}
_OF_A_BODY = (400, 413, 415, 422)
_OF_A_FILE = (413, 422)
_FILE: Mapping[str, str] = {"type": "string", "format": "binary"}
_DOCUMENTS: Mapping[str, Mapping[str, str]] = {"application/json": {"type": "object"}}
_DESCRIBED = ("/api/v", "/epcis/")
_REFERENCE = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"<(?:(?P<type>\w+)[^:<>]*:)?(?P<name>\w+)>")

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One method of one path. `answers`: the statuses that are no error, each with what it means.

    `refuses`: statuses of errors, beside those that every operation and every body has. `uploads`: the name
    of the file in the form that it takes. `sends`: the media types of the document that is its body.
    `query` and `headers`: its parameters, each with what it means.
    """

    tag: str
    summary: str
    gives: type[BaseModel]
    answers: Mapping[int, str]
    takes: type[BaseModel] | None = None
    refuses: tuple[int, ...] = ()
    uploads: str = ""
    description: str = ""
    sends: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


_OPERATIONS: dict[Callable[..., Any], Operation] = {}


def described(operation: Operation) -> Callable[[View], View]:
    """Note on a view what the description says of it."""

    def note(view: View) -> View:
        _OPERATIONS[view] = operation
        return view

    return note


def describe(app: Flask) -> Plain:
    """The OpenAPI document of every route under `/api/v…` and `/epcis`; KeyError for an undescribed one."""
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(_DESCRIBED)]
    paths: dict[str, Plain] = {}
    used: list[Operation] = []
    for rule in sorted(routes, key=lambda each: each.rule):
        operation = _OPERATIONS[app.view_functions[rule.endpoint]]
        used.append(operation)
        item = paths.setdefault(_PARAMETER.sub(r"{\g<name>}", rule.rule), {})
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            item[method.lower()] = _operation(operation, rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Vialcheck", "version": version("vialcheck"), "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.tag for each in used)],
        "paths": paths,
        "components": {"schemas": dict(_schemas(used)), "securitySchemes": {"key": _KEY}},
        "security": [{}, {"key": []}],
    }


def _operation(operation: Operation, rule: Rule) -> Plain:
    refused = {*operation.refuses, *(_OF_A_BODY if operation.takes else ()), 401, 403, 429, 503}
    refused |= set(_OF_A_FILE) if operation.uploads else set()
    refused |= {*_OF_A_FILE, 415} if operation.sends else set()
    plain: Plain = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": [_parameter(found) for found in _PARAMETER.finditer(rule.rule)]
        + [
            {"name": name, "in": place, "description": meaning, "schema": {"type": "string"}}
            for place, known in (("query", operation.query), ("header", operation.headers))
            for name, meaning in known.items()
        ],
        "responses": {
            str(status): {"description": meaning, "content": _content(operation.gives)}
            for status, meaning in operation.answers.items()
        }
        | {
            str(status): {
                "description": _PROBLEMS[status],
                "content": _content(schemas.Problem, "application/problem+json"),
            }
            for status in sorted(refused)
        },
    }
    if operation.description:
        plain["description"] = operation.description
    if operation.takes or operation.sends:
        content: Plain = {each: {"schema": _DOCUMENTS.get(each, _FILE)} for each in operation.sends}
        content |= _content(operation.takes) if operation.takes else {}
        plain["requestBody"] = {"required": True, "content": content}
    if operation.uploads:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        form = {"type": "object", "required": [operation.uploads], "properties": {operation.uploads: file}}
        content = {"multipart/form-data": {"schema": form}, "image/*": {"schema": _FILE}}
        plain["requestBody"] = {"required": True, "content": content}
    return plain


def _parameter(found: re.Match[str]) -> Plain:
    kind = "integer" if found["type"] == "int" else "string"
    return {"name": found["name"], "in": "path", "required": True, "schema": {"type": kind}}


def _content(model: type[BaseModel], media_type: str = "application/json") -> Plain:
    return {media_type: {"schema": {"$ref": _REFERENCE.format(model=model.__name__)}}}


def _schemas(operations: Iterable[Operation]) -> Iterator[tuple[str, Plain]]:
    """Every shape by its name, with the shapes inside it."""
    for operation in operations:
        if operation.takes:
            yield from _schema(operation.takes, "validation")
        yield from _schema(operation.gives, "serialization")
    yield from _schema(schemas.Problem, "serialization")


def _schema(model: type[BaseModel], mode: Any) -> Iterator[tuple[str, Plain]]:
    plain = model.model_json_schema(ref_template=_REFERENCE, mode=mode)
    inner = plain.pop("$defs", {})
    yield model.__name__, plain
    yield from inner.items()


def openapi_document() -> Plain:
    """The OpenAPI document of the current application, made once."""
    known: Plain = current_app.extensions.setdefault("openapi", {})
    if not known:
        known.update(describe(current_app))
    return known
