"""`vialcheck verify`: check a product in a terminal."""

import json
import sys
from urllib.parse import urlsplit

import click

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.settings import load
from service.verification.outside.responders import OutsideResponders
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import Answer, VerificationService
from service.web.api.verification_json import in_json
from service.web.core.i18n import translation
from service.web.text import (
    headline,
    host_note,
    next_steps,
    not_checked_messages,
    reason_message,
    verdict_title,
)

EXIT = {Action.ACCEPT: 0, Action.CHECK: 10, Action.UNKNOWN: 11, Action.QUARANTINE: 20, Action.REJECT: 30}
"""The exit status of each action. 1 and 2 are reserved for failures and for wrong usage."""


Marks = tuple[tuple[str, str], ...]
"""Codes of marks, each with what was seen of it."""


def _seen_marks(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> Marks:  # noqa: ARG001 (click's signature)
    pairs = [each.partition("=") for each in given]
    if wrong := next((code for code, equals, _ in pairs if not equals), None):
        raise click.BadParameter(f"{wrong}: give CODE=agrees, CODE=differs or CODE=not_visible.")
    return tuple((code, seen.strip()) for code, _, seen in pairs)


@click.command()
@click.argument("scan", default="")
@click.option("--gtin", default="", help="GTIN-8 to GTIN-14.")
@click.option("--lot", default="", help="Lot number as printed.")
@click.option("--serial", default="", help="Serial number.")
@click.option("--expiry", default="", help="Expiry as printed, such as 12/2028.")
@click.option("--market", default="", help="Country of purchase or use.")
@click.option("--strength", default="", help="Strength as printed.")
@click.option("--substance", default="", help="Active substance as printed.")
@click.option("--language", default="", help="Language of the box.")
@click.option("--form", default="", help="Form as printed, such as powder for solution for injection.")
@click.option("--product", default="", help="Product name as printed.")
@click.option("--no-lot", is_flag=True, help="No lot number is printed on it.")
@click.option(
    "--mark",
    "marks",
    multiple=True,
    metavar="CODE=SEEN",
    callback=_seen_marks,
    help="A feature of the pack that was looked at: agrees, differs or not_visible. May be given again.",
)
@click.option("--clinic", is_flag=True, help="Answer a clinic rather than a patient.")
@click.option("--record", is_flag=True, help="Record the check, as the web does.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as the API answers.")
def verify(clinic: bool, record: bool, as_json: bool, **fields: str | bool | Marks) -> None:
    """Check SCAN (a scan, a link, a lot number) against the records.

    Exit status: 0 accept, 10 check, 11 unknown, 20 quarantine, 30 reject; 2 when it cannot be read.
    """
    settings = load()
    database = settings.open_database()
    outside = OutsideResponders.of(settings.outside_responders)
    verification = VerificationService(database, window=settings.loss_window, outside=outside)
    asker = Asker.CLINIC if clinic else Asker.PATIENT
    question = Question(**fields, asker=asker)  # type: ignore[arg-type]  # click's own types
    ask = verification.verify if record else verification.preview
    try:
        answer = ask(question, RequestOrigin(Channel.CLI))
    finally:
        verification.close()
        database.close()
    ours = frozenset({urlsplit(settings.public_url).netloc.lower()} - {""})
    if as_json:
        body = in_json(answer, translation(), ours, whole=True)  # the terminal sees all
        click.echo(json.dumps(json.loads(body), ensure_ascii=False))
    else:
        _say(answer, ours)
    sys.exit(EXIT[answer.verdict.action])


def _say(answer: Answer, ours: frozenset[str]) -> None:
    verdict, tr = answer.verdict, translation()
    click.secho(verdict_title(verdict, answer.asker, tr), bold=True)
    click.echo(headline(verdict, answer.asker, tr))
    if note := host_note(answer.host, ours, tr):
        click.echo(note)
    for title, lines in (
        ("Reasons", [reason_message(each, answer.asker, tr) for each in verdict.reasons[1:]]),
        ("Not checked", not_checked_messages(verdict, tr)),
        ("What to do next", next_steps(verdict, answer.asker, answer.presented.market or "", tr)),
    ):
        if lines:
            click.echo(f"\n{title}:")
            for line in lines:
                click.echo(f"  - {line}")
