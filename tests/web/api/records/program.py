"""A manufacturer's program with a key, the service that it asks, and the worker of imports."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from service.accounts.actors import Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.credentials.api_keys import ApiKeys
from service.registry.import_jobs.worker import ImportWorker
from service.storage.database import Database
from tests.factories.people import account, organisation

OWN_RECORDS = (ApiKeyScope.READ, ApiKeyScope.IMPORT, ApiKeyScope.RELEASE)


def program_of(
    app: Flask, database: Database, *scopes: ApiKeyScope, name: str = "Example Biologics"
) -> FlaskClient:
    """A client with a key of the organisation of that name."""
    number = organisation(database, name)
    person = account(database, number, Role.ADMIN)
    who = Actor("A", person, number, name, OrganisationKind.MANUFACTURER, frozenset())
    client = app.test_client()
    made = ApiKeys(database).make(who, name="Program", scopes=scopes, days="30")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {made}"
    return client


@dataclass(frozen=True, slots=True)
class Program:
    """The program's client and what works behind the service."""

    client: FlaskClient
    database: Database
    worker: ImportWorker

    def get(self, path: str) -> Any:
        """The answer of a GET that has to succeed."""
        answer = self.client.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def imported(self, number: int) -> Any:
        """The import, when all that can be done without a person is done."""
        for each in self.worker.waiting():
            self.worker.carry_on(each)
        return self.get(f"/imports/{number}")
