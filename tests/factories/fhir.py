"""A clinic's program with a key of every reading scope, and vials that it used, for the FHIR service."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Flask
from flask.testing import FlaskClient

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.clinics.usage import StepTaken, VialUsage
from service.clinics.vial_lifecycle import Step
from service.storage.database import Database
from service.web.core.services import services_of
from tests.factories.clinics import LOT, UNIT, a_ward, clinic
from tests.factories.people import account, organisation

REFERENCE = "APPT 2041"


def program(app: Flask, name: str, kind: OrganisationKind, *scopes: ApiKeyScope) -> FlaskClient:
    """A client with a key of the organisation of that name."""
    database = services_of(app).database
    number = organisation(database, name, kind, "GB")
    who = Actor("A", account(database, number, Role.ADMIN), number, name, kind, frozenset())
    client = app.test_client()
    key = ApiKeys(database).make(who, name="FHIR", scopes=scopes or tuple(ApiKeyScope)[:2], days="30")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@dataclass(frozen=True, slots=True)
class UsedVials:
    """The clinic that used two vials: a whole one under a reference, a part of another under none."""

    who: Actor

    @classmethod
    def put(cls, database: Database) -> "UsedVials":
        """Fill an empty database with the small world of records, and the clinic's vials."""
        ward = a_ward(database)
        who = clinic(database, "High Street Clinic")
        ward.desk.close()
        (first,) = ward.received(who, UNIT + "SN0001")
        (second,) = ward.received(who, LOT)
        usage = VialUsage(database, ward.desk)
        usage.record_step(
            who,
            first,
            StepTaken(Step.USE_UP, units=Decimal(100), reference=REFERENCE),
            ward.desk.now(),
        )
        usage.record_step(who, second, StepTaken(Step.OPEN, units=Decimal("12.5")), ward.desk.now())
        return cls(who)
