"""All pages and interfaces of the service, by audience, and which of them are English whole."""

from service.web.accounts.audit import audit
from service.web.accounts.devices import devices
from service.web.accounts.embed import embed
from service.web.accounts.factors import factors
from service.web.accounts.invitation import invitation
from service.web.accounts.keys import keys
from service.web.accounts.me import me
from service.web.accounts.organisation import organisation
from service.web.accounts.people import people
from service.web.accounts.sign_in import account
from service.web.accounts.single_sign_on import single_sign_on
from service.web.accounts.tablet import tablet
from service.web.accounts.webhooks import webhooks
from service.web.api import verifications
from service.web.api.cds_hooks.views import cds_hooks
from service.web.api.clinic import CLINIC_RECORDS
from service.web.api.events import events
from service.web.api.fhir.views import fhir
from service.web.api.health import health
from service.web.api.lms.views import lms
from service.web.api.openapi import docs
from service.web.api.product_links import product_links
from service.web.api.readings import readings
from service.web.api.records import RECORDS
from service.web.api.temperature import temperature
from service.web.clinic import clinic
from service.web.public import pages
from service.web.public.install import install
from service.web.public.labels import labels
from service.web.public.language import language
from service.web.public.notices import notices
from service.web.public.partner import partner
from service.web.public.patient_help import patient_help
from service.web.public.photo import photo
from service.web.public.privacy import privacy
from service.web.public.product import product_page
from service.web.public.receipts.pages import receipts
from service.web.public.receipts.told import told
from service.web.public.report import reports
from service.web.public.text_messages.africas_talking import africas_talking
from service.web.public.text_messages.simulator import text_simulator
from service.web.public.text_messages.twilio import twilio
from service.web.public.text_messages.vonage import vonage
from service.web.station.page import station
from service.web.station.scanner_setup import setup
from service.web.workspace.alerts import alerts
from service.web.workspace.captures import captures
from service.web.workspace.catalogue.marks import marks
from service.web.workspace.change_requests import changes
from service.web.workspace.corrections import correct
from service.web.workspace.exports import exports
from service.web.workspace.imports import imports
from service.web.workspace.links import links
from service.web.workspace.lot_labels import lot_labels
from service.web.workspace.overview import overview
from service.web.workspace.quarantine.questions import questions
from service.web.workspace.recalls import recalls
from service.web.workspace.releases import release
from service.web.workspace.report_inbox import triage
from service.web.workspace.statements import statements
from service.web.workspace.suspects import watch

_PUBLIC = (
    pages,
    patient_help,
    product_page,
    photo,
    reports,
    notices,
    partner,
    install,
    privacy,
    language,
    receipts,
    told,
    twilio,
    vonage,
    africas_talking,
    text_simulator,
    labels,
    station,
    setup,
)
_API = (
    *(verifications.api, readings, temperature, events, docs, health, lms, fhir, cds_hooks),
    *(product_links, *RECORDS, *CLINIC_RECORDS),
)
_WORKSPACE = (
    overview,
    imports,
    captures,
    exports,
    lot_labels,
    watch,
    recalls,
    release,
    alerts,
    marks,
    triage,
    correct,
    changes,
    links,
    statements,
    questions,
)
_ACCOUNTS = (
    *(account, me, factors, people, organisation, embed, invitation, keys, webhooks, devices, tablet),
    *(audit, single_sign_on),
)
ENGLISH_ONLY = (
    *(*_WORKSPACE, people, organisation, embed, keys, webhooks, devices, audit, events, docs, lms),
    *(product_links, *RECORDS),
    text_simulator,
)
"""Pages of those who manage records or build on the JSON interface: their sentences are in no catalogue."""

BLUEPRINTS = (*_PUBLIC, *_API, clinic, *_WORKSPACE, *_ACCOUNTS)
