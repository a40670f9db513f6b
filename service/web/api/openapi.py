"""The OpenAPI document at `/openapi.json`, and a page for people at `/api/docs`."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from service.errors import ErrorCode
from service.web.api.operations import openapi_document
from service.web.core.access import open_to_everyone

docs = Blueprint("docs", __name__)


@docs.get("/openapi.json")
@open_to_everyone
def openapi() -> ResponseReturnValue:
    """The description, for programs."""
    return jsonify(openapi_document())


@docs.get("/api/docs")
@open_to_everyone
def readable() -> ResponseReturnValue:
    """The description, for people: one page, no script, nothing from elsewhere."""
    return render_template("api/docs.html", spec=openapi_document(), error_codes=list(ErrorCode))
