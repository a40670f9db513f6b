"""The clinic's uses: searched by the clinic's own reference, and as a file.

A search is sent as a form: an address stands in logs, and no reference may.
"""

from collections.abc import Iterator
from io import BytesIO

from flask import Response as FileResponse
from flask import render_template, request, send_file

from service.accounts.actors import Role
from service.clinics.uses.register import MOST, RecordedUse
from service.errors import ErrorCode, NotFoundError
from service.registry.exports.export_files import FORMS, csv_pieces
from service.registry.workbooks import write_text_workbook
from service.web.clinic.common import CLINICS, clinic
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import spoken
from service.web.core.services import services
from service.web.text.clinic_text import STEPS, amount
from service.web.text.formatting import N_

_COLUMNS = (
    N_("When (UTC)"),
    N_("Your reference"),
    N_("Product"),
    N_("Product number (GTIN)"),
    N_("Lot number"),
    N_("Serial number"),
    N_("Vial"),
    N_("What was done"),
    N_("Units used"),
    N_("Units thrown away"),
    N_("Unit"),
    N_("Reason"),
    N_("By"),
)
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MARK = b"\xef\xbb\xbf"


@clinic.get("/uses")
@only_for(Role.VIEWER, kinds=CLINICS)
def uses() -> str:
    """Show the latest uses, and the field to search them."""
    return _page("")


@clinic.post("/uses")
@only_for(Role.VIEWER, kinds=CLINICS)
def find_uses() -> str:
    """Show the uses under a reference."""
    return _page(_wanted())


@clinic.post("/uses.<form>")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def uses_file(form: str) -> FileResponse:
    """Send all of them, or those under a reference, as CSV or XLSX."""
    if form not in FORMS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    target, rows = BytesIO(), _rows(services().use_register.all(actor(), _wanted()))
    if form == "xlsx":
        write_text_workbook(target, rows)
    else:
        target.writelines((_MARK, *csv_pieces(rows)))
    target.seek(0)
    return send_file(target, mimetype=_TYPES[form], as_attachment=True, download_name=f"uses.{form}")


def _wanted() -> str:
    return request.form.get("reference", "")[:100]


def _page(reference: str) -> str:
    return render_template(
        "clinic/uses.html",
        uses=services().use_register.find(actor(), reference),
        reference=reference,
        steps={step: spoken().gettext(text) for step, text in STEPS.items()},
        most=MOST,
        forms_of_files=FORMS,
    )


def _rows(found: Iterator[RecordedUse]) -> Iterator[list[str]]:
    tr = spoken()
    yield [tr.gettext(name) for name in _COLUMNS]
    for each in found:
        yield [
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.reference,
            each.product_name,
            each.gtin,
            each.lot,
            each.serial,
            str(each.vial_id),
            tr.gettext(STEPS[each.step]),
            amount(each.used) if each.used is not None else "",
            amount(each.wasted) if each.wasted is not None else "",
            each.unit,
            each.reason,
            each.actor,
        ]
