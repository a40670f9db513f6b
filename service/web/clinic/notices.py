"""Notices that vials of the clinic are stopped: read, acknowledged, and the uses that they concern."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from io import BytesIO

from flask import Response as FileResponse
from flask import redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.authenticity.evidence import Asker
from service.clinics.notices.affected import UseTask
from service.clinics.vial_lifecycle import USABLE
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
from service.web.text.reasons.reason_messages import reason_message

_COLUMNS = (
    N_("When (UTC)"),
    N_("Your reference"),
    N_("Product"),
    N_("Lot number"),
    N_("Serial number"),
    N_("What was done"),
    N_("Units used"),
    N_("Unit"),
    N_("By"),
    N_("Told on (UTC)"),
    N_("Told by"),
)
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DONE = {
    "read": N_("Recorded: you have read this notice."),
    "told": N_("Recorded: told."),
}


@clinic.get("/clinic/notices/<key>")
@only_for(Role.VIEWER, kinds=CLINICS)
def notice(key: str) -> str:
    """Show one notice: why, which vials, and which uses."""
    found = services().stop_notices.one(actor(), key)
    done = _DONE.get(request.args.get("done", ""))
    return render_template(
        "clinic/notice.html",
        notice=found,
        words=reason_message(found.reason, Asker.CLINIC, spoken()),
        tasks=services().stop_notices.tasks(actor(), found),
        usable=[each for each in found.here if each.state in USABLE],
        may_write=actor().may(Role.CLINIC) and not actor().by_pin,
        steps={step: spoken().gettext(text) for step, text in STEPS.items()},
        forms_of_files=FORMS,
        done=spoken().gettext(done) if done else "",
    )


@clinic.post("/clinic/notices/<key>")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def acknowledge(key: str) -> Response:
    """Record that the clinic has read it."""
    services().stop_notices.acknowledge(actor(), key, services().verification.now())
    return redirect(url_for("clinic.notice", key=key, done="read"), HTTPStatus.SEE_OTHER)


@clinic.post("/clinic/notices/<key>/told")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def mark_told(key: str) -> Response:
    """Record that those whom the ticked uses concern were told."""
    sent = request.form.getlist("use")
    uses = [int(each) for each in sent if each.isascii() and each.isdigit() and len(each) < 10]
    services().stop_notices.mark_told(actor(), key, uses, services().verification.now())
    done = "told" if uses else None
    return redirect(url_for("clinic.notice", key=key, done=done), HTTPStatus.SEE_OTHER)


@clinic.get("/clinic/notices/<key>/uses.<form>")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def notice_file(key: str, form: str) -> FileResponse:
    """Send the uses that a notice concerns, as CSV or XLSX."""
    found = services().stop_notices.one(actor(), key)
    if form not in FORMS:
        raise NotFoundError(ErrorCode.NOT_FOUND, field="list")
    target, rows = BytesIO(), _rows(services().stop_notices.tasks(actor(), found))
    if form == "xlsx":
        write_text_workbook(target, rows)
    else:
        target.writelines((b"\xef\xbb\xbf", *csv_pieces(rows)))
    target.seek(0)
    return send_file(target, mimetype=_TYPES[form], as_attachment=True, download_name=f"uses.{form}")


def _rows(tasks: Iterable[UseTask]) -> Iterator[list[str]]:
    tr = spoken()
    yield [tr.gettext(name) for name in _COLUMNS]
    for each in tasks:
        use = each.use
        yield [
            f"{use.at:%Y-%m-%d %H:%M:%S}",
            use.reference,
            use.product_name or use.gtin,
            use.lot,
            use.serial,
            tr.gettext(STEPS[use.step]),
            amount(use.used) if use.used is not None else "",
            use.unit,
            use.actor,
            f"{each.told.at:%Y-%m-%d %H:%M:%S}" if each.told else "",
            each.told.actor if each.told else "",
        ]
