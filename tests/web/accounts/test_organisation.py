"""Settings of an organisation, claims of prefixes, and invitations of many."""

import re
from datetime import UTC, datetime
from email import message_from_string
from email.policy import default
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from service.accounts.actors import Role
from service.accounts.organisation_settings import OrganisationProfiles
from service.accounts.partner_sites import PartnerSites
from service.app import create_app
from service.errors import ConflictError, NotFoundError, RefusedError
from service.settings import Settings
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Invitation, Manufacturer, Organisation
from service.web.core.services import services_of
from tests.factories.people import organisation, signed_in
from tests.factories.receivers import smtp_server
from tests.factories.scans.pictures import photo

OPERATOR = AuditActor("operator")
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture
def database(app: Flask) -> Database:
    opened = services_of(app).database
    for number, (name, maker) in enumerate((("Example Biologics", "Ours"), ("Others", "Theirs")), start=1):
        owner = organisation(opened, name)
        with opened.transaction() as connection:
            connection.execute(
                insert(Manufacturer).values(
                    name=maker, organisation_id=owner, gs1_prefixes=("4099999",) if number == 2 else ()
                )
            )
    return opened


def send(client: FlaskClient, page: str, to: str, **fields: object) -> object:
    found = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)
    assert found is not None
    return client.post(to, data={"csrf": found[1], **fields}, content_type="multipart/form-data")


SAVED = {"name": "Example Biologics", "contact": "qa@example.org", "default_country": "DE", "list_days": "30"}


def test_settings_are_kept_and_wrong_ones_stand_beside_their_fields(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    answer = send(admin, "/organisation", "/organisation", **SAVED, logo=(BytesIO(photo()), "logo.jpg"))
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
    page = admin.get("/organisation").text
    assert 'value="qa@example.org"' in page
    assert '<option value="DE" selected>' in page
    assert '<option value="DE" selected>' in admin.get("/people/invite-clinic").text
    assert admin.get("/organisation/logo.png").data.startswith(b"\x89PNG")
    bad = send(
        admin,
        "/organisation",
        "/organisation",
        **SAVED | {"list_days": "0", "name": "", "contact": "kept"},
        logo=(BytesIO(b"no picture"), "x.png"),
    )
    assert bad.status_code == 422  # type: ignore[attr-defined]
    assert 'value="kept"' in bad.text  # type: ignore[attr-defined]
    for box in ("name", "list_days", "logo"):
        assert f'href="#{box}"' in bad.text  # type: ignore[attr-defined]
    with database.reading() as connection:
        row = connection.execute(select(Organisation.__table__).where(Organisation.id == 1)).one()
    assert (row.contact, row.list_days) == ("qa@example.org", 30)


def test_a_claim_is_confirmed_by_the_operator_and_a_conflict_is_shown_to_both(
    app: Flask, database: Database
) -> None:
    profiles = OrganisationProfiles(database)
    ours, theirs = signed_in(app, Role.ADMIN), signed_in(app, Role.ADMIN, name="Others")
    for client, maker in ((ours, "1"), (theirs, "2")):
        fields = {"manufacturer": maker, "prefix": "401 2345", "evidence": "certificate 7"}
        assert send(client, "/organisation", "/organisation/claims", **fields).status_code == 303  # type: ignore[attr-defined]
    assert "Conflict: also of Others." in ours.get("/organisation").text
    assert "Conflict: also of Example Biologics." in theirs.get("/organisation").text
    first, second = sorted(profiles.claims(), key=lambda each: each.id)
    profiles.confirm(first.id, who=OPERATOR, at=NOW, reason="seen")
    with database.reading() as connection:
        prefixes = connection.scalar(select(Manufacturer.gs1_prefixes).where(Manufacturer.name == "Ours"))
    assert prefixes == ("4012345",)
    with pytest.raises(ConflictError):
        profiles.confirm(second.id, who=OPERATOR, at=NOW, reason="seen")
    with pytest.raises(RefusedError):
        profiles.refuse(second.id, who=OPERATOR, at=NOW, reason=" ")
    profiles.refuse(second.id, who=OPERATOR, at=NOW, reason="It is of Ours")
    with pytest.raises(NotFoundError):
        profiles.refuse(second.id, who=OPERATOR, at=NOW, reason="again")
    assert "It is of Ours" in theirs.get("/organisation").text
    assert "Confirmed" in ours.get("/organisation").text


def test_a_wrong_claim_names_its_fields_and_one_of_others_is_not_theirs(
    app: Flask, database: Database
) -> None:
    ours, theirs = signed_in(app, Role.ADMIN), signed_in(app, Role.ADMIN, name="Others")
    fields = {"manufacturer": "2", "prefix": "12", "evidence": ""}
    bad = send(ours, "/organisation", "/organisation/claims", **fields)
    assert bad.status_code == 422  # type: ignore[attr-defined]
    for box in ("manufacturer", "prefix", "evidence"):
        assert f'href="#{box}"' in bad.text  # type: ignore[attr-defined]
    fields = {"manufacturer": "1", "prefix": "4012345", "evidence": "x"}
    assert send(ours, "/organisation", "/organisation/claims", **fields).status_code == 303  # type: ignore[attr-defined]
    assert send(theirs, "/organisation", "/organisation/claims/1/withdraw").status_code == 404  # type: ignore[attr-defined]
    assert send(ours, "/organisation", "/organisation/claims/1/withdraw").status_code == 303  # type: ignore[attr-defined]
    assert not OrganisationProfiles(database).claims()


def test_many_are_invited_or_none(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    page = "/people/invite-many"
    bad = send(admin, page, page, lines="a@example.org\nnonsense\n", roles="viewer")
    assert bad.status_code == 422  # type: ignore[attr-defined]
    assert "nonsense" in bad.text  # type: ignore[attr-defined]
    with database.reading() as connection:
        assert all(connection.scalars(select(Invitation.withdrawn)).all())
    done = send(admin, page, page, lines="a@example.org\nb@example.org", roles="viewer")
    assert done.status_code == 200  # type: ignore[attr-defined]
    assert len(set(re.findall(r"/invitation/[\w-]+", done.text))) == 2  # type: ignore[attr-defined]


def test_clinics_are_invited_together_and_listed(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    page = "/people/clinics"
    assert "No clinic was invited yet." in admin.get(page).text
    bad = send(admin, page, page, lines="Clinic A; DE; ; a@example.org\nClinic B; DE")
    assert bad.status_code == 422  # type: ignore[attr-defined]
    done = send(
        admin, page, page, lines="Clinic A; DE; ; a@example.org\nClinic B; France; Paris; b@example.org"
    )
    assert done.status_code == 200, done.text  # type: ignore[attr-defined]
    listed = admin.get(page).text
    assert "Clinic A" in listed
    assert "France, Paris" in listed
    token = re.findall(r"/invitation/([\w-]+)", done.text)[0]  # type: ignore[attr-defined]
    services_of(app).accounts.invitations.accept(token, name="Dr A", password="four words that fit nowhere")
    assert "Joined" in admin.get(page).text
    with database.transaction() as connection:
        connection.execute(update(Invitation).values(withdrawn=NOW))
    assert "Invitation over" in admin.get(page).text


def test_invitations_go_out_by_mail_and_what_was_not_taken_is_named(app: Flask, sqlite_url: str) -> None:
    with smtp_server() as server:
        settings = Settings(
            database_url=sqlite_url, smtp_url=f"smtp://127.0.0.1:{server.port}", mail_from="vc@example.org"
        )
        mailing = create_app(settings)
        mailing.testing = True
        try:
            admin = signed_in(mailing, Role.ADMIN)
            page = "/people/invite-many"
            done = send(admin, page, page, lines="a@example.org\nb@example.org", roles="viewer")
            links = re.findall(r"/invitation/[\w-]+", done.text)  # type: ignore[attr-defined]
            texts = [message_from_string(mail, policy=default) for mail in server.mails]
            assert [each["To"] for each in texts] == ["a@example.org", "b@example.org"]
            for each, link in zip(texts, links, strict=True):
                assert link in each.get_content()
                assert "Example Biologics" in each["Subject"]
            server.refuse = True
            refused = send(admin, page, page, lines="c@example.org", roles="viewer")
            assert "did not take the e-mail to c@example.org" in refused.text  # type: ignore[attr-defined]
            assert "/invitation/" in refused.text  # type: ignore[attr-defined]
        finally:
            services_of(mailing).close()


def test_the_form_to_copy_is_shown_once_the_operator_allows_it(app: Flask, database: Database) -> None:
    admin = signed_in(app, Role.ADMIN)
    page = admin.get("/organisation/embed").text
    assert "has not allowed it for Example Biologics yet" in page
    assert "&lt;form" not in page
    reference = PartnerSites(database).allow("Example Biologics", who=OPERATOR, at=NOW, reason="its site")
    page = admin.get("/organisation/embed").text
    copied = unescape(page[page.index("&lt;form") : page.index("</textarea>")])
    assert copied in page  # the picture of it is the form itself
    assert re.findall(r'(\w+)="([^"]+)"', copied)[:2] == [
        ("action", "http://localhost/check"),
        ("method", "get"),
    ]
    assert f'name="by" value="{reference}"' in copied
    assert "script" not in copied
    assert f'href="http://localhost/check?by={reference}"' in page
    assert 'href="/organisation/embed"' in admin.get("/organisation").text
