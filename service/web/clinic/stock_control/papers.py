"""Papers as PDF: the record of a vial for the file, the label of an opened one, the note with a shipment.

The typeface has Latin letters. In a language with others the words are English; of a name in other letters
the paper says so, and the page has it whole.
"""

from collections.abc import Iterator, Sequence
from gettext import NullTranslations

from flask import Response as FileResponse
from flask import request

from service.accounts.actors import Role
from service.clinics.papers.checks import GivenCheck, checks_of
from service.clinics.papers.document import PaperDocument, PaperSection, draw, texts_of
from service.clinics.papers.opened_label import draw_label
from service.clinics.papers.typeface import has_all
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.receipts.day_uses import is_use
from service.clinics.stock_control.shipments import ClinicShipment, ShipmentKind, ShippedState
from service.errors import ErrorCode, NotFoundError
from service.web.clinic.common import CLINICS, clinic
from service.web.clinic.stock_control.device_site import names_of_sites
from service.web.core.access import actor, only_for, sees_whole
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import spoken
from service.web.core.question_form import own_hosts
from service.web.core.services import services
from service.web.text.clinic_text import STATES, STEPS, amount, moment_words
from service.web.text.formatting import N_, date_words
from service.web.text.result_page import result_page

_NOTE = N_("A match means that what is printed agrees with the record. It says nothing of the content.")
_INCOMPLETE = N_("“?” stands for letters that this file cannot show. The page of the vial has them.")


@clinic.get("/vials/<int:vial_id>/record.pdf")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def vial_record(vial_id: int) -> FileResponse:
    """The record of a vial for the file. `event`: of one use alone: a patient's file names no other."""
    traced, _ = services().stock.vial(actor(), vial_id)
    wanted = request.args.get("event", "")
    events = [each for each in traced.events if not wanted or (str(each.id) == wanted and is_use(each))]
    if not events:
        raise NotFoundError(ErrorCode.NOT_FOUND, expected="a use of this vial", field="event")
    checks = checks_of(services().database, services().verification, actor(), vial_id)
    tr = _words()
    paper = PaperDocument(
        tr.gettext(N_("Record of a treatment")) if wanted else tr.gettext(N_("Record of a vial")),
        [
            PaperSection("", _about(traced.vial, tr)),
            PaperSection(
                tr.gettext(N_("The answer as it was given")),
                paragraphs=[*_given(checks, tr), tr.gettext(_NOTE)],
            ),
            PaperSection(tr.gettext(N_("What was done with it")), table=[*_steps(traced.vial, events, tr)]),
        ],
        footer=_footer(tr),
    )
    return _sent(paper, tr, f"vial-{vial_id}.pdf")


@clinic.get("/vials/<int:vial_id>/label.pdf")
@only_for(Role.VIEWER, kinds=CLINICS)
def vial_label(vial_id: int) -> FileResponse:
    """The label of an opened vial. NotFoundError for one that was not opened."""
    traced, _ = services().stock.vial(actor(), vial_id)
    held = traced.vial
    if held.opened is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(vial_id), expected="an opened vial", field="vial")
    tr, country = _words(), actor().country
    until = moment_words(held.use_before, country, tr) if held.use_before else "____________"
    by = next((each.actor for each in traced.events if each.step.opens and each.counts), "")
    lines = [
        held.product_name or held.gtin,
        tr.gettext(N_("Lot {lot}")).format(lot=held.lot) if held.lot else "",
        held.serial,
        tr.gettext(N_("Opened: {moment}")).format(moment=moment_words(held.opened, country, tr)),
        tr.gettext(N_("Use until: {moment}")).format(moment=until),
        tr.gettext(N_("By: {name}")).format(name=by),
    ]
    kept = [each for each in lines if each]
    return _file(draw_label(kept, (0, len(kept) - 2)), f"label-{vial_id}.pdf")


@clinic.get("/stock/shipments/<int:shipment_id>/note.pdf")
@only_for(Role.VIEWER, kinds=CLINICS, pin=False)
@runs_in(Pool.COSTLY)
def shipment_note(shipment_id: int) -> FileResponse:
    """The note that goes with a transfer or a return. NotFoundError before it is sent."""
    found = services().stock_control.shipments.one(actor(), shipment_id)
    if found.sent is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=str(shipment_id), field="shipment")
    tr, back = _words(), found.kind is ShipmentKind.RETURN
    vials = [each.vial for each in found.lines if each.state is not ShippedState.TAKEN_BACK]
    title = tr.gettext(N_("Return note")) if back else tr.gettext(N_("Transfer note"))
    signed = (N_("Sent by, date, signature"), N_("Received by, date, signature"))
    paper = PaperDocument(
        f"{title} {found.id}",
        [
            PaperSection("", [*_shipped(found, tr)]),
            PaperSection(tr.gettext(N_("Vials")) + f": {len(vials)}", table=[*_vials(vials, tr)]),
        ],
        [tr.gettext(each) for each in signed],
        _footer(tr),
    )
    return _sent(paper, tr, f"note-{shipment_id}.pdf")


def _words() -> NullTranslations:
    """The reader's language, where the typeface has its letters; else English."""
    tr = spoken()
    return tr if has_all(tr.gettext(_NOTE)) else NullTranslations()


def _about(vial: HeldVial, tr: NullTranslations) -> list[tuple[str, str]]:
    facts = [
        (N_("Clinic"), actor().organisation),
        (N_("Product"), vial.product_name or vial.gtin),
        (N_("Product number (GTIN)"), vial.gtin),
        (N_("Lot number"), vial.lot),
        (N_("Serial number"), vial.serial),
        (N_("Expiry date"), date_words(vial.expiry.printed_form, tr) if vial.expiry else ""),
        (N_("Received"), moment_words(vial.received, actor().country, tr)),
        (N_("Supplier"), vial.supplier),
        (N_("Delivery note"), vial.note_number),
        (N_("State now"), tr.gettext(STATES[vial.state])),
    ]
    return [(tr.gettext(name), value) for name, value in facts if value]


def _given(checks: Sequence[GivenCheck], tr: NullTranslations) -> Iterator[str]:
    """One paragraph for each check: when, by whom, the answer in the words for clinics, its number."""
    for each in checks:
        when = f"{moment_words(each.at, actor().country, tr)}, {each.actor}"
        if each.answer is None:
            said = tr.gettext(N_("The answer is no longer kept."))
        else:
            page = result_page(each.answer, tr, own_hosts=own_hosts(), whole=sees_whole(each.answer))
            said = f"{page.title}. {page.headline}"
        yield f"{when}: {said} [{each.scan_id}]"


def _steps(vial: HeldVial, events: Sequence[RecordedStep], tr: NullTranslations) -> Iterator[list[str]]:
    uses = [each.id for each in events if is_use(each)]
    receipts = services().receipts.of_uses(actor(), uses) if uses else {}
    names = (N_("When"), N_("What was done"), N_("Amount"), N_("Your reference"), N_("By"), N_("Receipt"))
    yield [tr.gettext(name) for name in names]
    handed = {
        False: tr.gettext(N_("Handed to the patient")),
        True: tr.gettext(N_("Receipt taken back.")),
    }
    for each in events:
        done = tr.gettext(STEPS[each.step]) + (f": {each.reason}" if each.reason else "")
        done += f" ({tr.gettext(N_('undone since'))})" if each.undone else ""
        used = f"{amount(each.units_used)} {vial.content.unit}" if each.units_used is not None else ""
        receipt = handed[receipts[each.id]] if each.id in receipts else ""
        when = moment_words(each.at, actor().country, tr)
        yield [when, done, used.strip(), each.reference, each.actor, receipt]


def _shipped(found: ClinicShipment, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    names = names_of_sites()
    came = {names.get(each.came_from, "") for each in found.lines}
    to = found.supplier if found.kind is ShipmentKind.RETURN else names.get(found.to_site_id, "")
    sent = moment_words(found.sent, actor().country, tr) if found.sent else ""
    facts = [
        (N_("Clinic"), actor().organisation),
        (N_("From"), ", ".join(sorted(came)) if len(names) > 1 else ""),
        (N_("To"), to),
        (N_("Sent"), f"{sent}, {found.sent_by}"),
        (N_("Reason"), found.reason),
    ]
    yield from ((tr.gettext(name), value) for name, value in facts if value)


def _vials(vials: Sequence[HeldVial], tr: NullTranslations) -> Iterator[list[str]]:
    names = (
        *(N_("Product"), N_("Product number (GTIN)"), N_("Lot number")),
        *(N_("Serial number"), N_("Expiry date"), N_("Delivery note")),
    )
    yield [tr.gettext(name) for name in names]
    for each in vials:
        expiry = each.expiry.printed_form if each.expiry else ""
        yield [each.product_name, each.gtin, each.lot, each.serial, expiry, each.note_number]


def _footer(tr: NullTranslations) -> str:
    now = moment_words(services().verification.now(), actor().country, tr)
    return tr.gettext(N_("Printed on {moment}")).format(moment=now) + ", Vialcheck"


def _sent(paper: PaperDocument, tr: NullTranslations, name: str) -> FileResponse:
    """The paper, which says so where the typeface lacks a letter of it."""
    if not all(map(has_all, texts_of(paper))):
        said = PaperSection("", paragraphs=[tr.gettext(_INCOMPLETE)])
        paper = PaperDocument(paper.title, [*paper.sections, said], paper.to_sign, paper.footer)
    return _file(draw(paper), name)


def _file(content: bytes, name: str) -> FileResponse:
    response = FileResponse(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
