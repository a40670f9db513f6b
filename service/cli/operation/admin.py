"""`vialcheck admin`: create the first admin of an organisation, and assign manufacturers to organisations."""

import getpass
import sys
from datetime import UTC, datetime

import click

from service.accounts.actors import OrganisationKind
from service.accounts.first_admin import FirstAdmin, NewOrganisation
from service.accounts.organisation_settings import OrganisationProfiles
from service.accounts.organisations import Ownership
from service.accounts.partner_sites import PartnerSites
from service.settings import Settings, load
from service.storage.audit import AuditActor


@click.group()
def admin() -> None:
    """Organisations and their first people. Everybody else is invited in the browser."""


@admin.command()
@click.option("--organisation", prompt=True, help="Its name. It is made where there is none of this name.")
@click.option("--kind", prompt=True, type=click.Choice([str(kind) for kind in OrganisationKind]))
@click.option("--email", prompt="E-mail address", help="Of the person, to sign in with.")
@click.option("--name", default="", help="The person's name. [default: asked for, but for --invite]")
@click.option("--country", default="", help="Of a clinic: where it is, by its name or two letters.")
@click.option("--region", default="", help="Of a clinic: the part of the country.")
@click.option("--own", "manufacturers", multiple=True, metavar="MANUFACTURER", help="Its records are theirs.")
@click.option("--invite", is_flag=True, help="Print a link with which the person chooses a password.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, instead of asking."
)
def create(  # noqa: PLR0913 (click gives each option its own parameter)
    *,
    organisation: str,
    kind: str,
    email: str,
    name: str,
    country: str,
    region: str,
    manufacturers: tuple[str, ...],
    invite: bool,
    password_stdin: bool,
) -> None:
    """Let the first admin of an organisation in.

    The password is asked for without showing it. There is no default one.
    """
    settings = load()
    into = NewOrganisation(organisation, OrganisationKind(kind), country, region)
    who = _who()
    if not invite:
        name = name or click.prompt("Name")
        password = _password(from_input=password_stdin)
    database = settings.open_database()
    try:
        if invite:
            token = FirstAdmin(database).invite(into, email=email, who=who)
            _show_link(settings, token)
        else:
            FirstAdmin(database).create(into, email=email, name=name, password=password, who=who)
            click.echo(f"{email} may sign in as an admin of {organisation}.")
        for manufacturer in manufacturers:
            Ownership(database).own(manufacturer, organisation, who=who, at=datetime.now(UTC))
            click.echo(f"The records of {manufacturer} are theirs.")
    finally:
        database.close()


@admin.command()
@click.option("--email", required=True, help="Of somebody who has an account.")
def reset(email: str) -> None:
    """Take a person's second factors away, and print a link with which they choose a new password."""
    settings = load()
    database = settings.open_database()
    try:
        token = FirstAdmin(database).reset(email=email, who=_who())
    finally:
        database.close()
    _show_link(settings, token)


@admin.command()
@click.option("--manufacturer", required=True, help="As its records name it.")
@click.option("--organisation", required=True, help="Whose people may change them from now on.")
def own(manufacturer: str, organisation: str) -> None:
    """Say which organisation a manufacturer's records belong to."""
    database = load().open_database()
    try:
        Ownership(database).own(manufacturer, organisation, who=_who(), at=datetime.now(UTC))
    finally:
        database.close()
    click.echo(f"The records of {manufacturer} belong to {organisation}.")


@admin.command()
@click.option("--organisation", required=True, help="A manufacturer, distributor or regulator, by its name.")
@click.option("--stop", is_flag=True, help="No longer.")
@click.option("--reason", default="", help="Why; it stands in the audit.")
def embed(organisation: str, *, stop: bool, reason: str) -> None:
    """Let an organisation put the check on its own site, its name and logo beside ours."""
    settings = load()
    database = settings.open_database()
    try:
        sites, now = PartnerSites(database), datetime.now(UTC)
        if stop:
            sites.stop(organisation, who=_who(), at=now, reason=reason or "vialcheck admin embed --stop")
            click.echo(f"{organisation} stands beside ours no more.")
        else:
            sites.allow(organisation, who=_who(), at=now, reason=reason or "vialcheck admin embed")
            click.echo(f"The admins of {organisation} find the form to copy at /organisation/embed.")
    finally:
        database.close()


def _show_link(settings: Settings, token: str) -> None:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo("This link works once, within a week. Whoever has it is let in; send it to nobody else:")
    click.echo(f"{base}/invitation/{token}")


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _who() -> AuditActor:
    return AuditActor(getpass.getuser())


@admin.command()
@click.option("--confirm", "confirmed", type=int, help="The number of the claim to confirm.")
@click.option("--refuse", "refused", type=int, help="The number of the claim to refuse.")
@click.option("--reason", default="", help="Why; the organisation reads it.")
def claims(*, confirmed: int | None, refused: int | None, reason: str) -> None:
    """List the open claims of GS1 company prefixes, or decide on one."""
    if confirmed is not None and refused is not None:
        raise click.UsageError("Either --confirm or --refuse.")
    database = load().open_database()
    try:
        profiles, now = OrganisationProfiles(database), datetime.now(UTC)
        if confirmed is not None:
            profiles.confirm(confirmed, who=_who(), at=now, reason=reason or "confirmed")
        elif refused is not None:
            profiles.refuse(refused, who=_who(), at=now, reason=reason)
        for each in profiles.claims():
            said = f"{each.id}  {each.prefix}  {each.manufacturer}, {each.organisation}: {each.evidence}"
            click.echo(said + (f"  CONFLICT with {', '.join(each.conflicts)}" if each.conflicts else ""))
    finally:
        database.close()
