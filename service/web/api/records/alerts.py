"""The JSON door to alerts: list, read, raise, withdraw."""

from typing import Any

from flask import Blueprint, Response, jsonify

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.registry.alerts import matches
from service.registry.alerts.forms import ALERT_FIELDS, read_alert_form
from service.registry.alerts.matches import AlertDetails
from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.kinds import change_requests
from service.web.api import schemas
from service.web.api.operations import Operation, described
from service.web.api.records import shapes
from service.web.api.records.paging import QUERY, number_of, page_limit
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.json_body import read_body
from service.web.core.services import services

alerts = Blueprint("records_alerts", __name__, url_prefix="/api/v1")

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})


@alerts.get("/alerts")
@described(
    Operation(
        "Alerts",
        "Alerts on your organisation's products",
        gives=shapes.AlertListPage,
        answers={200: "A page of them, the newest first; a regulator sees all"},
        query=QUERY,
        refuses=(422,),
    )
)
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def list_alerts() -> Response:
    """A page of the alerts that the organisation may see."""
    limit, before, who = page_limit(), number_of("after", 0), actor().who
    found = matches.alerts_before(services().database, who, before, limit + 1, regulator=_regulator())
    more = str(found[limit - 1].id) if len(found) > limit else None
    return jsonify(alerts=[_plain(each) for each in found[:limit]], next=more)


@alerts.get("/alerts/<int:number>")
@described(Operation("Alerts", "One alert", gives=shapes.Alert, answers={200: "The alert"}, refuses=(404,)))
@only_for(Role.VIEWER, kinds=_KINDS, scope=ApiKeyScope.READ)
@runs_in(Pool.LOOKUPS)
def read_alert(number: int) -> Response:
    """One alert."""
    return jsonify(_plain(_one(number)))


@alerts.post("/alerts")
@described(
    Operation(
        "Alerts",
        "Raise an alert",
        takes=shapes.NewAlert,
        gives=shapes.Alert,
        answers={201: "It takes effect with the next check; the same alert again is the same record"},
        refuses=(409,),
        description="Under the name of your organisation; a manufacturer's on its own products alone.",
    )
)
@only_for(Role.RELEASER, kinds=_KINDS, strong=True, scope=ApiKeyScope.RELEASE)
def raise_alert() -> Response:
    """Put an alert on record."""
    sent = read_body(shapes.NewAlert).model_dump()
    issued = {None: "", True: "yes", False: "no"}[sent["lot_issued"]]
    given = {name: str(sent[name]) for name in ALERT_FIELDS} | {"lot_issued": issued}
    database, regulator = services().database, _regulator()
    facts = read_alert_form(database, given, actor(), regulator=regulator)
    number = matches.raise_alert(database, facts, who=actor().who, reason="by a program", regulator=regulator)
    response = jsonify(_plain(_one(number)))
    response.status_code = 201
    return response


@alerts.post("/alerts/<int:number>/withdrawal")
@described(
    Operation(
        "Alerts",
        "Withdraw an alert",
        takes=schemas.ChangeReason,
        gives=shapes.WithdrawnAlert,
        answers={200: "The alert, withdrawn", 202: "The change waits for a second person"},
        refuses=(404, 409),
    )
)
@only_for(Role.RELEASER, kinds=_KINDS, strong=True, scope=ApiKeyScope.RELEASE)
def withdraw_alert(number: int) -> Response:
    """Withdraw an alert, by another record."""
    sent = read_body(schemas.ChangeReason)
    _one(number)
    requests = change_requests(services().database)
    waits = requests.submit(AlertWithdrawal(number), reason=sent.reason, who=actor().who)
    response = jsonify(alert=_plain(_one(number)), request=waits)
    response.status_code = 200 if waits is None else 202
    return response


def _regulator() -> bool:
    return actor().kind is OrganisationKind.REGULATOR


def _one(number: int) -> AlertDetails:
    return matches.find(services().database, number, actor().who, regulator=_regulator())


def _plain(each: AlertDetails) -> dict[str, Any]:
    return {
        "id": each.id,
        "authority": each.authority,
        "kind": each.kind,
        "product": each.product_name,
        "gtin": each.gtin,
        "lot": each.lot,
        "expiry": each.expiry.printed_form if each.expiry else None,
        "serial": each.serial,
        "serial_prefix": each.serial_prefix,
        "lot_issued": each.lot_issued,
        "recall_class": each.recall_class,
        "reference": each.reference,
        "reported": each.reported,
        "source_url": each.source_url,
        "detail": each.detail,
        "withdrawn": each.withdrawn,
    }
