"""Labels of an organisation's own lots: one for each lot that was chosen, with what is on record of it."""

from flask import Blueprint, Response, render_template, request

from service.accounts.actors import OrganisationKind, Role
from service.errors import ErrorCode, RefusedError
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.registry.labels import (
    Label,
    LabelFormat,
    Paper,
    PrintSettings,
    SymbolCarrier,
    draw,
    label_page,
    sheet_pages,
)
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import set_language_headers
from service.web.core.question_form import own_origin
from service.web.core.services import services

lot_labels = Blueprint("lot_labels", __name__, url_prefix="/products")
lot_labels.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR})
_MOST = 100
_FORMS = {LabelFormat.PDF: "application/pdf", LabelFormat.ZPL: "application/vnd.zebra-zpl"}


@lot_labels.get("/<gtin>/labels")
@only_for(Role.VIEWER, kinds=_KINDS)
def form(gtin: str) -> str:
    """Show the lots that were chosen, and ask for code and paper."""
    lots = request.args.getlist("lot")[:_MOST]
    product = services().search.product(actor(), gtin)
    return render_template(
        "workspace/lot_labels.html", product=product, lots=lots, carriers=SymbolCarrier, papers=Paper
    )


@lot_labels.get("/<gtin>/labels.<wanted>")
@only_for(Role.VIEWER, kinds=_KINDS)
@runs_in(Pool.COSTLY)
def file(gtin: str, wanted: str) -> Response:
    """The labels, as sheets (pdf) or for a label printer (zpl). Serials are given in `serials`."""
    labels = _labels(gtin, request.args.getlist("lot"), request.args.get("serials", "").split())
    carrier, paper = _choice(SymbolCarrier, "carrier"), request.args.get("paper", "a4").upper()
    if wanted not in _FORMS or paper not in Paper.__members__:
        raise RefusedError(ErrorCode.VALUE_INVALID, given=wanted, expected="pdf or zpl", field="format")
    printing = PrintSettings(services().settings.public_url or own_origin(), carrier=carrier)
    if wanted == LabelFormat.ZPL:
        pages = [label_page(each, printing) for each in labels]
    else:
        pages = sheet_pages(labels, printing, Paper[paper])
    response = Response(draw(pages, LabelFormat(wanted))[0], mimetype=_FORMS[LabelFormat(wanted)])
    response.headers["Content-Disposition"] = f'attachment; filename="labels.{wanted}"'
    return response


def _labels(gtin: str, lots: list[str], serials: list[str]) -> list[Label]:
    """One label for each lot, or for each serial of the one lot. NotFoundError for a lot of others."""
    if not lots or len(lots) * max(1, len(serials)) > _MOST or (serials and len(lots) > 1):
        expected = f"one lot with serial numbers, or several lots; at most {_MOST} labels"
        raise RefusedError(
            ErrorCode.VALUE_INVALID, given=", ".join(lots)[:100], expected=expected, field="lot"
        )
    made = []
    for lot in dict.fromkeys(lots):
        batch = services().search.batch(actor(), gtin, lot)
        expiry = Expiry.from_record(batch.expiry, batch.month_only)
        for serial in serials or [""]:
            unit = Serial.parse(serial) if serial else None
            identifier = ProductIdentifier(Gtin.parse(batch.gtin), Lot.parse(batch.lot), unit, expiry)
            made.append(Label(identifier, batch.product))
    return made


def _choice(choices: type[SymbolCarrier], field: str) -> SymbolCarrier:
    given = request.args.get(field, "")
    if given and given not in set(choices):
        raise RefusedError(ErrorCode.VALUE_INVALID, given=given, expected=" or ".join(choices), field=field)
    return choices(given or "datamatrix")
