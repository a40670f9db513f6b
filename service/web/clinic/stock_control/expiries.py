"""What expires when: every lot that a clinic has, soonest first, as a page and as a file."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

from flask import Response as FileResponse
from flask import render_template, request, send_file

from service.accounts.actors import Role
from service.clinics.stock import LotInStock
from service.errors import ErrorCode, NotFoundError
from service.registry.exports.export_files import FORMS, csv_pieces
from service.registry.workbooks import write_text_workbook
from service.web.clinic.common import CLINICS, clinic
from service.web.clinic.stock_control.device_site import names_of_sites
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.clinic_text import SOON, status_words
from service.web.text.formatting import N_

_COLUMNS = (
    N_("Expiry date"),
    N_("Product"),
    N_("Product number (GTIN)"),
    N_("Lot number"),
    N_("Vials"),
    N_("Site"),
    N_("Known now"),
)
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DAYS = (30, 90, 180, 365)


@clinic.get("/stock/expiry")
@only_for(Role.VIEWER, kinds=CLINICS)
def expiry_list() -> str:
    """Show the lots that expire within so many days (`days`; none: all that have an expiry)."""
    days = _days()
    return render_template(
        "clinic/stock_control/expiries.html",
        rows=list(_rows(days)),
        sites=names_of_sites(),
        soon={soon: spoken().gettext(text) for soon, text in SOON.items()},
        days=days,
        choices=_DAYS,
        forms_of_files=FORMS,
    )


@clinic.get("/stock/expiry.<form>")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def expiry_file(form: str) -> FileResponse:
    """Send the same as CSV or XLSX."""
    if form not in FORMS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    target, rows = BytesIO(), _cells(_days())
    if form == "xlsx":
        write_text_workbook(target, rows)
    else:
        target.writelines((b"\xef\xbb\xbf", *csv_pieces(rows)))
    target.seek(0)
    return send_file(target, mimetype=_TYPES[form], as_attachment=True, download_name=f"expiry.{form}")


def _days() -> int | None:
    text = request.args.get("days", "")
    return int(text) if text in {str(each) for each in _DAYS} else None


def _rows(days: int | None) -> Iterator[tuple[LotInStock, int | None, int]]:
    """Each lot that expires in time, with one of its sites and how many vials of it lie there."""
    last = services().verification.now().date() + timedelta(days=days) if days else None
    for lot in services().stock.house(actor()).lots:
        if lot.first.expiry is None or (last and lot.first.expiry.last_day > last):
            continue
        places = [each.site_id for each in lot.vials]
        for site in sorted(set(places), key=lambda each: each or 0):
            yield lot, site, places.count(site)


def _cells(days: int | None) -> Iterator[list[str]]:
    tr, sites = spoken(), names_of_sites()
    yield [tr.gettext(name) for name in _COLUMNS]
    for lot, site, count in _rows(days):
        first, expiry = lot.first, lot.first.expiry
        yield [
            expiry.printed_form if expiry else "",
            first.product_name,
            first.gtin,
            first.lot,
            str(count),
            sites.get(site, ""),
            status_words(lot.verdict, tr),
        ]
