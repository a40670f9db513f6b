"""The JSON door for pictures: the codes in one, as `vialcheck decode --json` writes them."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from service.web.api import schemas
from service.web.api.operations import Operation, described
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import refusal
from service.web.core.request_uploads import MOST_UPLOAD, codes_of, sent_picture, takes_files, too_large

readings = Blueprint("readings", __name__, url_prefix="/api/v1")


@readings.post("/readings")
@described(
    Operation(
        "Readings",
        "Read the codes in a picture",
        gives=schemas.Readings,
        uploads="photo",
        answers={200: "The codes in it, from top to bottom; an empty list where none was found"},
        description="A JPEG, PNG or WebP of at most 15 MB: the body itself, or the file `photo` of a form. "
        "It is read in memory, nothing of it is kept, and nothing is looked up: send `symbology` and `text`, "
        "one after the other, as the `scan` of a check.",
    )
)
@open_to_everyone
@takes_files(MOST_UPLOAD)
@runs_in(Pool.PICTURES)
def read_picture() -> Response:
    """The codes in a picture."""
    try:
        name = next((file.filename for file in request.files.getlist("photo") if file.filename), "")
        form = request.mimetype == "multipart/form-data"
        codes = codes_of(sent_picture() if form else request.get_data())
    except RequestEntityTooLarge:
        return refusal(too_large(), status=413)
    return jsonify(file=name, codes=[code.plain() for code in codes])
