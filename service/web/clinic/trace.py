"""Tracing a lot: which of the clinic's vials came from it, and what happened to them; as a page
and as CSV.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from flask import Response as FileResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.stock import TracedVial
from service.clinics.vial_lifecycle import USABLE, Step, VialState
from service.clinics.vial_verdicts import stops
from service.errors import ConflictError, IdentifierError, RefusedError
from service.gs1.identifiers import Gtin, Lot
from service.registry.lists.typed_cells import quoted_for_spreadsheets
from service.web.clinic.common import CLINICS, clinic, wrong
from service.web.core.access import actor, only_for
from service.web.core.error_responses import status_of
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.clinic_text import DONE, STATES, STEPS, amount, status_words
from service.web.text.formatting import N_, visible

_COLUMNS = (
    N_("Vial"),
    N_("Product"),
    N_("Product number (GTIN)"),
    N_("Lot number"),
    N_("Serial number"),
    N_("Expiry date"),
    N_("Supplier"),
    N_("Delivery note"),
    N_("State now"),
    N_("What was done"),
    N_("When (UTC)"),
    N_("By"),
    N_("Units used"),
    N_("Reason"),
    N_("Business step (CBV)"),
    N_("Disposition (CBV)"),
    N_("Undone since"),
    N_("Your reference"),
    N_("Units thrown away"),
)


@clinic.get("/trace")
@only_for(Role.VIEWER, kinds=CLINICS)
def trace() -> str | tuple[str, HTTPStatus]:
    """Show every vial of a lot, and what happened to each."""
    lot, gtin = request.args.get("lot", ""), request.args.get("gtin", "")
    if not lot:
        return render_template("clinic/trace.html", lot="", gtin="", traced=None)
    try:
        done = spoken().gettext(DONE[Step.QUARANTINE]) if "done" in request.args else ""
        return _lot_page(lot, gtin, done=done)
    except IdentifierError as error:
        page = render_template(
            "clinic/trace.html", lot=visible(lot), gtin="", traced=None, **wrong(error, "lot")
        )
        return page, HTTPStatus.UNPROCESSABLE_ENTITY


@clinic.post("/trace")
@only_for(Role.CLINIC, kinds=CLINICS)
def set_aside() -> Response | tuple[str, int]:
    """Quarantine all vials of a lot that are still in use."""
    lot, gtin = request.form.get("lot", ""), request.form.get("gtin", "")
    usable = [each.vial.id for each in _traced(lot, gtin) if each.vial.state in USABLE]
    try:
        services().vial_usage.set_aside(
            actor(), usable, request.form.get("reason", ""), services().verification.now()
        )
    except (RefusedError, ConflictError) as error:
        return _lot_page(lot, gtin, **wrong(error, "reason")), status_of(error)
    return redirect(url_for("clinic.trace", lot=lot, gtin=gtin or None, done=1), HTTPStatus.SEE_OTHER)


@clinic.get("/trace.csv")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
def trace_file() -> FileResponse:
    """Export the same as CSV: one row for each step of each vial (RFC 4180)."""
    lot = request.args.get("lot", "")
    body = _csv(_traced(lot, request.args.get("gtin", "")))
    name = "".join(each for each in Lot.parse(lot).key if each.isascii() and each.isalnum()) or "lot"
    response = FileResponse(body, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="lot-{name}.csv"'
    return response


def _lot_page(lot: str, gtin: str, **more: object) -> str:
    traced = _traced(lot, gtin)
    counts = {state: sum(each.vial.state is state for each in traced) for state in VialState}
    worst = services().stock.worst(actor(), [each.vial for each in traced])
    return render_template(
        "clinic/trace.html",
        lot=lot,
        gtin=gtin,
        traced=traced,
        counts={state: count for state, count in counts.items() if count},
        usable=sum(count for state, count in counts.items() if state in USABLE),
        stopped=status_words(worst, spoken()) if worst and stops(worst) else "",
        steps={step: spoken().gettext(text) for step, text in STEPS.items()},
        **more,
    )


def _traced(lot: str, gtin: str) -> list[TracedVial]:
    return services().stock.trace(actor(), lot, Gtin.parse(gtin).value if gtin else "")


def _csv(traced: Iterable[TracedVial]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([spoken().gettext(name) for name in _COLUMNS])
    for cells in _rows(traced):
        writer.writerow([quoted_for_spreadsheets(cell) for cell in cells])
    return "\ufeff" + written.getvalue()


def _rows(traced: Iterable[TracedVial]) -> Iterator[list[str]]:
    tr = spoken()
    for each in traced:
        vial = each.vial
        for event in each.events:
            yield [
                str(vial.id),
                vial.product_name,
                vial.gtin,
                vial.lot,
                vial.serial,
                vial.expiry.printed_form if vial.expiry else "",
                vial.supplier,
                vial.note_number,
                tr.gettext(STATES[vial.state]),
                tr.gettext(STEPS[event.step]),
                f"{event.at:%Y-%m-%d %H:%M:%S}",
                event.actor,
                amount(event.units_used) if event.units_used is not None else "",
                event.reason,
                event.biz_step,
                event.disposition,
                tr.gettext(N_("yes")) if event.undone else "",
                event.reference,
                amount(event.units_wasted) if event.units_wasted is not None else "",
            ]
