"""The JSON door to packs with serial numbers: list them, read one, write down a step of some."""

from flask import Blueprint, Response, jsonify, request

from service.accounts.actors import OWNERS, ApiKeyScope, Role
from service.errors import ErrorCode, RefusedError
from service.gs1.identifiers import Gtin, Lot, Serial
from service.registry.corrections.kinds import change_requests
from service.registry.corrections.units.selection import UnitSelection, read_selection
from service.registry.corrections.units.unit_changes import UnitCorrection
from service.registry.record_pages import units_after
from service.registry.search import RecordSearch
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, page_limit, place
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

units = Blueprint("records_units", __name__, url_prefix="/api/v1")


@units.get("/products/<gtin>/units")
@described(
    Operation(
        "Units",
        "The packs of a product",
        gives=shapes.UnitListPage,
        answers={200: "A page of them"},
        query=QUERY | {"lot": "Only packs of this lot."},
        refuses=(404, 409, 422),
    )
)
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_units(gtin: str) -> Response:
    """A page of a product's packs."""
    known, text = Gtin.parse(gtin), request.args.get("lot", "")
    lot = Lot.parse(text) if text else None
    page = units_after(services().database, actor(), known, place(), page_limit(), lot=lot)
    lines = [
        {"gtin": known.value, "serial": row.serial, "lot": row.lot, "disposition": row.disposition}
        for row in page.rows
    ]
    return jsonify(units=lines, next=page.next)


@units.get("/products/<gtin>/units/<path:serial>")
@described(Operation("Units", "One pack", gives=shapes.Unit, answers={200: "The pack"}, refuses=(404, 422)))
@only_for(Role.VIEWER, kinds=OWNERS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_unit(gtin: str, serial: str) -> Response:
    """One pack of a product."""
    known, own = Gtin.parse(gtin), Serial.parse(serial)
    found = RecordSearch(services().database).unit(actor(), known.value, own.printed)
    return jsonify(gtin=found.gtin, serial=found.serial, lot=found.lot, disposition=found.disposition)


@units.post("/products/<gtin>/unit-changes")
@described(
    Operation(
        "Units",
        "Write down a step of packs, or move them to another lot",
        takes=shapes.UnitChange,
        gives=shapes.ChangedUnits,
        answers={200: "It is made", 202: "The change waits for a second person"},
        refuses=(404, 409),
        description="Either `serials`, or `serial_from` and `serial_to` of equal length; either `step` or "
        "`to_lot`.",
    )
)
@only_for(Role.RELEASER, kinds=OWNERS, strong=True, scope=ApiKeyScope.RELEASE)
def change_units(gtin: str) -> Response:
    """Write down a step of packs."""
    known, sent = Gtin.parse(gtin), read_body(shapes.UnitChange)
    if bool(sent.step) is bool(sent.to_lot):
        raise RefusedError(ErrorCode.VALUE_MISSING, expected="either a step or a lot", field="step")
    selection = _listed(sent) if sent.serials else _ranged(sent)
    to_lot = Lot.parse(sent.to_lot).printed if sent.to_lot else ""
    change = UnitCorrection(known.value, selection, sent.step or "", to_lot)
    requests = change_requests(services().database)
    seen = requests.preview(change, actor().who)
    waits = requests.submit(change, reason=sent.reason, who=actor().who, seal=seen.seal)
    response = jsonify(units=seen.touched.units, request=waits)
    response.status_code = 200 if waits is None else 202
    return response


def _listed(sent: shapes.UnitChange) -> UnitSelection:
    """The serials of a list, each as it was sent: a serial may hold a comma."""
    serials = {Serial.parse(each).printed for each in sent.serials or ()}
    return UnitSelection(serials=tuple(sorted(serials)), lot=Lot.parse(sent.lot).printed if sent.lot else "")


def _ranged(sent: shapes.UnitChange) -> UnitSelection:
    ends = {"serial_from": sent.serial_from or "", "serial_to": sent.serial_to or ""}
    return read_selection({"which": "range", "lot": sent.lot or "", **ends})
