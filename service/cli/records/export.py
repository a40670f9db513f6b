"""`vialcheck export`: write records as lists that import again, or everything of an organisation."""

from datetime import UTC, datetime
from pathlib import Path

import click

from service.accounts.organisations import find_organisation
from service.registry.epcis.queries.export import export_events
from service.registry.exports.export_files import FORMS, RecordExports
from service.registry.exports.record_lists import ExportKind
from service.settings import load

_EVENTS = "events"


@click.command("export")
@click.argument("kinds", nargs=-1, type=click.Choice([*(str(each) for each in ExportKind), _EVENTS]))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder to write into. [default: here]",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
@click.option("--organisation", default="", help="Whose records. [default: all]")
@click.option(
    "--archive", is_flag=True, help="Everything of the organisation in one ZIP archive, for one that leaves."
)
def export_lists(*, kinds: tuple[str, ...], out: Path, form: str, organisation: str, archive: bool) -> None:
    """Write the lists KINDS (all of them by default) into files such as products.csv.

    All but the counts of checks can be put on record again with `vialcheck import`, in one command. `events`
    writes events.jsonld, an EPCIS 2.0 document that can be imported where the products are on record; it
    rebuilds lots, units and where they are.
    """
    if archive and (kinds or not organisation):
        raise click.UsageError("--archive takes everything of one --organisation, and no kinds")
    database = load().open_database()
    try:
        owner = find_organisation(database, organisation) if organisation else None
        exports = RecordExports(database)
        out.mkdir(parents=True, exist_ok=True)
        if archive and owner is not None:
            path = out / f"organisation-{owner}.zip"
            with path.open("wb") as target:
                exports.archive(owner, target, day=datetime.now(UTC).date().isoformat())
            click.echo(str(path))
            return
        if _EVENTS in kinds:
            path = out / "events.jsonld"
            with path.open("wb") as target:
                export_events(database, owner, target, datetime.now(UTC))
            click.echo(str(path))
        lists = [ExportKind(kind) for kind in kinds if kind != _EVENTS] if kinds else list(ExportKind)
        for kind in lists:
            path = out / f"{kind}.{form}"
            with path.open("wb") as target:
                exports.write(kind, form, owner, target)
            click.echo(str(path))
    finally:
        database.close()
