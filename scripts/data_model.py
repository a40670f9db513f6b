"""Write docs/data-model.md from the models (`make docs`). `--check`: only say whether it is up to date."""

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Table

from service.storage import models
from service.storage.models.base import Base

ROOT = Path(__file__).resolve().parents[1]

PAGE = ROOT / "docs" / "data-model.md"

_HEAD = """# Data model

For developers and operators. This page is written by `make docs` from the models in
`service/storage/models/`; a test holds it up to date. Change the models, not this page.

In the diagrams PK is a primary key, FK a foreign key, UK a column that is unique by itself; `null` marks
columns that may be empty. A table of another section appears in a diagram without its columns. Units have no
number of their own: their key is product and serial. The tables of
`service.storage.models.facts_version.FACTS` are watched by triggers, which write a new version of the facts
with every change ([caches.md](caches.md)). Triggers refuse to change or delete a row of `audit_entry`;
recalls, lifts, extensions and the events of vials are added and never changed by the code.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    by_module: dict[str, list[type[Base]]] = {}
    for name in models.__all__:
        model = getattr(models, name)
        if isinstance(model, type) and issubclass(model, Base) and model is not Base:
            by_module.setdefault(model.__module__, []).append(model)
    for module in sorted(by_module):
        described = by_module[module]
        yield f"## {module.rpartition('.')[2].replace('_', ' ').capitalize()}\n"
        yield f"{_first_line(sys.modules[module].__doc__)} (`{module}`)\n"
        yield "| table | model | one row is |\n|---|---|---|"
        for model in described:
            yield f"| `{_table(model).name}` | `{model.__name__}` | {_first_line(model.__doc__)} |"
        yield "\n```mermaid\nerDiagram"
        tables = [_table(model) for model in described]
        for table in tables:
            yield from _entity(table)
        for table in tables:
            yield from _relations(table)
        yield "```\n"


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 (for the type checker)
    return table


def _first_line(doc: str | None) -> str:
    first = " ".join((doc or "").strip().split("\n\n")[0].split())
    return first.replace("|", "\\|")


def _entity(table: Table) -> Iterator[str]:
    yield f"  {table.name} {{"
    for column in table.columns:
        keys = ", ".join(_keys(table, column))
        null = ' "null"' if column.nullable else ""
        yield f"    {_type_of(column)} {column.name}{' ' + keys if keys else ''}{null}"
    yield "  }"


def _type_of(column: Column[object]) -> str:
    return type(column.type).__name__


def _keys(table: Table, column: Column[object]) -> Iterator[str]:
    if column.primary_key:
        yield "PK"
    if column.foreign_keys:
        yield "FK"
    alone = any(list(index.columns) == [column] and index.unique for index in table.indexes)
    if column.unique or alone:
        yield "UK"


def _relations(table: Table) -> Iterator[str]:
    seen = set()
    for constraint in sorted(table.foreign_key_constraints, key=lambda each: tuple(each.column_keys)):
        other, names = constraint.referred_table.name, ", ".join(constraint.column_keys)
        if (other, names) not in seen:
            optional = any(column.nullable for column in constraint.columns)
            yield f'  {other} {"|o" if optional else "||"}--o{{ {table.name} : "{names}"'
        seen.add((other, names))


def main(arguments: list[str]) -> int:
    """Write the page; with `--check` return 1 where it is out of date."""
    wanted = page()
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
