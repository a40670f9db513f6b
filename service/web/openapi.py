"""The JSON interface described: OpenAPI 3.1 at `/openapi.json`, and a page for people at `/api/docs`."""

from importlib.metadata import version
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from service.errors import ErrorCode
from service.web import schemas

docs = Blueprint("docs", __name__)

_PROBLEMS = {
    "400": "The body is not JSON",
    "404": "Nothing is there",
    "405": "Another method is needed",
    "409": "The nonce was used for another check",
    "413": "The body is too large",
    "415": "The body is not sent as JSON",
    "422": "A value cannot be read; every field that was refused is named",
    "503": "Busy: send the same request again, with the same nonce",
}
_PROBLEMS_OF = {"get": ("404", "503"), "post": ("400", "409", "413", "415", "422", "503")}


def init_app(app: Flask) -> None:
    """Describe every route of the API's blueprint; pages are for people and are left out."""
    app.config["OPENAPI_VERSION"] = "3.1.0"
    app.config["SERVERS"] = [{"url": "/"}]
    described = cast(APIFlask, app)
    described.title = "Vialcheck"
    described.version = version("vialcheck")
    app.config["DESCRIPTION"] = (
        "Does this vial match what its manufacturer issued, and should it be used? "
        "An answer says how much of what was presented was found together in one manufacturer's record. "
        "It cannot show what is in the vial."
    )
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    described.spec_processor(_finish)
    app.register_blueprint(docs)


def _finish(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """Only the API's paths, and every error as the one shape that it really has."""
    if isinstance(spec, str):
        raise TypeError("only the JSON form is made here")
    spec["paths"] = {path: item for path, item in spec["paths"].items() if path.startswith("/api/v")}
    components = spec.setdefault("components", {}).setdefault("schemas", {})
    for model in (schemas.Verification, schemas.Problem):
        described = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        components.update(described.pop("$defs", {}))
        components[model.__name__] = described
    for name in [each for each in components if each.startswith(("HTTPError", "ValidationError"))]:
        del components[name]
    body = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in spec["paths"].values():
        for method, operation in item.items():
            if method not in _PROBLEMS_OF:
                continue
            good = {code: each for code, each in operation["responses"].items() if code < "300"}
            bad = {code: {"description": _PROBLEMS[code], "content": body} for code in _PROBLEMS_OF[method]}
            operation["responses"] = good | bad
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
            for each in good.values():
                each["content"] = {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Verification"}}
                }
    return spec


@docs.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """The description, for programs."""
    return jsonify(cast(APIFlask, current_app).spec)


@docs.get("/api/docs")
def readable() -> ResponseReturnValue:
    """The description, for people: one page, no script, nothing from elsewhere."""
    spec = cast(APIFlask, current_app).spec
    return render_template("docs.html", spec=spec, error_codes=list(ErrorCode))
