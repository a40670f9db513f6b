"""Labels in the browser: one as an image, many as a sheet, and a form that leads to both.

Every answer is a function of the address alone; nothing is looked up and nothing is kept.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, render_template, request, url_for

from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.gs1 import digital_link
from service.gs1.identifiers import ProductIdentifier
from service.gs1.reading import read
from service.registry.labels import (
    Label,
    LabelFormat,
    LabelPage,
    Paper,
    PrintSettings,
    SymbolCarrier,
    draw,
    label_page,
    read_label_form,
    sheet_pages,
)
from service.settings import is_loopback
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.raw_target import raw_target
from service.web.core.services import services
from service.web.text import error_message

T = TypeVar("T")

labels = Blueprint("labels", __name__, url_prefix="/labels")

MOST_ONLINE = 100
"""Labels on one request's sheets, which is half a second of work; `vialcheck label` makes more."""

_MEDIA_TYPES = {
    LabelFormat.PNG: "image/png",
    LabelFormat.SVG: "image/svg+xml",
    LabelFormat.PDF: "application/pdf",
    LabelFormat.ZPL: "application/vnd.zebra-zpl",
}
_BOXES = {"serial": "serials"}
_FIELDS = ("gtin", "lot", "expiry", "serials", "name", "size", "paper", "carrier")


@dataclass(frozen=True, slots=True)
class LabelPreview:
    """What the form's page shows when everything could be read.

    `text`: what the code carries. `opens_here_only`: the code holds an address that no other machine can
    reach.
    """

    link: str
    text: str
    image: str
    files: tuple[tuple[str, str], ...]
    sheet: str | None
    count: int
    opens_here_only: bool


@labels.get("/")
@open_to_everyone
@runs_in(Pool.COSTLY)
def form() -> tuple[str, int]:
    """The form; filled in, with a preview and the files to print, or with what is wrong beside each field."""
    fields = {name: request.args.get(name, "").strip() for name in _FIELDS}
    errors: list[tuple[str, str]] = []
    made = None
    if any(name in request.args for name in _FIELDS):
        try:
            made = _made(fields)
        except VialcheckError as error:
            each = error.errors if isinstance(error, InvalidFieldsError) else (error,)
            errors = [(_box(one), error_message(one, g.translation)) for one in each]
    page = render_template(
        "public/labels.html",
        fields=fields,
        made=made,
        errors=errors,
        by_box=dict(reversed(errors)),
        papers=Paper,
        carriers=SymbolCarrier,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK


@labels.get("/01/<path:_rest>", merge_slashes=False)
@open_to_everyone
@runs_in(Pool.COSTLY)
def label(_rest: str) -> Response:
    """One label, as `?format=` png (default), svg or pdf; `name=` is printed too, `size=` is in mm.

    Raises IdentifierError for what is no Digital Link, RefusedError for what cannot be printed.
    """
    identifier = _identifier(raw_target(request))
    page = label_page(Label(identifier, request.args.get("name")), _printing())
    return _drawn([page], request.args.get("format", "png"), _file_name(identifier))


@labels.get("/sheet")
@open_to_everyone
@runs_in(Pool.COSTLY)
def sheet() -> Response:
    """Labels of `gtin`, `lot` and `expiry` for each `serial`, as PDF on `paper` (a4 or letter)."""
    serials = request.args.getlist("serial")
    _few_enough(serials)
    made = read_label_form(
        request.args.get("gtin", ""),
        lot=request.args.get("lot", ""),
        expiry=request.args.get("expiry", ""),
        serials=serials,
        name=request.args.get("name", ""),
    )
    pages = sheet_pages(made, _printing(), _paper(request.args.get("paper", "")))
    wanted = request.args.get("format", "pdf")
    if wanted not in ("pdf", "zpl"):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=wanted, expected="pdf or zpl", field="format")
    if wanted == "zpl":  # a thermal printer has a roll, and no sheets
        pages = [label_page(each, _printing()) for each in made]
    return _drawn(pages, wanted, f"{_file_name(made[0].identifier, unit=False)}-sheet")


def _made(fields: dict[str, str]) -> LabelPreview:
    """Read the form. Raises InvalidFieldsError or RefusedError."""
    serials = fields["serials"].split()
    _few_enough(serials)
    order = {name: fields[name] for name in ("lot", "expiry", "name")}
    errors: list[VialcheckError] = []
    made = _tried(lambda: read_label_form(fields["gtin"], **order, serials=serials), errors)
    printing = _tried(_printing, errors)
    paper = _tried(lambda: _paper(fields["paper"]), errors)
    if errors or made is None or printing is None or paper is None:
        raise InvalidFieldsError(tuple(errors))
    sheet_pages(made, printing, paper)  # refuses here what it would refuse there
    link = digital_link.build(printing.base_url, made[0].identifier)
    content = label_page(made[0], printing).labels[0].content.replace("\x1d", " ")
    extra = {name: fields[name] for name in ("name", "size", "carrier") if fields[name]}
    address = url_for("labels.form").rstrip("/") + link.removeprefix(printing.base_url)

    def file(form: LabelFormat) -> str:
        return f"{address}{'&' if '?' in address else '?'}{urlencode({**extra, 'format': form})}"

    on_sheet = {
        name: fields[name]
        for name in ("gtin", "lot", "expiry", "name", "size", "paper", "carrier")
        if fields[name]
    }
    several = [*on_sheet.items(), *(("serial", serial) for serial in serials)]
    return LabelPreview(
        link=link,
        image=file(LabelFormat.SVG),
        text=content,
        files=tuple((form.upper(), file(form)) for form in LabelFormat),
        sheet=f"{url_for('labels.sheet')}?{urlencode(several)}" if len(serials) > 1 else None,
        count=len(made),
        opens_here_only=printing.carrier is SymbolCarrier.QR
        and is_loopback(urlsplit(printing.base_url).hostname or ""),
    )


def _tried(make: Callable[[], T], errors: list[VialcheckError]) -> T | None:
    """What `make` gives; its refusals go to `errors`, so that a person mends all fields in one go."""
    try:
        return make()
    except InvalidFieldsError as error:
        errors.extend(error.errors)
    except VialcheckError as error:
        errors.append(error)
    return None


def _box(error: VialcheckError) -> str:
    """The form's field that an error belongs to."""
    name = _BOXES.get(error.field or "", error.field or "")
    return name if name in _FIELDS else "gtin"


def _few_enough(serials: list[str]) -> None:
    if len(serials) > MOST_ONLINE:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=f"{len(serials)} serials",
            expected=f"at most {MOST_ONLINE} at a time here; the command `vialcheck label` takes more",
            field="serial",
        )


def _identifier(target: str) -> ProductIdentifier:
    """The identifier that /labels/01/… names, read by the rules of every Digital Link."""
    parts = urlsplit(target)
    path = parts.path[parts.path.index("/01/") :]
    elements = "&".join(pair for pair in parts.query.split("&") if pair.partition("=")[0].isdigit())
    identifier = read(f"https://label.invalid{path}" + (f"?{elements}" if elements else "")).identifier
    if identifier is None:
        raise RefusedError(ErrorCode.NOT_A_PRODUCT, given=path, field="link")
    return identifier


def _printing() -> PrintSettings:
    """The operator's address, else the one that was asked; `size` in mm when it was given."""
    public_url = services().settings.public_url
    base = public_url or request.host_url.rstrip("/")
    size = request.args.get("size", "").strip()
    try:
        number = float(size.replace(",", ".")) if size else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=size, expected="millimetres", field="size")
    return PrintSettings(base, size_mm=number, carrier=_carrier(request.args.get("carrier", "")))


def _carrier(name: str) -> SymbolCarrier:
    try:
        return SymbolCarrier(name or "qr")
    except ValueError:
        expected = " or ".join(SymbolCarrier)
        raise RefusedError(ErrorCode.VALUE_INVALID, given=name, expected=expected, field="carrier") from None


def _paper(name: str) -> Paper:
    try:
        return Paper[name.upper() or "A4"]
    except KeyError:
        expected = " or ".join(paper.name.lower() for paper in Paper)
        raise RefusedError(ErrorCode.VALUE_INVALID, given=name, expected=expected, field="paper") from None


def _file_name(identifier: ProductIdentifier, *, unit: bool = True) -> str:
    """A plain file name without its ending: letters, digits and hyphens."""
    parts = (identifier.gtin, identifier.lot, identifier.serial if unit else None)
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(["label", *(str(part) for part in parts if part)])).strip(
        "-"
    )


def _drawn(pages: list[LabelPage], wanted: str, name: str) -> Response:
    if wanted not in set(LabelFormat):
        expected = ", ".join(LabelFormat)
        raise RefusedError(ErrorCode.VALUE_INVALID, given=wanted, expected=expected, field="format")
    form = LabelFormat(wanted)
    response = Response(draw(pages, form)[0], mimetype=_MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{form}"'
    # Of the browser itself only: the address may hold a serial, and the code may hold the host asked for.
    response.headers["Cache-Control"] = "private, max-age=300"
    if form is LabelFormat.SVG:
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    return response
