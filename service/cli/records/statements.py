"""`vialcheck statements`: what patients read of a product, released by a second person from a terminal."""

import getpass

import click

from service.cli.records.changes import opened
from service.registry.statements.queries import versions
from service.registry.statements.reviews import decide
from service.registry.statements.topics import StatementState
from service.storage.audit import AuditActor

_DECISIONS = {
    "release": StatementState.RELEASED,
    "refuse": StatementState.REFUSED,
    "withdraw": StatementState.WITHDRAWN,
}


@click.command("statements")
@click.argument("numbers", nargs=-1, type=int, metavar="NUMBER...")
@click.option("--decision", type=click.Choice(list(_DECISIONS)), default="release", show_default=True)
@click.option("--reason", default="", help="Why, for the audit; needed to decide.")
@click.option("--actor", default="", help="Who, for the audit. [default: your user name]")
@click.option("--public", is_flag=True, help="List what patients read now.")
def statements(numbers: tuple[int, ...], decision: str, reason: str, actor: str, public: bool) -> None:
    """Decide on statements by their NUMBERs, all or none; without any, list what waits.

    Another person has to release a statement than the one who put it in; any one may withdraw it.
    """
    who = AuditActor(actor.strip() or getpass.getuser())
    with opened() as database:
        if numbers:
            many = decide(database, numbers, _DECISIONS[decision], reason=reason, who=who)
            click.echo(f"{many} {_DECISIONS[decision]}")
            return
        state = StatementState.RELEASED if public else StatementState.WAITING
        for each in versions(database, who, [state]):
            where = f"{each.gtin}/{each.topic}/{each.language} version {each.version}"
            click.echo(f"{each.id}  {where}, put in by {each.put_in_by}")
            click.echo(f"    {each.text} [{each.source}, {each.dated}]")
