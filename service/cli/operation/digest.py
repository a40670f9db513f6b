"""`vialcheck digest`: which organisations get a digest, by e-mail or webhook. Off until it is set here."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from service.app import digest_transport_of
from service.registry.digests.service import content, send, waiting
from service.registry.digests.subscriptions import EVERY, listed, subscribe, unsubscribe
from service.settings import Settings, load
from service.storage.audit import AuditActor
from service.storage.database import Database

_ORGANISATION = click.option("--organisation", required=True, help="Its exact name.")
_ACTOR = click.option("--actor", default="", help="Who, for the audit. [default: your user name]")


@click.group(invoke_without_command=True)
@click.pass_context
def digest(ctx: click.Context) -> None:
    """Tell organisations what is new for them: counts and links, never a person. Alone: list who is told."""
    if ctx.invoked_subcommand is not None:
        return
    with _database() as (_, database):
        found = listed(database)
    for each in found:
        click.echo(f"{each.organisation}: every {each.every}, {each.email or each.webhook}")
    if not found:
        click.echo("Nobody is sent a digest.")


@digest.command("set")
@_ORGANISATION
@click.option("--email", default="", help="An e-mail address; needs a mail server (VIALCHECK_SMTP_URL).")
@click.option("--webhook", default="", help="An https address that takes JSON.")
@click.option("--every", type=click.Choice(list(EVERY)), required=True, help="How often, at most.")
@_ACTOR
def set_digest(organisation: str, email: str, webhook: str, every: str, actor: str) -> None:
    """Send an organisation a digest from now on, in place of an earlier one."""
    if bool(email) == bool(webhook):
        raise click.UsageError("Give either --email or --webhook.")
    with _database() as (settings, database):
        if email and not (settings.smtp_url and settings.mail_from):
            raise click.UsageError("Set VIALCHECK_SMTP_URL and VIALCHECK_MAIL_FROM first.")
        secret = subscribe(
            database,
            organisation,
            every=every,
            email=email,
            webhook=webhook,
            who=_who(actor, "set"),
            secrets_of=settings.secret_box(),
        )
    click.echo(f"{organisation} is told every {every} of what is new, at {email or webhook}.")
    if secret:
        click.echo("Each POST is signed with this secret, which is shown only now:")
        click.echo(f"  {secret}")


@digest.command("off")
@_ORGANISATION
@_ACTOR
def off(organisation: str, actor: str) -> None:
    """Send it nothing from now on."""
    with _database() as (_, database):
        was_on = unsubscribe(database, organisation, who=_who(actor, "off"))
    click.echo("Off." if was_on else "It was not on.")


@digest.command("send")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
def send_now(dry_run: bool) -> None:
    """Send now what is new, without waiting for the day or the hour."""
    with _database() as (settings, database):
        ways, now = digest_transport_of(settings), datetime.now(UTC)
        if dry_run:
            _show(waiting(database, ways, now), ways)
            return
        done = send(database, ways, now, due_only=False)
    for organisation, told in done:
        click.echo(f"{organisation}: {'done' if told else 'could not be reached'}")
    if not all(told for _, told in done):
        raise SystemExit(1)


def _show(found: list[Any], ways: Any) -> None:
    for subscription, news in found:
        click.echo(f"{subscription.organisation}, to {subscription.email or subscription.webhook}:")
        if not news.anything:
            click.echo("  nothing new, nothing is sent")
        elif subscription.webhook:
            click.echo(json.dumps(content(news, ways.address), indent=2))
        else:
            click.echo("\n".join(ways.text(news, ways.address)))


def _who(actor: str, command: str) -> AuditActor:
    return AuditActor(actor or f"{getpass.getuser()} (vialcheck digest {command})")


@contextmanager
def _database() -> Iterator[tuple[Settings, Database]]:
    settings = load()
    database = settings.open_database()
    try:
        yield settings, database
    finally:
        database.close()
