"""Who may open what: every address and method, walked as everybody. A new address fails until it has its line here.

Add one line for each new rule and method. Its letters are, in this order: guest, viewer, clinic, importer,
releaser, an admin who has shown no second factor yet, an admin of another organisation, an admin.

    +  comes in (whatever the answer is then: not 401, 403 or 404, and no way to the sign-in page)
    -  is turned away: a guest to the sign-in page or with 403, a person with 403
    p  is asked for a second factor first
    0  is told that there is nothing: another organisation's thing, or one that nobody has
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from service.accounts.actors import OrganisationKind, Role
from service.gs1.resolver.compression import compressed
from service.storage.database import Database
from service.storage.models import ApiKey, Invitation, Manufacturer, Recall, Webhook, WebhookDelivery
from service.web.core.services import services_of
from tests.factories.people import account, organisation, signed_in, token_of
from tests.factories.records import TOXIN, put

EVERYONE = "++++++++"
NOBODY_HAS_IT = "00000000"
PEOPLE = "-+++++++"
ADMINS = "-----p++"

TABLE = {
    # asking
    "GET /": EVERYONE,
    "GET /01/<path:_rest>": EVERYONE,
    "GET /.well-known/gs1resolver": EVERYONE,
    "GET /check/01/<path:_rest>": EVERYONE,
    "GET /<string(minlength=10):_text>": EVERYONE,  # a compressed Digital Link
    "GET /about": EVERYONE,
    "GET /limits": EVERYONE,
    "GET /privacy": EVERYONE,
    "GET /language": EVERYONE,
    "POST /language": EVERYONE,
    "POST /language/again": EVERYONE,
    "GET /r/<token>": NOBODY_HAS_IT,
    "GET /r/<token>/file": NOBODY_HAS_IT,
    "GET /r/<token>/next.ics": NOBODY_HAS_IT,
    "POST /r/<token>/delete": NOBODY_HAS_IT,
    "POST /r/<token>/subscription": EVERYONE,
    "DELETE /r/<token>/subscription": EVERYONE,
    "GET /receipts/kept": EVERYONE,
    "GET /receipts/changed.jws": NOBODY_HAS_IT,
    "GET /receipts/deleted": EVERYONE,
    "GET /receipts/check": EVERYONE,
    "POST /receipts/check": EVERYONE,
    "GET /.well-known/vialcheck-receipt-keys.json": EVERYONE,
    "POST /sms/twilio": NOBODY_HAS_IT,  # closed without a token: the view checks the signature
    "POST /sms/vonage": NOBODY_HAS_IT,  # likewise
    "POST /sms/africastalking/<path>": NOBODY_HAS_IT,  # closed but for the path that the operator has set
    "GET /sms/try": NOBODY_HAS_IT,  # closed unless the operator has set it
    "POST /sms/try": NOBODY_HAS_IT,
    "GET /about/<gtin>": EVERYONE,
    "GET /help/injected": EVERYONE,
    "GET /help/vial-not-shown": EVERYONE,
    "GET /check": EVERYONE,
    "POST /check": EVERYONE,
    "GET /partner/<reference>.png": NOBODY_HAS_IT,
    "GET /manifest.webmanifest": EVERYONE,
    "GET /worker.js": EVERYONE,
    "GET /offline": EVERYONE,
    "GET /checks/<scan_id>": NOBODY_HAS_IT,
    "GET /photo": EVERYONE,
    "POST /photo": EVERYONE,
    "GET /scan": EVERYONE,
    "GET /scan/offline.js": EVERYONE,
    "GET /scan/parts.json": EVERYONE,
    "GET /scan/reader.js": EVERYONE,
    "GET /scan/setup": EVERYONE,
    "POST /scan/setup": EVERYONE,
    "POST /scan/setup/layout": EVERYONE,
    "POST /api/v1/verifications": EVERYONE,
    "GET /api/v1/verifications/<scan_id>": NOBODY_HAS_IT,
    "GET /api/v1/verifications/<scan_id>/marks": NOBODY_HAS_IT,
    "POST /api/v1/readings": EVERYONE,
    "GET /verify/<path:rest>": EVERYONE,  # a trading partner's key: the view asks
    "GET /checkConnectivity": EVERYONE,
    # a clinic's own software
    "GET /fhir/metadata": EVERYONE,
    "GET /fhir/OperationDefinition/<name>": EVERYONE,
    "GET /fhir/CodeSystem/<name>": EVERYONE,
    "GET /fhir/MedicationKnowledge": EVERYONE,
    "POST /fhir/MedicationKnowledge/_search": EVERYONE,
    "GET /fhir/MedicationKnowledge/<gtin>": EVERYONE,
    "POST /fhir/Medication/$verify": EVERYONE,
    "GET /fhir/Medication": PEOPLE,
    "POST /fhir/Medication/_search": PEOPLE,
    "GET /fhir/Medication/<number>": PEOPLE,
    "GET /fhir/<any(MedicationAdministration, Immunization):type_name>": "--+-----",
    "POST /fhir/<any(MedicationAdministration, Immunization):type_name>/_search": "--+-----",
    "GET /fhir/<any(MedicationAdministration, Immunization):type_name>/<number>": "--+-----",
    "GET /fhir/<any(MedicationAdministration, Immunization):type_name>/$uses": "--+-----",
    "GET /cds-services": EVERYONE,
    "POST /cds-services/<service>": NOBODY_HAS_IT,
    "GET /api/docs": EVERYONE,
    "GET /openapi.json": EVERYONE,
    "GET /health": EVERYONE,
    "GET /ready": EVERYONE,
    "GET /metrics": EVERYONE,  # of this machine, or with a token: the view asks
    "GET /live": EVERYONE,
    "GET /static/<path:filename>": EVERYONE,
    # labels
    "GET /labels/": EVERYONE,
    "GET /labels/01/<path:_rest>": EVERYONE,
    "GET /labels/sheet": EVERYONE,
    # imports
    "GET /imports": "-+-+++++",
    "GET /imports/new": "---+-p++",
    "POST /imports/new": "---+-p++",
    "GET /imports/template/<kind>.<form>": "-0-00000",
    "GET /imports/<int:number>": "-0-00000",
    "GET /imports/<int:number>/progress": "-0-00000",
    "GET /imports/<int:number>/rows/<kind>": "-0-00000",
    "GET /imports/<int:number>/changes": "-0-00000",
    "GET /imports/<int:number>/refused.csv": "-0-00000",
    "GET /imports/<int:number>/refused.xlsx": "-0-00000",
    "POST /imports/<int:number>/columns": "---0-p00",
    "POST /imports/<int:number>/answers": "---0-p00",
    "POST /imports/<int:number>/questions": "---0-p00",
    "POST /imports/<int:number>/apply": "---0-p00",
    "POST /imports/<int:number>/again": "---0-p00",
    "POST /imports/<int:number>/cancel": "---0-p00",
    # documents of events: a browser sees them, and decides; programs send and ask with keys
    "GET /imports/events": "-+-+++++",
    "GET /imports/events/<token>": "-0-00000",
    "POST /imports/events/<token>/apply": "---0-p00",
    "POST /imports/events/<token>/cancel": "---0-p00",
    "POST /epcis/capture": "---+-p++",
    "GET /epcis/capture": "-+-+++++",
    "GET /epcis/capture/<token>": "-0-00000",
    "GET /epcis/events": "-+-+++++",
    # the same records for programs; people with a session find them there too
    "GET /api/v1/alerts": "-+-+++++",
    "GET /api/v1/alerts/<int:number>": "-0-00000",
    "POST /api/v1/alerts": "----+p++",  # what is sent is read first
    "POST /api/v1/alerts/<int:number>/withdrawal": "----+p++",
    "GET /api/v1/change-requests/<int:number>": "-0-00000",
    "GET /api/v1/changes": "-+-+++++",
    "GET /alerts/feeds": "-+-+++++",
    # a clinic's own records for programs
    "POST /api/v1/deliveries": "--+-----",
    "GET /api/v1/stock": "--+-----",
    "GET /api/v1/uses": "--+-----",
    "GET /api/v1/vials/<int:vial_id>": "--0-----",
    "POST /api/v1/vials/<int:vial_id>/steps": "--+-----",  # what is sent is read first
    "GET /api/v1/stop-notices": "--+-----",
    "GET /api/v1/stop-notices/<key>": "--0-----",
    "POST /api/v1/stop-notices/<key>/acknowledgement": "--0-----",
    "POST /api/v1/stop-notices/<key>/told": "--+-----",
    "GET /api/v1/imports": "-+-+++++",
    "POST /api/v1/imports": "---+-p++",
    "GET /api/v1/imports/<int:number>": "-0-00000",
    "GET /api/v1/imports/<int:number>/refused": "-0-00000",
    "POST /api/v1/imports/<int:number>/answers": "---+-p++",
    "POST /api/v1/imports/<int:number>/apply": "---+-p++",
    "POST /api/v1/imports/<int:number>/cancel": "---0-p00",
    "GET /api/v1/products": "-+-+++++",
    "GET /api/v1/products/<gtin>": "-+-+++0+",
    "PATCH /api/v1/products/<gtin>": "----+p++",
    "GET /api/v1/products/<gtin>/batches": "-+-+++0+",
    "GET /api/v1/products/<gtin>/batches/<path:lot>": "-+-+++0+",
    "PATCH /api/v1/products/<gtin>/batches/<path:lot>": "----+p++",
    "GET /api/v1/products/<gtin>/units": "-+-+++0+",
    "GET /api/v1/products/<gtin>/units/<path:serial>": "-0-00000",
    "POST /api/v1/products/<gtin>/unit-changes": "----+p++",
    "GET /api/v1/recalls": "-+-+++++",
    "POST /api/v1/recalls": "----+p++",
    "GET /api/v1/recalls/<int:number>": "-+-+++0+",
    "POST /api/v1/recalls/<int:number>/lift": "----+p++",
    # reports of suspicious products
    "GET /report": EVERYONE,
    "POST /report": EVERYONE,
    "GET /report/follow": EVERYONE,
    "GET /report/<reference>": NOBODY_HAS_IT,
    "GET /reports": "-+-+++++",
    "GET /reports/<int:number>": "-0-00000",
    "POST /reports/<int:number>": "----0p00",
    "GET /reports/<int:number>/photos/<int:photo>": "-0-00000",
    # an organisation's own records
    "GET /overview": "-+-+++++",
    "GET /search": "-+-+++++",
    "GET /products/<gtin>": "-+-+++0+",
    "GET /products/<gtin>/lots/<path:lot>": "-+-+++0+",
    "POST /products/<gtin>/lots": "-+-+++++",  # leads on; what it leads to asks whose lots these are
    "GET /products/<gtin>/labels": "-+-+++0+",
    "GET /products/<gtin>/labels.<wanted>": "-+-+++++",  # without a lot it is refused first
    # exports
    "GET /exports": "-+-+++++",
    "GET /exports/<kind>.<form>": "-0-00000",
    "GET /exports/archive.zip": ADMINS,
    "POST /exports/leave": ADMINS,
    # what clinics ask about vials in quarantine
    "GET /quarantine": "-+-+++++",
    "POST /quarantine/<int:event_id>": "----+p++",
    # a clinic's vials
    "GET /clinic": "--+-----",
    "GET /clinic/in-use": "--+-----",
    "POST /clinic/in-use": "--0-----",
    "GET /clinic/notices/<key>": "--0-----",
    "POST /clinic/notices/<key>": "--0-----",
    "POST /clinic/notices/<key>/told": "--0-----",
    "GET /clinic/notices/<key>/uses.<form>": "--0-----",
    "GET /clinic/reconciliation": "--+-----",
    "GET /stock/sites": "--+-----",
    "POST /stock/sites": "--+-----",
    "POST /stock/site": "--+-----",
    "GET /stock/minimum": "--+-----",
    "POST /stock/minimum": "--0-----",
    "GET /stock/expiry": "--+-----",
    "GET /stock/expiry.<form>": "--+-----",
    "GET /stock/count": "--+-----",
    "POST /stock/count": "--+-----",
    "GET /stock/count/<int:stocktake_id>": "--+-----",
    "POST /stock/count/<int:stocktake_id>": "--+-----",
    "POST /stock/count/<int:stocktake_id>/lots": "--+-----",
    "POST /stock/count/<int:stocktake_id>/close": "--+-----",
    "GET /stock/shipments": "--+-----",
    "POST /stock/shipments": "--+-----",
    "GET /stock/shipments/<int:shipment_id>": "--0-----",
    "POST /stock/shipments/<int:shipment_id>": "--0-----",
    "POST /stock/shipments/<int:shipment_id>/unpack": "--0-----",
    "POST /stock/shipments/<int:shipment_id>/<what>": "--0-----",
    "GET /stock/shipments/<int:shipment_id>/note.pdf": "--0-----",
    "GET /vials/<int:vial_id>/record.pdf": "--0-----",
    "GET /vials/<int:vial_id>/label.pdf": "--0-----",
    "GET /vials/<int:vial_id>/case": "--0-----",
    "POST /vials/<int:vial_id>/case": "--0-----",
    "POST /vials/<int:vial_id>/case/notes": "--0-----",
    "GET /stock": "--+-----",
    "GET /trace": "--+-----",
    "POST /trace": "--+-----",
    "GET /trace.csv": "--+-----",
    "GET /receive": "--+-----",
    "POST /receive": "--+-----",
    "GET /receive/<scan_id>": "--0-----",
    "POST /receive/<scan_id>": "--0-----",
    "GET /use": "--+-----",
    "POST /use": "--+-----",
    "GET /use/<scan_id>": "--0-----",
    "GET /uses": "--+-----",
    "POST /uses": "--+-----",
    "POST /uses.<form>": "--+-----",
    "GET /vials/<int:vial_id>": "--0-----",
    "POST /vials/<int:vial_id>/<step>": "--0-----",
    "POST /vials/<int:vial_id>/undo": "--0-----",
    "POST /vials/<int:vial_id>/receipt": "--0-----",
    "GET /vials/<int:vial_id>/receipt/void": "--0-----",
    "POST /vials/<int:vial_id>/receipt/void": "--0-----",
    "POST /deliveries": "--+-----",
    "GET /deliveries/<int:delivery_id>": "--0-----",
    # signing in
    "GET /sign-in": EVERYONE,
    "POST /sign-in": EVERYONE,
    "GET /sign-in/code": EVERYONE,
    "POST /sign-in/code": "--------",  # nobody is between the two steps
    "POST /sign-in/passkey": EVERYONE,
    "POST /sign-in/passkey/options": EVERYONE,
    "GET /sign-in/organisation": NOBODY_HAS_IT,  # none is set up here
    "GET /sign-in/organisation/back": NOBODY_HAS_IT,
    "POST /sign-out": PEOPLE,
    "GET /invitation/<token>": NOBODY_HAS_IT,
    "POST /invitation/<token>": NOBODY_HAS_IT,
    # one's own account
    "GET /account": PEOPLE,
    "POST /account/name": PEOPLE,
    "GET /account/password": PEOPLE,
    "POST /account/password": PEOPLE,
    "POST /account/sessions": PEOPLE,
    "GET /account/prove": PEOPLE,
    "POST /account/prove": PEOPLE,
    "POST /account/prove/passkey": PEOPLE,
    "POST /account/prove/passkey/options": PEOPLE,
    "GET /account/second-factor": PEOPLE,
    "GET /account/authenticator": PEOPLE,
    "POST /account/authenticator": "--------",  # nothing was begun
    "POST /account/authenticator/remove": "-++++p++",
    "POST /account/passkeys": PEOPLE,
    "POST /account/passkeys/options": PEOPLE,
    "POST /account/passkeys/<int:number>/remove": "-0000p00",
    "POST /account/recovery-codes": "-++++p++",
    # recalling, releasing, alerts
    "GET /recalls": "-+-+++++",
    "GET /recalls/public": EVERYONE,
    "GET /warnings": EVERYONE,
    "GET /recalls/new": "----+p++",
    "POST /recalls/new": "----+p++",
    "GET /recalls/<int:number>": "-+-+++0+",
    "POST /recalls/<int:number>/lift": "----+p0+",
    "GET /release": "-+-+++++",
    "POST /release": "----+p++",
    "GET /release/two-persons": ADMINS,
    "POST /release/two-persons": ADMINS,
    "GET /release/later-expiry": "----+p++",
    "POST /release/later-expiry": "----+p++",
    "GET /alerts": "-+-+++++",
    "GET /alerts/<int:number>": "-0-00000",
    "GET /marks": "-+-+++++",
    "GET /marks/<int:number>/withdraw": "----0p00",
    "POST /marks/<int:number>/withdraw": "----0p00",
    "GET /alerts/new": "----+p++",
    "POST /alerts/new": "----+p++",
    "POST /alerts/upload": "--------",
    "GET /alerts/<int:number>/withdraw": "----0p00",
    "POST /alerts/<int:number>/withdraw": "----0p00",
    # putting records right
    "GET /products/<gtin>/correct": "----+p0+",
    "POST /products/<gtin>/correct": "----+p0+",
    "GET /products/<gtin>/correct-lot/<path:lot>": "----+p0+",
    "POST /products/<gtin>/correct-lot/<path:lot>": "----+p0+",
    "GET /products/<gtin>/change-units": "----+p0+",
    "POST /products/<gtin>/change-units": "----+p0+",
    "GET /products/<gtin>/units/<path:serial>": "-0-00000",
    "GET /unit-changes/<int:number>/withdraw": "----0p00",
    "POST /unit-changes/<int:number>/withdraw": "----0p00",
    "GET /extensions/<int:number>/withdraw": "----0p00",
    "POST /extensions/<int:number>/withdraw": "----0p00",
    "GET /imports/<int:number>/withdraw": "----0p00",
    "POST /imports/<int:number>/withdraw": "----0p00",
    "GET /statements": "-+-+++++",
    "POST /statements": "----+p++",  # without a choice it is refused first
    "GET /products/<gtin>/links": "---++p0+",
    "POST /products/<gtin>/links": "---++p0+",
    "GET /products/<gtin>/links/<int:number>/remove": "---00p00",
    "POST /products/<gtin>/links/<int:number>/remove": "---00p00",
    "GET /api/v1/products/<gtin>/links": "-+-+++0+",
    "POST /api/v1/products/<gtin>/links": "---++p++",  # what is sent is read first
    "POST /api/v1/products/<gtin>/links/<int:number>/removal": "---++p++",
    "GET /link-settings": "-----p0+",
    "POST /link-settings": "-----p++",  # it shows what is wrong in the form
    "GET /manufacturers/merge": ADMINS,
    "POST /manufacturers/merge": ADMINS,
    "GET /requests/<int:number>": "-0-00000",
    "POST /requests/<int:number>/approve": "----0p00",
    "POST /requests/<int:number>/refuse": "----0p00",
    # what stands out among the scans
    "GET /watch": "-+-+++++",
    "GET /watch/<what>/<gtin>/<path:name>": "-+-+++0+",
    "POST /watch/<what>/<gtin>/<path:name>": "----+p0+",
    "GET /watch/thresholds": "-+-+++++",
    "POST /watch/thresholds": "----+p++",
    # an organisation's people and keys, and what was changed
    "GET /people": ADMINS,
    "GET /people/invite": ADMINS,
    "POST /people/invite": ADMINS,
    "GET /people/invite-clinic": ADMINS,
    "POST /people/invite-clinic": ADMINS,
    "GET /people/invite-many": ADMINS,
    "POST /people/invite-many": ADMINS,
    "GET /people/clinics": ADMINS,
    "POST /people/clinics": ADMINS,
    "GET /organisation": ADMINS,
    "POST /organisation": ADMINS,
    "GET /organisation/embed": ADMINS,
    "GET /organisation/logo.png": "-0000000",
    "POST /organisation/claims": ADMINS,
    "POST /organisation/claims/<int:number>/withdraw": "-----p00",
    "POST /people/invitations/<int:number>/withdraw": "-----p0+",
    "GET /people/<int:number>": "-----p0+",
    "POST /people/<int:number>/roles": "-----p0+",
    "POST /people/<int:number>/disable": "-----p0+",
    "POST /people/<int:number>/enable": "-----p0+",
    "POST /people/<int:number>/new-password": "-----p0+",
    "POST /people/<int:number>/remove-factors": "-----p0+",
    "GET /keys": ADMINS,
    "GET /keys/new": ADMINS,
    "POST /keys/new": ADMINS,
    "POST /keys/<int:number>/revoke": "-----p0+",
    # a clinic's shared tablets: of clinics alone, of which an admin walks nowhere here
    "GET /devices": "--------",
    "POST /devices": "--------",
    "POST /devices/<int:number>/revoke": "--------",
    "POST /devices/<int:number>/idle": "--------",
    "POST /devices/<int:number>/pins/<int:account_id>/lift": "--------",
    "GET /account/pin": "--+-----",
    "POST /account/pin": "--------",  # on no enrolled device
    "POST /account/pin/remove": "--------",  # on no enrolled device
    "GET /switch": EVERYONE,  # without a device it leads to the sign-in page
    "POST /switch": "--------",  # on no enrolled device
    "POST /switch/locked": "--------",
    "GET /webhooks": ADMINS,
    "GET /webhooks/new": ADMINS,
    "POST /webhooks/new": ADMINS,
    "GET /webhooks/<int:number>": "-----p0+",
    "POST /webhooks/<int:number>/test": "-----p0+",
    "POST /webhooks/<int:number>/deliveries/<int:delivery>/again": "-----p0+",
    "POST /webhooks/<int:number>/remove": "-----p0+",
    "POST /api/v1/temperature-readings": "--+-----",  # what is sent is read first
    "GET /temperature": "--+-----",
    "POST /temperature": "--+-----",
    "GET /temperature/<int:place_id>": "--0-----",
    "POST /temperature/<int:place_id>/logs": "--0-----",
    "POST /temperature/<int:place_id>/vials": "--0-----",
    "POST /temperature/<int:place_id>/usual": "--0-----",
    "GET /temperature/excursions/<int:number>": "--0-----",
    "POST /temperature/excursions/<int:number>": "--------",  # of a clinic's releaser
    "GET /audit": ADMINS,
    "GET /audit.csv": ADMINS,
}

# What stands in the place of each parameter: things of the organisation whose people walk, where there are any.
PLACES = {
    "wanted": "pdf",
    "kind": "new",
    "form": "csv",
    "path": "another",
    "_rest": f"{TOXIN}/10/A1001",
    "rest": f"gtin/{TOXIN}/lot/A1001/ser/SN0001",
    "_text": compressed((("01", TOXIN), ("10", "A1001"))),
    "scan_id": "0190aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
    "filename": "vialcheck.css",
    "reference": "AAAA-BBBB-CCCC",
    "token": "made-up",
    "gtin": TOXIN,
    "lot": "A1001",
    "serial": "NONE",
    "number": "1",
    "vial_id": "1",
    "delivery_id": "1",
    "delivery": "1",
    "stocktake_id": "1",
    "shipment_id": "1",
    "step": "open",
    "key": "0" * 32,
    "event_id": "1",
    "account_id": "1",
    "place_id": "1",
    "photo": "1",
    "what": "lots",
    "name": "A1001",
    "type_name": "Immunization",
    "service": "none",
}
OUR = "Example Biologics"


def walkers(app: Flask) -> list[FlaskClient]:
    """Everybody, each freshly signed in, in the order of the table's letters."""
    return [
        app.test_client(),
        signed_in(app, Role.VIEWER, name=OUR),
        signed_in(app, Role.CLINIC, name="A clinic", kind=OrganisationKind.CLINIC),
        signed_in(app, Role.IMPORTER, name=OUR),
        signed_in(app, Role.RELEASER, name=OUR),
        signed_in(app, Role.ADMIN, name=OUR, strong=False),
        signed_in(app, Role.ADMIN, name="Another company"),
        signed_in(app, Role.ADMIN, name=OUR),
    ]


@pytest.fixture
def world(app: Flask) -> Flask:
    """Example Biologics with its records, and number 1 of each thing that people of it may touch."""
    database: Database = services_of(app).database
    put(database)
    ours = organisation(database, OUR)
    assert account(database, ours, email="somebody@example.org") == 1
    now = datetime.now(UTC)
    common = {"created": now, "ends": now + timedelta(days=1), "organisation_id": ours}
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(organisation_id=ours))
        invitation = {"token_hash": "0" * 64, "email": "new@example.org", "roles": (), "invited_from": ours}
        connection.execute(insert(Invitation).values(common | invitation))
        key = {"name": "K", "key_hash": "0" * 64, "hint": "vck_", "scopes": ("read",), "created_by": 1}
        connection.execute(insert(ApiKey).values(common | key))
        recall = {"kind": "hold", "at": now, "actor": "A", "product_id": 1, "scope": "product", "reason": "R"}
        connection.execute(insert(Recall).values(recall))
        hook = {"organisation_id": ours, "url": "https://a.example/", "topics": ("test",), "secret": ""}
        connection.execute(insert(Webhook).values(hook | {"made": now}))
        message = {"webhook_id": 1, "topic": "test", "key": "a", "content": {}, "at": now, "due": now}
        connection.execute(insert(WebhookDelivery).values(message))
    return app


def rules(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_address_and_method_is_in_the_table(app: Flask) -> None:
    assert rules(app) - TABLE.keys() == set(), "say here who may open these"
    assert TABLE.keys() - rules(app) == set(), "these are gone"


@pytest.mark.slow
def test_who_may_open_what(world: Flask) -> None:
    everybody, found = walkers(world), {}
    for line in TABLE:
        found[line] = "".join(outcome(client, line) for client in everybody)
        if line == "POST /sign-out":
            everybody = walkers(world)
    assert {line: letters for line, letters in found.items() if letters != TABLE[line]} == {}


def outcome(client: FlaskClient, line: str) -> str:
    """The letter for what becomes of one who walks up to one door."""
    method, _, rule = line.partition(" ")
    path = re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda found: PLACES[found[1]], rule)
    form = {"csrf": token_of(client)} if method != "GET" else None
    answer = client.open(path, method=method, data=form, headers={"Accept": "text/html"}, buffered=True)
    assert answer.status_code < 500, (line, answer.status_code)
    if answer.status_code == 303 and answer.location.startswith("/account/prove"):
        return "p"
    if answer.status_code == 303 and answer.location.startswith("/sign-in?next"):
        return "-"
    if answer.status_code == 403:
        return "p" if "second proof" in answer.text else "-"
    return "0" if answer.status_code == 404 else "+"
